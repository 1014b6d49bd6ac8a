/*
 * Decode and fold beside bare cJSON_Parse, on the same lines in one run: bench_fold [lines.ndjson].
 * Without a file it makes its own mix of contact events and flow logs. Median of several rounds,
 * one core.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "contactwatch/decode.h"
#include "contactwatch/instant.h"
#include "contactwatch/json.h"
#include "contactwatch/map.h"
#include "contactwatch/record.h"
#include "support/bench.h"

enum { ROUNDS = 9, CONTACTS = 2000, PER_BATCH = 25, SEND = 1767225600 };

struct text {
    char *data;
    size_t length;
};
struct lines {
    struct text *item;
    size_t count, capacity;
    size_t events; /* in all of them */
};

static void add_line(struct lines *lines, const char *data, size_t length, size_t events)
{
    mem_grow(lines->item, lines->count, lines->capacity);
    lines->item[lines->count++] = (struct text){mem_strndup(data, length), length};
    lines->events += events;
}

/* ---- the mix */

#define INSTANCE                                                                                   \
    "arn:aws:connect:eu-west-2:111122223333:instance/5e11c0de-0000-4000-8000-0000000000aa"

static const char *contact_id(unsigned n)
{
    static char text[40];
    snprintf(text, sizeof(text), "%08x-a3d5-46d6-b8bf-3aa1def785b2", n * 2654435761U);
    return text;
}

static void contact_event(struct buf *out, unsigned n, int step)
{
    static const char *const type[] = {"INITIATED", "QUEUED", "CONNECTED_TO_AGENT", "DISCONNECTED"};
    static const char *const moment[] = {"16:33:25.627", "16:33:29.156", "16:34:06.160",
                                         "16:38:35.201"};
    buf_printf(
        out,
        "{\"initiationTimestamp\":\"2025-12-30T%sZ\",\"contactId\":\"%s\",\"channel\":\"VOICE\","
        "\"instanceArn\":\"" INSTANCE "\",\"initiationMethod\":\"INBOUND\",\"eventType\":\"%s\"",
        moment[0], contact_id(n), type[step]);
    if (step >= 1)
        buf_printf(out,
                   ",\"queueInfo\":{\"queueArn\":\"" INSTANCE
                   "/queue/b1111a60-0000-4000-8000-000000000001\","
                   "\"queueType\":\"STANDARD\",\"enqueueTimestamp\":\"2025-12-30T%sZ\"}",
                   moment[1]);
    if (step >= 2)
        buf_printf(out,
                   ",\"agentInfo\":{\"agentArn\":\"" INSTANCE
                   "/agent/a6e00001-0000-4000-8000-000000000003\","
                   "\"connectedToAgentTimestamp\":\"2025-12-30T%sZ\"}",
                   moment[2]);
    if (step >= 3)
        buf_printf(out, ",\"disconnectTimestamp\":\"2025-12-30T%sZ\"", moment[3]);
    buf_text(out, ",\"tags\":{\"aws:connect:instanceId\":\"5e11c0de-0000-4000-8000-0000000000aa\","
                  "\"aws:connect:systemEndpoint\":\"+442071838750\"}}");
}

