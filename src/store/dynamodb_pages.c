/* Query and Scan, page after page, several of them together. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"
#include "store/dynamodb_read_internal.h"

enum { TOGETHER = 16 };

void ddb_pages_open(struct ddb_pages *pages, const char *operation, const char *table)
{
    *pages = (struct ddb_pages){.operation = operation, .more = true};
    buf_printf(&pages->request, "{\"TableName\":\"%s\"", table);
}

void ddb_pages_query(struct ddb_pages *pages, const char *table, const char *hash,
                     const char *value, const char *range, const char *above)
{
    ddb_pages_open(pages, "Query", table);
    struct buf *out = &pages->request;
    buf_printf(out, ",\"KeyConditionExpression\":\"#h = :h%s\"", above ? " AND #r > :r" : "");
    buf_printf(out, ",\"ExpressionAttributeNames\":{\"#h\":\"%s\"", hash);
    if (above)
        buf_printf(out, ",\"#r\":\"%s\"", range);
    buf_text(out, "},\"ExpressionAttributeValues\":{");
    ddb_put_text(out, ":h", value);
    if (above)
        ddb_put_text(out, ":r", above);
    buf_char(out, '}');
}

void ddb_pages_ask(struct ddb_pages *pages)
{
    aws_call_reset(&pages->call);
    pages->call.operation = pages->operation;
    buf_add(&pages->call.body, pages->request.data, pages->request.length);
    if (pages->start.length) {
        buf_text(&pages->call.body, ",\"ExclusiveStartKey\":");
        buf_add(&pages->call.body, pages->start.data, pages->start.length);
    }
    buf_char(&pages->call.body, '}');
    pages->at = pages->end = NULL;
}

bool ddb_pages_take(const struct dynamodb_store *s, struct ddb_pages *pages, struct err *err)
{
    if (pages->call.fault != AWS_FINE)
        return ddb_call_error(s, &pages->call, err);
    struct ddb_span answer = ddb_span_of(&pages->call.response);
    struct ddb_span items = ddb_get(answer, "Items"), last = ddb_get(answer, "LastEvaluatedKey");
    if (!items.text || *items.text != '[')
        return err_set(err, "store dynamodb:%s: %s: the answer has no items", s->table,
                       pages->operation);
    pages->at = items.text;
    pages->end = items.text + items.length;
    buf_clear(&pages->start);
    pages->more = last.text && *last.text == '{';
    if (pages->more)
        buf_add(&pages->start, last.text, last.length);
    return true;
}

bool ddb_pages_fetch_each(struct dynamodb_store *s, struct ddb_pages *const *pages, size_t count,
                          struct ddb_pages **failed, struct err *err)
{
    struct aws_call *call[TOGETHER] = {NULL};
    if (count > TOGETHER)
        abort();
    for (size_t i = 0; i < count; i++) {
        ddb_pages_ask(pages[i]);
        call[i] = &pages[i]->call;
    }
    ddb_run_each(s, call, count);
    for (size_t i = 0; i < count; i++)
        if (!ddb_pages_take(s, pages[i], err)) {
            if (failed)
                *failed = pages[i];
            return false;
        }
    return true;
}

bool ddb_pages_fetch(struct dynamodb_store *s, struct ddb_pages *pages, size_t count,
                     struct ddb_pages **failed, struct err *err)
{
    struct ddb_pages *ask[TOGETHER];
    size_t asked = 0;
    for (size_t i = 0; i < count && asked < TOGETHER; i++)
        if (pages[i].more)
            ask[asked++] = &pages[i];
    return asked == 0 || ddb_pages_fetch_each(s, ask, asked, failed, err);
}

const cJSON *ddb_pages_item(struct ddb_pages *pages, struct arena *arena)
{
    struct ddb_span text;
    while (pages->at && ddb_element_next(&pages->at, pages->end, &text)) {
        const cJSON *item = ddb_parse(arena, text, NULL);
        if (item)
            return item;
    }
    return NULL;
}

void ddb_pages_close(struct ddb_pages *pages, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        aws_call_free(&pages[i].call);
        buf_free(&pages[i].request);
        buf_free(&pages[i].start);
        pages[i] = (struct ddb_pages){0};
    }
}

bool ddb_is_missing(const struct aws_call *call)
{
    return call->fault == AWS_REFUSED && (strcmp(call->code, "ResourceNotFoundException") == 0 ||
                                          (strcmp(call->code, "ValidationException") == 0 &&
                                           strstr(call->message, "specified index")));
}
