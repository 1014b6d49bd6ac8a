/* A fake AWS for a test, and calls to it: inside, or signed over the wire. */
#ifndef TESTS_FAKE_FIXTURE_H
#define TESTS_FAKE_FIXTURE_H

#include "contactwatch/http.h"
#include "contactwatch/json.h"
#include "fakes/fake_session.h"

struct fake_fixture {
    struct fake_aws *fake;
    struct transport *transport;
    struct arena arena; /* of answers */
    char text[4096];    /* the last answer's beginning */
    int status;
};
/* cmocka's; with table "ttt" (pk, indexes GSI-A on a with range pk projecting b, GSI-ALL on c),
 * table "rrr" (pk, range rk as a number) and queue "q" (redriven to "dead" after 3 receives). */
int fake_fixture_setup(void **state);
int fake_fixture_teardown(void **state);

/* Inside. Gives the answer, which lives until the test ends; f->status and f->text too. */
const cJSON *fake_ask(struct fake_fixture *f, const char *target, const char *json);
/* "DynamoDB_20120810." before it. */
const cJSON *fake_ddb_ask(struct fake_fixture *f, const char *operation, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
const cJSON *fake_sqs_ask(struct fake_fixture *f, const char *operation, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Over the wire; NULL and 0 are what is right. */
struct fake_signing {
    const char *access_key, *secret_key, *token, *region, *service;
    int64_t skew;              /* of the signing time, ms */
    const char *sent_instead;  /* another body than the one signed */
    const char *unsigned_name; /* a header sent beside those signed */
    bool no_authorization;
};
const cJSON *fake_post(struct fake_fixture *f, const char *target, const char *json,
                       const struct fake_signing *how);

#endif
