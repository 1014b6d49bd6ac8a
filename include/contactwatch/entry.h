/*
 * One line of a contact's history, as it is stored: canonical JSON in the original project's entry
 * shape, with what is needed to order and to recognise it.
 *
 * Identity: a contact event is (contactId, type, stamp), for types without a
 * timestamp of their own also the hash of its canonical detail without instanceArn; everything else
 * is the hash of its canonical JSON. Of equals the greater body stays, and the greater
 * log_event_id. Order everywhere: entry_compare; never arrival.
 */
#ifndef CONTACTWATCH_ENTRY_H
#define CONTACTWATCH_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contactwatch/hash.h"
#include "contactwatch/mem.h"

/* The entry's LogType, as the original names it. */
enum log_type { LOGTYPE_CONTACT, LOGTYPE_FLOW, LOGTYPE_AGENT, LOGTYPE_LAMBDA, LOGTYPE_COUNT };
extern const char *const
    log_type_name[LOGTYPE_COUNT]; /* ContactEvent ContactFlowLog AgentEvent ContactFlowLambda */

/* What an entry means to the live table, set at decode; stored beside the entry so that few need
 * parsing again. */
enum entry_mark {
    MARK_ERROR = 1 << 0,        /* an error, not a warning */
    MARK_LAMBDA = 1 << 1,       /* an InvokeExternalResource entry */
    MARK_LAMBDA_ERROR = 1 << 2, /* … that failed */
    MARK_CALLBACK = 1 << 3,     /* CreateCallback */
    MARK_EXIT = 1 << 4,         /* Disconnect, or a Transfer that happened */
    MARK_AGENT_STATE = 1 << 5,  /* an agent event's word on this contact */
    MARK_ATTRIBUTE = 1 << 6,    /* sets an attribute */
    MARK_PROMPT = 1 << 7,       /* something the customer may have heard */
    MARK_MENU_ERROR = 1 << 8,   /* a menu's "Error": no error where a key-press menu met a chat */
    MARK_BOT = 1 << 9,          /* a prompt that a Lex bot listens to: chats can answer it */
};
/* Those the live table looks at, and stores find without reading the others. */
enum {
    MARKS_OF_TABLE = MARK_ERROR | MARK_LAMBDA | MARK_LAMBDA_ERROR | MARK_CALLBACK | MARK_EXIT |
                     MARK_AGENT_STATE | MARK_MENU_ERROR
};

struct entry {
    int64_t time; /* stamp, ms; INSTANT_NONE sorts first */
    uint8_t rank; /* order of contact events within one ms: the lifecycle's; flow logs RANK_FLOW */
    uint8_t type; /* enum log_type */
    uint16_t marks;    /* enum entry_mark */
    uint32_t length;   /* of body */
    struct hash128 id; /* identity */
    const char *
        body; /* canonical JSON: detail or line plus "Timestamp", without LogType; NUL-terminated */
    const char *log_event_id; /* CloudWatch's, or NULL */
};

/* Order: (time, rank, log_event_id if any, id). Entries with a log_event_id sort behind those
 * without, at a tie. */
int entry_compare(const struct entry *a, const struct entry *b);

/* The winner of two entries of one identity, field by field, into *into (pointers are shared,
 * nothing is copied). */
void entry_join(struct entry *into, const struct entry *other);

/* A history: entries sorted by entry_compare, identities unique. Bodies belong to the arena (or the
 * store's). */
struct history {
    struct entry *entry;
    size_t count;
    size_t capacity;
};

/* Adds an entry (shallow), or joins it with its equal. Bulk loads: add all, then history_sort once.
 */
void history_push(struct history *history, const struct entry *entry);
/* All of another's (shallow), equals too: history_sort unites them. */
void history_append(struct history *into, const struct history *from);
void history_sort(struct history *history); /* sorts and unites equal identities */
void history_free(struct history *history); /* the array only */

/* Appends the entry as the original project stores it: body with LogType, and LogEventId if it has
 * one. */
void entry_write_json(struct buf *out, const struct entry *entry);

#endif
