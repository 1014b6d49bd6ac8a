/* An item of arbitrary JSON: read, written, read again and written again gives the same bytes;
 * joining it with itself changes nothing. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"
#include "contactwatch/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool take(struct record *record, struct arena *arena, const char *text, size_t length)
{
    struct history history = {0};
    const cJSON *item = json_parse(arena, text, length, NULL);
    bool taken = item && record_read(record, arena, item, &history, NULL);
    history_free(&history);
    return taken;
}

static void check(struct record *first, struct arena *arena)
{
    struct buf once = {0}, twice = {0};
    struct record again;
    struct record_facts facts;
    record_write(&once, first, RECORD_STORED);
    if (once.length > JSON_MAX_BYTES) { /* escapes made it too long to be read */
        buf_free(&once);
        return;
    }
    if (!take(&again, arena, once.data, once.length))
        abort();
    record_write(&twice, &again, RECORD_STORED);
    if (once.length != twice.length || memcmp(once.data, twice.data, once.length) != 0)
        abort();
    if (record_join(first, &again))
        abort();
    record_facts(&facts, &again, arena);
    record_expiry(&again, 60000);
    record_free(&again);
    buf_free(&once);
    buf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct record record;
    if (take(&record, &arena, (const char *)data, size)) {
        check(&record, &arena);
        record_free(&record);
    }
    arena_free(&arena);
    return 0;
}
