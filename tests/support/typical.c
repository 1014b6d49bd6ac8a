#include "support/typical.h"

#include <stdio.h>
#include <string.h>

#include "contactwatch/json.h"

#define INSTANCE_ID "5e11c0de-0000-4000-8000-0000000000aa"
#define INSTANCE    "arn:aws:connect:eu-west-2:111122223333:instance/" INSTANCE_ID

/* When in a contact's life each event comes, in hundredths of its entries; with how many events
 * altogether it comes at all. */
static const struct life {
    const char *type;
    unsigned at, least, most;
} life[] = {
    {"INITIATED", 0, 5, 7},     {"CONNECTED_TO_SYSTEM", 3, 5, 7},
    {"QUEUED", 60, 5, 7},       {"CONNECTED_TO_AGENT", 80, 5, 7},
    {"PAUSED", 90, 7, 7},       {"RESUMED", 94, 7, 7},
    {"DISCONNECTED", 97, 5, 7}, {"COMPLETED", 99, 6, 6},
};
enum { SYSTEM = 1, QUEUED = 2, AGENT = 3, GONE = 6 };

static const char *const block[] = {
    "\"SetLoggingBehavior\",\"Parameters\":{\"LoggingBehavior\":\"Enable\"}",
    "\"PlayPrompt\",\"Parameters\":{\"Text\":\"Thank you for calling. Your call may be recorded "
    "for training.\",\"TextToSpeechType\":\"text\",\"Voice\":\"Amy\"}",
    "\"SetAttributes\",\"Parameters\":{\"Key\":\"language\",\"Value\":\"en-GB\"}",
    "\"CheckAttribute\",\"Parameters\":{\"ComparisonMethod\":\"Equals\",\"Value\":\"gold\","
    "\"SecondValue\":\"gold\"},\"Results\":\"true\"",
    "\"GetUserInput\",\"Parameters\":{\"MaxDigits\":\"1\",\"Text\":\"For sales press one, for "
    "anything else press two\",\"TextToSpeechType\":\"text\",\"Timeout\":\"5000\",\"Voice\":"
    "\"Amy\"},\"Results\":\"1\"",
    "\"InvokeExternalResource\",\"Parameters\":{\"FunctionArn\":\"arn:aws:lambda:eu-west-2:"
    "111122223333:function:customer-lookup\",\"TimeLimit\":\"8000\"},\"ExternalResults\":{"
    "\"tier\":\"gold\",\"account\":\"ok\"}",
    "\"SetQueue\",\"Parameters\":{\"Queue\":\"" INSTANCE
    "/queue/0a1b2c3d-0000-4000-8000-000000000001\"}",
    "\"CheckMetricData\",\"Parameters\":{\"ComparisonMethod\":\"NumberGreaterThan\",\"Metric\":"
    "\"NumberOfAgentsAvailable\",\"Value\":\"0\"},\"Results\":\"false\"",
};

unsigned typical_entries(const struct typical *contact)
{
    return contact->events + contact->lines;
}

static bool has(const struct typical *contact, size_t event)
{
    return contact->events >= life[event].least && contact->events <= life[event].most;
}

/* Where the event stands among the entries: in a short contact they would fall together. */
static unsigned place(const struct typical *contact, size_t event)
{
    unsigned entries = typical_entries(contact), before = 0, behind = 0;
    for (size_t i = 0; i < ARRAY_SIZE(life); i++)
        if (has(contact, i))
            *(i < event ? &before : &behind) += 1;
    unsigned wanted = life[event].at * entries / 100, latest = entries - 1 - behind;
    wanted = wanted < 2 * before ? 2 * before : wanted;
    return wanted < latest ? wanted : latest;
}

/* The event that is entry n; -1 = a line. */
static int event_at(const struct typical *contact, unsigned n)
{
    for (size_t i = 0; i < ARRAY_SIZE(life); i++)
        if (has(contact, i) && place(contact, i) == n)
            return (int)i;
    return -1;
}

static void deliver(struct typical *contact, unsigned from, unsigned to)
{
    contact->message[contact->messages].from = from;
    contact->message[contact->messages++].to = to;
}

void typical_contact(struct typical *out, unsigned events, unsigned lines, unsigned number,
                     int64_t start)
{
    unsigned entries = events + lines, waiting = 0, first = 0;
    *out = (struct typical){.events = events, .lines = lines, .number = number, .start = start};
    snprintf(out->id, sizeof(out->id), "7e57%04x-1111-4222-8333-%012u", number >> 16, number);
    for (unsigned n = 0; n < entries; n++) {
        if (event_at(out, n) >= 0) {
            deliver(out, n, n + 1);
            continue;
        }
        first = waiting ? first : n;
        if (++waiting == TYPICAL_LINES_A_MESSAGE) {
            deliver(out, first, n + 1);
            waiting = 0;
        }
    }
    if (waiting)
        deliver(out, first, entries);
}

bool typical_is_event(const struct typical *contact, unsigned n)
{
    return event_at(contact, n) >= 0;
}

