/* Many documents: all of some days, or those of a customer. */
#include <stdlib.h>
#include <string.h>

#include "archive/archive_internal.h"
#include "contactwatch/map.h"

enum { READ_AHEAD = 64 };

struct reading {
    struct archive *archive;
    archive_object_visitor *visit;
    void *context;
    struct object object[READ_AHEAD];
    size_t count;
    struct buf json;
    struct err *err;
    bool failed, stopped;
};

/* Hands out what was gathered; false when there shall be no more. */
static bool hand_out(struct reading *r)
{
    struct place *place = r->archive->place;
    bool more = true;
    r->failed = !place->ops->read(place, r->object, r->count, r->err);
    for (size_t i = 0; i < r->count; i++) {
        struct object *object = &r->object[i];
        if (object->found && more && !r->failed) {
            bool good = document_inflate(r->archive, object, &r->json, r->err);
            more = r->visit(r->context, object, good ? &r->json : NULL);
        }
        free((char *)object->name);
        buf_free(&object->body);
        *object = (struct object){0};
    }
    r->count = 0;
    r->stopped = !more;
    return more && !r->failed;
}

static bool gather(void *context, const char *name)
{
    struct reading *r = context;
    if (!name_is_document(name))
        return true;
    r->object[r->count++].name = mem_strdup(name);
    return r->count < READ_AHEAD || hand_out(r);
}

bool archive_each_object(struct archive *archive, const char *from, const char *to,
                         archive_object_visitor *visit, void *context, struct err *err)
{
    struct reading *r = mem_zero(sizeof(*r));
    struct place *place = archive->place;
    *r = (struct reading){.archive = archive, .visit = visit, .context = context, .err = err};
    bool good = archive_days(archive, err);
    for (size_t i = 0; good && !r->stopped && i < archive->days.count; i++) {
        const char *day = archive->days.item[i];
        if ((from && strcmp(day, from) < 0) || (to && strcmp(day, to) > 0))
            continue;
        struct buf prefix = {0};
        buf_printf(&prefix, "dt=%s/", day);
        good = place->ops->list(place, &prefix.data, 1, false, gather, r, err);
        if (good && !r->stopped)
            hand_out(r);
        good = good && !r->failed;
        buf_free(&prefix);
    }
    buf_free(&r->json);
    free(r);
    return good;
}

struct customer {
    const char *customer;
    bool (*visit)(void *context, const struct record *record);
    void *context;
    struct name_list documents;
};

static bool take_document(void *context, const char *name)
{
    struct customer *c = context;
    names_add(&c->documents, name_indexed(name));
    return true;
}

static int newest_first(const void *a, const void *b)
{
    return strcmp(*(char *const *)b, *(char *const *)a);
}

/* An index object may lead to what is gone, or is known to be another customer's by now. */
static bool visit_document(struct archive *archive, const struct customer *c,
                           const struct object *object, bool *more, struct err *err)
{
    struct buf json = {0};
    struct arena arena = {0};
    struct document document;
    bool good = document_inflate(archive, object, &json, err) &&
                document_read(archive, object->name, &json, &arena, &document, err);
    if (good) {
        const char *customer = document.record.field[FIELD_CUSTOMER].value;
        if (customer && strcmp(customer, c->customer) == 0)
            *more = c->visit(c->context, &document.record);
        document_free(&document);
    }
    buf_free(&json);
    arena_free(&arena);
    return good;
}

static bool visit_documents(struct archive *archive, const struct customer *c, size_t from,
                            bool *more, struct err *err)
{
    struct object object[READ_AHEAD] = {0};
    size_t count = 0;
    for (; count < READ_AHEAD && from + count < c->documents.count; count++)
        object[count].name = c->documents.item[from + count];
    bool good = archive->place->ops->read(archive->place, object, count, err);
    for (size_t i = 0; i < count; i++) {
        if (good && *more && object[i].found)
            good = visit_document(archive, c, &object[i], more, err);
        buf_free(&object[i].body);
    }
    return good;
}

bool archive_customer_records(struct archive *archive, const char *customer,
                              bool (*visit)(void *context, const struct record *record),
                              void *context, struct err *err)
{
    struct customer c = {.customer = customer, .visit = visit, .context = context};
    char *prefix = name_customer(customer);
    bool more = true;
    bool good =
        archive->place->ops->list(archive->place, &prefix, 1, false, take_document, &c, err);
    if (c.documents.count)
        qsort(c.documents.item, c.documents.count, sizeof(*c.documents.item), newest_first);
    for (size_t i = 0; good && more && i < c.documents.count; i += READ_AHEAD)
        good = visit_documents(archive, &c, i, &more, err);
    names_clear(&c.documents);
    free(prefix);
    return good;
}

struct customer_ids {
    archive_visitor *visit;
    void *context;
    struct map seen;
};

static bool tell_id(void *context, const struct record *record)
{
    struct customer_ids *ids = context;
    return map_set(&ids->seen, record->contact_id, ids) ||
           ids->visit(ids->context, record->contact_id);
}

bool archive_customer(struct archive *archive, const char *customer, archive_visitor *visit,
                      void *context, struct err *err)
{
    struct customer_ids ids = {.visit = visit, .context = context};
    bool good = archive_customer_records(archive, customer, tell_id, &ids, err);
    map_free(&ids.seen, NULL);
    return good;
}
