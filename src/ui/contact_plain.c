/* The attributes pane: each name with its value now, and its changes below. */
#include <string.h>

#include "ui/contact_view.h"

static void plain_clear(struct plain *plain)
{
    arena_reset(&plain->arena);
    plain->line = NULL;
    plain->count = 0;
}

void plain_add(struct plain *plain, enum role role, uint64_t key, const char *text)
{
    size_t used = plain->count;
    if ((used & (used - 1)) == 0) { /* full at powers of two */
        struct plain_line *wider =
            arena_alloc(&plain->arena, (used ? used * 2 : 1) * sizeof(*wider));
        if (used)
            memcpy(wider, plain->line, used * sizeof(*wider));
        plain->line = wider;
    }
    plain->line[plain->count++] = (struct plain_line){arena_strdup(&plain->arena, text), role, key};
}

static void add_change(struct contact_view *view, struct plain *plain, uint64_t key,
                       const struct attribute_change *change)
{
    struct buf text = {0}, value = {0};
    char clock[16];
    ui_clock(view->base.ui, change->time, clock);
    buf_printf(&text, "    %s  ", clock);
    if (change->before)
        buf_printf(&text, "%s → ", ui_masked(view->base.ui, &value, change->name, change->before));
    buf_text(&text, ui_masked(view->base.ui, &value, change->name, change->value));
    if (change->block_id)
        buf_printf(&text, "  by “%s”", change->block_id);
    if (change->flow_name)
        buf_printf(&text, " in %s", change->flow_name);
    plain_add(plain, ROLE_DIM, key + (uint64_t)change->time, buf_str(&text));
    buf_free(&text);
    buf_free(&value);
}

/* The changes of one name: a list through `next`, by index. */
struct group {
    size_t first, last;
};

static void add_group(struct contact_view *view, struct plain *plain, const struct group *group,
                      const size_t *next)
{
    const struct attribute_change *change = view->journey.attribute;
    const char *name = change[group->first].name;
    uint64_t key = hash_text(name);
    struct buf text = {0}, value = {0};
    buf_printf(&text, "%s = %s", name,
               ui_masked(view->base.ui, &value, name, change[group->last].value));
    plain_add(plain, ROLE_ATTRIBUTE, key, buf_str(&text));
    for (size_t i = group->first;; i = next[i]) {
        add_change(view, plain, key, &change[i]);
        if (i == group->last)
            break;
    }
    buf_free(&text);
    buf_free(&value);
}

static void tell_attributes(struct contact_view *view, struct plain *plain)
{
    const struct journey *journey = &view->journey;
    struct arena arena = {0};
    struct map by_name = {0};
    size_t count = journey->attributes, groups = 0;
    size_t *next = arena_alloc(&arena, (count + 1) * sizeof(*next));
    struct group *group = arena_alloc(&arena, (count + 1) * sizeof(*group));
    for (size_t i = 0; i < count; i++) {
        struct group *of = map_get(&by_name, journey->attribute[i].name);
        if (of) {
            next[of->last] = i;
            of->last = i;
            continue;
        }
        group[groups] = (struct group){i, i};
        map_set(&by_name, journey->attribute[i].name, &group[groups++]);
    }
    for (size_t i = 0; i < groups; i++)
        add_group(view, plain, &group[i], next);
    if (!groups)
        plain_add(plain, ROLE_DIM, 0, "No attribute was set (or it was not logged).");
    map_free(&by_name, NULL);
    arena_free(&arena);
}

void contact_tell_plain(struct contact_view *view, enum pane_kind kind)
{
    struct plain *plain = &view->plain[kind];
    struct pane *pane = &view->pane[kind];
    if (plain->told)
        return;
    if (pane->fresh)
        pane->place = contact_place(view, kind);
    pane->fresh = false;
    plain_clear(plain);
    if (kind == PANE_RAW)
        contact_tell_raw(view, plain);
    else
        tell_attributes(view, plain);
    plain->told = true;
}
