#include "aws/endpoint.h"

#include <stdio.h>
#include <string.h>

#include "aws/environment.h"
#include "aws/region.h"

static const struct service_host {
    const char *id; /* of AWS_ENDPOINT_URL_ID; in lower case of a services section */
    const char *host;
    const char *dualstack; /* its host there; NULL = the same */
} hosts[ENDPOINT_SERVICES] = {
    [AWS_SQS] = {"SQS", "sqs", NULL},
    [AWS_DYNAMODB] = {"DYNAMODB", "dynamodb", NULL},
    [AWS_DYNAMODB_STREAMS] = {"DYNAMODB_STREAMS", "streams.dynamodb", "streams-dynamodb"},
    [AWS_STS] = {"STS", "sts", NULL},
    [AWS_CONNECT] = {"CONNECT", "connect", NULL},
    [AWS_S3] = {"S3", "s3", NULL},
    [ENDPOINT_SSO] = {"SSO", "portal.sso", NULL},
    [ENDPOINT_SSO_OIDC] = {"SSO_OIDC", "oidc", NULL},
    [ENDPOINT_SIGN_IN] = {"SIGNIN", "signin", NULL},
};

static bool fits(int written, size_t size, struct err *err)
{
    return (written > 0 && (size_t)written < size) ||
           err_set(err, "the address of the AWS endpoint is too long");
}

/* Does a host end in a partition's dual-stack suffix, right behind service.REGION? */
static bool is_dualstack_host(const struct endpoint_params *params)
{
    if (!params->region || !*params->region)
        return false;
    char host[ENDPOINT_MAX];
    snprintf(host, sizeof(host), "https://%s.%s.%s", hosts[params->service].host, params->region,
             partition_of(params->region)->dualstack);
    size_t length = strlen(host);
    return strncmp(params->custom, host, length) == 0 &&
           (params->custom[length] == '\0' || params->custom[length] == '/');
}

static bool resolve_custom(const struct endpoint_params *params, char *out, size_t size,
                           struct err *err)
{
    if (params->fips || params->dualstack)
        return err_set(err,
                       "%s endpoints cannot be had together with the endpoint %s: leave one out",
                       params->fips ? "FIPS" : "dual-stack", params->custom);
    if (params->service == AWS_DYNAMODB && is_dualstack_host(params))
        return err_set(err,
                       "%s is a dual-stack endpoint: set AWS_USE_DUALSTACK_ENDPOINT=true "
                       "instead of naming it",
                       params->custom);
    size_t length = strlen(params->custom);
    while (length && params->custom[length - 1] == '/')
        length--;
    if (!http_url_allowed(params->custom, err))
        return false;
    return fits(snprintf(out, size, "%.*s", (int)length, params->custom), size, err);
}

/* DynamoDB's own pseudo region. */
static bool resolve_local(const struct endpoint_params *params, char *out, size_t size,
                          struct err *err)
{
    if (params->fips || params->dualstack)
        return err_set(err, "the region \"local\" has neither FIPS nor dual-stack endpoints");
    return fits(snprintf(out, size, "http://localhost:8000"), size, err);
}

static bool resolve_by_rules(const struct endpoint_params *params, char *out, size_t size,
                             struct err *err)
{
    const struct aws_partition *partition = partition_of(params->region);
    const struct service_host *service = &hosts[params->service];
    bool dual = params->dualstack, s3 = params->service == AWS_S3;
    /* GovCloud's plain endpoints are FIPS endpoints, S3's and sign-in's excepted. */
    bool named = params->fips && (dual || s3 || params->service == ENDPOINT_SIGN_IN ||
                                  strcmp(partition->name, "aws-us-gov") != 0);
    const char *host = dual && service->dualstack ? service->dualstack : service->host;
    const char *suffix = dual && !s3 ? partition->dualstack : partition->suffix;
    int written;
    if (params->service == ENDPOINT_SIGN_IN && !params->fips && !dual)
        written = snprintf(out, size, "https://%s.signin.%s", params->region, partition->sign_in);
    else
        written = snprintf(out, size, "https://%s%s%s.%s.%s", host, named ? "-fips" : "",
                           dual && s3 ? ".dualstack" : "", params->region, suffix);
    return fits(written, size, err);
}

bool endpoint_resolve(const struct endpoint_params *params, char *out, size_t size, struct err *err)
{
    if (params->custom)
        return resolve_custom(params, out, size, err);
    if (!params->region || !*params->region)
        return err_set(err, "no region: give --region, or set AWS_REGION");
    if (!region_valid(params->region))
        return err_set(err, "a region is written in lower case, digits and hyphens, for example "
                            "eu-west-1");
    if (params->service == AWS_DYNAMODB && strcmp(params->region, "local") == 0)
        return resolve_local(params, out, size, err);
    return resolve_by_rules(params, out, size, err);
}

static bool setting_on(const struct endpoint_settings *settings, const char *variable,
                       const char *key)
{
    const char *text = environment_get(settings->environment, variable);
    return text_is_true(text ? text : profiles_get(settings->profiles, settings->profile, key));
}

void endpoint_settings(struct endpoint_settings *out, const struct aws_environment *environment,
                       const struct profiles *profiles, const char *profile)
{
    *out = (struct endpoint_settings){environment, profiles, profile, false, false, false};
    out->fips = setting_on(out, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
    out->dualstack = setting_on(out, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
    out->ignore =
        setting_on(out, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls");
}

static const char *of_services_section(const struct endpoint_settings *settings, const char *id)
{
    const char *services = profiles_get(settings->profiles, settings->profile, "services");
    char parent[32];
    size_t length = 0;
    for (; id[length] && length + 1 < sizeof(parent); length++)
        parent[length] =
            (char)(id[length] >= 'A' && id[length] <= 'Z' ? id[length] + 32 : id[length]);
    parent[length] = '\0';
    return services ? profiles_nested(settings->profiles, SECTION_SERVICES, services, parent,
                                      "endpoint_url")
                    : NULL;
}

/* AWS_ENDPOINT_URL_SERVICE, AWS_ENDPOINT_URL, the profile's services section, its endpoint_url;
 * NULL = none of them. */
static const char *configured(const struct endpoint_settings *settings, unsigned service)
{
    if (settings->ignore)
        return NULL;
    char variable[64];
    snprintf(variable, sizeof(variable), "AWS_ENDPOINT_URL_%s", hosts[service].id);
    const char *url = environment_get(settings->environment, variable);
    if (!url)
        url = environment_get(settings->environment, "AWS_ENDPOINT_URL");
    if (!url)
        url = of_services_section(settings, hosts[service].id);
    return url ? url : profiles_get(settings->profiles, settings->profile, "endpoint_url");
}

bool endpoint_find(const struct endpoint_settings *settings, unsigned service, const char *region,
                   const char *custom, char *out, size_t size, struct err *err)
{
    const struct endpoint_params params = {
        .service = service,
        .region = region,
        .custom = custom ? custom : configured(settings, service),
        .fips = settings->fips,
        .dualstack = settings->dualstack,
    };
    return endpoint_resolve(&params, out, size, err);
}
