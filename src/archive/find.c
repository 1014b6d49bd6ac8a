/* Which contacts there are: by the beginning of an id, and by chain. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive_internal.h"
#include "contactwatch/map.h"
#include "contactwatch/text.h"

struct finding {
    struct archive *archive;
    const char *prefix; /* of the id; NULL = any */
    leg_visitor *visit;
    void *context;
    struct map seen;
    struct name_list unnamed; /* documents of contacts whose name does not tell them */
    bool stopped;
};

static bool tell(struct finding *f, const char *contact_id, const char *day)
{
    if ((f->prefix && !text_prefix_fold(contact_id, f->prefix)) || map_get(&f->seen, contact_id))
        return true;
    map_set(&f->seen, contact_id, f);
    f->stopped = !f->visit(f->context, contact_id, day);
    return !f->stopped;
}

/* The day in a document's name. */
static void day_in(const char *name, char out[ARCHIVE_DAY])
{
    snprintf(out, ARCHIVE_DAY, "%s", strncmp(name, "dt=", 3) == 0 ? name + 3 : "");
}

static bool take_document(void *context, const char *name)
{
    struct finding *f = context;
    char day[ARCHIVE_DAY];
    if (!name_is_document(name))
        return true;
    const char *last = strrchr(name, '/') + 1;
    char *id = name_decode(last, strlen(last));
    if (!id)
        names_add(&f->unnamed, mem_strdup(name));
    day_in(name, day);
    bool more = !id || tell(f, id, day);
    free(id);
    return more;
}

static bool take_index(void *context, const char *name)
{
    char *document = name_indexed(name);
    bool more = take_document(context, document);
    free(document);
    return more;
}

static bool tell_document(struct finding *f, const struct object *object, struct err *err)
{
    struct buf json = {0};
    struct arena arena = {0};
    struct document document;
    char day[ARCHIVE_DAY];
    bool good = document_inflate(f->archive, object, &json, err) &&
                document_read(f->archive, object->name, &json, &arena, &document, err);
    if (good) {
        day_in(object->name, day);
        tell(f, document.record.contact_id, day);
        document_free(&document);
    }
    buf_free(&json);
    arena_free(&arena);
    return good;
}

static bool tell_unnamed(struct finding *f, struct err *err)
{
    struct place *place = f->archive->place;
    bool good = true;
    for (size_t i = 0; good && !f->stopped && i < f->unnamed.count; i++) {
        struct object object = {.name = f->unnamed.item[i]};
        good = place->ops->read(place, &object, 1, err) &&
               (!object.found || tell_document(f, &object, err));
        buf_free(&object.body);
    }
    return good;
}

static bool list(struct finding *f, char *const *prefix, size_t count, place_visitor *take,
                 struct err *err)
{
    struct place *place = f->archive->place;
    bool good = place->ops->list(place, prefix, count, false, take, f, err) && tell_unnamed(f, err);
    map_free(&f->seen, NULL);
    names_clear(&f->unnamed);
    return good;
}

/* Of each day the names that begin so; ids are mostly in lower case, and people copy them from
 * where they are not. */
static void day_prefixes(const struct archive *archive, const char *prefix, struct name_list *out)
{
    char *name = name_document("", prefix);
    size_t length = strlen(name) - strlen(".json.gz");
    char *hash = strchr(name, '~');
    if (hash)
        length = (size_t)(hash - name);
    for (size_t i = 0; i < archive->days.count; i++) {
        struct buf whole = {0};
        buf_printf(&whole, "dt=%s%.*s", archive->days.item[i], (int)length - 3, name + 3);
        names_add(out, buf_take(&whole));
    }
    free(name);
}

struct without_day {
    archive_visitor *visit;
    void *context;
};

static bool tell_id(void *context, const char *contact_id, const char *day)
{
    struct without_day *given = context;
    (void)day;
    return given->visit(given->context, contact_id);
}

bool archive_find(struct archive *archive, const char *prefix, archive_visitor *visit,
                  void *context, struct err *err)
{
    struct without_day given = {visit, context};
    struct finding f = {.archive = archive, .prefix = prefix, .visit = tell_id, .context = &given};
    struct name_list prefixes = {0};
    if (!archive_days(archive, err))
        return false;
    char *lower = mem_strdup(prefix);
    for (char *at = lower; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    day_prefixes(archive, lower, &prefixes);
    if (strcmp(lower, prefix) != 0)
        day_prefixes(archive, prefix, &prefixes);
    free(lower);
    bool good = !prefixes.count || list(&f, prefixes.item, prefixes.count, take_document, err);
    names_clear(&prefixes);
    return good;
}

bool archive_legs(struct archive *archive, const char *root, leg_visitor *visit, void *context,
                  struct err *err)
{
    struct finding f = {.archive = archive, .visit = visit, .context = context};
    char *prefix = name_chain(root);
    bool good = list(&f, &prefix, 1, take_index, err);
    free(prefix);
    return good;
}
