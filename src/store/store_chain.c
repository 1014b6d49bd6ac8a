/* Reading a contact with its chain: what the follower posts and `show` prints. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/store.h"

struct members {
    char *id[STORE_CHAIN_MAX];
    size_t count;
    bool cut;
};

static bool add_member(void *context, const struct record *record)
{
    struct members *members = context;
    members->cut = members->count == STORE_CHAIN_MAX;
    if (!members->cut)
        members->id[members->count++] = mem_strdup(record->contact_id);
    return !members->cut;
}

/* Lists the members; the contact itself is one also where its chain is cut, or names another root.
 */
static bool list_members(struct store *store, const char *id, struct members *members,
                         struct err *err)
{
    struct arena arena = {0};
    struct record record;
    bool found = false, there = false;
    bool good = store_get(store, id, &arena, &record, NULL, &found, err);
    if (good && found) {
        struct store_visit visit = {.context = members, .record = add_member};
        good = store->ops->by_chain(store, record_chain_root(&record), &visit, err);
        for (size_t i = 0; i < members->count; i++)
            there |= strcmp(members->id[i], id) == 0;
        if (!there && members->cut)
            free(members->id[--members->count]);
        if (!there)
            members->id[members->count++] = mem_strdup(id);
        record_free(&record);
    }
    arena_free(&arena);
    return good;
}

static bool load_members(struct store *store, const struct members *members, struct arena *arena,
                         struct store_chain *out, struct err *err)
{
    out->record = mem_zero((members->count + 1) * sizeof(*out->record));
    out->history = mem_zero((members->count + 1) * sizeof(*out->history));
    for (size_t i = 0; i < members->count; i++) {
        bool found = false;
        if (!store_get(store, members->id[i], arena, &out->record[out->count],
                       &out->history[out->count], &found, err))
            return false;
        out->count += found;
    }
    return true;
}

bool store_load_chain(struct store *store, const char *contact_id, struct arena *arena,
                      struct store_chain *out, struct err *err)
{
    struct members members = {.count = 0};
    *out = (struct store_chain){0};
    bool good = list_members(store, contact_id, &members, err) &&
                load_members(store, &members, arena, out, err);
    out->cut = members.cut;
    for (size_t i = 0; i < members.count; i++)
        free(members.id[i]);
    if (!good || !out->count)
        store_chain_free(out);
    return good;
}

void store_chain_free(struct store_chain *chain)
{
    for (size_t i = 0; i < chain->count; i++) {
        record_free(&chain->record[i]);
        history_free(&chain->history[i]);
    }
    free(chain->record);
    free(chain->history);
    *chain = (struct store_chain){0};
}