static void flow_log(struct buf *out, unsigned n, int step)
{
    static const char *const block[] = {
        "\"ContactFlowModuleType\":\"SetLoggingBehavior\",\"Identifier\":\"103b9bc6-d842-4fbd-984d-"
        "75cc7fbb0785\","
        "\"Timestamp\":\"2025-12-30T16:33:26.101Z\",\"Parameters\":{\"LoggingBehavior\":"
        "\"Enable\"}",
        "\"ContactFlowModuleType\":\"SetAttributes\",\"Identifier\":\"Set "
        "tier\",\"Timestamp\":\"2025-12-30T16:33:26.110Z\","
        "\"Parameters\":{\"Value\":\"gold\",\"AddAttributeToRelatedContact\":\"false\",\"Key\":"
        "\"tier\"}",
        "\"ContactFlowModuleType\":\"PlayPrompt\",\"Identifier\":\"6c1b6b6e-0f27-4d5f-8e6a-"
        "7d0a6b1ec4d1\","
        "\"Timestamp\":\"2025-12-30T16:33:26.123Z\",\"Parameters\":{\"TextToSpeechType\":\"text\","
        "\"Text\":\"Thank you for "
        "calling. Your call is very important to us and will be answered in the order it was "
        "received.\","
        "\"Voice\":\"Joanna\"}",
        "\"ContactFlowModuleType\":\"InvokeExternalResource\",\"Identifier\":\"Look up customer\","
        "\"Timestamp\":\"2025-12-30T16:33:28.771Z\",\"ExternalResults\":{\"isSuccess\":\"true\","
        "\"name\":\"J. Doe\","
        "\"tier\":\"gold\"},\"Parameters\":{\"FunctionArn\":\"arn:aws:lambda:eu-west-2:"
        "111122223333:function:crm-lookup:live\","
        "\"Parameters\":{\"requestType\":\"lookup\"},\"ResponseValidation\":\"ResponseType=STRING_"
        "MAP\","
        "\"TimeLimit\":\"3000\"}",
        "\"ContactFlowModuleType\":\"CheckAttribute\",\"Identifier\":\"Check "
        "tier\",\"Timestamp\":\"2025-12-30T16:33:28.910Z\","
        "\"Parameters\":{\"Value\":\"gold\",\"SecondValue\":\"gold\",\"ComparisonMethod\":"
        "\"Equals\"}",
        "\"ContactFlowModuleType\":\"Transfer\",\"Identifier\":\"e0b9a5f6-8f3b-4f0c-9f77-"
        "0d7b0c3a55a0\","
        "\"Timestamp\":\"2025-12-30T16:33:28.990Z\",\"Parameters\":{}",
    };
    static const char *const results[] = {
        "", "", "", "", "\"Results\":\"true\",", "\"Results\":\"false\","};
    buf_printf(out,
               "{%s\"ContactId\":\"%s\",\"ContactFlowId\":\"" INSTANCE
               "/contact-flow/f10e0001-0000-4000-8000-000000000002\","
               "\"ContactFlowName\":\"Main inbound\",%s}",
               results[step], contact_id(n), block[step]);
}

static void make_mix(struct lines *lines)
{
    struct buf line = {0};
    for (int step = 0; step < 10; step++)
        for (unsigned n = 0; n < CONTACTS; n++) {
            buf_clear(&line);
            if (step % 5 < 2)
                contact_event(&line, n, step / 5 * 2 + step % 5);
            else
                flow_log(&line, n, step / 5 * 3 + step % 5 - 2);
            add_line(lines, line.data, line.length, 1);
        }
    buf_free(&line);
}

static bool read_lines(struct lines *lines, const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    if (!file)
        return false;
    while ((length = getline(&line, &capacity, file)) > 0)
        add_line(lines, line, (size_t)length, 1);
    free(line);
    fclose(file);
    return lines->count > 0;
}

/* ---- envelopes around the same lines */

static void base64(struct buf *out, const unsigned char *data, size_t length)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < length; i += 3) {
        uint32_t group = (uint32_t)data[i] << 16;
        group |= i + 1 < length ? (uint32_t)data[i + 1] << 8 : 0;
        group |= i + 2 < length ? data[i + 2] : 0;
        buf_char(out, digit[group >> 18]);
        buf_char(out, digit[group >> 12 & 63]);
        buf_char(out, i + 1 < length ? digit[group >> 6 & 63] : '=');
        buf_char(out, i + 2 < length ? digit[group & 63] : '=');
    }
}

static void gzip(struct buf *out, const struct buf *in)
{
    z_stream z = {0};
    deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    uLong most = deflateBound(&z, in->length);
    buf_reserve(out, most);
    z.next_in = (unsigned char *)in->data;
    z.avail_in = (unsigned)in->length;
    z.next_out = (unsigned char *)out->data;
    z.avail_out = (unsigned)most;
    deflate(&z, Z_FINISH);
    out->length = z.total_out;
    deflateEnd(&z);
}

static void subscribe(struct lines *out, const struct lines *flow, size_t from)
{
    struct buf plain = {0}, packed = {0}, body = {0};
    size_t count = flow->count - from < PER_BATCH ? flow->count - from : PER_BATCH;
    buf_text(&plain, "{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"111122223333\",\"logGroup\":\"/"
                     "aws/connect/x\","
                     "\"logStream\":\"s\",\"subscriptionFilters\":[\"f\"],\"logEvents\":[");
    for (size_t i = from; i < from + count; i++) {
        buf_printf(&plain, "%s{\"id\":\"%056zu\",\"timestamp\":1767112406101,\"message\":",
                   i > from ? "," : "", i);
        json_quote(&plain, flow->item[i].data);
        buf_char(&plain, '}');
    }
    buf_text(&plain, "]}");
    gzip(&packed, &plain);
    buf_text(&body, "{\"awslogs\":{\"data\":\"");
    base64(&body, (const unsigned char *)packed.data, packed.length);
    buf_text(&body, "\"}}");
    add_line(out, body.data, body.length, count);
    buf_free(&plain);
    buf_free(&packed);
    buf_free(&body);
}

