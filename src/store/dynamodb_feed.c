/* The writer's side of the feed: numbered items, put one behind the other, and beats. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "contactwatch/json.h"
#include "contactwatch/log.h"
#include "store/dynamodb_feed_internal.h"

enum { WAVE = 8 /* items of one flush under way together */ };

struct waiting {
    struct buf bytes;
    uint64_t seq;
};

struct ddb_feed {
    char name[96]; /* the writer's, of this store object alone */
    char shard[16];
    uint64_t seq;              /* last given out */
    int64_t last_ms;           /* of the key written last */
    int64_t prior_ms, sent_ms; /* of the flush put last; of the one numbered seq */
    int64_t beat_at;           /* when it last beat; 0 = never */
    struct waiting *waiting;   /* in order */
    size_t count, capacity, bytes;
};

int64_t ddb_now(const struct dynamodb_store *s)
{
    enum { COARSE_MS = 2000 /* a Date has whole seconds, and travels */ };
    int64_t skew = s->aws ? aws_session_skew(s->aws) : 0;
    return clock_now(s->clock) + (skew > COARSE_MS || skew < -COARSE_MS ? skew : 0);
}

static struct ddb_feed *feed_of(struct dynamodb_store *s)
{
    if (s->out)
        return s->out;
    uint32_t random = 0;
    if (getrandom(&random, sizeof(random), 0) != sizeof(random))
        random = (uint32_t)monotonic_ns();
    s->out = mem_zero(sizeof(*s->out));
    snprintf(s->out->name, sizeof(s->out->name), "%s-%08x", s->writer, random);
    snprintf(s->out->shard, sizeof(s->out->shard), "FEED#%u", feed_shard_of(s->out->name));
    return s->out;
}

/* A writer's times never go back, whatever its clock does. */
static int64_t next_ms(struct dynamodb_store *s)
{
    int64_t now = ddb_now(s);
    if (now > s->out->last_ms)
        s->out->last_ms = now;
    return s->out->last_ms;
}

static void member_text(struct buf *out, const char *name, const char *text)
{
    buf_printf(out, ",\"%s\":{\"S\":", name);
    json_quote(out, text);
    buf_char(out, '}');
}

static void member_number(struct buf *out, const char *name, int64_t number)
{
    buf_printf(out, ",\"%s\":{\"N\":\"%lld\"}", name, (long long)number);
}

static void start_put(struct dynamodb_store *s, struct aws_call *call, const char *shard,
                      const char *written, int64_t life_s)
{
    call->operation = "PutItem";
    buf_text(&call->body, "{\"TableName\":");
    json_quote(&call->body, s->feed);
    buf_printf(&call->body, ",\"Item\":{\"%s\":{\"S\":\"%s\"}", DDB_FEED_SHARD, shard);
    member_text(&call->body, DDB_WRITTEN, written);
    member_number(&call->body, DDB_EXPIRY, ddb_now(s) / SECOND_MS + life_s);
}

static void flush_call(struct dynamodb_store *s, struct aws_call *call, const struct waiting *item,
                       int64_t prior)
{
    char written[FEED_KEY_MAX];
    feed_key_write(written, s->out->last_ms, s->out->name, item->seq);
    s->out->sent_ms = s->out->last_ms;
    start_put(s, call, s->out->shard, written, DDB_FEED_LIFE_S);
    member_number(&call->body, FEED_PRIOR, prior);
    buf_printf(&call->body, ",\"%s\":{\"B\":\"", DDB_PACKED);
    ddb_base64(&call->body, item->bytes.data, item->bytes.length);
    buf_text(&call->body, "\"}}}");
}

static void beat_members(struct buf *out, const struct store_beat *beat)
{
    member_text(out, "Beat_Writer", beat->writer);
    member_number(out, "Beat_At", beat->at);
    member_number(out, "Beat_Lag", beat->lag_ms);
    member_number(out, "Beat_Backlog", beat->backlog);
    member_number(out, "Beat_Events", (int64_t)beat->events);
    member_number(out, "Beat_Refused", (int64_t)beat->refused);
    member_number(out, "Beat_Quarantined", (int64_t)beat->quarantined);
    member_number(out, "Beat_Throttles", (int64_t)beat->throttles);
    member_number(out, "Beat_Stopping", beat->stopping);
    if (beat->on_demand)
        member_number(out, "Beat_On_Demand", 1);
}

static void beat_call(struct dynamodb_store *s, struct aws_call *call,
                      const struct store_beat *beat)
{
    struct ddb_feed *feed = s->out;
    char written[FEED_KEY_MAX];
    snprintf(written, sizeof(written), "%013lld#%s", (long long)next_ms(s), feed->name);
    start_put(s, call, FEED_BEAT_SHARD, written,
              beat && beat->on_demand ? DDB_FEED_LIFE_S : FEED_BEAT_LIFE_S);
    member_number(&call->body, FEED_SEQ, (int64_t)feed->seq);
    member_number(&call->body, FEED_PRIOR, feed->sent_ms);
    member_text(&call->body, FEED_SHARD_NAME, feed->shard);
    if (beat)
        beat_members(&call->body, beat);
    buf_text(&call->body, "}}");
}

