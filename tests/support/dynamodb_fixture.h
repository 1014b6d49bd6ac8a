/* A DynamoDB store on the fake endpoint, and what tests ask of the tables themselves. */
#ifndef CONTACTWATCH_TESTS_DYNAMODB_FIXTURE_H
#define CONTACTWATCH_TESTS_DYNAMODB_FIXTURE_H

#include "contactwatch/store.h"
#include "fakes/fake_aws.h"

#define FIXTURE_TABLE   "Contacts"
#define FIXTURE_HISTORY "Contacts-History"
#define FIXTURE_FEED    "Contacts-Feed"

extern struct fake_aws *fixture_fake;

int dynamodb_fixture_begin(void **state); /* of a group: the fake */
int dynamodb_fixture_end(void **state);
/* Tables made anew, no faults, no counts. */
void dynamodb_fixture_fresh(void);
/* A session of its own for each; all are closed by the next fresh, or at the end. */
struct aws_session *dynamodb_fixture_session(void);
/* With these keys (NULL = the usual), and one attempt a call: what fails is told at once. */
struct aws_session *dynamodb_fixture_impatient(const char *access_key, const char *secret_key);
struct store *dynamodb_fixture_open(const struct store_options *options, struct err *err);

/* Removes what has expired by this time, ms, as the service does. */
void dynamodb_fixture_expire(int64_t now);

/* What tests of the writer do: a store of this session (NULL = the usual one's), a flow log of
 * today into the batch, the number of entries and the version of a contact, its item as it lies
 * there, and a call behind the store's back that must succeed. */
struct store *dynamodb_fixture_store(struct aws_session *session);
struct batch;
void dynamodb_fixture_flow(struct batch *batch, const char *id, unsigned n);
void dynamodb_fixture_expect(struct store *store, const char *id, size_t entries, int64_t version);
void dynamodb_fixture_item(const char *table, const char *id, struct buf *json);
void dynamodb_fixture_call(const char *operation, const char *json);
/* A table as the original project's template makes it, empty: one index without a range, no schema
 * item, no other tables. */
void dynamodb_fixture_original(const char *table);

/* Around a test: *state is an empty struct batch, and the tables are empty. */
int dynamodb_test_setup(void **state);
int dynamodb_test_teardown(void **state);
#define DYNAMODB_TEST(test)                                                                        \
    cmocka_unit_test_setup_teardown(test, dynamodb_test_setup, dynamodb_test_teardown)

#endif
