/*
 * Between the archive's files. A place holds named objects and knows nothing of contacts: S3 or a
 * folder. All else is one code for both.
 */
#ifndef ARCHIVE_ARCHIVE_INTERNAL_H
#define ARCHIVE_ARCHIVE_INTERNAL_H

#include "contactwatch/archive.h"
#include "contactwatch/http.h"

enum {
    ARCHIVE_PACKED_MAX = 16 << 20, /* bytes of a document as it lies there */
    ARCHIVE_PREFIX_MAX = 400,      /* of s3://BUCKET/PREFIX: a key has at most 1024 bytes */
    ARCHIVE_NAME_MAX = 200,        /* of a contact in a name: a file's name has at most 255 */
    ARCHIVE_DAY = 11,              /* "2026-01-31" and a NUL */
    ARCHIVE_ETAG_MAX = 128,
};

/* One object that is to be read. */
struct object {
    const char *name; /* below the place; the caller's */
    struct buf body;
    char etag[ARCHIVE_ETAG_MAX]; /* which content that was */
    bool found;
};

enum write_result {
    WRITE_DONE,
    WRITE_CONFLICT, /* somebody else was there first: read again */
    WRITE_FAILED,
};

/* Names with one prefix are handed out in the order of their bytes. Return false to stop. */
typedef bool place_visitor(void *context, const char *name);

struct place;
struct place_ops {
    /* Many at once. What is not there is not found; an object beyond ARCHIVE_PACKED_MAX is an
     * error. */
    bool (*read)(struct place *place, struct object *object, size_t count, struct err *err);
    /* Durable when done. etag: of what it replaces; "" = only if there is nothing. */
    enum write_result (*write)(struct place *place, const char *name, const struct buf *body,
                               const char *etag, struct err *err);
    /* Empty objects, there already or not. */
    bool (*mark)(struct place *place, char *const *name, size_t count, struct err *err);
    /* Names that begin with one of the prefixes. folders: instead of what lies deeper than the
     * prefix's own folder, its first folder with '/' at its end, once. */
    bool (*list)(struct place *place, char *const *prefix, size_t count, bool folders,
                 place_visitor *visit, void *context, struct err *err);
    bool (*remove)(struct place *place, char *const *name, size_t count, struct err *err);
    /* From reading to writing; NULL where writing is conditional by itself. */
    bool (*lock)(struct place *place, struct err *err);
    void (*unlock)(struct place *place);
    void (*close)(struct place *place);
};
struct place {
    const struct place_ops *ops;
    char *label; /* "s3://bucket/prefix", "file:folder": for messages */
};
struct place *place_file_open(const char *folder, bool write, struct err *err);
struct place *place_s3_open(const char *bucket_and_prefix, struct aws_session *session,
                            struct err *err);

struct archive {
    struct place *place;
    struct name_list {
        char **item;
        size_t count, capacity;
    } days;              /* those there are, when last listed */
    int64_t days_listed; /* monotonic, ns; 0 = never */
};

/* name.c: a list of texts that it owns. */
void names_add(struct name_list *names, char *text);
void names_clear(struct name_list *names);

/* For messages: whoever may write there may have called it anything. */
enum { NAME_SHOWN = 208 };
const char *name_shown(const char *name, char out[NAME_SHOWN]);

/* The contact a name tells; NULL when only its document does (it is too long for a name). */
char *name_decode(const char *name, size_t length);
bool name_is_day(const char *text); /* "2026-01-31" */
void day_of(int64_t ms, char out[ARCHIVE_DAY]);
/* The day a record's document lies under. */
void name_day(const struct record *record, char out[ARCHIVE_DAY]);
/* "dt=DAY/CONTACT.json.gz", as far as the name tells. */
bool name_is_document(const char *name);
char *name_document(const char *day, const char *contact_id); /* the caller's */
/* "index/chain/ROOT/", "index/customer/SHA256/". */
char *name_chain(const char *root);
char *name_customer(const char *customer);
/* The document that an index object leads to: ".../DAY/CONTACT". */
char *name_indexed(const char *index);
/* The index objects of a contact's document of this day, by its record. */
void name_index(struct name_list *names, const char *day, const struct record *record);

/* document.c. name: of the object, for messages, and it must be this contact's. */
struct document {
    struct record record;
    struct history history; /* bodies in the arena */
    bool whole;             /* every entry of its History was understood */
};
bool document_inflate(const struct archive *archive, const struct object *object, struct buf *out,
                      struct err *err);
bool document_read(const struct archive *archive, const char *name, const struct buf *json,
                   struct arena *arena, struct document *out, struct err *err);
void document_free(struct document *document);
/* Bytes that depend on nothing but the JSON. */
bool document_deflate(struct buf *out, const struct buf *json, struct err *err);

/* days.c: lists the days there are, at most every few seconds. */
bool archive_days(struct archive *archive, struct err *err);
void archive_days_changed(struct archive *archive);

/* The objects of one contact in all days: only those found, owned. */
struct objects {
    struct object *item; /* names are heap texts */
    size_t count;
};
bool archive_locate(struct archive *archive, const char *contact_id, struct objects *out,
                    struct err *err);
/* Likewise in the days from..to alone ("YYYY-MM-DD"). */
bool archive_locate_within(struct archive *archive, const char *contact_id, const char *from,
                           const char *to, struct objects *out, struct err *err);
void objects_free(struct objects *objects);

/* get.c: as archive_get of a contact of which a document lies under `day`, as an index tells: all
 * that is said of a contact is said within its channel's longest life, so no other days are looked
 * into. day may be "". */
bool archive_get_near(struct archive *archive, const char *contact_id, const char *day,
                      struct arena *arena, struct record *record, struct history *history,
                      bool *found, struct err *err);

/* find.c: the legs of a call that the index knows, not its first; with a day that each lies under.
 * No order. */
typedef bool leg_visitor(void *context, const char *contact_id, const char *day);
bool archive_legs(struct archive *archive, const char *root, leg_visitor *visit, void *context,
                  struct err *err);
/* each.c: every document of the days from..to ("YYYY-MM-DD", NULL = open), inflated, by day; with
 * the object as it lies there. json: NULL when it cannot be inflated, and err says why. */
typedef bool archive_object_visitor(void *context, const struct object *object,
                                    const struct buf *json);
bool archive_each_object(struct archive *archive, const char *from, const char *to,
                         archive_object_visitor *visit, void *context, struct err *err);
/* A customer's contacts, of each what its document of one day tells; newest day first. */
bool archive_customer_records(struct archive *archive, const char *customer,
                              bool (*visit)(void *context, const struct record *record),
                              void *context, struct err *err);

#endif
