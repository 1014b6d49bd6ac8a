/* Which days there are, and where in them a contact lies. */
#include <stdlib.h>
#include <string.h>

#include "archive/archive_internal.h"
#include "contactwatch/instant.h"

enum { DAYS_KEPT_S = 10 };

static bool take_day(void *context, const char *name)
{
    struct archive *archive = context;
    char day[ARCHIVE_DAY] = "";
    size_t length = strlen(name);
    if (length != strlen("dt=/") + ARCHIVE_DAY - 1 || name[length - 1] != '/')
        return true;
    memcpy(day, name + strlen("dt="), ARCHIVE_DAY - 1);
    if (name_is_day(day))
        names_add(&archive->days, mem_strdup(day));
    return true;
}

bool archive_days(struct archive *archive, struct err *err)
{
    int64_t now = monotonic_ns();
    if (archive->days_listed && now - archive->days_listed < DAYS_KEPT_S * INT64_C(1000000000))
        return true;
    char *prefix = "dt=";
    names_clear(&archive->days);
    archive->days_listed = 0;
    if (!archive->place->ops->list(archive->place, &prefix, 1, true, take_day, archive, err))
        return false;
    archive->days_listed = now;
    return true;
}

void archive_days_changed(struct archive *archive)
{
    archive->days_listed = 0;
}

/* Those found go to the front, the others are freed. */
static void keep_found(struct objects *objects)
{
    size_t kept = 0;
    for (size_t i = 0; i < objects->count; i++) {
        struct object object = objects->item[i];
        if (object.found) {
            objects->item[kept++] = object;
        } else {
            free((char *)object.name);
            buf_free(&object.body);
        }
    }
    objects->count = kept;
}

bool archive_locate_within(struct archive *archive, const char *contact_id, const char *from,
                           const char *to, struct objects *out, struct err *err)
{
    *out = (struct objects){0};
    if (!*contact_id || strlen(contact_id) > CONTACT_ID_MAX)
        return true;
    if (!archive_days(archive, err))
        return false;
    out->item = mem_zero((archive->days.count + 1) * sizeof(*out->item));
    for (size_t i = 0; i < archive->days.count; i++) {
        const char *day = archive->days.item[i];
        if ((!from || strcmp(day, from) >= 0) && (!to || strcmp(day, to) <= 0))
            out->item[out->count++].name = name_document(day, contact_id);
    }
    bool good = archive->place->ops->read(archive->place, out->item, out->count, err);
    if (good)
        keep_found(out);
    else
        objects_free(out);
    return good;
}

bool archive_locate(struct archive *archive, const char *contact_id, struct objects *out,
                    struct err *err)
{
    return archive_locate_within(archive, contact_id, NULL, NULL, out, err);
}

void objects_free(struct objects *objects)
{
    for (size_t i = 0; i < objects->count; i++) {
        free((char *)objects->item[i].name);
        buf_free(&objects->item[i].body);
    }
    free(objects->item);
    *objects = (struct objects){0};
}
