/* What was decoded into the store: a slice of the contacts at a time, again and again while there
 * is time for it. */
#include <stddef.h>
#include <string.h>

#include "contactwatch/log.h"
#include "lambda/ingest_internal.h"

enum {
    SLICE = 128, /* contacts a write: what is settled before the time is over stays settled */
    BACKOFF_FIRST_MS = 100,
    BACKOFF_LAST_MS = 5000,
};

bool ingest_may_begin(const struct ingest_function *f)
{
    const struct lambda_invocation *invocation = f->invocation;
    int64_t left = lambda_time_left(f->setup, invocation, INGEST_MARGIN_MS);
    int64_t half = (invocation->deadline - INGEST_MARGIN_MS - invocation->received) / 2;
    return left > 0 && left > (f->write_ms < half ? f->write_ms : half);
}

/* The store is not waited for beyond the deadline's margin; what it takes is remembered. */
static int64_t begin(struct ingest_function *f)
{
    int64_t left = lambda_time_left(f->setup, f->invocation, INGEST_MARGIN_MS);
    f->store->give_up = monotonic_ns() + left * 1000000;
    return clock_now(f->setup->clock);
}

static void end(struct ingest_function *f, int64_t begun)
{
    int64_t took = clock_now(f->setup->clock) - begun;
    f->write_ms = took > f->write_ms ? took : (3 * f->write_ms + took) / 4;
}

/* False when it cannot be kept: then what it is about is not settled. */
static bool keep(struct ingest_function *f, const struct buf *lines, size_t records)
{
    const struct store_ops *ops = f->store->ops;
    bool kept = false;
    if (ops->quarantine && lines->full) {
        err_set(&f->err, "more refused records than a quarantine takes at once");
    } else if (ops->quarantine) {
        int64_t begun = begin(f);
        kept = ops->quarantine(f->store, buf_str(lines), lines->length, &f->err);
        end(f, begun);
    } else {
        kept = quarantine_write(&f->quarantine, lines, &f->err);
    }
    if (kept)
        metrics_add(&f->metrics, METRIC_QUARANTINED, records);
    return kept;
}

static void keep_refused(struct ingest_function *f)
{
    if (!f->grouping.refusals || keep(f, &f->grouping.refused, f->grouping.refusals))
        return;
    for (size_t i = 0; i < f->intake.count; i++)
        f->intake.message[i].failed |= f->intake.message[i].refused;
}

static const struct group *group_of(const struct store_change *change)
{
    return (const struct group *)(const void *)((const char *)change->delta -
                                                offsetof(struct group, delta));
}

static void refuse(struct ingest_function *f, const struct store_change *change, const char *why)
{
    struct buf lines = {.max = QUARANTINE_MAX};
    quarantine_entries(&lines, clock_now(f->setup->clock), change->delta->contact_id, why,
                       change->entries);
    metrics_add(&f->metrics, METRIC_REFUSED, change->entries->count);
    if (!keep(f, &lines, change->entries->count))
        ingest_fail_group(group_of(change));
    buf_free(&lines);
}

/* One write; those to be tried again are moved to `again`, which lies before or at them. */
static size_t write_slice(struct ingest_function *f, struct store_change *change, size_t count,
                          struct store_change *again)
{
    struct err why = {0};
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        change[i].outcome = STORE_RETRY;
        change[i].fresh = 0;
    }
    int64_t begun = begin(f);
    store_apply(f->store, change, count, &why);
    end(f, begun);
    for (size_t i = 0; i < count; i++) {
        metrics_add(&f->metrics, METRIC_STORED, change[i].fresh);
        if (change[i].outcome == STORE_REFUSED)
            refuse(f, &change[i], why.text);
        else if (change[i].outcome == STORE_RETRY)
            again[left++] = change[i];
    }
    if (left)
        f->err = why;
    return left;
}

/* Every contact once, as far as the time goes; how many are left, in front. */
static size_t pass(struct ingest_function *f, struct store_change *change, size_t count)
{
    size_t left = 0, from = 0;
    while (from < count && ingest_may_begin(f)) {
        size_t n = count - from < SLICE ? count - from : SLICE;
        left += write_slice(f, change + from, n, change + left);
        from += n;
    }
    memmove(change + left, change + from, (count - from) * sizeof(*change));
    return left + count - from;
}

/* Waits before another attempt; false when there is no time for one. */
static bool again(struct ingest_function *f, int64_t *backoff)
{
    int64_t wait = *backoff;
    *backoff = wait * 2 < BACKOFF_LAST_MS ? wait * 2 : BACKOFF_LAST_MS;
    if (lambda_time_left(f->setup, f->invocation, INGEST_MARGIN_MS) <= wait)
        return false;
    metrics_add(&f->metrics, METRIC_RETRIES, 1);
    f->seams.pause(f->seams.context, wait);
    return ingest_may_begin(f);
}

static void write_contacts(struct ingest_function *f)
{
    struct grouping *grouping = &f->grouping;
    struct store_change *change =
        arena_alloc(&grouping->arena, (grouping->groups + 1) * sizeof(*change));
    struct group *group;
    size_t left = 0;
    for (size_t i = 0; (group = grouping_next(grouping, &i));) {
        group_sort(group);
        change[left++] = (struct store_change){.delta = &group->delta, .entries = &group->entries};
    }
    int64_t backoff = BACKOFF_FIRST_MS;
    while ((left = pass(f, change, left)) && again(f, &backoff))
        continue;
    for (size_t i = 0; i < left; i++)
        ingest_fail_group(group_of(&change[i]));
    if (left)
        log_warning("%zu contacts could not be stored in time: %s", left, f->err.text);
}

static bool store_agents(struct ingest_function *f, const struct agent_event *agent)
{
    int64_t begun = begin(f);
    bool stored = f->store->ops->apply_agents(f->store, agent, f->grouping.agents.count, &f->err);
    end(f, begun);
    return stored;
}

static void write_agents(struct ingest_function *f)
{
    int64_t backoff = BACKOFF_FIRST_MS;
    if (!f->grouping.agents.count || !f->store->ops->apply_agents)
        return;
    const struct agent_event *agent = grouping_agents(&f->grouping);
    bool stored = ingest_may_begin(f) && store_agents(f, agent);
    while (!stored && again(f, &backoff))
        stored = store_agents(f, agent);
    for (size_t i = 0; !stored && i < f->intake.count; i++)
        f->intake.message[i].failed |= f->intake.message[i].agents;
    if (!stored)
        log_warning("agents could not be stored in time: %s", f->err.text);
}

void ingest_write(struct ingest_function *f)
{
    if (f->err.text[0] == '\0')
        err_set(&f->err, "there was no time left to store it");
    keep_refused(f);
    write_contacts(f);
    write_agents(f);
}
