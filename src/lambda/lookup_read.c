#include <stdlib.h>
#include <string.h>

#include "lambda/lookup_internal.h"

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* A leg of the current call may not know yet that it is one. */
static bool is_current(const struct lookup_known *known, const char *contact_id, const char *root)
{
    const char *const id[] = {known->request->contact_id, known->request->chain_root, known->root};
    for (size_t i = 0; i < ARRAY_SIZE(id); i++)
        if (same(contact_id, id[i]) || same(root, id[i]))
            return true;
    return false;
}

static bool is_known(const struct lookup_known *known, const char *contact_id)
{
    for (size_t i = 0; i < known->records; i++)
        if (strcmp(known->record[i].contact_id, contact_id) == 0)
            return true;
    return false;
}

static void keep(struct lookup_known *known, const struct record *record)
{
    if (is_current(known, record->contact_id, record_chain_root(record)))
        return;
    mem_grow(known->record, known->records, known->capacity);
    record_copy(&known->record[known->records++], record);
}

static bool take_customers(void *context, const struct record *record)
{
    struct lookup_known *known = context;
    if (same(record->contact_id, known->request->contact_id))
        known->root = arena_strdup(known->arena, record_chain_root(record));
    if (!is_known(known, record->contact_id))
        keep(known, record);
    return ++known->looked < LOOKUP_CONTACTS_MAX;
}

/* Those that came before the current contact told its root. */
static void drop_current(struct lookup_known *known)
{
    size_t kept = 0;
    for (size_t i = 0; i < known->records; i++) {
        struct record *record = &known->record[i];
        if (is_current(known, record->contact_id, record_chain_root(record)))
            record_free(record);
        else
            known->record[kept++] = *record;
    }
    known->records = kept;
}

static bool take_leg(void *context, const struct record *record)
{
    struct lookup_known *known = context;
    if (!is_known(known, record->contact_id))
        keep(known, record);
    return known->records < LOOKUP_CONTACTS_MAX * (1 + LOOKUP_CHAINS_MAX);
}

static bool is_wanted(void *context, const char *contact_id)
{
    const struct lookup_known *known = context;
    return !is_known(known, contact_id) && !is_current(known, contact_id, NULL);
}

static struct lookup_call *call_of(struct lookup_known *known, const struct record *record)
{
    const char *root = record_chain_root(record);
    for (size_t i = 0; i < known->calls; i++)
        if (strcmp(known->call[i].root, root) == 0)
            return &known->call[i];
    known->call[known->calls].root = root;
    return &known->call[known->calls++];
}

/* In the order in which the records came: the customer's newest call first. */
static void group(struct lookup_known *known)
{
    const struct record **leg = arena_alloc(known->arena, (known->records + 1) * sizeof(*leg));
    known->call = arena_zero(known->arena, (known->records + 1) * sizeof(*known->call));
    known->calls = 0;
    for (size_t i = 0; i < known->records; i++)
        call_of(known, &known->record[i]);
    for (size_t i = 0; i < known->calls; i++) {
        size_t legs = 0;
        for (size_t k = 0; k < known->records; k++)
            if (strcmp(record_chain_root(&known->record[k]), known->call[i].root) == 0)
                leg[legs++] = &known->record[k];
        chain_build(&known->call[i].chain, known->arena, leg, legs);
    }
}

/* Could a leg that is not known change what is said of this call? */
static bool is_open_ended(const struct lookup_known *known, const struct lookup_call *call)
{
    int64_t now = known->request->now, newest = INSTANT_NONE;
    bool active = false, callback = false;
    for (size_t i = 0; i < call->chain.count; i++) {
        const struct leg *leg = &call->chain.leg[i];
        int64_t heard = record_newest(leg->record);
        newest = heard > newest ? heard : newest;
        active |= lookup_leg_active(known, leg);
        callback |= (leg->record->flags & FLAG_CALLBACK) &&
                    now - heard <= known->options->callback_within_ms;
    }
    return callback || (!active && now - newest <= known->options->active_within_ms);
}

static bool read_legs(struct lookup_known *known, struct store *store, struct err *err)
{
    const char *root[LOOKUP_CHAINS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < known->calls && count < LOOKUP_CHAINS_MAX; i++)
        if (i == 0 || is_open_ended(known, &known->call[i]))
            root[count++] = arena_strdup(known->arena, known->call[i].root);
    const struct store_visit visit = {
        .context = known, .record = take_leg, .limit = LOOKUP_CONTACTS_MAX, .wanted = is_wanted};
    return store_by_chains(store, root, count, &visit, err);
}

static int newest_first(const void *a, const void *b)
{
    const struct record *x = a, *y = b;
    int64_t left = record_started(x), right = record_started(y);
    return left != right ? (left > right ? -1 : 1) : strcmp(y->contact_id, x->contact_id);
}

/* The newest of both identifiers. */
static void unite(struct lookup_known *known)
{
    if (known->records)
        qsort(known->record, known->records, sizeof(*known->record), newest_first);
    while (known->records > LOOKUP_CONTACTS_MAX)
        record_free(&known->record[--known->records]);
}

static bool read_customers(struct lookup_known *known, struct store *store, struct err *err)
{
    const struct store_visit visit = {
        .context = known, .record = take_customers, .limit = LOOKUP_CONTACTS_MAX};
    const char *const id[] = {known->request->customer, known->request->also};
    for (size_t i = 0; i < ARRAY_SIZE(id); i++) {
        known->looked = 0;
        if (id[i] && *id[i] && !(i && same(id[0], id[i])) &&
            !store->ops->by_customer(store, id[i], &visit, err))
            return false;
    }
    drop_current(known);
    unite(known);
    return true;
}

bool lookup_read(struct lookup_known *known, struct store *store, struct err *err)
{
    if (!read_customers(known, store, err))
        return false;
    group(known);
    size_t before = known->records;
    if (known->calls && !read_legs(known, store, err))
        return false;
    if (known->records > before)
        group(known);
    return true;
}

void lookup_known_free(struct lookup_known *known)
{
    for (size_t i = 0; i < known->records; i++)
        record_free(&known->record[i]);
    free(known->record);
}
