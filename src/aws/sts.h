/* Roles assumed at STS. */
#ifndef AWS_STS_H
#define AWS_STS_H

#include "aws/providers.h"

/*
 * Asks for a role's keys: form holds the parameters but Action and Version. signer NULL = the
 * request is not signed (web identity). False with err set.
 */
bool sts_assume(struct provider_context *context, const char *action, const struct buf *form,
                const struct aws_keys *signer, struct aws_keys *out, struct err *err);
/* The name of the role's session where none is configured. */
void sts_session_name(const struct provider_context *context, char out[64]);

#endif
