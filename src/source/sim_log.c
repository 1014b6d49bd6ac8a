/*
 * Contact flow logs as CloudWatch Logs hands them on: lines of several
 * contacts share a stream; a stream is flushed a second or two after its first line, or when
 * SIM_LOG_BATCH lines are there.
 */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"
#include "source/sim_internal.h"

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void sim_log_start(struct sim *sim)
{
    double want = 2 + sim->options.rate / 30;
    sim->streams = want < SIM_MAX_STREAMS ? (size_t)want : SIM_MAX_STREAMS;
    for (size_t i = 0; i < sim->streams; i++) {
        char *tail = sim->stream[i].tail;
        for (int k = 0; k < 22; k++)
            tail[k] = base64[rng_below(&sim->rng, 62)];
        memcpy(tail + 22, "==", 3);
    }
    sim->deflating = deflateInit2(&sim->deflate, Z_BEST_SPEED, Z_DEFLATED, 14 + 16, 7,
                                  Z_DEFAULT_STRATEGY) == Z_OK;
    if (!sim->deflating)
        abort(); /* zlib is out of memory */
}

void sim_log_free(struct sim *sim)
{
    for (size_t i = 0; i < SIM_MAX_STREAMS; i++)
        buf_free(&sim->stream[i].events);
    struct buf *const mine[] = {&sim->line,   &sim->parameters, &sim->external, &sim->value,
                                &sim->value2, &sim->body,       &sim->plain,    &sim->packed};
    for (size_t i = 0; i < ARRAY_SIZE(mine); i++)
        buf_free(mine[i]);
    if (sim->deflating)
        deflateEnd(&sim->deflate);
}

static void put_digits(struct buf *out, uint64_t value, int width)
{
    char digits[20];
    for (int i = width - 1; i >= 0; i--, value /= 10)
        digits[i] = (char)('0' + value % 10);
    buf_add(out, digits, (size_t)width);
}

static void pack(struct buf *out, const struct buf *plain, z_stream *deflater)
{
    deflateReset(deflater);
    buf_clear(out);
    buf_reserve(out, deflateBound(deflater, (uLong)plain->length));
    deflater->next_in = (Bytef *)plain->data;
    deflater->avail_in = (uInt)plain->length;
    deflater->next_out = (Bytef *)out->data;
    deflater->avail_out = (uInt)out->capacity;
    deflate(deflater, Z_FINISH);
    out->length = out->capacity - deflater->avail_out;
}

static void put_base64(struct buf *out, const struct buf *bytes)
{
    const unsigned char *in = (const unsigned char *)bytes->data;
    size_t length = bytes->length;
    buf_reserve(out, (length + 2) / 3 * 4);
    char *p = out->data + out->length;
    for (size_t i = 0; i < length; i += 3) {
        unsigned a = in[i], b = i + 1 < length ? in[i + 1] : 0, c = i + 2 < length ? in[i + 2] : 0;
        *p++ = base64[a >> 2];
        *p++ = base64[(a & 3) << 4 | b >> 4];
        *p++ = i + 1 < length ? base64[(b & 15) << 2 | c >> 6] : '=';
        *p++ = i + 2 < length ? base64[c & 63] : '=';
    }
    *p = '\0';
    out->length = (size_t)(p - out->data);
}

static void stream_name(const struct sim *sim, const struct sim_stream *stream, struct buf *out)
{
    char at[INSTANT_TEXT];
    instant_format(sim->now, at);
    const struct {
        size_t from, length;
    } part[] = {{0, 4}, {5, 2}, {8, 2}, {11, 2}};
    for (size_t i = 0; i < ARRAY_SIZE(part); i++) {
        buf_add(out, at + part[i].from, part[i].length);
        buf_char(out, '/');
    }
    buf_text(out, "stream-");
    buf_text(out, stream->tail);
}

