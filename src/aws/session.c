/* Who, where, and what time it is there. */
#include <stdlib.h>
#include <string.h>

#include "aws/aws_internal.h"
#include "aws/endpoint.h"
#include "aws/environment.h"
#include "aws/instance.h"
#include "aws/region.h"

static const char *session_variable(void *context, const char *name)
{
    const struct aws_session *session = context;
    return environment_get(&session->given, name);
}

static struct transport *session_transport(void *context)
{
    const struct aws_session *session = context;
    if (session->given.transport)
        return session->given.transport(session->given.context);
    return transport_curl_open(&(struct transport_options){.ca_bundle = session->ca_bundle});
}

static bool session_prompt(void *context, const char *question, char *answer, size_t size)
{
    const struct aws_session *session = context;
    return environment_prompt(&session->given, question, answer, size);
}

static int64_t corrected_now(void *context)
{
    return aws_session_now(context);
}

static void wire(struct aws_session *session, const struct aws_options *options)
{
    if (options->environment)
        session->given = *options->environment;
    session->environment = (struct aws_environment){
        .variable = session_variable,
        .context = session,
        .clock = session->given.clock,
        .transport = session_transport,
        .prompt = session_prompt,
    };
    session->corrected = (struct clock){corrected_now, session};
    session->own = session->environment;
    session->own.clock = &session->corrected;
}

static const char *setting(const struct aws_session *session, const char *variable, const char *key)
{
    const char *value = environment_get(&session->given, variable);
    return value ? value : profiles_get(session->profiles, session->profile, key);
}

static bool take_region(struct aws_session *session, const char *region, const char *from,
                        struct err *err)
{
    if (!region_valid(region))
        return err_set(err,
                       "%s: a region is written in lower case, digits and hyphens, for "
                       "example eu-west-1",
                       from);
    memcpy(session->region, region, strlen(region) + 1);
    return true;
}

/* Asked of the instance's metadata when nothing else tells. */
static bool region_of_machine(struct aws_session *session)
{
    struct provider_context context = {
        .environment = &session->environment,
        .profiles = session->profiles,
        .profile = session->profile,
    };
    bool found = instance_region(&context, session->region, sizeof(session->region));
    if (context.open)
        context.open->ops->close(context.open);
    return found;
}

static bool find_region(struct aws_session *session, const char *option, const char *hint,
                        struct err *err)
{
    const struct aws_environment *environment = &session->given;
    const struct {
        const char *region, *from;
    } place[] = {
        {option, "--region"},
        {environment_get(environment, "AWS_REGION"), "AWS_REGION"},
        {environment_get(environment, "AWS_DEFAULT_REGION"), "AWS_DEFAULT_REGION"},
        {profiles_get(session->profiles, session->profile, "region"), "region of the profile"},
        {hint, "region of the address"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(place); i++)
        if (place[i].region && *place[i].region)
            return take_region(session, place[i].region, place[i].from, err);
    if (region_of_machine(session))
        return true;
    return err_set(err, "no region: give --region, or set AWS_REGION, or `region =` in %s",
                   *session->profiles->config_path ? session->profiles->config_path
                                                   : "~/.aws/config");
}

static bool configure(struct aws_session *session, const struct aws_options *options,
                      const char *hint, struct err *err)
{
    session->profiles = profiles_load(&session->given, err);
    session->profile = mem_strdup(profile_chosen(&session->given, options->profile));
    if (!session->profiles ||
        !profile_known(session->profiles, &session->given, options->profile, err) ||
        !find_region(session, options->region, hint, err))
        return false;
    session->endpoint_url = mem_strdup(options->endpoint_url);
    session->ca_bundle = mem_strdup(setting(session, "AWS_CA_BUNDLE", "ca_bundle"));
    session->no_skew = text_is_true(
        setting(session, "AWS_DISABLE_CLOCK_SKEW_CORRECTION", "disable_clock_skew_correction"));
    const char *mode = setting(session, "AWS_RETRY_MODE", "retry_mode");
    session->adaptive = mode && strcmp(mode, "adaptive") == 0;
    const char *attempts = setting(session, "AWS_MAX_ATTEMPTS", "max_attempts");
    if (attempts && strlen(attempts) < 4 && strspn(attempts, "0123456789") == strlen(attempts))
        session->max_attempts = (unsigned)strtoul(attempts, NULL, 10);
    endpoint_settings(&session->endpoints, &session->environment, session->profiles,
                      session->profile);
    session->seed = options->seed;
    return true;
}

struct aws_session *aws_session_open(const struct aws_options *options, const char *hint,
                                     struct err *err)
{
    struct aws_session *session = mem_zero(sizeof(*session));
    wire(session, options);
    session->credentials = options->credentials;
    bool fine = configure(session, options, hint, err);
    if (fine && !session->credentials)
        session->credentials =
            credentials_open(&session->own, options->profile, session->region, err);
    if (fine && session->credentials)
        return session;
    aws_session_close(session);
    return NULL;
}

void aws_session_close(struct aws_session *session)
{
    if (!session)
        return;
    credentials_close(session->credentials);
    profiles_free(session->profiles);
    free(session->endpoint_url);
    free(session->profile);
    free(session->ca_bundle);
    free(session);
}

const char *aws_session_region(const struct aws_session *session)
{
    return session->region;
}

struct credentials *aws_session_credentials(struct aws_session *session)
{
    return session->credentials;
}

bool aws_session_endpoint(const struct aws_session *session, enum aws_service service, char *out,
                          size_t size, struct err *err)
{
    return endpoint_find(&session->endpoints, service, session->region, session->endpoint_url, out,
                         size, err);
}

int64_t aws_session_skew(const struct aws_session *session)
{
    return session->no_skew ? 0 : atomic_load(&session->skew);
}

int64_t aws_session_now(const struct aws_session *session)
{
    return environment_now(&session->given) + aws_session_skew(session);
}

void aws_session_counts(const struct aws_session *session, struct aws_counts *out)
{
    *out = (struct aws_counts){
        .requests = atomic_load(&session->requests),
        .retries = atomic_load(&session->retries),
        .throttles = atomic_load(&session->throttles),
        .failures = atomic_load(&session->failures),
    };
}
