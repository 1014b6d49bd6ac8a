/* Is an entry in a history? By identity, and with all that it says. */
#include <stdlib.h>
#include <string.h>

#include "store/store_internal.h"

static int by_identity(const void *a, const void *b)
{
    const struct entry *const *x = a, *const *y = b;
    return hash_compare(&(*x)->id, &(*y)->id);
}

void store_contained_open(struct store_contained *c, const struct history *history)
{
    *c = (struct store_contained){.count = history->count};
    c->entry = mem_alloc((c->count + 1) * sizeof(*c->entry));
    for (size_t i = 0; i < c->count; i++)
        c->entry[i] = &history->entry[i];
    if (c->count)
        qsort(c->entry, c->count, sizeof(*c->entry), by_identity);
}

static bool same_id(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool store_contains(const struct store_contained *c, const struct entry *entry)
{
    const struct entry *const *found =
        c->count ? bsearch(&entry, c->entry, c->count, sizeof(*c->entry), by_identity) : NULL;
    if (!found)
        return false;
    struct entry joined = **found;
    entry_join(&joined, entry);
    return joined.body == (*found)->body && same_id(joined.log_event_id, (*found)->log_event_id);
}

void store_contained_close(struct store_contained *c)
{
    free(c->entry);
    *c = (struct store_contained){0};
}
