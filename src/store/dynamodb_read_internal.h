/* What the readers share: pages of a Query or Scan, items by their keys, records out of items. */
#ifndef STORE_DYNAMODB_READ_INTERNAL_H
#define STORE_DYNAMODB_READ_INTERNAL_H

#include "store/dynamodb_internal.h"

/* dynamodb_pages.c: one Query or Scan, page after page. An empty page may be followed by others. */
struct ddb_pages {
    struct aws_call call;
    struct buf request; /* without its last brace; open gives the table, the caller adds the rest */
    struct buf start;   /* ExclusiveStartKey of the next page */
    bool more;          /* there is another page to ask for */
    const char *operation, *at, *end;
};
void ddb_pages_open(struct ddb_pages *pages, const char *operation, const char *table);
/* Query of one partition: hash = value, and range > above unless NULL. */
void ddb_pages_query(struct ddb_pages *pages, const char *table, const char *hash,
                     const char *value, const char *range, const char *above);
/* The next page of each that has one, together. False with err set; failed (may be NULL) tells
 * which, its call is as it ended. */
bool ddb_pages_fetch(struct dynamodb_store *store, struct ddb_pages *pages, size_t count,
                     struct ddb_pages **failed, struct err *err);
bool ddb_pages_fetch_each(struct dynamodb_store *store, struct ddb_pages *const *pages,
                          size_t count, struct ddb_pages **failed, struct err *err);
/* The halves of that, for one that is run with other calls. */
void ddb_pages_ask(struct ddb_pages *pages);
bool ddb_pages_take(const struct dynamodb_store *store, struct ddb_pages *pages, struct err *err);
/* The next item of the page, or NULL; the tree is in the arena. */
const cJSON *ddb_pages_item(struct ddb_pages *pages, struct arena *arena);
void ddb_pages_close(struct ddb_pages *pages, size_t count);
/* Did it fail because the index or the table is not there? */
bool ddb_is_missing(const struct aws_call *call);

/* dynamodb_fetch.c: items of the status table by their keys, in no order; those that are not there
 * are left out. The visitor returns false to stop, which is success. */
struct ddb_visit {
    void *context;
    bool (*item)(void *context, const cJSON *item, struct arena *arena);
};
bool ddb_fetch(struct dynamodb_store *store, const char *const *key, size_t count, bool consistent,
               const struct ddb_visit *visit, struct err *err);

/* An item as a record; false when it is no contact, has expired, or cannot be read (which is
 * logged). */
bool ddb_contact(const struct dynamodb_store *store, const cJSON *item, struct arena *arena,
                 struct record *record);
bool ddb_expired(const struct dynamodb_store *store, const struct record *record);
/* Would `live` give it? */
bool ddb_shown(const struct dynamodb_store *store, const struct record *record, int64_t since);

/* A list of ids on the heap. */
struct ddb_ids {
    char **id;
    size_t count, capacity;
};
void ddb_ids_add(struct ddb_ids *ids, const char *id);
void ddb_ids_clear(struct ddb_ids *ids);
void ddb_ids_free(struct ddb_ids *ids);

/* dynamodb_history.c: chunks of a contact appended to the history, not sorted; bodies in the arena.
 * The first form reads pages of a query that was made by ddb_history_query. */
void ddb_history_query(struct ddb_pages *pages, const struct dynamodb_store *store,
                       const char *contact_id);
bool ddb_history_read(struct dynamodb_store *store, struct ddb_pages *pages, const char *contact_id,
                      struct arena *arena, struct history *history, struct err *err);
/* Chunk by chunk, but for those that cannot be read or that hold something that is no entry.
 * written: the key, of an entry in parts without "#<part>". False from the visitor stops. */
struct ddb_chunk_visit {
    void *context;
    bool (*chunk)(void *context, const char *written, unsigned parts, const struct entry *entry,
                  size_t count);
};
bool ddb_history_visit(struct dynamodb_store *store, const char *contact_id,
                       const struct ddb_chunk_visit *visit, struct err *err);

/* dynamodb_scan.c: every contact that has not expired, or every one that has; the inline history of
 * the original's items with it (NULL = not wanted; the array is the visitor's, bodies live in the
 * arena of the call). */
struct ddb_scan {
    void *context;
    bool (*contact)(void *context, const struct record *record,
                    const struct history *inline_history);
    bool want_history, expired;
};
bool ddb_scan(struct dynamodb_store *store, const struct ddb_scan *scan, struct err *err);

#endif
