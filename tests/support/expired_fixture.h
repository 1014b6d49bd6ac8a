/*
 * Contacts that expire: sim-made contacts in a DynamoDB store on the fake, a clock to let their
 * time pass, an archive in a folder, and the events that the table's stream would make of removals.
 */
#ifndef TESTS_EXPIRED_FIXTURE_H
#define TESTS_EXPIRED_FIXTURE_H

#include "contactwatch/json.h"
#include "contactwatch/lambda.h"
#include "support/archive_fixture.h"
#include "support/dynamodb_fixture.h"
#include "support/store_fixture.h"

extern int64_t expired_now; /* of stores and handlers here, ms */
extern const struct clock expired_clock;

struct expired {
    struct archive_fixture *place;
    struct archive *archive; /* the test's own to open; closed with the rest */
    struct samples samples;
    struct batch batch;
    struct lambda_setup setup;
    void *handler; /* its state */
    struct buf event, answer;
    unsigned sequence, reported;
    struct lambda_fault fault;
    int64_t time_ms; /* that an invocation has; a minute unless changed */
};
/* cmocka's, of a test; of the group: dynamodb_fixture_begin and _end. Tables and archive are empty,
 * and there are 6 contacts in `samples`. */
int expired_setup(void **state);
int expired_teardown(void **state);
#define EXPIRED_TEST(test) cmocka_unit_test_setup_teardown(test, expired_setup, expired_teardown)

struct store *expired_store(struct aws_session *session); /* NULL = the usual; retention: an hour */
/* Stores events first … last-1 of a sample (last 0 = all), `a_flush` at a time (0 = all at once).
 */
void expired_ingest(struct expired *e, struct store *store, const struct sample *sample,
                    size_t first, size_t last, size_t a_flush);
/* A contact of flow logs that each set an attribute of their own; of the first `large` the value is
 * larger than an item holds. The caller's. */
void expired_attributes(struct expired *e, struct sample *sample, size_t entries, size_t large);
void expired_sample_free(struct sample *sample);
void expired_ingest_all(struct expired *e, size_t a_flush); /* of all samples; then time passes */
size_t expired_chunks(void);                                /* in the history table */
void expired_pass(void); /* so much time that nothing of the samples is alive */

/* The stream's event, record by record. TTL removes the item and tells of it; the names of the
 * others are free, identity and image may be NULL. */
void stream_ttl(struct expired *e, const char *contact_id);
void stream_record(struct expired *e, const char *name, const char *identity, const char *keys,
                   const char *image);
#define STREAM_TTL "{\"principalId\":\"dynamodb.amazonaws.com\",\"type\":\"Service\"}"
/* Hands the event to the function; it stays for another time until stream_clear. False: failed,
 * with the fault. `reported` is how many it gives back. */
bool stream_send(struct expired *e);
bool stream_send_text(struct expired *e, const char *text);
void stream_clear(struct expired *e);
bool stream_reports(const struct expired *e, unsigned sequence); /* 1 = the first record ever */

/* What the archive, or archive and store together, have of a contact as canonical JSON; "" = it is
 * not there. The caller's. */
char *expired_archived(struct expired *e, const char *contact_id);
char *expired_union(struct expired *e, struct store *store, const char *contact_id);
/* What all of a sample's events give. The caller's. */
char *expired_wanted(const struct sample *sample);
/* Asserts that they are equal; says where they are not. */
void expired_same(const char *got, const char *wanted);
/* Asserts that the archive has all of it. */
void expired_expect(struct expired *e, const struct sample *sample);
void expired_expect_all(struct expired *e);

#endif