/* An item that no trying will put is given up; readers see the gap and load anew. */
static bool hopeless(const struct aws_call *call)
{
    return call->fault == AWS_REFUSED && strcmp(call->code, "ValidationException") == 0;
}

static void drop_first(struct ddb_feed *feed, size_t count)
{
    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        feed->bytes -= feed->waiting[i].bytes.length;
        buf_free(&feed->waiting[i].bytes);
    }
    feed->count -= count;
    memmove(feed->waiting, feed->waiting + count, feed->count * sizeof(*feed->waiting));
}

/* What the first of a wave that failed leaves waiting goes again with all behind it: twice there is
 * once, by its number. */
static bool settle_wave(struct dynamodb_store *s, struct aws_call *call, size_t count,
                        struct err *err)
{
    size_t done = 0;
    for (; done < count; done++) {
        if (call[done].fault != AWS_FINE && !hopeless(&call[done]))
            break;
        if (call[done].fault != AWS_FINE)
            log_error("an item of the feed is refused: %s", call[done].message);
        else
            s->out->prior_ms = s->out->last_ms;
    }
    bool good = done == count || aws_call_error(&call[done], err);
    drop_first(s->out, done);
    return good;
}

/* Beats beside the first wave when it is time: its own failing is of no weight. */
static bool put_wave(struct dynamodb_store *s, struct err *err)
{
    struct ddb_feed *feed = s->out;
    size_t count = feed->count < WAVE ? feed->count : WAVE;
    struct aws_call call[WAVE + 1] = {0};
    int64_t now = next_ms(s), prior = feed->prior_ms;
    bool beats = !s->on_demand && (!feed->beat_at || now - feed->beat_at >= FEED_BEAT_EVERY_MS);
    for (size_t i = 0; i < count; i++) {
        flush_call(s, &call[i], &feed->waiting[i], prior);
        prior = feed->last_ms;
    }
    if (beats)
        beat_call(s, &call[count], NULL);
    ddb_run_all(s, call, count + beats);
    if (beats && call[count].fault == AWS_FINE)
        feed->beat_at = now;
    bool good = settle_wave(s, call, count, err);
    for (size_t i = 0; i < count + beats; i++)
        aws_call_free(&call[i]);
    return good;
}

static bool put_waiting(struct dynamodb_store *s, struct err *err)
{
    while (s->out->count)
        if (!put_wave(s, err))
            return false;
    return true;
}

/* Beyond the cap the oldest are given up, which readers see as a gap. */
static void keep_within_cap(struct ddb_feed *feed)
{
    size_t drop = 0, bytes = feed->bytes;
    while (drop < feed->count && bytes > FEED_WAITING_MAX)
        bytes -= feed->waiting[drop++].bytes.length;
    if (drop)
        log_warning("%zu items of the feed could not be put for too long: viewers load anew", drop);
    drop_first(feed, drop);
}

static void enqueue(struct ddb_feed *feed, struct feed_pieces *pieces)
{
    for (size_t i = 0; i < pieces->count; i++) {
        mem_grow(feed->waiting, feed->count, feed->capacity);
        feed->waiting[feed->count++] = (struct waiting){pieces->piece[i], ++feed->seq};
        feed->bytes += pieces->piece[i].length;
    }
    free(pieces->piece);
}

bool ddb_feed_write(struct dynamodb_store *s, const struct ddb_row *row, size_t count,
                    const struct agent_event *agent, size_t agents, struct err *err)
{
    struct ddb_feed *feed = feed_of(s);
    struct feed_pieces pieces = {0};
    feed_pack(&pieces, row, count, agent, agents);
    enqueue(feed, &pieces);
    keep_within_cap(feed);
    return put_waiting(s, err) || err_wrap(err, "feed %s", s->feed);
}

bool dynamodb_beat(struct store *store, const struct store_beat *beat, struct err *err)
{
    struct dynamodb_store *s = dynamodb_of(store);
    struct ddb_feed *feed = feed_of(s);
    struct aws_call call = {0};
    if (s->read_only)
        return true;
    if (!put_waiting(s, err))
        return err_wrap(err, "feed %s", s->feed);
    beat_call(s, &call, beat);
    ddb_run_all(s, &call, 1);
    bool good = call.fault == AWS_FINE || aws_call_error(&call, err);
    if (good)
        feed->beat_at = feed->last_ms;
    aws_call_free(&call);
    return good || err_wrap(err, "feed %s", s->feed);
}

void ddb_feed_close(struct dynamodb_store *s)
{
    struct err err = {0};
    struct ddb_feed *feed = s->out;
    if (!feed)
        return;
    if (!put_waiting(s, &err))
        log_warning("%zu items of the feed are lost: %s", feed->count, err.text);
    drop_first(feed, feed->count);
    free(feed->waiting);
    free(feed);
    s->out = NULL;
}
