/* The tables' inside, and what their handlers share. */
#ifndef TESTS_FAKE_DDB_H
#define TESTS_FAKE_DDB_H

#include "fakes/fake_expr.h"
#include "fakes/fake_keyspace.h"
#include "fakes/fake_services.h"

enum {
    DDB_ITEM_MAX = 400 << 10,
    DDB_HASH_MAX = 2048,
    DDB_RANGE_MAX = 1024,
    DDB_PAGE = 1 << 20,
    DDB_INDEXES = 20,
    DDB_WRITE_UNIT = 1024,
    DDB_READ_UNIT = 4096,
};

enum ddb_projection { DDB_ALL, DDB_KEYS_ONLY, DDB_INCLUDE };
struct ddb_index {
    char *name;
    struct keyspace space;
    enum ddb_projection projection;
    char **include;
    size_t includes;
};
/* A change of an index that is not yet to be seen. */
struct ddb_late {
    int64_t due;
    size_t index;
    char *key;
    struct av old, new; /* projected; AV_NULL = none */
};
struct ddb_table {
    char *name;
    struct keyspace space;
    struct ddb_index index[DDB_INDEXES];
    size_t indexes;
    struct ddb_late *late;
    size_t lates, late_first, late_capacity;
    bool provisioned;
    char *ttl; /* attribute; NULL = off */
    int64_t created, ttl_changed;
    struct fake_units units[FAKE_OPERATIONS_MAX]; /* by operation */
};
struct fake_ddb {
    struct map tables;
    int64_t staleness;
};

/* fake_ddb.c */
struct ddb_table *ddb_table_named(struct fake_aws *fake, const char *name);
/* The table of json's TableName; NULL with the reply filled. */
struct ddb_table *ddb_table_asked(struct fake_aws *fake, const struct fake_request *request,
                                  const struct jv *json, struct fake_reply *reply);
void ddb_table_free(void *table);
/* Adds an index as CreateTable describes it, empty; false = it is none, and none is added. */
bool ddb_index_read(struct ddb_table *table, const struct jv *json, const struct jv *definitions);
void ddb_index_free(struct ddb_index *index);
bool ddb_invalid(const struct fake_request *request, struct fake_reply *reply, const char *format,
                 ...) __attribute__((format(printf, 3, 4)));

/* fake_ddb_describe.c */
void ddb_describe(struct fake_aws *fake, struct ddb_table *table, const char *status,
                  struct buf *out);

/* fake_ddb_keys.c: what keys and items may be. Nothing is held when they say false. */
bool ddb_read_key(const struct fake_request *request, struct fake_reply *reply,
                  const struct ddb_table *table, const struct jv *json, struct av *out);
bool ddb_read_item(const struct fake_request *request, struct fake_reply *reply,
                   const struct ddb_table *table, const struct jv *json, struct av *out);
/* Index keys of the right type and not empty, keys within their lengths, item within 400 KB. */
bool ddb_item_valid(const struct fake_request *request, struct fake_reply *reply,
                    const struct ddb_table *table, const struct av *item);

/* fake_ddb_index.c: what an item is in an index, and what its change costs. */
/* Does the index carry this attribute? */
bool ddb_projects(const struct ddb_table *table, const struct ddb_index *index, const char *name);
bool ddb_project(const struct ddb_table *table, const struct ddb_index *index,
                 const struct av *item, struct av *out); /* false: it is not in it */
/* Brings the indexes up to date; the units of each are added to cost. old or new may be NULL. */
void ddb_index_change(struct fake_aws *fake, struct ddb_table *table, const char *key,
                      const struct av *old, const struct av *new, double cost[DDB_INDEXES]);
void ddb_index_settle(struct fake_aws *fake, struct ddb_table *table); /* before reads */
void ddb_index_settle_all(struct ddb_table *table);                    /* late or not */

/* fake_ddb_units.c: what one request used of one table. */
struct ddb_cost {
    struct ddb_table *table;
    double table_units, index_units[DDB_INDEXES];
    bool write, failed_condition;
};
double ddb_write_units(size_t size);
double ddb_read_units(size_t size, bool consistent);
/* Adds it to what was counted so far. */
void ddb_count(const struct fake_request *request, const struct ddb_cost *cost);
/* One table's ConsumedCapacity as ReturnConsumedCapacity asks for it; false = not asked for. */
bool ddb_capacity(const struct fake_request *request, const struct ddb_cost *cost, struct buf *out);
/* Counts it, appends ConsumedCapacity to the reply's members and closes the object. */
void ddb_finish(const struct fake_request *request, struct fake_reply *reply,
                const struct ddb_cost *cost);
/* Starts the object or goes on in it: {"name": or ,"name": */
void ddb_member(struct fake_reply *reply, const char *name);

/* fake_ddb_write.c */
/* Puts new in place of the item (AV_NULL = deletes it); takes new. Adds what it costs. */
void ddb_write(struct fake_aws *fake, struct ddb_cost *cost, struct ddb_item *item, const char *key,
               struct av new);
/* The item as a read sees it: of a late one what it was; NULL = not there. */
const struct av *ddb_seen(struct fake_aws *fake, const struct ddb_item *item, bool consistent);

FAKE_HANDLER(fake_ddb_create_table);
FAKE_HANDLER(fake_ddb_update_table);
FAKE_HANDLER(fake_ddb_describe_table);
FAKE_HANDLER(fake_ddb_delete_table);
FAKE_HANDLER(fake_ddb_list_tables);
FAKE_HANDLER(fake_ddb_update_ttl);
FAKE_HANDLER(fake_ddb_describe_ttl);
FAKE_HANDLER(fake_ddb_put);
FAKE_HANDLER(fake_ddb_get);
FAKE_HANDLER(fake_ddb_update);
FAKE_HANDLER(fake_ddb_delete);
FAKE_HANDLER(fake_ddb_query);
FAKE_HANDLER(fake_ddb_scan);
FAKE_HANDLER(fake_ddb_batch_write);
FAKE_HANDLER(fake_ddb_batch_get);

#endif
