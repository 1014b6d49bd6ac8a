/* A session and a client on a scripted transport, for tests of what is called and how. */
#ifndef TESTS_AWS_FIXTURE_H
#define TESTS_AWS_FIXTURE_H

#include "contactwatch/aws.h"
#include "contactwatch/json.h"
#include "support/scripted_transport.h"

struct aws_fixture {
    struct scripted_transport *scripted;
    struct aws_session *session;
    struct aws_client *client;
    struct aws_call call; /* one to use; freed with the rest */
};

/* Keys AKIDEXAMPLE/secret; region eu-west-1; chance seeded. */
void aws_fixture_open(struct aws_fixture *fixture, enum aws_service service);
void aws_fixture_close(struct aws_fixture *fixture); /* asserts that the script is used up */

/* A session alone; url and token may be NULL. */
struct aws_session *aws_fixture_session(struct scripted_transport *scripted, const char *url,
                                        const char *token);

/* A file of the published protocol cases, in the arena; NULL where they are not at hand. */
const cJSON *aws_fixture_vectors(struct arena *arena, const char *file);

/* One call with this body, from start to end; its fault. */
enum aws_fault aws_fixture_run(struct aws_fixture *fixture, const char *operation,
                               const char *body);

/* A header's value in the text of a request (scripted_request), until the next call; NULL = none.
 */
const char *header_of(const char *request, const char *name);
void assert_header(const char *request, const char *name, const char *expected); /* may be NULL */
/* Reads an answer into a call, which the caller frees. */
struct aws_call read_answer(enum aws_service service, int status, const char *head,
                            const char *body, size_t length);

#endif
