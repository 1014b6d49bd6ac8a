/*
 * Archives for tests: in a folder of its own, or in a bucket of the fake. And contacts as a
 * simulated contact centre makes them, to be put in pieces.
 */
#ifndef TESTS_ARCHIVE_FIXTURE_H
#define TESTS_ARCHIVE_FIXTURE_H

#include "contactwatch/archive.h"
#include "contactwatch/rng.h"
#include "fakes/fake_session.h"

struct archive_fixture {
    char folder[64]; /* "" on the fake */
    char spec[128];
    struct fake_aws *fake; /* NULL in a folder */
    struct aws_session *session;
};
/* cmocka's. */
int archive_fixture_file(void **state);
int archive_fixture_s3(void **state);
int archive_fixture_teardown(void **state);

/* A test in a folder, on the fake, on both. */
#define IN_A_FOLDER(test)                                                                          \
    {                                                                                              \
#test " in a folder", test, archive_fixture_file, archive_fixture_teardown, NULL           \
    }
#define ON_S3(test)                                                                                \
    {                                                                                              \
#test " on S3", test, archive_fixture_s3, archive_fixture_teardown, NULL                   \
    }
#define ON_BOTH(test) IN_A_FOLDER(test), ON_S3(test)

struct archive *archive_fixture_open(struct archive_fixture *f, bool write);
/* Removes all there is. */
void archive_fixture_empty(struct archive_fixture *f);
/* Behind the archive's back. */
void archive_fixture_put(struct archive_fixture *f, const char *name, const void *body,
                         size_t length);
bool archive_fixture_object(struct archive_fixture *f, const char *name, struct buf *body);
/* "name size hash" of every object, a line each, by name: equal texts, equal archives. */
void archive_fixture_dump(struct archive_fixture *f, struct buf *out);

/* A document of this JSON, packed. */
void archive_fixture_pack(const char *json, size_t length, struct buf *out);
/* Puts a contact that began on 2025-11-13; root and customer may be NULL. */
void archive_fixture_contact(struct archive *archive, const char *id, const char *root,
                             const char *customer);
/* What the archive has of a contact, canonical, with its history; NULL if it is not there. */
char *archive_fixture_get(struct archive *archive, const char *contact_id);
char *archive_fixture_canonical(const struct record *record, const struct history *history);

/* A visitor of ids: "one;other;". */
struct found_ids {
    struct buf text;
    size_t count, stop_after; /* 0 = never */
};
bool found_ids_take(void *context, const char *contact_id);
bool found_legs_take(void *context, const char *contact_id, const char *day);

/* Events of a contact. */
struct sample {
    char *contact_id;
    struct event **event;
    size_t count, capacity;
};
struct samples {
    struct arena arena;
    struct sample *item;
    size_t count, capacity;
};
/* So many contacts of a simulated centre, each with all its events. */
void samples_make(struct samples *samples, uint64_t seed, size_t contacts);
void samples_free(struct samples *samples);
/* Record and history of some events: those whose bit in `mask`, by turns, is set; ~0 = all. */
void sample_fold(const struct sample *sample, uint64_t mask, struct record *record,
                 struct history *history);
/* Puts it and asserts success. */
void sample_put(struct archive *archive, const struct sample *sample, uint64_t mask);

/* Asserts that the archive has all its events, and what follows of them. */
void sample_expect(struct archive *archive, const struct sample *sample);

uint64_t archive_seed(void); /* of $SEED or the usual one; printed */

#endif
