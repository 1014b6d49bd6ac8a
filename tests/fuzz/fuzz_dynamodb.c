/*
 * What lies in the tables, as anyone who may write them can have written it: items, chunks, the
 * feed. The first byte chooses what the rest is.
 */
#include <stdlib.h>
#include <string.h>

#include "store/dynamodb_feed_internal.h"
#include "store/dynamodb_read_internal.h"

static void feed_bytes(const void *data, size_t size)
{
    struct feed_rows rows = {0};
    struct buf again = {0};
    if (feed_unpack(&rows, data, size, NULL)) {
        struct ddb_row *row = mem_zero((rows.rows + 1) * sizeof(*row));
        for (size_t i = 0; i < rows.rows; i++) {
            const struct feed_row *from = &rows.row[i];
            row[i] = (struct ddb_row){from->has_record ? &from->record : NULL, from->contact_id,
                                      from->entries ? rows.entry + from->first : NULL,
                                      from->entries, from->look};
        }
        feed_pack_whole(&again, row, rows.rows, rows.agent, rows.agents);
        if (again.length < FEED_RAW_MAX && !feed_unpack(&rows, again.data, again.length, NULL))
            abort(); /* what was read can be written and read */
        free(row);
    }
    buf_free(&again);
    feed_rows_free(&rows);
}

static void chunk_bytes(const void *data, size_t size)
{
    struct arena arena = {0};
    struct history history = {0};
    size_t unread = 0;
    ddb_chunk_read(&arena, "contact", data, size, &history, &unread, NULL);
    history_sort(&history);
    history_free(&history);
    arena_free(&arena);
}

static void item_text(const char *text, size_t size)
{
    struct arena arena = {0};
    struct history history = {0};
    struct record record;
    struct buf plain = {0};
    const cJSON *item = ddb_parse(&arena, (struct ddb_span){text, size}, NULL);
    if (item) {
        ddb_plain_item(&plain, item);
        if (ddb_record_read(&record, &arena, item, &history, NULL))
            record_free(&record);
    }
    history_free(&history);
    buf_free(&plain);
    arena_free(&arena);
}

/* An answer: its items, one by one. */
static void answer_text(const char *text, size_t size)
{
    struct arena arena = {0};
    struct ddb_span items = ddb_get((struct ddb_span){text, size}, "Items"), item;
    const char *at = items.text, *end = at ? at + items.length : NULL;
    while (at && ddb_element_next(&at, end, &item)) {
        ddb_parse(&arena, item, NULL);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void key_text(const char *text)
{
    struct feed_key key;
    char again[FEED_KEY_MAX];
    if (feed_key_read(&key, text))
        feed_key_write(again, key.ms, key.writer, key.seq);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    char *text = mem_strndup((const char *)data + 1, size - 1);
    struct buf packed = {0};
    ddb_gzip(&packed, text, size - 1);
    switch (data[0]) {
    case 'F': feed_bytes(packed.data, packed.length); break;
    case 'f': feed_bytes(text, size - 1); break;
    case 'C': chunk_bytes(packed.data, packed.length); break;
    case 'c': chunk_bytes(text, size - 1); break;
    case 'i': item_text(text, size - 1); break;
    case 'a': answer_text(text, size - 1); break;
    default: key_text(text); break;
    }
    buf_free(&packed);
    free(text);
    return 0;
}
