#include "viewer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dynamodb_fixture.h"

enum { CLOCKS = 256 };

int64_t viewer_now;

static int64_t tell_now(void *context)
{
    return viewer_now + *(int64_t *)context;
}

struct store *viewer_store(int64_t off_ms, bool read_only)
{
    static int64_t off[CLOCKS];
    static struct clock clock[CLOCKS];
    static size_t used;
    size_t i = used++ % CLOCKS;
    struct err err = {0};
    off[i] = off_ms;
    clock[i] = (struct clock){tell_now, &off[i]};
    const struct store_options options = {
        .clock = &clock[i], .retention_ms = DAY_MS, .read_only = read_only};
    struct store *store = dynamodb_fixture_open(&options, &err);
    if (!store)
        fail_msg("%s", err.text);
    return store;
}

static bool goes_on(const struct viewer *v)
{
    size_t things = v->records + v->entries + v->agents;
    return v->stop_after == 0 || things % v->stop_after != 0;
}

static char *state_of(const struct record *record)
{
    struct buf text = {0};
    buf_printf(&text, "%020lld ", (long long)record->version);
    record_write(&text, record, RECORD_CANONICAL);
    return buf_take(&text);
}

static bool take_record(void *context, const struct record *record)
{
    struct viewer *v = context;
    char *state = state_of(record), *before = map_set(&v->record, record->contact_id, state);
    v->records++;
    v->backward += before && strncmp(before, state, 20) > 0;
    free(before);
    return goes_on(v);
}

static void entry_key(struct buf *key, const char *contact_id, const struct entry *entry)
{
    buf_clear(key);
    buf_printf(key, "%s ", contact_id);
    for (size_t k = 0; k < sizeof(entry->id.byte); k++)
        buf_printf(key, "%02x", entry->id.byte[k]);
}

static bool take_entry(void *context, const char *contact_id, const struct entry *entry)
{
    struct viewer *v = context;
    struct buf key = {0};
    entry_key(&key, contact_id, entry);
    v->entries++;
    v->orphans += map_get(&v->record, contact_id) == NULL;
    v->again += map_set(&v->entry, key.data, v) != NULL;
    buf_free(&key);
    return goes_on(v);
}

static bool take_agent(void *context, const struct agent_event *agent)
{
    struct viewer *v = context;
    v->agents++;
    free(map_set(&v->agent, agent->agent_arn,
                 mem_strdup(agent->status_name ? agent->status_name : "")));
    return goes_on(v);
}

static struct store_visit visit_of(struct viewer *v)
{
    return (struct store_visit){
        .context = v, .record = take_record, .entry = take_entry, .agent = take_agent};
}

void viewer_open(struct viewer *v, bool read_only)
{
    *v = (struct viewer){.store = viewer_store(0, read_only)};
}

void viewer_close(struct viewer *v)
{
    map_free(&v->record, free);
    map_free(&v->entry, NULL);
    map_free(&v->agent, free);
    store_close(v->store);
    *v = (struct viewer){0};
}

void viewer_load(struct viewer *v, int64_t since)
{
    const struct store_visit visit = visit_of(v);
    struct err err = {0};
    if (!v->store->ops->live(v->store, since, &visit, &v->cursor, &err))
        fail_msg("%s", err.text);
}

bool viewer_look(struct viewer *v, size_t limit)
{
    const struct store_visit visit = visit_of(v);
    struct err err = {0};
    bool good = v->store->ops->changes(v->store, &v->cursor, limit, &visit, &err);
    assert_true(good || err.text[0]);
    return good;
}

void viewer_follow(struct viewer *v, size_t limit)
{
    size_t before;
    do {
        before = v->records + v->entries + v->agents;
        assert_true(viewer_look(v, limit));
    } while (v->records + v->entries + v->agents > before);
}

struct store_health viewer_health(struct viewer *v)
{
    struct store_health health;
    v->store->ops->health(v->store, &health);
    return health;
}

struct comparing {
    struct viewer *viewer;
    struct store *store;
    bool entries;
    size_t records, found;
    struct map ids;
};

static bool same_record(void *context, const struct record *record)
{
    struct comparing *c = context;
    char *state = state_of(record);
    const char *given = map_get(&c->viewer->record, record->contact_id);
    if (!given)
        fail_msg("%s was not handed out", record->contact_id);
    assert_string_equal(given, state);
    map_set(&c->ids, record->contact_id, c);
    c->records++;
    free(state);
    return true;
}

static void same_entries(struct comparing *c, const char *contact_id)
{
    struct arena arena = {0};
    struct history history = {0};
    struct record record;
    struct buf key = {0};
    bool found;
    assert_true(store_get(c->store, contact_id, &arena, &record, &history, &found, NULL));
    assert_true(found);
    for (size_t i = 0; i < history.count; i++) {
        entry_key(&key, contact_id, &history.entry[i]);
        if (!map_get(&c->viewer->entry, key.data))
            fail_msg("an entry of %s was not handed out", contact_id);
        c->found++;
    }
    record_free(&record);
    history_free(&history);
    arena_free(&arena);
    buf_free(&key);
}

void viewer_expect_whole(struct viewer *v, bool entries)
{
    struct comparing c = {.viewer = v, .store = viewer_store(0, true), .entries = entries};
    const struct store_visit visit = {.context = &c, .record = same_record};
    assert_true(c.store->ops->all(c.store, &visit, NULL));
    assert_int_equal(v->record.count, c.records);
    size_t at = 0;
    for (struct map_slot *slot; entries && (slot = map_next(&c.ids, &at));)
        same_entries(&c, slot->key);
    if (entries)
        assert_int_equal(v->entry.count, c.found);
    map_free(&c.ids, NULL);
    store_close(c.store);
}
