#include "support/log_payload.h"

#include <stdlib.h>
#include <string.h>

#include "contactwatch/decode.h"
#include "contactwatch/json.h"
#include "support/decoded.h"
#include "support/pack.h"

enum { LARGE_PAYLOAD = 1000000, HUGE = 900000 /* of a line's text: about what a message holds */ };

/* Text that is hard on the way: beyond ASCII, not for XML, escapes within escapes, no UTF-8. */
static void odd_text(struct buf *out, struct rng *rng, size_t size)
{
    static const char *const piece[] = {"plain words ", "\xc3\xa4\xc3\xb6",
                                        "\xe2\x82\xac", "\xf0\x9f\x93\x9e",
                                        "\xef\xbf\xbe", "\xef\xbf\xbf",
                                        "\xef\xbf\xbd", "\\u0000",
                                        "\\u0001",      "\\ud83d",
                                        "\\uffff",      "\x7f",
                                        "\\\\",         "\\\"",
                                        "\\n",          "\xff",
                                        "\xed\xa0\x80", "\xc2\x85",
                                        "]}",           "\xef\xbf"};
    for (size_t until = out->length + size; out->length < until;)
        buf_text(out, piece[rng_below(rng, ARRAY_SIZE(piece))]);
}

void log_payload_line(struct buf *out, struct rng *rng, unsigned contact, size_t filler)
{
    buf_printf(out,
               "{\"ContactId\":\"00000000-0000-4000-8000-%012u\",\"ContactFlowId\":"
               "\"arn:aws:connect:eu-west-1:123456789012:instance/i/contact-flow/f\","
               "\"ContactFlowName\":\"Main\",\"ContactFlowModuleType\":\"PlayPrompt\","
               "\"Timestamp\":\"2025-12-30T10:%02u:%02u.%03uZ\",\"Parameters\":{\"Text\":\"",
               contact, rng_below(rng, 60), rng_below(rng, 60), rng_below(rng, 1000));
    if (filler < HUGE)
        odd_text(out, rng, filler);
    else
        buf_pad(out, 'x', filler);
    buf_text(out, "\"}}");
}

/* A JSON string of these bytes: quotes, backslashes and some controls escaped, all else as it is.
 */
static void quote_raw(struct buf *out, struct rng *rng, const struct buf *text)
{
    buf_char(out, '"');
    for (size_t i = 0; i < text->length; i++) {
        unsigned char c = (unsigned char)text->data[i];
        if (c == '"' || c == '\\')
            buf_char(out, '\\');
        if (c < 0x20)
            buf_printf(out, "\\u%04x", c);
        else
            buf_char(out, (char)c);
    }
    if (rng_chance(rng, 0.05))
        buf_text(out, "\\u0007\\uFFFE\\/");
    buf_char(out, '"');
}

static void blanks(struct buf *out, struct rng *rng)
{
    static const char *const blank[] = {"", "", "", " ", "\n", "\t "};
    buf_text(out, blank[rng_below(rng, ARRAY_SIZE(blank))]);
}

static void write_message(struct buf *out, struct rng *rng, size_t filler)
{
    struct buf line = {0};
    unsigned kind = rng_below(rng, 20);
    if (kind == 0)
        odd_text(&line, rng, 40); /* no JSON, as a rule */
    else if (kind == 1)
        buf_text(&line, "{\"eventType\":\"QUEUED\",\"contactId\":\"c-9\",\"channel\":\"VOICE\"}");
    else if (kind == 2)
        buf_text(&line, "{\"some\":\"other line\"}");
    else
        log_payload_line(&line, rng, rng_below(rng, 7), filler);
    if (kind == 3)
        buf_add(out, buf_str(&line), line.length); /* opened already */
    else
        quote_raw(out, rng, &line);
    buf_free(&line);
}

static void write_event(struct buf *out, struct rng *rng, size_t filler)
{
    blanks(out, rng);
    buf_char(out, '{');
    if (!rng_chance(rng, 0.05))
        buf_printf(out, "\"id\":\"3690%052u\",", rng_below(rng, 1000000));
    if (rng_chance(rng, 0.05))
        buf_text(out, "\"extractedFields\":{\"a\":\"b\"},\"ingestionTime\":1,");
    if (rng_chance(rng, 0.03))
        buf_text(out, "\"id\":\"again\",\"eventId\":\"other\",");
    blanks(out, rng);
    if (!rng_chance(rng, 0.05))
        buf_printf(out, "\"timestamp\":%s,",
                   rng_chance(rng, 0.1)   ? "1.767088801e12"
                   : rng_chance(rng, 0.1) ? "\"soon\""
                                          : "1767088801000");
    buf_text(out, "\"message\":");
    write_message(out, rng, filler);
    blanks(out, rng);
    buf_char(out, '}');
}

