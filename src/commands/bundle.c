#include "commands/bundle.h"

#include <stdlib.h>
#include <string.h>

/* The whole id of a prefix, owned by the caller; NULL with err set. */
static char *whole_id(struct store *store, const char *id, struct err *err)
{
    char *whole;
    bool several;
    if (!store_whole_id(store, id, &whole, &several, err))
        return NULL;
    if (several)
        err_set(err, "more than one contact begins with %s: give more of its id", id);
    else if (!whole)
        err_set(err, "no contact %s in the store%s", id,
                store->ops->find ? " or the archive" : " (it may have expired)");
    return whole;
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
