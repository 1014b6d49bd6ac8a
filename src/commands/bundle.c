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
    struct store_visit visit = {.context = &search, .record = match_prefix};
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

bool bundle_load(struct bundle *bundle, struct store *store, const char *id, struct err *err)
{
    char *whole = NULL;
    if (!store_load_chain(store, id, &bundle->arena, &bundle->chain, err))
        return false;
    if (!bundle->chain.count) {
        whole = whole_id(store, id, err);
        id = whole;
    }
    bool good = id && (!whole || store_load_chain(store, id, &bundle->arena, &bundle->chain, err));
    for (size_t i = 0; good && i < bundle->chain.count; i++)
        if (strcmp(bundle->chain.record[i].contact_id, id) == 0)
            bundle->leg = i;
    if (good && !bundle->chain.count)
        good = err_set(err, "no contact %s in the store", id);
    free(whole);
    return good;
}

void bundle_free(struct bundle *bundle)
{
    store_chain_free(&bundle->chain);
    arena_free(&bundle->arena);
    *bundle = (struct bundle){0};
}
