#include "support/expired_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/decode.h"

#define SAMPLES_START INT64_C(1763077800000)

int64_t expired_now;
static int64_t tell_now(void *context)
{
    (void)context;
    return expired_now;
}
const struct clock expired_clock = {tell_now, NULL};

int expired_setup(void **state)
{
    void *place = NULL;
    struct expired *e = mem_zero(sizeof(*e));
    dynamodb_fixture_fresh();
    archive_fixture_file(&place);
    expired_now = SAMPLES_START + 2 * HOUR_MS;
    e->place = place;
    e->time_ms = MINUTE_MS;
    samples_make(&e->samples, 7, 6);
    e->setup = (struct lambda_setup){
        .store_spec = "dynamodb:" FIXTURE_TABLE,
        .store = {.aws = dynamodb_fixture_session(),
                  .clock = &expired_clock,
                  .retention_ms = HOUR_MS},
        .archive = e->place->spec,
        .clock = &expired_clock,
    };
    *state = e;
    return 0;
}

int expired_teardown(void **state)
{
    struct expired *e = *state;
    void *place = e->place;
    if (e->handler)
        lambda_archive.close(e->handler);
    archive_close(e->archive);
    samples_free(&e->samples);
    batch_free(&e->batch);
    buf_free(&e->event);
    buf_free(&e->answer);
    archive_fixture_teardown(&place);
    free(e);
    return 0;
}

struct store *expired_store(struct aws_session *session)
{
    const struct store_options options = {
        .aws = session, .clock = &expired_clock, .retention_ms = HOUR_MS};
    struct err err = {""};
    struct store *store = dynamodb_fixture_open(&options, &err);
    if (!store)
        fail_msg("%s", err.text);
    return store;
}

void expired_ingest(struct expired *e, struct store *store, const struct sample *sample,
                    size_t first, size_t last, size_t a_flush)
{
    last = last ? last : sample->count;
    for (size_t i = first; i < last; i++) {
        batch_add(&e->batch, sample->event[i]);
        if (i + 1 < last && (!a_flush || (i + 1 - first) % a_flush))
            continue;
        batch_store(store, &e->batch);
        batch_clear(&e->batch);
    }
}

static void keep_event(void *context, const struct event *event)
{
    struct sample *sample = context;
    struct event *copy = mem_alloc(sizeof(*copy));
    *copy = *event;
    mem_grow(sample->event, sample->count, sample->capacity);
    sample->event[sample->count++] = copy;
}

void expired_attributes(struct expired *e, struct sample *sample, size_t entries, size_t large)
{
    static const struct decode_options plain = {.redact = REDACT_NONE};
    const struct decode_sink sink = {.context = sample, .event = keep_event};
    struct buf line = {0};
    struct rng rng;
    rng_seed(&rng, 5);
    *sample = (struct sample){.contact_id = mem_strdup("1a29e000-0000-4000-8000-000000000001")};
    for (size_t i = 0; i < entries; i++) {
        char at[INSTANT_TEXT];
        instant_format(expired_now - HOUR_MS + (int64_t)i, at);
        buf_clear(&line);
        buf_printf(
            &line,
            "{\"ContactId\":\"%s\",\"ContactFlowModuleType\":\"SetAttributes\",\"Timestamp\":"
            "\"%s\",\"Parameters\":{\"Key\":\"k%zu\",\"Value\":\"",
            sample->contact_id, at, i);
        for (size_t left = i < large ? 700 * 1024 : 20; left; left--)
            buf_char(&line, (char)('#' + rng_below(&rng, '[' - '#')));
        buf_text(&line, "\"}}");
        decode_body(&e->samples.arena, &plain, line.data, line.length, expired_now, &sink);
    }
    assert_int_equal(sample->count, entries);
    buf_free(&line);
}

void expired_sample_free(struct sample *sample)
{
    for (size_t i = 0; i < sample->count; i++)
        free(sample->event[i]);
    free(sample->event);
    free(sample->contact_id);
}

void expired_ingest_all(struct expired *e, size_t a_flush)
{
    struct store *store = expired_store(NULL);
    for (size_t i = 0; i < e->samples.count; i++)
        expired_ingest(e, store, &e->samples.item[i], 0, 0, a_flush);
    store_close(store);
    expired_pass();
}

size_t expired_chunks(void)
{
    return fake_aws_items(fixture_fake, FIXTURE_HISTORY);
}

void expired_pass(void)
{
    expired_now += 100 * DAY_MS;
}

void stream_record(struct expired *e, const char *name, const char *identity, const char *keys,
                   const char *image)
{
    struct buf *out = &e->event;
    buf_text(out, out->length ? "," : "{\"Records\":[");
    buf_printf(out,
               "{\"eventID\":\"e%u\",\"eventName\":\"%s\",\"eventVersion\":\"1.1\",\"eventSource\":"
               "\"aws:dynamodb\",\"awsRegion\":\"eu-west-1\",\"dynamodb\":{"
               "\"ApproximateCreationDateTime\":1763077801,\"Keys\":",
               e->sequence, name);
    buf_text(out, keys);
    if (image) {
        buf_text(out, ",\"OldImage\":");
        buf_text(out, image);
    }
    buf_printf(out,
               ",\"SequenceNumber\":\"4421584500000000%010u\",\"SizeBytes\":999,"
               "\"StreamViewType\":\"OLD_IMAGE\"},\"eventSourceARN\":\"arn:aws:dynamodb:eu-west-1:"
               "123456789012:table/Contacts/stream/2025-11-13T00:00:00.000\"",
               ++e->sequence);
    if (identity)
        buf_printf(out, ",\"userIdentity\":%s", identity);
    buf_char(out, '}');
}

