/* What the histories of an open contact teach the mask and the names, each body once. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"
#include "ui/contact_view.h"

static struct hash128 *find_slot(const struct learnt *learnt, const struct hash128 *id)
{
    static const struct hash128 none;
    uint64_t at;
    memcpy(&at, id->byte, sizeof(at));
    for (;; at++) {
        struct hash128 *slot = &learnt->slot[at & (learnt->capacity - 1)];
        if (hash_compare(slot, id) == 0 || hash_compare(slot, &none) == 0)
            return slot;
    }
}

static void grow(struct learnt *learnt)
{
    enum { LEAST = 256 };
    static const struct hash128 none;
    struct learnt wider = {.capacity = learnt->capacity ? learnt->capacity * 2 : LEAST,
                           .count = learnt->count};
    wider.slot = mem_zero(wider.capacity * sizeof(*wider.slot));
    for (size_t i = 0; i < learnt->capacity; i++)
        if (hash_compare(&learnt->slot[i], &none) != 0)
            *find_slot(&wider, &learnt->slot[i]) = learnt->slot[i];
    free(learnt->slot);
    *learnt = wider;
}

/* True when this body was not there before. Of an entry's identity a greater body may come later:
 * so what is remembered is the body. */
static bool is_new(struct learnt *learnt, const struct entry *entry)
{
    struct hash128 id = hash_bytes(entry->body, entry->length);
    if (learnt->count * 2 >= learnt->capacity)
        grow(learnt);
    struct hash128 *slot = find_slot(learnt, &id);
    if (hash_compare(slot, &id) == 0)
        return false;
    *slot = id;
    learnt->count++;
    return true;
}

void learnt_free(struct learnt *learnt)
{
    free(learnt->slot);
    *learnt = (struct learnt){0};
}

void contact_learn(struct contact_view *view, const struct note *note)
{
    struct ui *ui = view->base.ui;
    struct arena arena = {0};
    for (size_t leg = 0; leg < note->records; leg++)
        for (size_t i = 0; i < note->history[leg].count; i++) {
            const struct entry *entry = &note->history[leg].entry[i];
            if (!is_new(&view->learnt, entry))
                continue;
            const cJSON *body = json_parse(&arena, entry->body, entry->length, NULL);
            mask_learn_json(&ui->mask, body);
            names_learn(live_names(ui->live), body);
            arena_reset(&arena);
        }
    arena_free(&arena);
}
