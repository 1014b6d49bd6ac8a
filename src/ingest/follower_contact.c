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
    f->posted_ns = 0;
}

bool follower_concerns(const struct follower *f, const struct record *record)
{
    if (!f->contact)
        return false;
    return strcmp(record->contact_id, f->contact) == 0 ||
           map_get(&f->members, record->contact_id) ||
           (f->root && strcmp(record_chain_root(record), f->root) == 0);
}

struct members {
    char *id[LEGS_MAX];
    size_t count;
};

static bool add_member(void *context, const struct record *record)
{
    struct members *members = context;
    if (members->count == LEGS_MAX) {
        log_warning("a chain of more than %d contacts is shown in part", LEGS_MAX);
        return false;
    }
    members->id[members->count++] = mem_strdup(record->contact_id);
    return true;
}

/* The contact's root is found first; then the members are listed, and read one by one. */
static bool find_chain(struct follower *f, struct members *members, struct err *err)
{
    struct arena arena = {0};
    struct record record;
    bool found = false;
    bool ok = store_get(f->store, f->contact, &arena, &record, NULL, &found, err);
    if (ok && found) {
        free(f->root);
        f->root = mem_strdup(record_chain_root(&record));
        record_free(&record);
        struct store_visit visit = {.context = members, .record = add_member};
        ok = f->store->ops->by_chain(f->store, f->root, &visit, err);
    }
    arena_free(&arena);
    return ok;
}

static bool load_members(struct follower *f, const struct members *members, struct note *note,
                         struct err *err)
{
    note->record = mem_zero((members->count + 1) * sizeof(*note->record));
    note->history = mem_zero((members->count + 1) * sizeof(*note->history));
    for (size_t i = 0; i < members->count; i++) {
        bool found = false;
        size_t n = note->records;
        if (!store_get(f->store, members->id[i], &note->arena, &note->record[n], &note->history[n],
                       &found, err))
            return false;
        if (!found)
            continue;
        note->records++;
        map_set(&f->members, members->id[i], f);
    }
    return true;
}

bool follower_post_contact(struct follower *f, struct err *err)
{
    struct members members = {.count = 0};
    struct note *note = note_new(NOTE_CONTACT);
    note->contact_id = arena_strdup(&note->arena, f->contact);
    map_free(&f->members, NULL);
    bool ok = find_chain(f, &members, err) && load_members(f, &members, note, err);
    for (size_t i = 0; i < members.count; i++)
        free(members.id[i]);
    if (!ok) {
        note_free(note);
        return false;
    }
    f->dirty = false;
    f->posted_ns = monotonic_ns();
    follower_post(f, note);
    return true;
}
