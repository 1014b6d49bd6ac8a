/* The columns of the Contacts table, declared once. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "live/column_internal.h"

static int compare_numbers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

/* What is not known sorts behind what is. */
static int compare_texts(const char *a, const char *b)
{
    if (!a || !b)
        return a ? -1 : b ? 1 : 0;
    return a == b ? 0 : strcasecmp(a, b);
}

static const char *tail(const char *arn)
{
    return arn ? arn_tail(arn) : NULL;
}

#define COMPARE(name)                                                                              \
    static int compare_##name(const struct row *a, const struct row *b, const struct live *live,   \
                              int64_t now)

static uint64_t number_key(int64_t number)
{
    return (uint64_t)number ^ (UINT64_C(1) << 63);
}

static bool number_level(int64_t number, unsigned level, uint64_t *key)
{
    *key = level ? 0 : number_key(number);
    return false;
}

/* Eight bytes a level, as compare_texts sees them; what is not known last. */
static bool text_level(const char *text, unsigned level, uint64_t *key)
{
    size_t skip = (size_t)level * 8;
    *key = text ? 0 : UINT64_MAX;
    if (!text || strnlen(text, skip) < skip)
        return false;
    text += skip;
    for (int i = 0; i < 8; i++) {
        *key = *key << 8 | (uint64_t)tolower((unsigned char)*text);
        text += *text != '\0';
    }
    return *text != '\0';
}

static unsigned text_levels(const char *text)
{
    size_t length = text ? strlen(text) : 0;
    return length > 8 ? (unsigned)((length + 7) / 8) : 1;
}

#define COMPARE_BY(name, of, compare_values, level_of)                                             \
    COMPARE(name)                                                                                  \
    {                                                                                              \
        (void)live;                                                                                \
        (void)now;                                                                                 \
        return compare_values(of(a), of(b));                                                       \
    }                                                                                              \
    static bool key_##name(const struct row *row, int64_t now, unsigned level, uint64_t *key)      \
    {                                                                                              \
        (void)now;                                                                                 \
        return level_of(of(row), level, key);                                                      \
    }
#define COMPARE_NUMBER(name, of) COMPARE_BY(name, of, compare_numbers, number_level)
#define COMPARE_TEXT(name, of)   COMPARE_BY(name, of, compare_texts, text_level)

#define FLAGS_OF(row)         (-(int64_t)(row)->flags)
#define SHOWN_OF(row)         ((row)->shown)
#define CHANNEL_OF(row)       ((row)->channel)
#define CHAIN_OF(row)         ((row)->chain_size)
#define ERRORS_OF(row)        ((row)->errors)
#define LAMBDA_ERRORS_OF(row) ((row)->lambda_errors)
#define START_OF(row)         ((row)->start)
/* A later start of the state is a shorter stay; the order of these does not change with time. */
#define SINCE_OF(row)    ((row)->since == INSTANT_NONE ? INT64_MIN : -(row)->since)
#define NEWEST_OF(row)   ((row)->newest == INSTANT_NONE ? INT64_MIN : -(row)->newest)
#define QUEUE_OF(row)    ((row)->queue_name ? (row)->queue_name : tail((row)->queue))
#define AGENT_OF(row)    ((row)->agent_name ? (row)->agent_name : tail((row)->agent))
#define FLOW_OF(row)     ((row)->flow_name ? (row)->flow_name : tail((row)->flow_id))
#define BLOCK_OF(row)    ((row)->block_type)
#define CUSTOMER_OF(row) ((row)->customer)
#define ID_OF(row)       ((row)->id)
#define METHOD_OF(row)   ((row)->method)

COMPARE_NUMBER(flags, FLAGS_OF)
COMPARE_NUMBER(shown, SHOWN_OF)
COMPARE_NUMBER(channel, CHANNEL_OF)
COMPARE_NUMBER(since, SINCE_OF)
COMPARE_NUMBER(chain, CHAIN_OF)
COMPARE_NUMBER(newest, NEWEST_OF)
COMPARE_NUMBER(errors, ERRORS_OF)
COMPARE_NUMBER(lambda_errors, LAMBDA_ERRORS_OF)
COMPARE_NUMBER(start, START_OF)
COMPARE_TEXT(queue, QUEUE_OF)
COMPARE_TEXT(agent, AGENT_OF)
COMPARE_TEXT(flow, FLOW_OF)
COMPARE_TEXT(block, BLOCK_OF)
COMPARE_TEXT(customer, CUSTOMER_OF)
COMPARE_TEXT(id, ID_OF)
COMPARE_TEXT(method, METHOD_OF)

