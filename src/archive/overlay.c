/* The operations that are the store's own are handed on to it. */
#include <stdlib.h>

#include "archive/overlay_internal.h"

static struct store *inner_of(struct store *store)
{
    struct store *inner = overlay_of(store)->store;
    inner->give_up = store->give_up;
    return inner;
}
#define HAND_ON(name, parameters, ...)                                                             \
    static bool hand_##name parameters                                                             \
    {                                                                                              \
        struct store *inner = inner_of(store);                                                     \
        return inner->ops->name(inner, __VA_ARGS__);                                               \
    }

HAND_ON(apply, (struct store * store, struct store_change *change, size_t count, struct err *err),
        change, count, err)
HAND_ON(live,
        (struct store * store, int64_t since, const struct store_visit *visit,
         struct store_cursor *cursor, struct err *err),
        since, visit, cursor, err)
HAND_ON(changes,
        (struct store * store, struct store_cursor *cursor, size_t limit,
         const struct store_visit *visit, struct err *err),
        cursor, limit, visit, err)
HAND_ON(all, (struct store * store, const struct store_visit *visit, struct err *err), visit, err)
HAND_ON(sweep, (struct store * store, unsigned *removed, struct err *err), removed, err)
HAND_ON(apply_agents,
        (struct store * store, const struct agent_event *agent, size_t count, struct err *err),
        agent, count, err)
HAND_ON(document_put,
        (struct store * store, const char *name, const void *data, size_t length, struct err *err),
        name, data, length, err)
HAND_ON(document_get,
        (struct store * store, const char *name, struct buf *out, int64_t *written,
         struct err *err),
        name, out, written, err)
HAND_ON(forget, (struct store * store, const char *contact_id, unsigned *removed, struct err *err),
        contact_id, removed, err)
HAND_ON(history,
        (struct store * store, const char *contact_id, struct arena *arena, struct history *history,
         struct err *err),
        contact_id, arena, history, err)
HAND_ON(expired, (struct store * store, const struct store_visit *visit, struct err *err), visit,
        err)
HAND_ON(remove,
        (struct store * store, const struct record *record, const struct history *archived,
         unsigned *removed, struct err *err),
        record, archived, removed, err)
HAND_ON(quarantine, (struct store * store, const char *lines, size_t length, struct err *err),
        lines, length, err)
HAND_ON(beat, (struct store * store, const struct store_beat *beat, struct err *err), beat, err)

static int hand_watch(struct store *store)
{
    struct store *inner = inner_of(store);
    return inner->ops->watch(inner);
}

static void hand_health(struct store *store, struct store_health *out)
{
    struct store *inner = inner_of(store);
    inner->ops->health(inner, out);
}

static void hand_counts(struct store *store, struct store_counts *out)
{
    struct store *inner = inner_of(store);
    inner->ops->counts(inner, out);
}

static void overlay_close(struct store *store)
{
    struct overlay *o = overlay_of(store);
    overlay_forget(o);
    store_close(o->store);
    archive_close(o->archive);
    free(o);
}

/* What the store leaves out is left out. */
#define HANDED(inner, name) .name = (inner)->name ? hand_##name : NULL

struct store *store_with_archive(struct store *store, struct archive *archive)
{
    const struct store_ops *inner = store->ops;
    struct overlay *o = mem_zero(sizeof(*o));
    o->store = store;
    o->archive = archive;
    o->ops = (struct store_ops){
        .name = inner->name,
        .get = overlay_get,
        .by_customer = overlay_by_customer,
        .by_chain = overlay_by_chain,
        .find = overlay_find,
        HANDED(inner, apply),
        HANDED(inner, live),
        HANDED(inner, changes),
        HANDED(inner, all),
        HANDED(inner, sweep),
        HANDED(inner, watch),
        HANDED(inner, apply_agents),
        HANDED(inner, document_put),
        HANDED(inner, document_get),
        HANDED(inner, forget),
        HANDED(inner, history),
        HANDED(inner, expired),
        HANDED(inner, remove),
        HANDED(inner, quarantine),
        HANDED(inner, beat),
        HANDED(inner, health),
        HANDED(inner, counts),
        .close = overlay_close,
    };
    o->base.ops = &o->ops;
    return &o->base;
}
