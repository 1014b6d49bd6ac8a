/* One page of a Query or Scan being filled. */
#ifndef TESTS_FAKE_DDB_PAGE_H
#define TESTS_FAKE_DDB_PAGE_H

#include "fakes/fake_ddb.h"

struct ddb_page {
    struct fake_aws *fake;
    struct fake_request *request;
    struct fake_reply *reply;
    struct ddb_table *table;
    struct ddb_index *index; /* NULL = the table itself */
    struct keyspace *space;
    struct expr_context expr;
    const struct expr *filter;
    const struct expr_path *path;
    size_t paths;
    bool consistent, count_only;
    size_t limit;    /* SIZE_MAX = none */
    struct av start; /* ExclusiveStartKey; AV_NULL = none */
    char *start_key; /* its table key as text */

    struct buf items;
    size_t scanned, count, bytes;
    const struct ddb_item *last;
    bool full;
};
/* Reads what Query and Scan have in common; false with the reply filled. Always closed. */
bool ddb_page_open(struct ddb_page *page, struct fake_aws *fake, struct fake_request *request,
                   struct fake_reply *reply);
bool ddb_page_all_used(struct ddb_page *page); /* no name or value was given in vain */
/* Takes one item in; false = the page is full, and this one is not in it. */
bool ddb_page_visit(struct ddb_page *page, const struct ddb_item *item);
void ddb_page_answer(struct ddb_page *page);
void ddb_page_close(struct ddb_page *page);

#endif
