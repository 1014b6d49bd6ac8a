/* What the store does not have is read from the archive. What both have is joined where that asks
 * for nothing: a contact lies in one of them but for the moment it moves. */
#include <stdlib.h>
#include <string.h>

#include "archive/overlay_internal.h"
#include "contactwatch/log.h"

static void add_history(struct history *into, struct arena *arena, const struct history *from)
{
    for (size_t i = 0; i < from->count; i++) {
        struct entry entry = from->entry[i];
        entry.body = arena_strndup(arena, entry.body, entry.length);
        entry.log_event_id = arena_strdup(arena, entry.log_event_id);
        mem_grow(into->entry, into->count, into->capacity);
        into->entry[into->count++] = entry;
    }
    history_sort(into);
}

bool overlay_get(struct store *store, const char *contact_id, struct arena *arena,
                 struct record *record, struct history *history, bool *found, struct err *err)
{
    struct overlay *o = overlay_of(store);
    o->store->give_up = store->give_up;
    if (!store_get(o->store, contact_id, arena, record, history, found, err))
        return false;
    const struct kept_contact *kept =
        *found ? overlay_contact_at_hand(o, contact_id) : overlay_contact(o, contact_id, "", err);
    if (!kept)
        return *found;
    if (!kept->found)
        return true;
    if (*found)
        record_join(record, &kept->record);
    else
        record_copy(record, &kept->record);
    *found = true;
    if (history)
        add_history(history, arena, &kept->history);
    return true;
}

/* Records gathered of both. */
struct gathered {
    struct record *record;
    size_t count, capacity;
    struct map seen;
};

static bool gather(void *context, const struct record *record)
{
    struct gathered *g = context;
    mem_grow(g->record, g->count, g->capacity);
    record_copy(&g->record[g->count++], record);
    map_set(&g->seen, record->contact_id, g);
    return true;
}

static void free_gathered(struct gathered *g)
{
    for (size_t i = 0; i < g->count; i++)
        record_free(&g->record[i]);
    free(g->record);
    map_free(&g->seen, NULL);
}

static int by_start(const void *a, const void *b)
{
    const struct record *x = a, *y = b;
    int64_t left = record_started(x), right = record_started(y);
    return left != right ? (left > right) - (left < right) : strcmp(x->contact_id, y->contact_id);
}

/* One that is not in the store; an index may lead to what is gone, or has another root by now. */
static bool gather_archived(struct overlay *o, const char *root, const char *contact_id,
                            const char *day, struct gathered *g, struct err *err)
{
    if (map_get(&g->seen, contact_id))
        return true;
    const struct kept_contact *kept = overlay_contact(o, contact_id, day, err);
    if (kept && kept->found && strcmp(record_chain_root(&kept->record), root) == 0)
        gather(g, &kept->record);
    return kept != NULL;
}

static bool gather_chain(struct overlay *o, const char *root, struct gathered *g, struct err *err)
{
    const struct kept_chain *chain = overlay_chain(o, root, err);
    if (chain->failed)
        return false;
    struct name_list legs = {0}, days = {0}; /* of our own: what is kept may go */
    for (size_t i = 0; i < chain->legs.count; i++) {
        names_add(&legs, mem_strdup(chain->legs.item[i]));
        names_add(&days, mem_strdup(chain->days.item[i]));
    }
    bool good = gather_archived(o, root, root, "", g, err);
    for (size_t i = 0; good && i < legs.count; i++)
        good = gather_archived(o, root, legs.item[i], days.item[i], g, err);
    names_clear(&legs);
    names_clear(&days);
    return good;
}

bool overlay_by_chain(struct store *store, const char *root, const struct store_visit *visit,
                      struct err *err)
{
    struct overlay *o = overlay_of(store);
    o->store->give_up = store->give_up;
    struct gathered g = {0};
    const struct store_visit own = {.context = &g, .record = gather};
    struct err why = {""};
    bool good = o->store->ops->by_chain(o->store, root, &own, err);
    if (good && !gather_chain(o, root, &g, &why)) {
        /* A call that is going on is shown all the same. */
        good = g.count > 0 || err_set(err, "%s", why.text);
        if (good && why.text[0])
            log_warning("%s: legs of the call may be missing", why.text);
    }
    if (g.count)
        qsort(g.record, g.count, sizeof(*g.record), by_start);
    for (size_t i = 0; good && i < g.count; i++)
        if (!visit->record(visit->context, &g.record[i]))
            break;
    free_gathered(&g);
    return good;
}

/* Passes on what the store has, and remembers it. */
struct passing {
    const struct store_visit *visit;
    struct map seen;
    bool stopped;
};

static bool pass(void *context, const struct record *record)
{
    struct passing *p = context;
    map_set(&p->seen, record->contact_id, p);
    p->stopped = !p->visit->record(p->visit->context, record);
    return !p->stopped;
}

static bool pass_archived(void *context, const struct record *record)
{
    struct passing *p = context;
    return map_get(&p->seen, record->contact_id) || pass(p, record);
}

bool overlay_by_customer(struct store *store, const char *customer, const struct store_visit *visit,
                         struct err *err)
{
    struct overlay *o = overlay_of(store);
    o->store->give_up = store->give_up;
    struct passing passing = {.visit = visit};
    const struct store_visit own = {.context = &passing, .record = pass, .limit = visit->limit};
    bool good = o->store->ops->by_customer(o->store, customer, &own, err);
    if (good && !passing.stopped)
        good = archive_customer_records(o->archive, customer, pass_archived, &passing, err) ||
               err_wrap(err, "archive");
    map_free(&passing.seen, NULL);
    return good;
}

bool overlay_find(struct store *store, const char *prefix,
                  bool (*visit)(void *context, const char *contact_id), void *context,
                  struct err *err)
{
    struct overlay *o = overlay_of(store);
    o->store->give_up = store->give_up;
    bool more = true;
    return store_find(o->store, prefix, visit, context, &more, err) &&
           (!more || archive_find(o->archive, prefix, visit, context, err) ||
            err_wrap(err, "archive"));
}
