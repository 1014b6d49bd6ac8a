/* Whatever comes as an event of the table's stream: no crash, each record told once, and what is
 * read of an image can be written and read again. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/dynamodb.h"
#include "contactwatch/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void read_back(const struct record *record, const struct history *history)
{
    struct buf item = {0}, again = {0};
    struct arena arena = {0};
    struct record copy;
    struct history entries = {0};
    record_write_item(&item, record, history, RECORD_STORED);
    const cJSON *tree = json_parse(&arena, item.data, item.length, NULL);
    if (tree) {
        demand(record_read(&copy, &arena, tree, &entries, NULL));
        record_write(&again, &copy, RECORD_STORED);
        buf_clear(&item);
        record_write(&item, record, RECORD_STORED);
        demand(item.length == again.length && memcmp(item.data, again.data, item.length) == 0);
        record_free(&copy);
    }
    history_free(&entries);
    arena_free(&arena);
    buf_free(&item);
    buf_free(&again);
}

static void look(const struct dynamodb_removal *removal)
{
    struct arena arena = {0};
    struct record record;
    struct history history = {0};
    struct err err = {0};
    demand(removal->sequence[0] && strlen(removal->sequence) < sizeof(removal->sequence));
    demand(!removal->contact_id || removal->contact_id[0]);
    if (removal->image) {
        if (dynamodb_image_read(&record, &arena, removal->image, removal->length, &history, &err))
            read_back(&record, &history);
        else
            demand(err.text[0]);
        record_free(&record);
    }
    history_free(&history);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_strndup((const char *)data, size);
    struct dynamodb_stream stream;
    struct dynamodb_removal removal;
    struct arena arena = {0};
    struct err err = {0};
    enum dynamodb_next next;
    size_t records = 0;
    if (dynamodb_stream_open(&stream, text, size, &err)) {
        while ((next = dynamodb_stream_next(&stream, &arena, &removal, &err)) ==
               DYNAMODB_STREAM_RECORD) {
            demand(++records <= size);
            look(&removal);
            arena_reset(&arena);
        }
        demand(next == DYNAMODB_STREAM_ENDED || err.text[0]);
    } else {
        demand(err.text[0]);
    }
    arena_free(&arena);
    free(text);
    return 0;
}
