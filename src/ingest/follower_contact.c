/* The open contact: its whole chain, each leg with its history, posted anew at each change. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/log.h"
#include "ingest/follower_internal.h"

void follower_switch(struct follower *f, char *contact, bool find)
{
    free(f->contact);
    free(f->root);
    map_free(&f->members, NULL);
    f->contact = contact;
    free(f->beginning);
    f->beginning = find ? mem_strdup(contact) : NULL;
    f->root = NULL;
    f->dirty = contact != NULL;
    f->posted_ns = f->opening_ns = 0;
}

bool follower_concerns_id(const struct follower *f, const char *contact_id)
{
    return f->contact && (strcmp(contact_id, f->contact) == 0 || map_get(&f->members, contact_id));
}

bool follower_concerns(const struct follower *f, const struct record *record)
{
    return follower_concerns_id(f, record->contact_id) ||
           (f->contact && f->root && strcmp(record_chain_root(record), f->root) == 0);
}

static const char *none_of(struct follower *f, struct arena *arena, bool several)
{
    return several
               ? arena_printf(arena, "More than one contact begins with %s: give more of its id.",
                              f->beginning)
               : arena_printf(arena, "There is no contact %s in the store%s.", f->beginning,
                              f->store->ops->find ? " or the archive" : "");
}

/* Only the beginning of its id is known: what begins so is the open contact from now on. */
static bool find_chain(struct follower *f, struct note *note, struct store_chain *chain,
                       struct err *err)
{
    char *id;
    bool several;
    if (!store_whole_id(f->store, f->contact, &id, &several, err))
        return false;
    if (!id) {
        note->text = none_of(f, &note->arena, several);
        return true;
    }
    free(f->contact);
    f->contact = id;
    return store_load_chain(f->store, id, &note->arena, chain, err);
}

static bool load_chain(struct follower *f, struct note *note, struct store_chain *chain,
                       struct err *err)
{
    if (!store_load_chain(f->store, f->contact, &note->arena, chain, err) ||
        (!chain->count && f->beginning && !find_chain(f, note, chain, err)))
        return false;
    note->contact_id = arena_strdup(&note->arena, f->beginning ? f->beginning : f->contact);
    if (f->beginning && chain->count)
        note->found = arena_strdup(&note->arena, f->contact);
    free(f->beginning);
    f->beginning = NULL;
    return true;
}

bool follower_post_contact(struct follower *f, struct err *err)
{
    struct store_chain chain;
    struct note *note = note_new(NOTE_CONTACT);
    int64_t began = monotonic_ns();
    if (!load_chain(f, note, &chain, err)) {
        note_free(note);
        return false;
    }
    if (chain.cut)
        log_warning("a chain of more than %d contacts is shown in part", STORE_CHAIN_MAX);
    note->record = chain.record;
    note->history = chain.history;
    note->records = chain.count;
    map_free(&f->members, NULL);
    for (size_t i = 0; i < chain.count; i++) {
        map_set(&f->members, chain.record[i].contact_id, f);
        if (strcmp(chain.record[i].contact_id, f->contact) == 0) {
            free(f->root);
            f->root = mem_strdup(record_chain_root(&chain.record[i]));
        }
    }
    f->dirty = false;
    f->posted_ns = monotonic_ns();
    f->opening_ns = f->posted_ns - began;
    follower_post(f, note);
    return true;
}
