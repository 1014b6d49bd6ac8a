/* What the outside says: variables of the environment, time, transports. */
#ifndef AWS_ENVIRONMENT_H
#define AWS_ENVIRONMENT_H

#include "contactwatch/credentials.h"

/* NULL when not set, or empty. */
const char *environment_get(const struct aws_environment *environment, const char *name);
/* Is it "true", in any case? */
bool environment_on(const struct aws_environment *environment, const char *name);
int64_t environment_now(const struct aws_environment *environment);

/* Appends path with a leading "~/" replaced by $HOME; false where there is no HOME. */
bool environment_path(const struct aws_environment *environment, const char *path, struct buf *out);

/* False when nobody can be asked. */
bool environment_prompt(const struct aws_environment *environment, const char *question,
                        char *answer, size_t size);

bool text_is_true(const char *text); /* NULL is not */

#endif
