#include "commands/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "contactwatch/text.h"

enum { PREFIX_LEAST = 4 };

struct prefix_search {
    const char *prefix;
    char *found;
    bool several;
};

static bool match_prefix(void *context, const struct record *record)
{
    struct prefix_search *search = context;
    if (!text_prefix_fold(record->contact_id, search->prefix))
        return true;
    search->several = search->found != NULL;
    if (!search->several)
        search->found = mem_strdup(record->contact_id);
    return !search->several;
}

/* The whole id of a prefix, owned by the caller; NULL with err set. */
static char *whole_id(struct store *store, const char *id, struct err *err)
{
    struct prefix_search search = {.prefix = id};
    struct store_visit visit = {&search, match_prefix, NULL};
    if (strlen(id) >= PREFIX_LEAST && !store->ops->all(store, &visit, err))
        return NULL;
    if (search.found && !search.several)
        return search.found;
    free(search.found);
    if (search.several)
        err_set(err, "more than one contact begins with %s: give more of its id", id);
    else
        err_set(err, "no contact %s in the store (it may have expired)", id);
    return NULL;
}

static bool add_leg(void *context, const struct record *record)
{
    struct bundle *bundle = context;
    mem_grow(bundle->record, bundle->count, bundle->capacity);
    record_copy(&bundle->record[bundle->count++], record);
    return true;
}

static bool load_legs(struct bundle *bundle, struct store *store, const char *id, bool *found,
                      struct err *err)
{
    struct record record;
    if (!store_get(store, id, &bundle->arena, &record, NULL, found, err))
        return false;
    if (!*found)
        return true;
    struct store_visit visit = {bundle, add_leg, NULL};
    bool fine = store->ops->by_chain(store, record_chain_root(&record), &visit, err);
    bool there = false;
    for (size_t i = 0; i < bundle->count; i++)
        there |= strcmp(bundle->record[i].contact_id, id) == 0;
    if (fine && !there)
        add_leg(bundle, &record);
    record_free(&record);
    return fine;
}

static bool load_histories(struct bundle *bundle, struct store *store, const char *id,
                           struct err *err)
{
    bundle->history = mem_zero((bundle->count + 1) * sizeof(*bundle->history));
    for (size_t i = 0; i < bundle->count; i++) {
        struct record *old = &bundle->record[i], now;
        bool found;
        if (strcmp(old->contact_id, id) == 0)
            bundle->leg = i;
        if (!store_get(store, old->contact_id, &bundle->arena, &now, &bundle->history[i], &found,
                       err))
            return false;
        if (!found)
            continue;
        record_free(old);
        *old = now;
    }
    return true;
}

bool bundle_load(struct bundle *bundle, struct store *store, const char *id, struct err *err)
{
    bool found = false;
    if (!load_legs(bundle, store, id, &found, err))
        return false;
    if (found)
        return load_histories(bundle, store, id, err);
    char *whole = whole_id(store, id, err);
    bool fine = whole && load_legs(bundle, store, whole, &found, err) &&
                (found || err_set(err, "no contact %s in the store", id)) &&
                load_histories(bundle, store, whole, err);
    free(whole);
    return fine;
}

void bundle_free(struct bundle *bundle)
{
    for (size_t i = 0; i < bundle->count; i++) {
        record_free(&bundle->record[i]);
        if (bundle->history)
            history_free(&bundle->history[i]);
    }
    free(bundle->record);
    free(bundle->history);
    arena_free(&bundle->arena);
    *bundle = (struct bundle){0};
}
