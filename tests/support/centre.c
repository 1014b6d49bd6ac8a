#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/decode.h"
#include "contactwatch/rng.h"
#include "contactwatch/sim.h"
#include "support/centre.h"

static void take(void *context, const struct event *event)
{
    struct centre *centre = context;
    struct life *life = map_get(&centre->by_id, event->contact_id);
    if (!life) {
        life = mem_zero(sizeof(*life));
        record_init(&life->record, event->contact_id);
        map_set(&centre->by_id, event->contact_id, life);
    }
    struct entry entry = event->entry;
    entry.body = arena_strndup(&centre->arena, entry.body, entry.length);
    entry.log_event_id = arena_strdup(&centre->arena, entry.log_event_id);
    record_apply(&life->record, event);
    history_push(&life->history, &entry);
}

static void refuse(void *context, const char *where, const char *why, const char *text,
                   size_t length)
{
    (void)context;
    fail_msg("refused %s: %s: %.*s", where, why, (int)length, text);
}

void messages_simulate(struct message_list *list, uint64_t seed, uint64_t contacts)
{
    struct sim_options options = {.seed = seed,
                                  .start = INT64_C(1767603600000),
                                  .rate = 20,
                                  .contacts = contacts,
                                  .duplicates = 0.05,
                                  .disorder = 0.05};
    struct sim *sim = sim_new(&options, NULL);
    struct buf body = {0};
    while (sim_next(sim, &body, &list->sent)) {
        mem_grow(list->body, list->count, list->capacity);
        list->body[list->count] = (struct buf){0};
        buf_add(&list->body[list->count++], buf_str(&body), body.length);
    }
    buf_free(&body);
    sim_free(sim);
}

void messages_shuffle(struct message_list *list, uint64_t seed)
{
    struct rng rng;
    rng_seed(&rng, seed);
    for (size_t i = list->count; i-- > 1;) {
        size_t other = rng_below(&rng, (uint32_t)i + 1);
        struct buf body = list->body[i];
        list->body[i] = list->body[other];
        list->body[other] = body;
    }
}

void messages_free(struct message_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        buf_free(&list->body[i]);
    free(list->body);
}

static void join_chains(struct centre *centre)
{
    struct map_slot *slot;
    for (size_t i = 0; (slot = map_next(&centre->by_id, &i));) {
        struct life *life = slot->value;
        const char *root = record_chain_root(&life->record);
        struct members *members = map_get(&centre->by_root, root);
        if (!members)
            map_set(&centre->by_root, root, members = arena_zero(&centre->arena, sizeof(*members)));
        if (members->count < MEMBERS_MAX)
            members->life[members->count++] = life;
        history_sort(&life->history);
    }
}

/* Every message so many times, in the order of the list. */
void centre_run(struct centre *centre, const struct message_list *list, int times)
{
    struct decode_options decode = {.redact = REDACT_NONE};
    struct decode_sink sink = {.context = centre, .event = take, .refused = refuse};
    struct arena scratch = {0};
    *centre = (struct centre){0};
    for (size_t i = 0; i < list->count * (size_t)times; i++) {
        const struct buf *body = &list->body[i % list->count];
        decode_body(&scratch, &decode, buf_str(body), body->length, list->sent, &sink);
        arena_reset(&scratch);
    }
    arena_free(&scratch);
    join_chains(centre);
}

static void free_life(void *value)
{
    struct life *life = value;
    record_free(&life->record);
    history_free(&life->history);
    free(life);
}

void centre_close(struct centre *centre)
{
    map_free(&centre->by_root, NULL);
    map_free(&centre->by_id, free_life);
    arena_free(&centre->arena);
}