void log_payload(struct buf *out, struct rng *rng, size_t size)
{
    size_t until = out->length + size;
    bool late = rng_chance(rng, 0.2), more;
    blanks(out, rng);
    buf_char(out, '{');
    if (!late)
        buf_text(out, "\"messageType\":\"DATA_MESSAGE\",\"owner\":\"123456789012\",");
    buf_text(out, "\"logGroup\":\"/aws/connect/\xc3\xa4\",\"logStream\":\"2025/12/30/\\u0041\","
                  "\"subscriptionFilters\":[\"f\"],\"policyLevel\":\"X\",\"logEvents\":[");
    do {
        bool large = size > LARGE_PAYLOAD, huge = large && rng_chance(rng, 0.01);
        write_event(out, rng,
                    huge ? HUGE + rng_below(rng, 160000) : rng_below(rng, large ? 4000 : 60));
        more = out->length < until;
        if (more)
            buf_char(out, ',');
    } while (more);
    buf_text(out, late ? "],\"messageType\":\"DATA_MESSAGE\"}" : "]}");
    blanks(out, rng);
}

void log_payload_event(struct buf *out, struct rng *rng, const char *text, size_t length)
{
    struct buf packed = {0};
    size_t at = 0, members = 1 + rng_below(rng, 3);
    for (size_t i = 1; i <= members; i++) {
        size_t end = length * i / members;
        pack(&packed, rng_chance(rng, 0.5) ? PACK_GZIP : PACK_ZLIB, text + at, end - at);
        at = end;
    }
    buf_text(out, "{\"awslogs\":{\"data\":\"");
    pack_base64(out, packed.data, packed.length);
    buf_text(out, "\"}}");
    buf_free(&packed);
}

static void keep(struct told *told, struct buf *line)
{
    mem_grow(told->line, told->lines, told->capacity);
    told->line[told->lines++] = buf_take(line);
}

static void tell_event(void *context, const struct event *event)
{
    const struct entry *entry = &event->entry;
    struct buf line = {0};
    buf_printf(&line, "%s %d %lld %u %s ", event->contact_id, entry->type, (long long)entry->time,
               entry->marks, entry->log_event_id ? entry->log_event_id : "-");
    buf_add(&line, entry->body, entry->length);
    keep(context, &line);
}

static void tell_refusal(void *context, const char *where, const char *why, const char *text,
                         size_t length)
{
    struct buf line = {0};
    (void)where; /* it stands elsewhere now */
    buf_printf(&line, "refused %s ", why);
    buf_add(&line, text, length);
    keep(context, &line);
}

void told_body(struct told *told, const char *body, size_t length)
{
    static const struct decode_options all = {.redact = REDACT_NONE};
    const struct decode_sink sink = {told, tell_event, NULL, tell_refusal};
    struct arena arena = {0};
    decode_body(&arena, &all, body, length, DECODED_SENT, &sink);
    arena_free(&arena);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void told_sort(struct told *told)
{
    if (told->lines)
        qsort(told->line, told->lines, sizeof(*told->line), by_text);
}

void told_free(struct told *told)
{
    for (size_t i = 0; i < told->lines; i++)
        free(told->line[i]);
    free(told->line);
    *told = (struct told){0};
}

void log_payload_long(struct buf *event, size_t length, uint32_t letters)
{
    struct rng rng;
    struct buf text = {0};
    rng_seed(&rng, 3);
    buf_text(&text, "{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{\"id\":\"1\",\"message\":\"{"
                    "\\\"ContactId\\\":\\\"c\\\",\\\"ContactFlowModuleType\\\":\\\"x\\\","
                    "\\\"Results\\\":\\\"");
    for (size_t i = 0; i < length; i++)
        buf_char(&text, (char)('!' + 12 + rng_below(&rng, letters)));
    buf_text(&text, "\\\"}\"},{\"id\":\"2\",\"message\":\"{}\"}]}");
    log_payload_event(event, &rng, text.data, text.length);
    buf_free(&text);
}
