/* The clock of the simulated contact centre: what happens next, and what arrives next. */
#include <stdlib.h>

#include "source/sim_internal.h"

static bool earlier(const struct sim_timed *a, const struct sim_timed *b)
{
    return a->at != b->at ? a->at < b->at : a->sequence < b->sequence;
}

static void sim_heap_push(struct sim_heap *heap, const struct sim_timed *item)
{
    mem_grow(heap->item, heap->count, heap->capacity);
    size_t i = heap->count++;
    while (i > 0) {
        size_t up = (i - 1) / 2;
        if (!earlier(item, &heap->item[up]))
            break;
        heap->item[i] = heap->item[up];
        i = up;
    }
    heap->item[i] = *item;
}

static struct sim_timed sim_heap_pop(struct sim_heap *heap)
{
    struct sim_timed top = heap->item[0], last = heap->item[--heap->count];
    size_t i = 0;
    for (;;) {
        size_t down = 2 * i + 1;
        if (down >= heap->count)
            break;
        if (down + 1 < heap->count && earlier(&heap->item[down + 1], &heap->item[down]))
            down++;
        if (!earlier(&heap->item[down], &last))
            break;
        heap->item[i] = heap->item[down];
        i = down;
    }
    if (heap->count)
        heap->item[i] = last;
    return top;
}

void sim_after(struct sim *sim, int64_t delay, sim_action run, struct sim_contact *contact,
               int argument)
{
    struct sim_timed item = {.at = sim->now + (delay > 0 ? delay : 0), .sequence = ++sim->sequence};
    item.as.action.run = run;
    item.as.action.contact = contact;
    item.as.action.argument = argument;
    if (contact) {
        item.as.action.epoch = contact->epoch;
        contact->pending++;
    }
    sim_heap_push(&sim->actions, &item);
}

static void post(struct sim *sim, const struct buf *body, int64_t due)
{
    struct sim_timed item = {.at = due, .sequence = ++sim->sequence};
    item.as.message.body = mem_strndup(buf_str(body), body->length);
    item.as.message.length = body->length;
    sim_heap_push(&sim->outbox, &item);
}

/* Delivery: a usual lag, seldom out of order by up to half a minute, seldom minutes late, seldom
 * twice. */
void sim_send(struct sim *sim, const struct buf *body, int64_t lag)
{
    const struct sim_options *options = &sim->options;
    int64_t due = sim->now + lag;
    if (rng_chance(&sim->rng, options->disorder))
        due += sim_between(sim, 1000, 30000);
    if (rng_chance(&sim->rng, options->late))
        due += sim_between(sim, MINUTE_MS, 10 * MINUTE_MS);
    post(sim, body, due);
    if (rng_chance(&sim->rng, options->duplicates))
        post(sim, body, due + sim_between(sim, 500, 20000));
}

int64_t sim_between(struct sim *sim, int64_t low, int64_t high)
{
    return low + (int64_t)rng_below(&sim->rng, (uint32_t)(high - low + 1));
}

int64_t sim_around(struct sim *sim, double median_ms, double sigma)
{
    double ms = rng_lognormal(&sim->rng, median_ms, sigma);
    double most = median_ms * 12;
    return (int64_t)(ms < most ? ms : most);
}

bool sim_percent(struct sim *sim, int percent)
{
    return rng_below(&sim->rng, 100) < (uint32_t)percent;
}

bool sim_over(const struct sim *sim)
{
    return sim->closed && !sim->live;
}

static void act(struct sim *sim)
{
    struct sim_timed item = sim_heap_pop(&sim->actions);
    struct sim_contact *contact = item.as.action.contact;
    sim->now = item.at;
    if (!contact || contact->epoch == item.as.action.epoch)
        item.as.action.run(sim, contact, item.as.action.argument);
    if (contact) {
        contact->pending--;
        sim_contact_unref(sim, contact);
    }
}

/* Runs until the earliest message is known for sure: nothing that happens later can arrive before
 * it. */
static void advance(struct sim *sim)
{
    while (sim->actions.count &&
           (!sim->outbox.count || sim->actions.item[0].at <= sim->outbox.item[0].at))
        act(sim);
}

struct sim *sim_new(const struct sim_options *options, struct err *err)
{
    struct sim *sim = mem_zero(sizeof(*sim));
    sim->options = *options;
    sim->options.names_file = NULL;
    if (!(sim->options.rate > 0))
        sim->options.rate = SIM_DEFAULT_RATE;
    if (sim->options.rate > SIM_MAX_RATE)
        sim->options.rate = SIM_MAX_RATE;
    sim->now = options->start;
    rng_seed(&sim->rng, options->seed);
    if (options->names_file && !sim_names_load(sim, options->names_file, err)) {
        sim_free(sim);
        return NULL;
    }
    sim_world_build(sim);
    sim_log_start(sim);
    sim_agents_start(sim);
    sim_arrivals_start(sim);
    advance(sim);
    return sim;
}

int64_t sim_due(const struct sim *sim)
{
    return sim->outbox.count ? sim->outbox.item[0].at : INT64_MAX;
}

bool sim_next(struct sim *sim, struct buf *body, int64_t *due)
{
    buf_clear(body);
    if (!sim->outbox.count)
        return false;
    struct sim_timed item = sim_heap_pop(&sim->outbox);
    buf_add(body, item.as.message.body, item.as.message.length);
    free(item.as.message.body);
    *due = item.at;
    advance(sim);
    return true;
}

void sim_free(struct sim *sim)
{
    if (!sim)
        return;
    while (sim->contacts) {
        struct sim_contact *next = sim->contacts->next;
        free(sim->contacts);
        sim->contacts = next;
    }
    for (size_t i = 0; i < sim->outbox.count; i++)
        free(sim->outbox.item[i].as.message.body);
    free(sim->outbox.item);
    free(sim->actions.item);
    sim_log_free(sim);
    sim_world_free(sim);
    free(sim);
}
