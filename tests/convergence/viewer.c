/* A viewer with keys that may only read: the live contacts, then every change, kept as a mirror. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/map.h"
#include "convergence/convergence.h"

struct mirrored {
    struct record record;
    struct history history;
    struct arena arena;
};

static struct mirrored *mirrored_of(struct viewer *viewer, const char *id)
{
    struct mirrored *m = map_get(&viewer->contact, id);
    if (m)
        return m;
    m = mem_zero(sizeof(*m));
    record_init(&m->record, id);
    map_set(&viewer->contact, id, m);
    return m;
}

static bool take_record(void *context, const struct record *record)
{
    record_join(&mirrored_of(context, record->contact_id)->record, record);
    return true;
}

static bool take_entry(void *context, const char *id, const struct entry *entry)
{
    struct mirrored *m = mirrored_of(context, id);
    struct entry copy = *entry;
    copy.body = arena_strndup(&m->arena, entry->body, entry->length);
    if (entry->log_event_id)
        copy.log_event_id = arena_strdup(&m->arena, entry->log_event_id);
    history_push(&m->history, &copy);
    return true;
}

/* One look; false when the store could not be read. */
static bool look(struct viewer *viewer, struct store *store, struct store_cursor *cursor,
                 bool *loaded)
{
    struct store_visit visit = {.context = viewer, .record = take_record, .entry = take_entry};
    struct err err = {0};
    if (!*loaded)
        return *loaded = store->ops->live(store, clock_now(NULL) - DAY_MS, &visit, cursor, &err);
    return store->ops->changes(store, cursor, 512, &visit, &err);
}

static void *viewer_main(void *context)
{
    struct run *run = context;
    struct store_options options = {.retention_ms = DAY_MS, .read_only = true, .aws = run->reading};
    struct store_cursor cursor = {{0}};
    struct store *store = NULL;
    bool loaded = false;
    while (!atomic_load(&run->viewer.stopping)) {
        struct err err = {0};
        if (!store)
            store = store_open(table_spec, &options, &err);
        if (!store || !look(&run->viewer, store, &cursor, &loaded))
            atomic_fetch_add(&run->viewer.failures, 1);
        poll(NULL, 0, 250);
    }
    store_close(store);
    return NULL;
}

void viewer_start(struct run *run)
{
    pthread_create(&run->viewer.thread, NULL, viewer_main, run);
}

void viewer_stop(struct run *run)
{
    atomic_store(&run->viewer.stopping, true);
    pthread_join(run->viewer.thread, NULL);
}

bool viewer_has(const struct viewer *viewer, const struct record *record,
                const struct history *history)
{
    struct mirrored *m = map_get(&viewer->contact, record->contact_id);
    struct buf mine = {0}, theirs = {0};
    if (!m)
        return false;
    history_sort(&m->history);
    record_write_item(&mine, &m->record, &m->history, RECORD_CANONICAL);
    record_write_item(&theirs, record, history, RECORD_CANONICAL);
    bool same = strcmp(buf_str(&mine), buf_str(&theirs)) == 0;
    buf_free(&mine);
    buf_free(&theirs);
    return same;
}

static void free_mirrored(void *item)
{
    struct mirrored *m = item;
    record_free(&m->record);
    history_free(&m->history);
    arena_free(&m->arena);
    free(m);
}

void viewer_free(struct viewer *viewer)
{
    map_free(&viewer->contact, free_mirrored);
}
