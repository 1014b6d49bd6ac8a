/* A store's tables by name, and one call to them. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "store/dynamodb_internal.h"

/* The service's own rule for table names. */
static bool is_table_name(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)name[i]) && !strchr("_.-", name[i]))
            return false;
    return length >= 3 && length <= 255;
}

static char *default_name(const char *table, const char *suffix)
{
    struct buf name = {0};
    buf_printf(&name, "%s-%s", table, suffix);
    return buf_take(&name);
}

bool ddb_table_names(const char *tables, char **table, char **history, char **feed, struct err *err)
{
    char **const out[] = {table, history, feed};
    const char *at = tables;
    size_t count = 0;
    bool good = true, more = true;
    for (; good && more && count < ARRAY_SIZE(out); count++) {
        size_t length = strcspn(at, ",");
        good = is_table_name(at, length);
        if (good)
            *out[count] = mem_strndup(at, length);
        more = at[length] == ',';
        at += length + more;
    }
    if (!good || more)
        return err_set(err,
                       "store dynamodb:%.300s: write dynamodb:TABLE[,HISTORY[,FEED]]; a table's "
                       "name has 3 to 255 letters, digits, _ . or -",
                       tables);
    if (!*history)
        *history = default_name(*table, "History");
    if (!*feed)
        *feed = default_name(*table, "Feed");
    good = is_table_name(*history, strlen(*history)) && is_table_name(*feed, strlen(*feed)) &&
           strcmp(*table, *history) != 0 && strcmp(*table, *feed) != 0 &&
           strcmp(*history, *feed) != 0;
    return good || err_set(err,
                           "store dynamodb:%.300s: three different tables are needed, names "
                           "of at most 255 letters",
                           tables);
}

/* "TableWriteKeyRangeThroughputExceeded (arn:…)" of each reason the service gives. */
static void add_reasons(struct buf *out, struct ddb_span answer)
{
    struct ddb_span list = ddb_get(answer, "ThrottlingReasons"), element;
    if (!list.text)
        list = ddb_get(answer, "throttlingReasons");
    const char *at = list.text, *end = at ? at + list.length : NULL;
    while (at && ddb_element_next(&at, end, &element)) {
        struct ddb_span reason = ddb_get(element, "reason"), on = ddb_get(element, "resource");
        if (reason.length < 2)
            continue;
        buf_printf(out, "%s%.*s", out->length ? ", " : " (", (int)reason.length - 2,
                   reason.text + 1);
        if (on.length > 2)
            buf_printf(out, " of %.*s", (int)on.length - 2, on.text + 1);
    }
    if (out->length)
        buf_char(out, ')');
}

/* Which table is missing, where it was looked for, and what to do. */
static void add_advice(struct buf *out, const struct dynamodb_store *store,
                       const struct aws_call *call)
{
    struct ddb_span table = ddb_get(ddb_span_of(&call->body), "TableName");
    if (table.length > 2)
        buf_printf(out, " (%.*s", (int)table.length - 2, table.text + 1);
    else
        buf_printf(out, " (%s", store->table);
    if (store->aws)
        buf_printf(out, " in %s", aws_session_region(store->aws));
    buf_printf(out,
               "): check the name and --region, or make the tables by the CloudFormation "
               "template, for development by contactwatch init --store dynamodb:%s",
               store->table);
}

bool ddb_call_error(const struct dynamodb_store *store, const struct aws_call *call,
                    struct err *err)
{
    struct buf more = {.max = 700};
    struct err why = {0};
    if (call->fault == AWS_THROTTLED)
        add_reasons(&more, ddb_span_of(&call->response));
    if (strcmp(call->code, "ResourceNotFoundException") == 0)
        add_advice(&more, store, call);
    aws_call_error(call, &why);
    err_set(err, "store dynamodb:%s: %s%s", store->table, why.text, buf_str(&more));
    buf_free(&more);
    return false;
}

bool ddb_run(struct dynamodb_store *store, struct aws_call *call, struct err *err)
{
    ddb_run_each(store, &call, 1);
    return call->fault == AWS_FINE || ddb_call_error(store, call, err);
}
