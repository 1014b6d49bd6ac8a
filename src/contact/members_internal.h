/* The item's top-level members, declared once: writer, reader and the reserved names come from it.
 * Private to contact/. */
#ifndef CONTACT_MEMBERS_H
#define CONTACT_MEMBERS_H

#include "contactwatch/record.h"

enum member_kind {
    MEMBER_FIELD_TEXT,   /* which = enum record_field */
    MEMBER_FIELD_OBJECT, /* which = enum record_field */
    MEMBER_FLAG,         /* which = enum record_flag */
    MEMBER_ABANDONED,    /* derived flags */
    MEMBER_ERROR,
    MEMBER_TRANSFERRED,
    MEMBER_ID,
    MEMBER_CHAIN_ROOT,
    MEMBER_INITIATED,
    MEMBER_STARTED,
    MEMBER_ATTRIBUTES,
    MEMBER_STAMPS,
    MEMBER_TIMESTAMPS,
    MEMBER_HISTORY,
    MEMBER_OBSERVED, /* which = OBSERVED_… */
    MEMBER_STORE,    /* a store's own: neither read nor written here */
};

struct member {
    const char *key;
    enum member_kind kind;
    uint32_t which;
};

enum { MEMBER_COUNT = 35, FLOW_FLAGS_MAX = 64 };
extern const struct member record_member[MEMBER_COUNT]; /* sorted bytewise by key */

const struct member *member_find(const char *key); /* NULL if it is not the record's */

enum { OBSERVED_EXPIRY, OBSERVED_LAST_RECEIPT, OBSERVED_UPDATED_AT, OBSERVED_VERSION };
int64_t observed(const struct record *record, uint32_t which);
void set_observed(struct record *record, uint32_t which, int64_t value);

/* Keys of Timestamps by log type, and the log types in the order of their keys. */
extern const char *const timestamp_key[LOGTYPE_COUNT];
extern const enum log_type timestamp_order[LOGTYPE_COUNT];

/* Flag_NAME that a flow may set. */
bool record_is_flow_flag(const char *name);

/* The stamp that most registers share, left out of Stamps: Status's, 0 without a Status. */
uint64_t record_common_stamp(const struct record *record);

/*
 * What Flag_Error is derived from, as a number in Stamps; written only when it is more than
 * FLAG_ERROR alone.
 */
enum { ERROR_RISEN = 1, ERROR_MENU = 2, ERROR_BOT = 4 };
uint32_t record_error_bits(const struct record *record); /* 0 = Flag_Error says it all */
bool record_has_error(const struct record *record);
bool record_is_abandoned(const struct record *record);
bool record_is_transferred(const struct record *record);

#endif
