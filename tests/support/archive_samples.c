#include "support/archive_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/decode.h"
#include "contactwatch/map.h"
#include "contactwatch/sim.h"

enum { EVENTS_MAX = 200 };

struct gathering {
    struct samples *samples;
    struct map by_id; /* index + 1 */
};

static void take_event(void *context, const struct event *event)
{
    struct gathering *g = context;
    struct samples *samples = g->samples;
    uintptr_t at = (uintptr_t)map_get(&g->by_id, event->contact_id);
    if (!at) {
        mem_grow(samples->item, samples->count, samples->capacity);
        samples->item[samples->count++] =
            (struct sample){.contact_id = mem_strdup(event->contact_id)};
        at = samples->count;
        map_set(&g->by_id, event->contact_id, (void *)at);
    }
    struct sample *sample = &samples->item[at - 1];
    if (sample->count == EVENTS_MAX)
        return;
    struct event *copy = arena_alloc(&samples->arena, sizeof(*copy));
    *copy = *event;
    mem_grow(sample->event, sample->count, sample->capacity);
    sample->event[sample->count++] = copy;
}

static void take_refusal(void *context, const char *where, const char *why, const char *text,
                         size_t length)
{
    (void)context, (void)text, (void)length;
    fail_msg("refused %s: %s", where, why);
}

void samples_make(struct samples *samples, uint64_t seed, size_t contacts)
{
    struct gathering gathering = {.samples = samples};
    const struct decode_options plain = {.redact = REDACT_CARDS};
    const struct decode_sink sink = {&gathering, take_event, NULL, take_refusal};
    /* Shortly before midnight, UTC: calls of two days. */
    const struct sim_options options = {.seed = seed,
                                        .start = INT64_C(1763078370000),
                                        .rate = 20,
                                        .contacts = contacts,
                                        .duplicates = 0.02,
                                        .disorder = 0.05};
    struct buf body = {0};
    int64_t due;
    struct sim *sim = sim_new(&options, NULL);
    *samples = (struct samples){0};
    assert_non_null(sim);
    while (sim_next(sim, &body, &due))
        decode_body(&samples->arena, &plain, body.data, body.length, due, &sink);
    sim_free(sim);
    buf_free(&body);
    map_free(&gathering.by_id, NULL);
}

void samples_free(struct samples *samples)
{
    for (size_t i = 0; i < samples->count; i++) {
        free(samples->item[i].contact_id);
        free(samples->item[i].event);
    }
    free(samples->item);
    arena_free(&samples->arena);
}

void sample_fold(const struct sample *sample, uint64_t mask, struct record *record,
                 struct history *history)
{
    record_init(record, sample->contact_id);
    *history = (struct history){0};
    for (size_t i = 0; i < sample->count; i++) {
        if (!(mask >> (i % 64) & 1))
            continue;
        record_apply(record, sample->event[i]);
        history_push(history, &sample->event[i]->entry);
    }
    history_sort(history);
}

void sample_put(struct archive *archive, const struct sample *sample, uint64_t mask)
{
    struct record record;
    struct history history;
    struct err err = {""};
    sample_fold(sample, mask, &record, &history);
    if (history.count && !archive_put(archive, &record, &history, &err))
        fail_msg("%s", err.text);
    record_free(&record);
    history_free(&history);
}

uint64_t archive_seed(void)
{
    const char *given = getenv("SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 20251113;
    print_message("seed %llu\n", (unsigned long long)seed);
    return seed;
}

void sample_expect(struct archive *archive, const struct sample *sample)
{
    struct record record;
    struct history history;
    sample_fold(sample, UINT64_MAX, &record, &history);
    char *wanted = archive_fixture_canonical(&record, &history),
         *got = archive_fixture_get(archive, sample->contact_id);
    assert_non_null(got);
    assert_string_equal(got, wanted);
    free(got);
    free(wanted);
    record_free(&record);
    history_free(&history);
}
