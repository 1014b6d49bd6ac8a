/* Reading a contact, and removing it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive_internal.h"
#include "contactwatch/decode.h"
#include "contactwatch/instant.h"
#include "contactwatch/log.h"
#include "contactwatch/map.h"

/* Joins one object's document into *record (initialised when *found) and history. */
static bool join_object(struct archive *archive, const struct object *object, struct arena *arena,
                        struct record *record, struct history *history, bool *found,
                        struct err *err)
{
    struct buf json = {0};
    struct document document;
    bool good = document_inflate(archive, object, &json, err) &&
                document_read(archive, object->name, &json, arena, &document, err);
    buf_free(&json);
    if (!good)
        return false;
    if (!document.whole)
        log_warning("%s/%s holds entries that are not understood here: it is read without them",
                    archive->place->label, object->name);
    if (*found)
        record_join(record, &document.record);
    else
        record_copy(record, &document.record);
    *found = true;
    if (history)
        history_append(history, &document.history);
    document_free(&document);
    return true;
}

static bool join_objects(struct archive *archive, const struct objects *objects,
                         struct arena *arena, struct record *record, struct history *history,
                         bool *found, struct err *err)
{
    bool good = true;
    for (size_t i = 0; good && i < objects->count; i++)
        good = join_object(archive, &objects->item[i], arena, record, history, found, err);
    if (!good && *found)
        record_free(record);
    *found = good && *found;
    if (*found && history)
        history_sort(history);
    return good;
}

static bool get_within(struct archive *archive, const char *contact_id, const char *from,
                       const char *to, struct arena *arena, struct record *record,
                       struct history *history, bool *found, struct err *err)
{
    struct objects objects;
    *found = false;
    if (!archive_locate_within(archive, contact_id, from, to, &objects, err))
        return false;
    bool good = join_objects(archive, &objects, arena, record, history, found, err);
    objects_free(&objects);
    return good;
}

bool archive_get(struct archive *archive, const char *contact_id, struct arena *arena,
                 struct record *record, struct history *history, bool *found, struct err *err)
{
    return get_within(archive, contact_id, NULL, NULL, arena, record, history, found, err);
}

/* The longest life of the contact's channel, as the document of this day tells; 0 = it is not
 * there. */
static bool life_by(struct archive *archive, const char *contact_id, const char *day, int64_t *life,
                    struct err *err)
{
    struct arena arena = {0};
    struct record record;
    bool found;
    *life = 0;
    bool good = get_within(archive, contact_id, day, day, &arena, &record, NULL, &found, err);
    if (good && found) {
        *life = channel_life(record.field[FIELD_CHANNEL].value);
        record_free(&record);
    }
    arena_free(&arena);
    return good;
}

bool archive_get_near(struct archive *archive, const char *contact_id, const char *day,
                      struct arena *arena, struct record *record, struct history *history,
                      bool *found, struct err *err)
{
    char text[INSTANT_TEXT], from[ARCHIVE_DAY], to[ARCHIVE_DAY];
    int64_t begin, life = 0;
    snprintf(text, sizeof(text), "%sT00:00:00Z", name_is_day(day) ? day : "");
    bool known = instant_parse(text, &begin);
    if (known && !life_by(archive, contact_id, day, &life, err))
        return false;
    if (!life)
        return archive_get(archive, contact_id, arena, record, history, found, err);
    day_of(begin > life + DAY_MS ? begin - life - DAY_MS : 0, from);
    day_of(begin + life + DAY_MS, to);
    return get_within(archive, contact_id, from, to, arena, record, history, found, err);
}

bool archive_has(struct archive *archive, const char *contact_id, bool *found, struct err *err)
{
    struct objects objects;
    *found = false;
    if (!archive_locate(archive, contact_id, &objects, err))
        return false;
    *found = objects.count > 0;
    objects_free(&objects);
    return true;
}

struct index_names {
    struct name_list list;
    struct map known;
};

static void add_index(struct index_names *names, const char *day, const struct record *record)
{
    struct name_list some = {0};
    name_index(&some, day, record);
    for (size_t i = 0; i < some.count; i++)
        if (!map_get(&names->known, some.item[i])) {
            map_set(&names->known, some.item[i], names);
            names_add(&names->list, mem_strdup(some.item[i]));
        }
    names_clear(&some);
}

/* Every chain and customer that any of its events named may have an index object: they were
 * written by as much of the contact as was known then. */
static void add_indexes(struct index_names *names, const char *day, const struct record *record,
                        const struct history *history)
{
    struct arena arena = {0};
    add_index(names, day, record);
    for (size_t i = 0; i < history->count; i++) {
        struct event event;
        struct record part;
        record_init(&part, record->contact_id);
        if (decode_entry(&arena, &history->entry[i], record->contact_id, &event)) {
            record_apply(&part, &event);
            add_index(names, day, &part);
        }
        record_free(&part);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

/* The index goes first: if the rest fails, the documents still tell what there is to remove. One
 * that cannot be read is removed all the same. */
static bool remove_objects(struct archive *archive, const char *contact_id,
                           const struct objects *objects, struct err *err)
{
    struct index_names index = {0};
    struct name_list documents = {0};
    struct arena arena = {0};
    struct record record;
    struct history history = {0};
    bool found = false;
    if (!join_objects(archive, objects, &arena, &record, &history, &found, NULL) || !found)
        record_init(&record, contact_id);
    for (size_t i = 0; i < objects->count; i++) {
        char day[ARCHIVE_DAY] = "";
        memcpy(day, objects->item[i].name + strlen("dt="), ARCHIVE_DAY - 1);
        add_indexes(&index, day, &record, &history);
        names_add(&documents, mem_strdup(objects->item[i].name));
    }
    struct place *place = archive->place;
    bool good =
        (!index.list.count || place->ops->remove(place, index.list.item, index.list.count, err)) &&
        place->ops->remove(place, documents.item, documents.count, err);
    names_clear(&index.list);
    map_free(&index.known, NULL);
    names_clear(&documents);
    record_free(&record);
    history_free(&history);
    arena_free(&arena);
    return good;
}

bool archive_remove(struct archive *archive, const char *contact_id, unsigned *removed,
                    struct err *err)
{
    struct objects objects;
    struct place *place = archive->place;
    *removed = 0;
    if (place->ops->lock && !place->ops->lock(place, err))
        return false;
    bool good = archive_locate(archive, contact_id, &objects, err);
    if (good && objects.count) {
        good = remove_objects(archive, contact_id, &objects, err);
        *removed = good ? (unsigned)objects.count : 0;
    }
    if (place->ops->unlock)
        place->ops->unlock(place);
    objects_free(&objects);
    return good;
}