void stream_ttl(struct expired *e, const char *contact_id)
{
    struct buf item = {0}, keys = {0}, call = {0};
    dynamodb_fixture_item(FIXTURE_TABLE, contact_id, &item);
    buf_printf(&keys, "{\"Connect_ContactId\":{\"S\":\"%s\"}}", contact_id);
    stream_record(e, "REMOVE", STREAM_TTL, keys.data, item.data);
    buf_printf(&call, "{\"TableName\":\"" FIXTURE_TABLE "\",\"Key\":%s}", keys.data);
    dynamodb_fixture_call("DeleteItem", call.data);
    buf_free(&item);
    buf_free(&keys);
    buf_free(&call);
}

bool stream_send_text(struct expired *e, const char *text)
{
    struct err err = {""};
    const struct lambda_invocation invocation = {
        .request_id = "request-1",
        .event = text,
        .length = strlen(text),
        .received = expired_now,
        .deadline = expired_now + e->time_ms,
    };
    if (!e->handler)
        e->handler = lambda_archive.open(&e->setup, &err);
    if (!e->handler)
        fail_msg("%s", err.text);
    buf_clear(&e->answer);
    e->fault = (struct lambda_fault){{0}, {0}};
    e->reported = 0;
    if (!lambda_archive.handle(e->handler, &invocation, &e->answer, &e->fault)) {
        assert_int_equal(e->answer.length, 0);
        assert_string_not_equal(e->fault.message, "");
        return false;
    }
    struct arena arena = {0};
    const cJSON *answer = json_parse(&arena, e->answer.data, e->answer.length, &err);
    const cJSON *list = json_get(answer, "batchItemFailures"), *item = NULL;
    assert_true(cJSON_IsArray(list));
    cJSON_ArrayForEach(item, list) assert_non_null(json_text(item, "itemIdentifier"));
    e->reported = (unsigned)cJSON_GetArraySize(list);
    arena_free(&arena);
    return true;
}

bool stream_send(struct expired *e)
{
    struct buf text = {0};
    buf_printf(&text, "%s]}", e->event.length ? e->event.data : "{\"Records\":[");
    bool done = stream_send_text(e, text.data);
    buf_free(&text);
    return done;
}

void stream_clear(struct expired *e)
{
    buf_clear(&e->event);
}

bool stream_reports(const struct expired *e, unsigned sequence)
{
    char wanted[48];
    snprintf(wanted, sizeof(wanted), "\"4421584500000000%010u\"", sequence);
    return strstr(e->answer.data, wanted) != NULL;
}

static char *canonical(const struct record *record, const struct history *history)
{
    struct buf out = {0};
    record_write_item(&out, record, history, RECORD_CANONICAL);
    return buf_take(&out);
}

char *expired_union(struct expired *e, struct store *store, const char *contact_id)
{
    struct arena arena = {0};
    struct record record, living;
    struct history history = {0};
    struct err err = {""};
    bool found = false, lives = false;
    /* Opened anew: a reader that stays learns of a new day some seconds late. */
    struct archive *archive = archive_open(e->setup.archive, e->setup.aws, false, &err);
    if (!archive || !archive_get(archive, contact_id, &arena, &record, &history, &found, &err))
        fail_msg("%s", err.text);
    archive_close(archive);
    if (!found)
        record_init(&record, contact_id);
    if (store && !store_get(store, contact_id, &arena, &living, NULL, &lives, &err))
        fail_msg("%s", err.text);
    if (store && !store->ops->history(store, contact_id, &arena, &history, &err))
        fail_msg("%s", err.text);
    if (lives) {
        record_join(&record, &living);
        record_free(&living);
    }
    history_sort(&history);
    char *text = found || lives ? canonical(&record, &history) : mem_strdup("");
    record_free(&record);
    history_free(&history);
    arena_free(&arena);
    return text;
}

char *expired_archived(struct expired *e, const char *contact_id)
{
    return expired_union(e, NULL, contact_id);
}

char *expired_wanted(const struct sample *sample)
{
    struct record record;
    struct history history;
    sample_fold(sample, UINT64_MAX, &record, &history);
    char *text = canonical(&record, &history);
    record_free(&record);
    history_free(&history);
    return text;
}

void expired_same(const char *got, const char *wanted)
{
    size_t at = 0;
    while (got[at] && got[at] == wanted[at])
        at++;
    size_t from = at > 80 ? at - 80 : 0;
    if (got[at] != wanted[at])
        fail_msg("at %zu: %.200s\ninstead of %.200s", at, got + from, wanted + from);
}

void expired_expect(struct expired *e, const struct sample *sample)
{
    char *wanted = expired_wanted(sample), *got = expired_archived(e, sample->contact_id);
    expired_same(got, wanted);
    free(wanted);
    free(got);
}

void expired_expect_all(struct expired *e)
{
    for (size_t i = 0; i < e->samples.count; i++)
        expired_expect(e, &e->samples.item[i]);
}
