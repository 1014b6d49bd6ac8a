/* Where a service is reached: what was configured, else the rules of its partition. */
#ifndef AWS_ENDPOINT_H
#define AWS_ENDPOINT_H

#include "aws/profiles.h"
#include "contactwatch/aws.h"

/* Services that only providers of keys ask. */
enum {
    ENDPOINT_SSO = AWS_SERVICE_COUNT,
    ENDPOINT_SSO_OIDC,
    ENDPOINT_SIGN_IN,
    ENDPOINT_SERVICES,
};

enum { ENDPOINT_MAX = 512 };

struct endpoint_params {
    unsigned service;   /* enum aws_service, or one of the above */
    const char *region; /* "" or NULL = not known */
    const char *custom; /* NULL = by the rules */
    bool fips, dualstack;
};
/* Pure. out has no slash at its end. */
bool endpoint_resolve(const struct endpoint_params *params, char *out, size_t size,
                      struct err *err);

/* What environment and profile say of endpoints. */
struct endpoint_settings {
    const struct aws_environment *environment;
    const struct profiles *profiles;
    const char *profile;
    bool fips, dualstack;
    bool ignore; /* AWS_IGNORE_CONFIGURED_ENDPOINT_URLS */
};
void endpoint_settings(struct endpoint_settings *out, const struct aws_environment *environment,
                       const struct profiles *profiles, const char *profile);
/* Of a region, custom before what is configured before the rules. */
bool endpoint_find(const struct endpoint_settings *settings, unsigned service, const char *region,
                   const char *custom, char *out, size_t size, struct err *err);

#endif
