/* The fields, declared once: name, type and help for people; how to read them off a row. */
#include <string.h>
#include <strings.h>

#include "contactwatch/text.h"
#include "live/filter_internal.h"

static void add(struct filter_texts *out, const char *text, enum text_kind kind)
{
    if (!text || !*text || out->count == FILTER_TEXTS_MAX)
        return;
    out->item[out->count].text = text;
    out->item[out->count++].kind = kind;
}

static void add_named(struct filter_texts *out, const char *name, const char *arn)
{
    add(out, name, TEXT_PLAIN);
    if (!arn)
        return;
    add(out, arn_tail(arn), TEXT_ID);
    add(out, arn, TEXT_ARN);
}

#define TEXTS(name) static void texts_##name(struct filter_texts *out, const struct row *row)

static const char *const channel_long[CHANNEL_COUNT] = {"VOICE", "CHAT", "TASK", "EMAIL", NULL};

TEXTS(status)
{
    add(out, shown_name[row->shown], TEXT_PLAIN);
}
TEXTS(lifecycle)
{
    add(out, lifecycle_name[row->lifecycle], TEXT_PLAIN);
}
TEXTS(channel)
{
    add(out, channel_long[row->channel], TEXT_PLAIN);
    if (row->channel != CHANNEL_OTHER)
        add(out, channel_short[row->channel], TEXT_PLAIN);
}
TEXTS(method)
{
    add(out, row->method, TEXT_PLAIN);
}
TEXTS(queue)
{
    add_named(out, row->queue_name, row->queue);
}
TEXTS(agent)
{
    add_named(out, row->agent_name, row->agent);
}
TEXTS(flow)
{
    add_named(out, row->flow_name, row->flow_id);
}
TEXTS(block)
{
    add(out, row->block_type, TEXT_PLAIN);
    add(out, row->block_id, TEXT_PLAIN);
}
TEXTS(customer)
{
    add(out, row->customer, TEXT_PLAIN);
}
TEXTS(id)
{
    add(out, row->id, TEXT_ID);
}
TEXTS(chain)
{
    add(out, row->root, TEXT_ID);
}
TEXTS(lambda)
{
    for (size_t i = 0; i < row->lambdas; i++)
        add(out, row->lambda[i], TEXT_PLAIN);
}
TEXTS(error)
{
    add(out, row->last_error, TEXT_PLAIN);
}

void filter_attribute(struct filter_texts *out, const struct row *row, const char *name)
{
    for (size_t i = 0; i < row->attributes; i++)
        if (strcasecmp(row->attribute[i].name, name) == 0)
            add(out, row->attribute[i].value, TEXT_PLAIN);
}

void filter_all_texts(struct filter_texts *out, const struct row *row)
{
    texts_status(out, row);
    texts_channel(out, row);
    texts_method(out, row);
    texts_queue(out, row);
    texts_agent(out, row);
    texts_flow(out, row);
    texts_block(out, row);
    texts_customer(out, row);
    texts_id(out, row);
    texts_chain(out, row);
    texts_lambda(out, row);
    texts_error(out, row);
}

#define NUMBER(name)                                                                               \
    static bool number_##name(const struct row *row, const struct live *live, int64_t now,         \
                              int64_t *out)
#define NUMBER_OF(name, value)                                                                     \
    NUMBER(name)                                                                                   \
    {                                                                                              \
        (void)live;                                                                                \
        (void)now;                                                                                 \
        *out = (value);                                                                            \
        return *out >= 0;                                                                          \
    }

NUMBER_OF(wait, row_wait(row, now))
NUMBER_OF(instate, row_instate(row, now))
NUMBER_OF(total, row_total(row, now))
NUMBER_OF(talk, row_talk(row, now))
NUMBER_OF(hold, row_hold(row, now))
NUMBER_OF(acw, row_acw(row, now))
NUMBER_OF(errors, row->errors)
NUMBER_OF(chainsize, row->chain_size)
NUMBER_OF(start, row->start != INSTANT_NONE ? row->start : -1)
NUMBER_OF(end, row->end != INSTANT_NONE ? row->end : -1)
NUMBER(breach)
{
    return row_breach(row, live, now, out);
}

