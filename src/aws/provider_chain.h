/* The providers in a row. Used by one thread at a time. */
#ifndef AWS_PROVIDER_CHAIN_H
#define AWS_PROVIDER_CHAIN_H

#include "aws/providers.h"

struct provider_chain;
/* profile: as given by --profile, or NULL. NULL with err set when there is no such profile, or the
 * configuration files cannot be understood. environment must outlive it, and closing, which ends a
 * round that is under way. */
struct provider_chain *provider_chain_open(const struct aws_environment *environment,
                                           const char *profile, const char *region,
                                           const atomic_bool *closing, struct err *err);
/* One round, with the configuration files as they are now. first: no keys were ever held. */
bool provider_chain_ask(struct provider_chain *chain, bool first, struct aws_keys *out,
                        struct err *err);
void provider_chain_close(struct provider_chain *chain);

#endif
