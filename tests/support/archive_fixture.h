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

struct archive *archive_fixture_open(struct archive_fixture *f, bool write);
/* Removes all there is. */
void archive_fixture_empty(struct archive_fixture *f);
/* Behind the archive's back. */
void archive_fixture_put(struct archive_fixture *f, const char *name, const void *body,
                         size_t length);
bool archive_fixture_object(struct archive_fixture *f, const char *name, struct buf *body);
/* "name size hash" of every object, a line each, by name: equal texts, equal archives. */
void archive_fixture_dump(struct archive_fixture *f, struct buf *out);

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

uint64_t archive_seed(void); /* of $SEED or the usual one; printed */

#endif