static const char *when(const struct typical *contact, unsigned n, char out[INSTANT_TEXT])
{
    instant_format(contact->start + (int64_t)n * SECOND_MS, out);
    return out;
}

/* What the event's detail has from the time of another event on. */
static void write_since(struct buf *out, const struct typical *contact, size_t event)
{
    char text[INSTANT_TEXT];
    if (event >= SYSTEM)
        buf_printf(out, ",\"connectedToSystemTimestamp\":\"%s\"",
                   when(contact, place(contact, SYSTEM), text));
    if (event >= QUEUED)
        buf_printf(out,
                   ",\"queueInfo\":{\"queueArn\":\"" INSTANCE
                   "/queue/0a1b2c3d-0000-4000-8000-000000000001\",\"queueType\":\"STANDARD\","
                   "\"enqueueTimestamp\":\"%s\"}",
                   when(contact, place(contact, QUEUED), text));
    if (event >= AGENT)
        buf_printf(out,
                   ",\"agentInfo\":{\"agentArn\":\"" INSTANCE
                   "/agent/a6e7c0de-0000-4000-8000-%012u\",\"connectedToAgentTimestamp\":\"%s\","
                   "\"hierarchyGroups\":{\"level1\":{\"arn\":\"" INSTANCE
                   "/agent-group/60000001-0000-4000-8000-000000000001\"}}}",
                   contact->number % 50, when(contact, place(contact, AGENT), text));
    if (event >= GONE)
        buf_printf(out,
                   ",\"disconnectTimestamp\":\"%s\",\"disconnectReason\":"
                   "\"CUSTOMER_DISCONNECT\"",
                   when(contact, place(contact, GONE), text));
}

static void write_event(struct buf *out, const struct typical *contact, unsigned n, size_t event)
{
    char now[INSTANT_TEXT], began[INSTANT_TEXT];
    when(contact, n, now);
    buf_printf(
        out,
        "{\"version\":\"0\",\"id\":\"e0e0%04x-%04u-4444-8888-%012u\",\"detail-type\":"
        "\"Amazon Connect Contact Event\",\"source\":\"aws.connect\",\"account\":"
        "\"111122223333\",\"time\":\"%.19sZ\",\"region\":\"eu-west-2\",\"resources\":[\"" INSTANCE
        "\",\"" INSTANCE "/contact/%s\"],\"detail\":{\"eventType\":\"%s\","
        "\"contactId\":\"%s\",\"channel\":\"VOICE\",\"instanceArn\":\"" INSTANCE
        "\",\"initiationMethod\":\"INBOUND\",\"initiationTimestamp\":\"%s\"",
        contact->number >> 16, n, contact->number, now, contact->id, life[event].type, contact->id,
        when(contact, 0, began));
    write_since(out, contact, event);
    buf_text(out, ",\"tags\":{\"aws:connect:instanceId\":\"" INSTANCE_ID
                  "\",\"aws:connect:systemEndpoint\":\"+442071838750\"}}}");
}

static void write_line(struct buf *out, const struct typical *contact, unsigned n)
{
    char now[INSTANT_TEXT];
    buf_printf(out,
               "{\"ContactId\":\"%s\",\"ContactFlowId\":\"" INSTANCE
               "/contact-flow/f10e0001-0000-4000-8000-000000000002\",\"ContactFlowName\":"
               "\"Main menu\",\"ContactFlowModuleType\":%s,\"Identifier\":\"b10c%04x-%04u-4444-"
               "8888-%012u\",\"Timestamp\":\"%s\"}",
               contact->id, block[n % ARRAY_SIZE(block)], n * 40503u & 0xffff, n % 17,
               n % 17 * 104729u, when(contact, n, now));
}

void typical_entry(struct buf *out, const struct typical *contact, unsigned n)
{
    int event = event_at(contact, n);
    if (event >= 0)
        write_event(out, contact, n, (size_t)event);
    else
        write_line(out, contact, n);
}

void typical_message(struct buf *out, const struct typical *contact, unsigned m)
{
    unsigned from = contact->message[m].from, to = contact->message[m].to;
    struct buf line = {0};
    const char *comma = "";
    if (to - from == 1 && typical_is_event(contact, from)) {
        typical_entry(out, contact, from);
        return;
    }
    buf_text(out, "{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"111122223333\",\"logGroup\":"
                  "\"/aws/connect/centre\",\"logStream\":\"2026/11/23/10\","
                  "\"subscriptionFilters\":[\"contactwatch\"],\"logEvents\":[");
    for (unsigned n = from; n < to; n++) {
        if (typical_is_event(contact, n))
            continue;
        buf_clear(&line);
        typical_entry(&line, contact, n);
        buf_printf(out, "%s{\"id\":\"%028u%028u\",\"timestamp\":%lld,\"message\":", comma,
                   contact->number, n, (long long)contact->start + n * SECOND_MS);
        json_quote(out, line.data);
        buf_char(out, '}');
        comma = ",";
    }
    buf_text(out, "]}");
    buf_free(&line);
}
