/* Credentials and whose they are, region, endpoints, and the clock. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands/doctor.h"
#include "contactwatch/caller.h"

enum { SKEW_SEEN_MS = 2000, SKEW_MATTERS_MS = 30000 };

static void look_at_keys(struct doctor *d)
{
    struct aws_keys keys = {.token = NULL};
    struct err err = {""};
    if (!credentials_get(aws_session_credentials(d->options->aws), &keys, &err)) {
        d->offline = true;
        doctor_add(d, FINDING_FAILED, "credentials",
                   "give keys as for the AWS CLI: a role, aws configure, aws sso login, or "
                   "AWS_ACCESS_KEY_ID",
                   "%s", err.text);
        return;
    }
    int64_t left = keys.expires - clock_now(d->options->clock);
    if (keys.expires == INSTANT_NONE)
        doctor_add(d, FINDING_OK, "credentials", NULL, "from %s", keys.from);
    else
        doctor_add(d, FINDING_OK, "credentials", NULL, "from %s, good for %" PRId64 " min",
                   keys.from, left / MINUTE_MS);
    aws_keys_wipe(&keys);
}

static void look_at_identity(struct doctor *d)
{
    struct aws_call call = {0};
    struct caller caller;
    caller_call(&call);
    if (doctor_ask(d, AWS_STS, &call) && caller_read(&call, &caller)) {
        doctor_add(d, FINDING_OK, "identity", NULL, "account %s, %s", caller.account, caller.arn);
    } else if (call.fault == AWS_DENIED && !strstr(call.code, "AccessDenied")) {
        d->offline = true;
        doctor_add(d, FINDING_FAILED, "identity",
                   "these keys are unknown or have expired: renew them (aws sso login, aws login, "
                   "the role's session)",
                   "STS says %s", doctor_why(d, &call));
    } else {
        doctor_add(d, FINDING_WARNING, "identity",
                   "only doctor asks STS: let it through, or go by the findings below",
                   "STS does not tell: %s", doctor_why(d, &call));
    }
    aws_call_free(&call);
}

static void look_at_places(struct doctor *d)
{
    static const enum aws_service used[] = {AWS_SQS, AWS_DYNAMODB};
    static const char *const kind[] = {"sqs:", "dynamodb:"};
    const char *const spec[] = {d->options->source, d->options->store};
    char url[512];
    doctor_add(d, FINDING_OK, "region", NULL, "%s", aws_session_region(d->options->aws));
    for (size_t i = 0; i < ARRAY_SIZE(used); i++) {
        struct err err = {""};
        if (!spec[i] || strncmp(spec[i], kind[i], strlen(kind[i])) != 0)
            continue;
        if (!aws_session_endpoint(d->options->aws, used[i], url, sizeof(url), &err))
            doctor_add(d, FINDING_FAILED, "endpoint", "correct --endpoint-url or AWS_ENDPOINT_URL",
                       "%s", err.text);
        else
            doctor_add(d, FINDING_OK, "endpoint", NULL, "%.*s at %s", (int)strlen(kind[i]) - 1,
                       kind[i], url);
    }
}

/* What STS's answer said of the time, if it answered. */
static void look_at_clock(struct doctor *d)
{
    int64_t skew = aws_session_skew(d->options->aws), size = llabs(skew);
    const char *side = skew > 0 ? "behind" : "ahead of";
    if (size < SKEW_SEEN_MS)
        doctor_add(d, FINDING_OK, "clock", NULL, "agrees with AWS's");
    else if (size < SKEW_MATTERS_MS)
        doctor_add(d, FINDING_OK, "clock", NULL, "%" PRId64 " s %s AWS's", size / SECOND_MS, side);
    else
        doctor_add(d, FINDING_WARNING, "clock",
                   "set it (timedatectl set-ntp true): signatures are corrected, waiting times "
                   "and expiry are not",
                   "%" PRId64 " s %s AWS's", size / SECOND_MS, side);
}

void doctor_session(struct doctor *d)
{
    if (!d->options->aws) {
        d->offline = true;
        doctor_add(d, FINDING_FAILED, "session",
                   "see contactwatch doctor --help for the AWS options", "%s",
                   d->options->aws_error ? d->options->aws_error : "there is none");
        return;
    }
    look_at_keys(d);
    if (!d->offline)
        look_at_identity(d);
    look_at_places(d);
    if (!d->offline)
        look_at_clock(d);
}
