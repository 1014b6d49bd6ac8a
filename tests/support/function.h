/* A Lambda handler called by hand, without the runtime. Times are the system's. */
#ifndef TESTS_FUNCTION_H
#define TESTS_FUNCTION_H

#include "contactwatch/json.h"
#include "contactwatch/lambda.h"

struct function {
    struct lambda_setup setup; /* to be changed before the first call */
    const struct lambda_handler *handler;
    void *state;
    int64_t time_ms; /* what an invocation has, 8 s unless changed */
    struct arena arena;
    struct buf answer; /* the last one's text */
    struct lambda_fault fault;
};
void function_open(struct function *f, const struct lambda_handler *handler, const char *store_spec,
                   struct aws_session *aws);
void function_close(struct function *f);
/* The answer's tree, which lives until the function is closed; NULL: failed, with f->fault. */
const cJSON *function_call(struct function *f, const char *event);
/* A member of an answer; asserts that it is there and a text. */
const char *function_said(const cJSON *answer, const char *member);
/* Asserts that the answer is a flat object of texts of at most 32 KiB. */
void function_flat(struct function *f, const cJSON *answer);

/* {"Details":{"ContactData":{"ContactId":ID,DATA},"Parameters":PARAMETERS}}: data with a comma in
 * front of each member, or "". Until the function is closed. */
const char *function_event(struct function *f, const char *id, const char *data,
                           const char *parameters);

#endif
