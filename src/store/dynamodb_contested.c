/* Contacts that another process writes too are read before they are written, a hundred in one
 * request: a read costs less than a write that fails. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"
#include "store/dynamodb_apply_internal.h"

enum { GROUP_MAX = 100 };

struct contested {
    struct ddb_apply *apply;
    struct ddb_job **job; /* those to be read */
    size_t count, capacity, next;
};

struct group {
    size_t first, count;
};

static const char *id_of(const struct ddb_job *job)
{
    return job->change->delta->contact_id;
}

static bool next(void *context, struct aws_call *call, int *wait_ms)
{
    struct contested *c = context;
    (void)wait_ms;
    if (c->next == c->count)
        return false;
    struct group *group = arena_alloc(&c->apply->arena, sizeof(*group));
    size_t left = c->count - c->next;
    *group = (struct group){c->next, left < GROUP_MAX ? left : GROUP_MAX};
    c->next += group->count;
    call->operation = "BatchGetItem";
    call->owner = group;
    buf_printf(&call->body, "{\"RequestItems\":{\"%s\":{\"ConsistentRead\":true,\"Keys\":[",
               c->apply->store->table);
    for (size_t i = 0; i < group->count; i++) {
        buf_text(&call->body, i ? ",{" : "{");
        ddb_put_text(&call->body, DDB_KEY, id_of(c->job[group->first + i]));
        buf_char(&call->body, '}');
    }
    buf_text(&call->body, "]}}}");
    return true;
}

static struct ddb_job *find(struct contested *c, const struct group *group, const char *id)
{
    for (size_t i = 0; id && i < group->count; i++)
        if (strcmp(id_of(c->job[group->first + i]), id) == 0)
            return c->job[group->first + i];
    return NULL;
}

/* Who finds another's write stays careful. */
static void take_item(struct ddb_apply *apply, struct ddb_job *job, const cJSON *item)
{
    struct ddb_cache *cache = apply->store->cache;
    const struct record *known = ddb_cache_get(cache, id_of(job));
    int64_t version = known ? known->version : 0;
    ddb_join_item(apply, job, item);
    if (job->version != version)
        ddb_cache_contest(cache, id_of(job), apply->now + DDB_CONTEST_MS);
}

static void take_items(struct contested *c, const struct group *group, struct ddb_span items)
{
    struct ddb_span element;
    const char *at = items.text, *end = at ? at + items.length : NULL;
    while (at && ddb_element_next(&at, end, &element)) {
        arena_reset(&c->apply->item);
        const cJSON *item = ddb_parse(&c->apply->item, element, NULL);
        struct ddb_job *job = find(c, group, ddb_text(item, DDB_KEY));
        if (job && job->stage == STAGE_READ)
            take_item(c->apply, job, item);
    }
}

/* Those that were not answered are read one by one; of the others, who is not there is gone. */
static void take_missing(struct contested *c, const struct group *group, struct ddb_span left)
{
    bool all = left.length <= strlen("{}");
    for (size_t i = 0; i < group->count; i++) {
        struct ddb_job *job = c->job[group->first + i];
        if (job->stage == STAGE_READ && all)
            ddb_job_start_over(c->apply, job);
    }
}

static void done(void *context, struct aws_call *call)
{
    struct contested *c = context;
    const struct group *group = call->owner;
    if (call->fault == AWS_FINE) {
        struct ddb_span answer = ddb_span_of(&call->response);
        take_items(c, group, ddb_get(ddb_get(answer, "Responses"), c->apply->store->table));
        take_missing(c, group, ddb_get(answer, "UnprocessedKeys"));
        return;
    }
    for (size_t i = 0; i < group->count; i++)
        ddb_job_failed(c->apply, c->job[group->first + i], call);
}

/* A writer that runs on demand is one of many and begins with an empty cache: what it does not know
 * is likely to be there. */
static bool is_to_be_read(const struct ddb_apply *apply, const struct ddb_job *job)
{
    const struct dynamodb_store *s = apply->store;
    return ddb_cache_contested(s->cache, id_of(job), apply->now) ||
           (s->on_demand && !ddb_cache_get(s->cache, id_of(job)));
}

void ddb_read_contested(struct ddb_apply *apply)
{
    struct contested c = {.apply = apply};
    for (size_t i = 0; i < apply->count; i++) {
        struct ddb_job *job = &apply->job[i];
        if (job->stage != STAGE_WRITE || job->prepared || !is_to_be_read(apply, job))
            continue;
        job->stage = STAGE_READ;
        mem_grow(c.job, c.count, c.capacity);
        c.job[c.count++] = job;
    }
    if (c.count)
        ddb_drive(apply->store, &(struct ddb_drive){&c, next, done});
    free(c.job);
}
