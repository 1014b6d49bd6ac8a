#include <stdlib.h>

#include "archive/overlay_internal.h"
#include "contactwatch/instant.h"

enum { KEPT_S = 60, FAILED_S = 10, CONTACTS_MAX = 512, BYTES_MAX = 64 << 20 };

static bool is_fresh(int64_t at, int seconds)
{
    return monotonic_ns() - at < seconds * INT64_C(1000000000);
}

static void free_contact(void *kept)
{
    struct kept_contact *contact = kept;
    if (!contact)
        return;
    if (contact->found)
        record_free(&contact->record);
    history_free(&contact->history);
    arena_free(&contact->arena);
    free(contact);
}

static void free_chain(void *kept)
{
    struct kept_chain *chain = kept;
    if (!chain)
        return;
    names_clear(&chain->legs);
    names_clear(&chain->days);
    free(chain);
}

void overlay_forget(struct overlay *o)
{
    map_free(&o->contacts, free_contact);
    map_free(&o->chains, free_chain);
    o->contacts = o->chains = (struct map){0};
    o->bytes = 0;
}

const struct kept_contact *overlay_contact_at_hand(const struct overlay *o, const char *contact_id)
{
    const struct kept_contact *kept = map_get(&o->contacts, contact_id);
    return kept && kept->found && is_fresh(kept->at, KEPT_S) ? kept : NULL;
}

const struct kept_contact *overlay_contact(struct overlay *o, const char *contact_id,
                                           const char *day, struct err *err)
{
    struct kept_contact *kept = map_get(&o->contacts, contact_id);
    if (kept && is_fresh(kept->at, KEPT_S))
        return kept;
    if (o->bytes > BYTES_MAX || o->contacts.count >= CONTACTS_MAX)
        overlay_forget(o);
    kept = mem_zero(sizeof(*kept));
    if (!archive_get_near(o->archive, contact_id, day, &kept->arena, &kept->record, &kept->history,
                          &kept->found, err)) {
        free_contact(kept);
        err_wrap(err, "archive");
        return NULL;
    }
    kept->at = monotonic_ns();
    o->bytes += kept->arena.total;
    free_contact(map_set(&o->contacts, contact_id, kept));
    return kept;
}

static bool take_leg(void *context, const char *contact_id, const char *day)
{
    struct kept_chain *chain = context;
    names_add(&chain->days, mem_strdup(day));
    names_add(&chain->legs, mem_strdup(contact_id));
    return chain->legs.count <= STORE_CHAIN_MAX; /* one more: there are more than are shown */
}

const struct kept_chain *overlay_chain(struct overlay *o, const char *root, struct err *err)
{
    struct kept_chain *kept = map_get(&o->chains, root);
    if (kept && is_fresh(kept->at, kept->failed ? FAILED_S : KEPT_S))
        return kept;
    if (o->chains.count >= CONTACTS_MAX)
        overlay_forget(o);
    kept = mem_zero(sizeof(*kept));
    kept->failed = !archive_legs(o->archive, root, take_leg, kept, err);
    kept->at = monotonic_ns();
    free_chain(map_set(&o->chains, root, kept));
    if (kept->failed)
        err_wrap(err, "archive");
    return kept;
}
