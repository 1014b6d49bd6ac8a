/*
 * Writing: what lies there is read and joined. A document goes under the day its own record
 * started, so which objects there are at the end does not depend on the order of writing.
 */
#include <stdlib.h>
#include <string.h>

#include "archive/archive_internal.h"

enum { TRIES = 16 };

struct putting {
    struct archive *archive;
    const struct record *record;
    const struct history *history;
    char day[ARCHIVE_DAY];
    struct object object; /* as it lies there */
    struct buf json, packed;
};

/* What is to be written: the record and history, joined with the document there. */
static bool join(struct putting *p, const struct buf *there, struct arena *arena, struct err *err)
{
    struct document document;
    if (!document_read(p->archive, p->object.name, there, arena, &document, err))
        return false;
    bool good =
        document.whole ||
        err_set(err,
                "%.200s/%.200s holds an entry that is not understood here: it is left as it is",
                p->archive->place->label, p->object.name);
    record_join(&document.record, p->record);
    if (p->history)
        history_append(&document.history, p->history);
    history_sort(&document.history);
    buf_clear(&p->json);
    record_write_item(&p->json, &document.record, &document.history, RECORD_STORED);
    document_free(&document);
    return good;
}

/* One reading and writing. */
static enum write_result try_put(struct putting *p, struct err *err)
{
    const struct place_ops *ops = p->archive->place->ops;
    static const struct history nothing;
    struct buf there = {0};
    struct arena arena = {0};
    bool same = false;
    p->object.found = false;
    p->object.etag[0] = '\0';
    bool good = ops->read(p->archive->place, &p->object, 1, err);
    if (good && p->object.found) {
        good =
            document_inflate(p->archive, &p->object, &there, err) && join(p, &there, &arena, err);
        same = good && there.length == p->json.length &&
               memcmp(there.data, p->json.data, there.length) == 0;
    } else if (good) {
        buf_clear(&p->json);
        record_write_item(&p->json, p->record, p->history ? p->history : &nothing, RECORD_STORED);
    }
    arena_free(&arena);
    buf_free(&there);
    if (same)
        return WRITE_DONE;
    if (!good || (!document_deflate(&p->packed, &p->json, err) &&
                  !err_wrap(err, "%.200s/%.200s", p->archive->place->label, p->object.name)))
        return WRITE_FAILED;
    return ops->write(p->archive->place, p->object.name, &p->packed,
                      p->object.found ? p->object.etag : "", err);
}

/* First its index: what leads nowhere is passed over, what is not in the index is not found. */
static bool put_index(const struct putting *p, struct err *err)
{
    struct name_list names = {0};
    struct place *place = p->archive->place;
    name_index(&names, p->day, p->record);
    bool good = !names.count || place->ops->mark(place, names.item, names.count, err);
    names_clear(&names);
    return good;
}

static bool put(struct putting *p, struct err *err)
{
    enum write_result result = WRITE_CONFLICT;
    if (!put_index(p, err))
        return false;
    for (int i = 0; i < TRIES && result == WRITE_CONFLICT; i++)
        result = try_put(p, err);
    if (result == WRITE_CONFLICT)
        return err_set(err, "%.200s/%.200s is being written by others all the time",
                       p->archive->place->label, p->object.name);
    return result == WRITE_DONE;
}

bool archive_put(struct archive *archive, const struct record *record,
                 const struct history *history, struct err *err)
{
    struct place *place = archive->place;
    struct putting p = {.archive = archive, .record = record, .history = history};
    if (!record->contact_id || !*record->contact_id || strlen(record->contact_id) > CONTACT_ID_MAX)
        return err_set(err, "a contact's id has 1 to %d bytes", CONTACT_ID_MAX);
    name_day(record, p.day);
    p.object.name = name_document(p.day, record->contact_id);
    bool good = !place->ops->lock || place->ops->lock(place, err);
    if (good) {
        good = put(&p, err);
        if (place->ops->unlock)
            place->ops->unlock(place);
    }
    archive_days_changed(archive);
    free((char *)p.object.name);
    buf_free(&p.object.body);
    buf_free(&p.json);
    buf_free(&p.packed);
    return good;
}
