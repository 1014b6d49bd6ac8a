/* The program's own AWS session on a fake endpoint: its keys, its region, its URL. */
#ifndef TESTS_FAKE_SESSION_H
#define TESTS_FAKE_SESSION_H

#include "contactwatch/aws.h"
#include "fakes/fake_aws.h"

/* No variable is set, so that nothing of the machine's own configuration is read. */
static inline const char *fake_no_variable(void *context, const char *name)
{
    (void)context;
    (void)name;
    return NULL;
}

/* Keys may be NULL: those that may do everything. Closed by aws_session_close. */
static inline struct aws_session *fake_session_as(struct fake_aws *fake, const char *access_key,
                                                  const char *secret_key, const char *token)
{
    static const struct aws_environment nothing = {.variable = fake_no_variable};
    struct err err = {0};
    struct aws_options options = {
        .region = FAKE_REGION,
        .endpoint_url = fake_aws_url(fake),
        .environment = &nothing,
        .credentials = credentials_fixed(access_key ? access_key : FAKE_ACCESS_KEY,
                                         secret_key ? secret_key : FAKE_SECRET_KEY, token),
        .seed = 1,
    };
    return aws_session_open(&options, NULL, &err);
}
static inline struct aws_session *fake_session(struct fake_aws *fake)
{
    return fake_session_as(fake, NULL, NULL, NULL);
}

#endif