static void wrap(struct lines *out, const struct lines *bare)
{
    struct lines flow = {0};
    struct buf body = {0};
    for (size_t i = 0; i < bare->count; i++) {
        const struct text *line = &bare->item[i];
        if (strstr(line->data, "ContactFlowModuleType")) {
            add_line(&flow, line->data, line->length, 1);
            continue;
        }
        buf_clear(&body);
        buf_printf(&body,
                   "{\"version\":\"0\",\"id\":\"3d95050f-c8e3-0b88-cce3-%012zu\",\"detail-type\":"
                   "\"Amazon Connect Contact "
                   "Event\",\"source\":\"aws.connect\",\"account\":\"111122223333\",\"time\":"
                   "\"2025-12-30T16:33:25Z\","
                   "\"region\":\"eu-west-2\",\"resources\":[\"" INSTANCE "\"],\"detail\":%s}",
                   i, line->data);
        add_line(out, body.data, body.length, 1);
    }
    for (size_t i = 0; i < flow.count; i += PER_BATCH)
        subscribe(out, &flow, i);
    buf_free(&body);
}

/* ---- measuring */

static void fold(void *context, const struct event *event)
{
    struct map *records = context;
    struct record *record = map_get(records, event->contact_id);
    if (!record) {
        record = mem_alloc(sizeof(*record));
        record_init(record, event->contact_id);
        map_set(records, event->contact_id, record);
    }
    record_apply(record, event);
}

static void complain(void *context, const char *where, const char *why, const char *text,
                     size_t length)
{
    (void)context;
    fprintf(stderr, "refused: %s: %s: %.*s\n", where, why, (int)(length < 80 ? length : 80), text);
}

static void release(void *record)
{
    record_free(record);
    free(record);
}

static double fold_all(const struct lines *lines)
{
    static const struct decode_options options = {.redact = REDACT_CARDS};
    struct map records = {0};
    struct arena arena = {0};
    const struct decode_sink sink = {.context = &records, .event = fold, .refused = complain};
    size_t events = 0;
    int64_t start = monotonic_ns();
    for (size_t i = 0; i < lines->count; i++) {
        events += decode_body(&arena, &options, lines->item[i].data, lines->item[i].length,
                              SEND * SECOND_MS, &sink)
                      .events;
        arena_reset(&arena);
    }
    double seconds = (double)(monotonic_ns() - start) / 1e9;
    map_free(&records, release);
    arena_free(&arena);
    return (double)events / seconds;
}

static double parse_all(const struct lines *lines)
{
    int64_t start = monotonic_ns();
    for (size_t i = 0; i < lines->count; i++)
        cJSON_Delete(cJSON_Parse(lines->item[i].data));
    return (double)lines->events / ((double)(monotonic_ns() - start) / 1e9);
}

int main(int argc, char **argv)
{
    struct lines bare = {0}, wrapped = {0};
    if (argc < 2)
        make_mix(&bare);
    else if (!read_lines(&bare, argv[1])) {
        fprintf(stderr, "bench_fold: cannot read lines of %s\n", argv[1]);
        return 1;
    }
    wrap(&wrapped, &bare);
    double parse[ROUNDS], plain[ROUNDS], enveloped[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        parse[round] = parse_all(&bare);
        plain[round] = fold_all(&bare);
        enveloped[round] = fold_all(&wrapped);
    }
    double base = bench_median(parse, ROUNDS), ours = bench_median(plain, ROUNDS),
           inside = bench_median(enveloped, ROUNDS);
    bench_figure("bare cJSON_Parse of the same lines", base, "lines/s", BENCH_NO_BAR, 0);
    bench_figure("decode + fold", ours, "events/s", BENCH_NO_BAR, 0);
    bench_figure("decode + fold, of bare cJSON_Parse", ours / base, "x", BENCH_AT_LEAST, 0.6);
    bench_figure("decode + fold in envelopes, of bare cJSON_Parse", inside / base, "x",
                 BENCH_AT_LEAST, 0.3);
    return 0;
}