static void flush(struct sim *sim, struct sim_stream *stream)
{
    struct buf *plain = &sim->plain;
    buf_clear(plain);
    buf_text(plain, "{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"");
    buf_text(plain, sim->account);
    buf_text(plain, "\",\"logGroup\":\"/aws/connect/");
    buf_text(plain, sim->alias);
    buf_text(plain, "\",\"logStream\":\"");
    stream_name(sim, stream, plain);
    buf_text(plain, "\",\"subscriptionFilters\":[\"contactwatch\"],\"logEvents\":[");
    buf_add(plain, stream->events.data, stream->events.length);
    buf_text(plain, "]}");
    pack(&sim->packed, plain, &sim->deflate);
    buf_clear(&sim->body);
    buf_text(&sim->body, "{\"awslogs\":{\"data\":\"");
    put_base64(&sim->body, &sim->packed);
    buf_text(&sim->body, "\"}}");
    sim_send(sim, &sim->body, sim_between(sim, 300, 1200));
    buf_clear(&stream->events);
    stream->count = 0;
    stream->batch++;
}

/* The timer of batch `argument >> 4` of stream `argument & 15`: void when that batch has gone
 * already. */
static void flush_due(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)contact;
    struct sim_stream *stream = &sim->stream[argument & (SIM_MAX_STREAMS - 1)];
    if (stream->count && (stream->batch & 0xffffff) == (uint32_t)argument >> 4)
        flush(sim, stream);
}

static void append(struct sim *sim, size_t index)
{
    struct sim_stream *stream = &sim->stream[index];
    struct buf *events = &stream->events;
    if (stream->count)
        buf_char(events, ',');
    buf_text(events, "{\"id\":\"3");
    put_digits(events, (uint64_t)sim->now, 16);
    put_digits(events, ++sim->log_sequence, 19);
    put_digits(events, rng_next(&sim->rng), 20);
    buf_text(events, "\",\"timestamp\":");
    put_digits(events, (uint64_t)sim->now, 13);
    buf_text(events, ",\"message\":");
    json_quote(events, buf_str(&sim->line));
    buf_char(events, '}');
    if (++stream->count == SIM_LOG_BATCH)
        flush(sim, stream);
    else if (stream->count == 1)
        sim_after(sim, sim_between(sim, 800, 1800), flush_due, NULL,
                  (int)((stream->batch & 0xffffff) << 4 | (uint32_t)index));
}

static void put_stack(struct buf *line, const struct sim_contact *contact)
{
    if (contact->depth < 2)
        return;
    buf_text(line, ",\"ModuleExecutionStack\":[\"");
    for (int i = contact->depth - 1; i >= 0; i--) {
        buf_text(line, contact->frame[i].flow->arn);
        buf_text(line, i ? "\",\"" : "\"]");
    }
}

void sim_log(struct sim *sim, const struct sim_contact *contact, int64_t at, const char *results,
             const char *external, const char *parameters)
{
    if (!contact->logging)
        return;
    const struct sim_frame *frame = &contact->frame[contact->depth - 1];
    const struct sim_block *block = &frame->flow->script->block[frame->block];
    struct buf *line = &sim->line;
    buf_clear(line);
    buf_char(line, '{');
    if (results) {
        buf_text(line, "\"Results\":");
        json_quote(line, results);
        buf_char(line, ',');
    }
    buf_text(line, "\"ContactId\":\"");
    buf_text(line, contact->id);
    buf_text(line, "\",\"ContactFlowId\":\"");
    buf_text(line, frame->flow->arn);
    buf_text(line, "\",\"ContactFlowName\":");
    json_quote(line, frame->flow->name);
    sim_member(line, "ContactFlowModuleType", sim_block_name[block->type]);
    sim_member(line, "Identifier", frame->flow->block_id[frame->block]);
    sim_time(line, "Timestamp", at);
    if (external) {
        buf_text(line, ",\"ExternalResults\":");
        buf_text(line, external);
    }
    if (parameters) {
        buf_text(line, ",\"Parameters\":");
        buf_text(line, parameters);
    }
    put_stack(line, contact);
    buf_char(line, '}');
    append(sim, contact->stream);
}