COMPARE(total)
{
    (void)live;
    return compare_numbers(row_total(a, now), row_total(b, now));
}

static bool key_total(const struct row *row, int64_t now, unsigned level, uint64_t *key)
{
    return number_level(row_total(row, now), level, key);
}

COMPARE(now_at)
{
    int flows = compare_flow(a, b, live, now);
    return flows ? flows : compare_block(a, b, live, now);
}

/* The block behind the flow: rows alike so far have flows of one length. */
static bool key_now_at(const struct row *row, int64_t now, unsigned level, uint64_t *key)
{
    unsigned levels = text_levels(FLOW_OF(row));
    if (level >= levels)
        return key_block(row, now, level - levels, key);
    key_flow(row, now, level, key);
    return true;
}

const struct column columns[COLUMN_COUNT] = {
    [COLUMN_FLAGS] = {"flags", "FLAGS",
                      "what happened: Q queued, A agent, T transferred, C call-back, "
                      "X abandoned, E error, L Lambda error, + set by a flow",
                      5, 8, false, false, false, false, 5, format_flags, compare_flags, key_flags},
    [COLUMN_STATUS] = {"status", "STATUS", "where the contact is now", 10, 11, false, false, false,
                       false, 0, format_status, compare_shown, key_shown},
    [COLUMN_CHANNEL] = {"channel", "CH", "voice, chat, task or e-mail", 3, 3, false, false, false,
                        false, 4, format_channel, compare_channel, key_channel},
    [COLUMN_IN_STATE] = {"in_state", "IN STATE", "how long it has been there", 9, 10, true, true,
                         false, false, 1, format_in_state, compare_since, key_since},
    [COLUMN_TOTAL] = {"total", "TOTAL", "this leg, since its start", 7, 9, true, true, false, true,
                      7, format_total, compare_total, key_total},
    [COLUMN_QUEUE] = {"queue", "QUEUE", "the queue it waits or waited in", 11, 28, false, false,
                      false, false, 2, format_queue, compare_queue, key_queue},
    [COLUMN_AGENT] = {"agent", "AGENT", "the agent who has or had it", 8, 20, false, false, false,
                      false, 6, format_agent, compare_agent, key_agent},
    [COLUMN_CUSTOMER] = {"customer", "CUSTOMER", "who is calling", 9, 24, false, false, true, false,
                         8, format_customer, compare_customer, key_customer},
    [COLUMN_CONTACT] = {"contact", "CONTACT", "contact id", 8, 36, false, false, false, false, 3,
                        format_contact, compare_id, key_id},
    [COLUMN_NOW_AT] = {"now_at", "NOW AT", "flow and block it is in", 16, 40, false, false, false,
                       false, 9, format_now_at, compare_now_at, key_now_at},
    [COLUMN_METHOD] = {"method", "METHOD", "how it came about", 8, 17, false, false, false, false,
                       10, format_method, compare_method, key_method},
    [COLUMN_FLOW] = {"flow", "FLOW", "the newest flow", 12, 28, false, false, false, false, 255,
                     format_flow, compare_flow, key_flow},
    [COLUMN_BLOCK] = {"block", "BLOCK", "the newest block", 12, 28, false, false, false, false, 255,
                      format_block, compare_block, key_block},
    [COLUMN_CHAIN] = {"chain", "LEGS", "contacts of the same call", 4, 4, true, true, false, false,
                      255, format_chain, compare_chain, key_chain},
    [COLUMN_LAST_EVENT] = {"last_event", "LAST", "since its newest event", 8, 9, true, false, false,
                           false, 255, format_last_event, compare_newest, key_newest},
    [COLUMN_LAMBDA_ERRORS] = {"lambda_errors", "LERR", "failed Lambda calls", 4, 5, true, true,
                              false, false, 255, format_lambda_errors, compare_lambda_errors,
                              key_lambda_errors},
    [COLUMN_ERRORS] = {"errors", "ERR", "errors in its flows", 3, 5, true, true, false, false, 255,
                       format_errors, compare_errors, key_errors},
    [COLUMN_START] = {"start", "START", "when it began", 8, 8, false, true, false, false, 255,
                      format_start, compare_start, key_start},
};

int column_find(const char *key)
{
    for (int i = 0; key && i < COLUMN_COUNT; i++)
        if (strcasecmp(columns[i].key, key) == 0)
            return i;
    return -1;
}