/* One line a field; filter_fields and filter_access are made of it. */
#define FIELDS(_)                                                                                  \
    _("status", FILTER_TEXT, texts_status, NULL, false, "QUEUED, WITH AGENT, … as the table says") \
    _("lifecycle", FILTER_TEXT, texts_lifecycle, NULL, false, "the last contact event")            \
    _("channel", FILTER_TEXT, texts_channel, NULL, false, "voice, chat, task, email")              \
    _("method", FILTER_TEXT, texts_method, NULL, false, "INBOUND, TRANSFER, CALLBACK, …")          \
    _("queue", FILTER_TEXT, texts_queue, NULL, false, "by name, id or ARN; - = none")              \
    _("agent", FILTER_TEXT, texts_agent, NULL, false, "by name, id or ARN; - = none")              \
    _("flow", FILTER_TEXT, texts_flow, NULL, false, "the newest flow, by name, id or ARN")         \
    _("block", FILTER_TEXT, texts_block, NULL, false, "the newest block, by type or identifier")   \
    _("customer", FILTER_TEXT, texts_customer, NULL, false, "the customer's identifier")           \
    _("id", FILTER_TEXT, texts_id, NULL, false, "contact id, 4 characters or more")                \
    _("chain", FILTER_TEXT, texts_chain, NULL, false, "id of the call's first contact")            \
    _("lambda", FILTER_TEXT, texts_lambda, NULL, false, "functions its flows called")              \
    _("error", FILTER_TEXT, texts_error, NULL, false, "text of its last error")                    \
    _("attr.", FILTER_TEXT, NULL, NULL, false, "an attribute: attr.tier=gold, attr.'A B'=c")       \
    _("flag", FILTER_SET, NULL, NULL, false,                                                       \
      "Q A T C X E L + or queued agent transferred callback abandoned error lambda-error flow")    \
    _("wait", FILTER_DURATION, NULL, number_wait, true, "in the queue, so far or in all")          \
    _("instate", FILTER_DURATION, NULL, number_instate, true, "in the status it has now")          \
    _("total", FILTER_DURATION, NULL, number_total, true, "since the leg began")                   \
    _("age", FILTER_DURATION, NULL, number_total, true, "the same as total")                       \
    _("talk", FILTER_DURATION, NULL, number_talk, true, "since the agent joined")                  \
    _("hold", FILTER_DURATION, NULL, number_hold, true, "on hold, in all")                         \
    _("acw", FILTER_DURATION, NULL, number_acw, true, "after-contact work")                        \
    _("breach", FILTER_DURATION, NULL, number_breach, true, "until the service level is missed")   \
    _("start", FILTER_TIME, NULL, number_start, false, "16:30, 16:30:15 (today) or ISO 8601")      \
    _("end", FILTER_TIME, NULL, number_end, false, "when it was disconnected")                     \
    _("errors", FILTER_NUMBER, NULL, number_errors, false, "errors in its flows")                  \
    _("chainsize", FILTER_NUMBER, NULL, number_chainsize, false, "contacts of the same call")

#define PUBLIC(name, type, texts, number, timed, help) {name, type, help},
#define ACCESS(name, type, texts, number, timed, help) {texts, number, timed},
const struct filter_field filter_fields[] = {FIELDS(PUBLIC){NULL, FILTER_TEXT, NULL}};
const struct filter_access filter_access[] = {FIELDS(ACCESS){NULL, NULL, false}};

int filter_field_find(const char *name, size_t length)
{
    if (length >= 5 && strncasecmp(name, "attr.", 5) == 0)
        length = 5;
    for (int i = 0; filter_fields[i].name; i++)
        if (strlen(filter_fields[i].name) == length &&
            strncasecmp(filter_fields[i].name, name, length) == 0)
            return i;
    return -1;
}

enum { LIKE_MAX = 16 };

/* Edits from one word to the other; words longer than LIKE_MAX are nothing like a field. */
static size_t distance(const char *a, size_t length, const char *b)
{
    size_t row[LIKE_MAX + 1], width = strlen(b);
    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 1; i <= length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            size_t change = diagonal + ((a[i - 1] | 0x20) != b[j - 1]);
            diagonal = row[j];
            size_t edit = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            row[j] = change < edit ? change : edit;
        }
    }
    return row[width];
}

const char *filter_field_like(const char *name, size_t length)
{
    const char *best = NULL;
    size_t least = 3;
    for (int i = 0; length <= LIKE_MAX && filter_fields[i].name; i++) {
        const char *field = filter_fields[i].name;
        size_t edits = distance(name, length, field);
        if (edits < least && edits < strlen(field) - 1) {
            least = edits;
            best = field;
        }
    }
    return best;
}

unsigned filter_flag(const char *text)
{
    static const struct {
        const char *name;
        char letter;
        uint16_t flag;
    } known[] = {{"queued", 'q', ROW_QUEUED},
                 {"agent", 'a', ROW_AGENT},
                 {"transferred", 't', ROW_TRANSFERRED},
                 {"callback", 'c', ROW_CALLBACK},
                 {"abandoned", 'x', ROW_ABANDONED},
                 {"error", 'e', ROW_ERROR},
                 {"lambda-error", 'l', ROW_LAMBDA_ERROR},
                 {"flow", '+', ROW_FLOW_FLAG}};
    unsigned flags = 0;
    for (size_t i = 0; i < ARRAY_SIZE(known); i++)
        if (strcasecmp(text, known[i].name) == 0)
            return known[i].flag;
    for (; *text; text++) {
        unsigned flag = 0;
        for (size_t i = 0; i < ARRAY_SIZE(known); i++)
            if ((*text >= 'A' && *text <= 'Z' ? *text | 0x20 : *text) == known[i].letter)
                flag = known[i].flag;
        if (!flag)
            return 0;
        flags |= flag;
    }
    return flags;
}

bool filter_status_known(const struct filter_value *value)
{
    for (size_t i = 0; i < SHOWN_COUNT; i++)
        if (value_matches(value, shown_name[i], TEXT_PLAIN, false))
            return true;
    return false;
}
