/*
 * Inside the decoder. A body is opened layer by layer (decode_text, decode_value) until records are
 * reached; each record becomes an event of its kind or is refused with the place where it stood.
 */
#ifndef EVENT_DECODE_INTERNAL_H
#define EVENT_DECODE_INTERNAL_H

#include <string.h>

#include "contactwatch/decode.h"
#include "contactwatch/instant.h"
#include "contactwatch/json.h"

/* Names that the decoder looks for, in camelCase or PascalCase. Found
 * in one pass. */
enum key {
    KEY_NONE,
    /* contact events */
    KEY_EVENT_TYPE,
    KEY_CONTACT_ID,
    KEY_CHANNEL,
    KEY_METHOD,
    KEY_INITIAL_ID,
    KEY_PREVIOUS_ID,
    KEY_RELATED_ID,
    KEY_INSTANCE,
    KEY_CUSTOMER_ID,
    KEY_REASON,
    KEY_QUEUE_INFO,
    KEY_AGENT_INFO,
    KEY_INITIATED,
    KEY_SYSTEM,
    KEY_DISCONNECTED,
    KEY_TAGS,
    /* flow logs and stored entries */
    KEY_MODULE_TYPE,
    KEY_FLOW_ID,
    KEY_FLOW_NAME,
    KEY_IDENTIFIER,
    KEY_TIMESTAMP,
    KEY_PARAMETERS,
    KEY_RESULTS,
    KEY_EXTERNAL_RESULTS,
    KEY_STACK,
    KEY_LOG_TYPE,
    KEY_LOG_EVENT_ID,
    /* agent events */
    KEY_AGENT_ARN,
    KEY_SNAPSHOT,
    KEY_PREVIOUS_SNAPSHOT,
    KEY_EVENT_TIMESTAMP,
    KEY_CONTACT,
    KEY_AGENT_NAME,
    /* envelopes */
    KEY_DETAIL,
    KEY_SOURCE,
    KEY_TIME,
    KEY_AWSLOGS,
    KEY_RECORDS,
    KEY_LOG_EVENTS,
    KEY_MESSAGE_TYPE,
    KEY_MESSAGE,
    KEY_ID,
    KEY_EVENT_ID,
    KEY_EVENTS,
    KEY_KINESIS,
    KEY_BODY,
    KEY_SNS,
    KEY_DATA,
    KEY_TYPE,
    KEY_TOPIC,
    KEY_HISTORY,
    KEY_ITEM,
    KEY_ITEM_ID,
    KEY_DETAILS,
    KEY_LOG,
    KEY_EVENT,
    KEY_COUNT
};

struct members {
    cJSON *at[KEY_COUNT]; /* NULL = absent; of repeated names the first, in PascalCase if both are
                             there */
};
void members_find(struct members *members, cJSON *object);
/* The text of a member; NULL when absent, not a string, or empty. */
const char *member_text(const struct members *members, enum key key);

enum { PLACES_MAX = 16, REFUSED_TEXT_MAX = 4096 };

/* One step of the way to a record, for the words "record 2, logEvents[5]". */
struct place {
    const char *name; /* NULL: a line of `text` */
    size_t index;
    const char *text, *at;
    const char *counted; /* lines are counted only when one is refused, and from here on */
    size_t line;
    bool several; /* lines */
};

struct decoder {
    struct arena *arena;
    const struct decode_options *options;
    const struct decode_sink *sink;
    int64_t sent;
    int64_t latest;  /* no event may be later */
    size_t inflated; /* bytes so far */
    int level;       /* envelopes open */
    struct place place[PLACES_MAX];
    unsigned places;
    struct buf text; /* scratch */
    struct decode_result result;
};

/* What the transport says of a record. */
struct origin {
    const char *time;         /* the envelope's, as text; NULL */
    int64_t log_time;         /* CloudWatch's, ms */
    const char *log_event_id; /* CloudWatch's */
    const char *contact_id;   /* of the item whose History this is */
};

#define TOO_NESTED "more envelopes in envelopes than are opened"

/* decode.c */
void decode_text(struct decoder *d, const char *text, size_t length, const struct origin *origin);
void place_enter(struct decoder *d, const char *name, size_t index);
void place_leave(struct decoder *d);
void refuse_text(struct decoder *d, const char *why, const char *text, size_t length);
void refuse_value(struct decoder *d, const char *why, const cJSON *value);
/* Is this event of an instance that is wanted? Counts it as skipped if not. */
bool instance_wanted(struct decoder *d, const char *arn, size_t length);
bool contact_id_valid(struct decoder *d, const char *id, const cJSON *record);
/* INSTANT_NONE for a sentinel, for none, and for a time from the future, which sets *future. */
int64_t time_of(const struct decoder *d, const char *text, bool *future);
/* As time_of for a member, which becomes null when it lies in the future: so its entry never says
 * it again. */
int64_t take_time(const struct decoder *d, cJSON *member, bool *future);
/* Writes the canonical body into the arena, with `stamp` as Timestamp unless NULL; fills body and
 * length. */
void entry_body(struct decoder *d, struct entry *entry, cJSON *record, const char *timestamp);
void deliver(struct decoder *d, struct event *event, bool future);

/* decode_envelope.c */
void decode_value(struct decoder *d, cJSON *value, const struct origin *origin);
/* decode_contact.c: ASCII letters. NULL stays NULL. */
const char *upper_case(struct arena *arena, const char *text);
/* decode_large.c: a document too large for one tree is cut into its records. False if it is not an
 * envelope. */
bool decode_large(struct decoder *d, const char *text, size_t length, const struct origin *origin);
/* decode_item.c: the original project's DynamoDB item, plain or with DynamoDB's types. */
void decode_item(struct decoder *d, const cJSON *item);

/* Records. Each takes a tree of its own, which it may change. */
void decode_contact(struct decoder *d, cJSON *detail, const struct members *m,
                    const struct origin *origin);
void decode_flow(struct decoder *d, cJSON *line, const struct members *m,
                 const struct origin *origin);
void decode_agent(struct decoder *d, cJSON *record, const struct members *m);
void decode_agent_entry(struct decoder *d, cJSON *entry, const struct members *m);
void decode_lambda(struct decoder *d, cJSON *entry, const struct members *m,
                   const struct origin *origin);
void decode_flow_event(struct decoder *d, const cJSON *details); /* what a flow hands to a Lambda */

/* inflate.c: gzip and zlib, concatenated members. */
bool is_compressed(const char *data, size_t length);
/* Appends what it inflates to, of complete members only. False with *why set when something was
 * left. */
bool inflate_all(struct buf *out, const char *data, size_t length, const char **why);
/* base64.c: standard alphabet, blanks allowed. False if it is anything else. */
bool base64_decode(struct buf *out, const char *text, size_t length);

/* redact.c: in the tree, before anything is hashed or stored. */
void redact_contact(struct decoder *d, const struct members *m, cJSON *detail);
void redact_flow(struct decoder *d, const struct members *m);
void redact_tree(struct decoder *d, cJSON *tree); /* card numbers */

/* tree.c: trees put together from others, in the arena. */
cJSON *tree_object(struct arena *arena);
void tree_add_text(struct arena *arena, cJSON *object, const char *name,
                   const char *text); /* nothing if NULL */
void tree_add(struct arena *arena, cJSON *object, const char *name,
              const cJSON *value);                            /* a shallow copy */
cJSON *tree_untyped(struct arena *arena, const cJSON *typed); /* DynamoDB's {"S": …} made plain */

#endif
