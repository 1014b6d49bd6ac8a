/* A store over an archive: its parts. */
#ifndef ARCHIVE_OVERLAY_INTERNAL_H
#define ARCHIVE_OVERLAY_INTERNAL_H

#include "archive/archive_internal.h"
#include "contactwatch/map.h"

struct overlay {
    struct store base;
    struct store_ops ops; /* those the store has */
    struct store *store;
    struct archive *archive;
    struct map contacts; /* struct kept_contact by id */
    struct map chains;   /* struct kept_chain by root */
    size_t bytes;        /* of kept contacts */
};
static inline struct overlay *overlay_of(struct store *store)
{
    return (struct overlay *)store;
}

/*
 * overlay_cache.c: what the archive said last, so that following an open contact asks it once a
 * minute, not at each change. What these return is valid until the next of them is called.
 */
struct kept_contact {
    int64_t at; /* monotonic, ns */
    bool found;
    struct record record;
    struct history history;
    struct arena arena;
};
struct kept_chain {
    int64_t at;
    bool failed;                 /* this time the archive could not be asked */
    struct name_list legs, days; /* same index: a day that the leg lies under */
};
/* day: one that it lies under, "" where none is known. */
const struct kept_contact *overlay_contact(struct overlay *o, const char *contact_id,
                                           const char *day, struct err *err);
/* Only if it is there without asking; NULL = it is not. */
const struct kept_contact *overlay_contact_at_hand(const struct overlay *o, const char *contact_id);
/* All legs but the first. */
const struct kept_chain *overlay_chain(struct overlay *o, const char *root, struct err *err);
void overlay_forget(struct overlay *o);

/* overlay_read.c */
bool overlay_get(struct store *store, const char *contact_id, struct arena *arena,
                 struct record *record, struct history *history, bool *found, struct err *err);
bool overlay_by_chain(struct store *store, const char *root, const struct store_visit *visit,
                      struct err *err);
bool overlay_by_customer(struct store *store, const char *customer, const struct store_visit *visit,
                         struct err *err);
bool overlay_find(struct store *store, const char *prefix,
                  bool (*visit)(void *context, const char *contact_id), void *context,
                  struct err *err);

#endif
