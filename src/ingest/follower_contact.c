/* The open contact: its whole chain, each leg with its history, posted anew at each change. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/log.h"
#include "ingest/follower_internal.h"

void follower_switch(struct follower *f, char *contact)
{
    free(f->contact);
    free(f->root);
    map_free(&f->members, NULL);
    f->contact = contact;
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

bool follower_post_contact(struct follower *f, struct err *err)
{
    struct store_chain chain;
    struct note *note = note_new(NOTE_CONTACT);
    int64_t began = monotonic_ns();
    note->contact_id = arena_strdup(&note->arena, f->contact);
    if (!store_load_chain(f->store, f->contact, &note->arena, &chain, err)) {
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
