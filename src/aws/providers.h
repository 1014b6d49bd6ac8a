/*
 * The providers of keys. Each asks one place; the chain asks them in order. One round of the chain
 * runs in one thread, with the configuration files as they are then.
 */
#ifndef AWS_PROVIDERS_H
#define AWS_PROVIDERS_H

#include "aws/profiles.h"

/* What a round shares; owned by the chain. */
struct provider_context {
    const struct aws_environment *environment;
    struct profiles *profiles;
    const char *profile;    /* its name; never NULL */
    bool explicit_profile;  /* by --profile, not by AWS_PROFILE */
    const char *region;     /* NULL = not known */
    struct transport *open; /* by provider_transport; closed at the round's end */
};

/* The common form: state kept between rounds lies behind it. */
struct provider {
    struct aws_provider base;
    struct provider_context *context;
    const char *profile; /* whose settings it reads */
};
struct aws_provider *provider_new(const struct aws_provider_ops *ops,
                                  struct provider_context *context, const char *profile);

/* A provider of this form without state; closes by releasing itself. */
void provider_close(struct aws_provider *provider);

extern const struct aws_provider_ops provider_environment;

/* The chain in its order; ended by NULL. */
extern const struct aws_provider_ops *const provider_order[];

/* The transport of this round. */
struct transport *provider_transport(struct provider_context *context);

/* Takes keys from texts; false with err set when one is missing or too long. token may be NULL. */
bool keys_set(struct aws_keys *out, const char *access_key, const char *secret_key,
              const char *token, struct err *err);
/* NULL or "" leaves it as it is; err says which is no time. */
bool keys_set_expiry(struct aws_keys *out, const char *text, struct err *err);
void keys_set_account(struct aws_keys *out, const char *account);

#endif
