/* Who the credentials are, in STS's words: GetCallerIdentity, which needs no permission. */
#ifndef CONTACTWATCH_CALLER_H
#define CONTACTWATCH_CALLER_H

#include "contactwatch/aws.h"

struct caller {
    char account[16];
    char arn[256];
};
void caller_call(struct aws_call *call); /* for a client of AWS_STS */
/* False when the answer names nobody. */
bool caller_read(const struct aws_call *call, struct caller *out);

#endif
