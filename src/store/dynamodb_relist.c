/*
 * Once a minute the live are listed again: what a writer stored but did not live to put into the
 * feed shows there as a contact not known, gone, or of another status. The index carries no more
 * than that; what else such a writer stored comes with the message it had not acknowledged.
 */
#include <stdlib.h>
#include <string.h>

#include "store/dynamodb_follow_internal.h"

struct relisting {
    struct ddb_follow *f;
    const struct store_visit *visit;
    struct ddb_ids changed; /* given, whose history is to be looked at */
    bool stopped;
};

static bool give_newer(void *context, const cJSON *item, struct arena *arena)
{
    struct relisting *r = context;
    struct record record;
    if (!ddb_contact(r->f->s, item, arena, &record))
        return true;
    struct follow_known *known = follow_known(r->f, record.contact_id);
    if (follow_newer(r->f, &record)) {
        r->stopped = !r->visit->record(r->visit->context, &record);
        follow_note(r->f, &record, false);
        ddb_ids_add(&r->changed, record.contact_id);
    } else if (known) {
        known->live = !(record.flags & FLAG_ENDED);
    }
    record_free(&record);
    return !r->stopped;
}

bool follow_give_history(struct ddb_follow *f, const char *contact_id, bool marked,
                         const struct store_visit *visit, bool *stopped, struct err *err)
{
    struct arena arena = {0};
    struct history history = {0};
    struct ddb_pages pages;
    if (!visit->entry)
        return true;
    ddb_history_query(&pages, f->s, contact_id);
    bool good = ddb_history_read(f->s, &pages, contact_id, &arena, &history, err);
    history_sort(&history);
    for (size_t i = 0; good && !*stopped && i < history.count; i++) {
        const struct entry *entry = &history.entry[i];
        if ((!marked || (entry->marks & MARKS_OF_TABLE)) &&
            follow_first_time(&f->seen, contact_id, entry))
            *stopped = !visit->entry(visit->context, contact_id, entry);
    }
    ddb_pages_close(&pages, 1);
    history_free(&history);
    arena_free(&arena);
    return good;
}

static char listed_mark;

/* Contacts of the list that are not as they were handed out. */
static void compare(struct ddb_follow *f, const struct ddb_ids *ids, const struct ddb_ids *status,
                    struct map *listed, struct ddb_ids *odd)
{
    for (size_t i = 0; i < ids->count; i++) {
        const struct follow_known *known = follow_known(f, ids->id[i]);
        bool differs = !known || !known->live ||
                       (status->id[i][0] && hash_text(status->id[i]) != known->status);
        map_set(listed, ids->id[i], &listed_mark);
        if (differs)
            ddb_ids_add(odd, ids->id[i]);
    }
}

/* Those handed out as live that the list does not name; the index may lag behind. And what ended
 * long ago is forgotten. */
static void find_gone(struct ddb_follow *f, const struct map *listed, struct ddb_ids *odd)
{
    int64_t now = clock_now(f->s->clock);
    struct ddb_ids old = {0};
    size_t at = 0;
    for (struct map_slot *slot; (slot = map_next(&f->known, &at));) {
        const struct follow_known *known = slot->value;
        int64_t age = now - known->changed;
        if (known->live && !map_get(listed, slot->key) && age > FOLLOW_PATIENCE_MS)
            ddb_ids_add(odd, slot->key);
        else if (!known->live && age > FOLLOW_FORGET_MS)
            ddb_ids_add(&old, slot->key);
    }
    for (size_t i = 0; i < old.count; i++)
        free(map_remove(&f->known, old.id[i]));
    ddb_ids_free(&old);
}

/* A contact that is in the table no more is asked for once. */
static void drop_removed(struct ddb_follow *f, const struct ddb_ids *odd, int64_t before)
{
    for (size_t i = 0; i < odd->count; i++) {
        struct follow_known *known = follow_known(f, odd->id[i]);
        if (known && known->live && known->changed < before)
            known->live = false;
    }
}

bool follow_relist(struct ddb_follow *f, const struct store_visit *visit, bool *stopped,
                   struct err *err)
{
    struct relisting r = {.f = f, .visit = visit};
    struct ddb_ids ids = {0}, status = {0}, odd = {0};
    struct map listed = {0};
    int64_t before = clock_now(f->s->clock);
    struct follow_listing listing = {.partition = follow_live_partition,
                                     .count = DDB_LIVE_PARTITIONS,
                                     .ids = &ids,
                                     .status = &status};
    bool good = follow_list(f, &listing, err);
    if (good) {
        compare(f, &ids, &status, &listed, &odd);
        find_gone(f, &listed, &odd);
        const struct ddb_visit give = {&r, give_newer};
        good = ddb_fetch(f->s, (const char *const *)odd.id, odd.count, true, &give, err);
    }
    if (good && !r.stopped)
        drop_removed(f, &odd, before);
    for (size_t i = 0; good && !r.stopped && i < r.changed.count; i++)
        good = follow_give_history(f, r.changed.id[i], false, visit, &r.stopped, err);
    *stopped |= r.stopped;
    map_free(&listed, NULL);
    ddb_ids_free(&ids);
    ddb_ids_free(&status);
    ddb_ids_free(&odd);
    ddb_ids_free(&r.changed);
    return good;
}
