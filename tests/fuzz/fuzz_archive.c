/* A document of whatever bytes. As an object: inflated or refused. As JSON: what is read whole and
 * written again is read again, to the same bytes; its names lead back to it. */
#include <stdlib.h>
#include <string.h>

#include "archive/archive_internal.h"
#include "contactwatch/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct place place = {.label = "fuzz"};
static const struct archive archive = {.place = &place};

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void check_inflate(const uint8_t *data, size_t size)
{
    struct object object = {.name = "dt=2025-01-01/x.json.gz"};
    struct buf json = {0};
    struct err err = {""};
    buf_add(&object.body, data, size);
    if (document_inflate(&archive, &object, &json, &err))
        demand(json.length <= ARCHIVE_DOCUMENT_MAX);
    else
        demand(err.text[0] != '\0');
    buf_free(&object.body);
    buf_free(&json);
}

static void check_name(const char *name, const char *id)
{
    const char *last = strrchr(name, '/') + 1;
    char *back = name_decode(last, strlen(last));
    demand(strlen(last) <= 255 && !strchr(last, '/') && last[0] != '.');
    demand(!back || strcmp(back, id) == 0);
    free(back);
}

static void check_document(const char *name, const struct buf *json)
{
    struct arena arena = {0};
    struct document first, again;
    struct buf once = {0}, twice = {0};
    struct err err = {""};
    if (!document_read(&archive, name, json, &arena, &first, &err)) {
        demand(err.text[0] != '\0');
        arena_free(&arena);
        return;
    }
    check_name(name, first.record.contact_id);
    record_write_item(&once, &first.record, &first.history, RECORD_STORED);
    demand(document_read(&archive, name, &once, &arena, &again, &err));
    demand(again.whole && again.history.count == first.history.count);
    record_write_item(&twice, &again.record, &again.history, RECORD_STORED);
    demand(once.length == twice.length && memcmp(once.data, twice.data, once.length) == 0);
    document_free(&first);
    document_free(&again);
    buf_free(&once);
    buf_free(&twice);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct buf json = {0};
    check_inflate(data, size);
    buf_add(&json, data, size);
    const cJSON *item = json_parse_texts(&arena, buf_str(&json), json.length, NULL);
    const char *id = json_text(item, "Connect_ContactId");
    char *name = name_document("2025-01-01", id ? id : "x");
    check_document(name, &json);
    free(name);
    buf_free(&json);
    arena_free(&arena);
    return 0;
}
