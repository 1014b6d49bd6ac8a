/* One scenario of the credential chain: a machine, what its network answers, and what comes out. */
#ifndef TESTS_CHAIN_CASE_H
#define TESTS_CHAIN_CASE_H

#include "support/aws_world.h"

/* Stands in every secret of the scenarios, and must never stand in an error. */
#define HUSH "hUsH0"

struct chain_case {
    const char *name;
    const char *profile; /* --profile */
    const char *variable[8];
    const char *config, *credentials;
    struct {
        const char *path, *text;
    } file[2];
    struct scripted_answer answer[7];
    const char *mfa_code;

    const char *access_key; /* NULL = refused; says tells with what */
    const char *token;      /* NULL = none */
    const char *says;       /* stands in the error, or in where the keys are from */
    const char *account;
};

void run_chain_case(const struct chain_case *c);
void chain_case_open(const struct chain_case *c, struct aws_world *world);

/* Runs them all; then asserts that the log tells no secret either. Between these two, the log goes
 * to a file. */
void run_chain_cases(const struct chain_case *c, size_t count);
int chain_log_open(void **state);
int chain_log_close(void **state);

#endif
