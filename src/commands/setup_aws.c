/* One AWS session for all that an invocation opens. */
#include "commands/setup.h"
#include "contactwatch/aws.h"

/* The region that --source or --store names. */
static const char *own_hint(const struct invocation *invocation, char out[AWS_REGION_MAX])
{
    static const enum option_id place[] = {OPT_SOURCE, OPT_STORE};
    for (size_t i = 0; i < ARRAY_SIZE(place); i++) {
        const char *spec = option_text(invocation, place[i]);
        if (spec && aws_region_in(spec, out))
            return out;
    }
    return NULL;
}

struct aws_session *setup_aws(struct invocation *invocation, const char *region_hint,
                              struct err *err)
{
    if (invocation->aws)
        return invocation->aws;
    char hint[AWS_REGION_MAX];
    const struct aws_options options = {
        .region = option_text(invocation, OPT_REGION),
        .profile = option_text(invocation, OPT_PROFILE),
        .endpoint_url = option_text(invocation, OPT_ENDPOINT_URL),
    };
    invocation->aws =
        aws_session_open(&options, region_hint ? region_hint : own_hint(invocation, hint), err);
    return invocation->aws;
}
