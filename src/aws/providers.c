#include "aws/providers.h"

#include <stdlib.h>
#include <string.h>

#include "aws/endpoint.h"
#include "aws/environment.h"
#include "aws/secret.h"

enum { SLICE_MS = 200, TIMEOUT_MS = 5000 };

const struct provider_kind provider_kinds[PROVIDER_KINDS] = {
    {&provider_environment, false},     {&provider_assume_role, false},
    {&provider_web_identity, true},     {&provider_sso, true},
    {&provider_credentials_file, true}, {&provider_login, true},
    {&provider_process, true},          {&provider_config_file, true},
    {&provider_container, false},       {&provider_instance, false},
};

struct aws_provider *provider_new(const struct aws_provider_ops *ops,
                                  struct provider_context *context, const char *profile,
                                  bool profile_only)
{
    struct provider *provider = mem_alloc(sizeof(*provider));
    *provider = (struct provider){{ops}, context, profile, profile_only};
    return &provider->base;
}

void provider_close(struct aws_provider *provider)
{
    free(provider);
}

enum provided provider_of_profile(struct provider_context *context, const char *profile,
                                  struct aws_keys *out, struct err *err)
{
    struct provider provider = {.context = context, .profile = profile, .profile_only = true};
    for (size_t i = 0; i < PROVIDER_KINDS; i++) {
        if (!provider_kinds[i].of_profile)
            continue;
        provider.base.ops = provider_kinds[i].ops;
        enum provided provided = provider.base.ops->fetch(&provider.base, out, err);
        if (provided != PROVIDED_NOTHING)
            return provided;
    }
    return PROVIDED_NOTHING;
}

const char *provider_setting(const struct provider *provider, const char *key)
{
    return profiles_get(provider->context->profiles, provider->profile, key);
}

/* The transport of this round. */
static struct transport *round_transport(struct provider_context *context)
{
    const struct aws_environment *environment = context->environment;
    if (context->open)
        return context->open;
    if (environment->transport) {
        context->open = environment->transport(environment->context);
    } else {
        const char *bundle = environment_get(environment, "AWS_CA_BUNDLE");
        if (!bundle)
            bundle = profiles_get(context->profiles, context->profile, "ca_bundle");
        context->open = transport_curl_open(&(struct transport_options){.ca_bundle = bundle});
    }
    return context->open;
}

bool provider_url(const struct provider_context *context, unsigned service, const char *region,
                  const char *path, struct buf *out, struct err *err)
{
    char endpoint[ENDPOINT_MAX];
    struct endpoint_settings settings;
    endpoint_settings(&settings, context->environment, context->profiles, context->profile);
    if (!endpoint_find(&settings, service, region, NULL, endpoint, sizeof(endpoint), err))
        return false;
    buf_printf(out, "%s%s", endpoint, path);
    return true;
}

/* Is somebody waiting for this round to end, whatever its result? */
static bool is_given_up(const struct provider_context *context)
{
    return context->closing && atomic_load(context->closing);
}

/* In slices, so that it can be given up. */
static bool carry(struct provider_context *context, struct transport *transport,
                  struct exchange *exchange)
{
    transport->ops->start(transport, exchange);
    while (transport->ops->wait(transport, SLICE_MS) != exchange) {
        if (!is_given_up(context))
            continue;
        transport->ops->cancel(transport, exchange);
        return false;
    }
    return true;
}

bool provider_fetch(struct provider_context *context, struct http_request *request,
                    struct http_response *response, struct err *err)
{
    *response = (struct http_response){0};
    if (!http_url_allowed(request->url, err))
        return false;
    struct transport *transport = round_transport(context);
    if (!transport)
        return err_set(err, "libcurl cannot be started");
    request->response_max = PROVIDER_RESPONSE_MAX;
    if (!request->timeout_ms)
        request->timeout_ms = TIMEOUT_MS;
    struct exchange exchange = {.request = *request};
    buf_reserve(&exchange.response.body, PROVIDER_RESPONSE_MAX);
    bool carried = carry(context, transport, &exchange);
    *response = exchange.response;
    if (!carried)
        return err_set(err, "given up");
    return response->status != 0 || err_set(err, "%s", response->error);
}

void response_wipe(struct http_response *response)
{
    buf_wipe(&response->body);
    http_response_free(response);
}

void provider_pause(struct provider_context *context, int ms)
{
    struct transport *transport = round_transport(context);
    for (; ms > 0 && !is_given_up(context); ms -= SLICE_MS)
        transport->ops->wait(transport, ms < SLICE_MS ? ms : SLICE_MS);
}

static bool unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-_.~", c));
}

void form_add(struct buf *form, const char *name, const char *value)
{
    static const char hex[] = "0123456789ABCDEF";
    if (form->length)
        buf_char(form, '&');
    buf_text(form, name);
    buf_char(form, '=');
    for (; *value; value++) {
        unsigned char c = (unsigned char)*value;
        if (unreserved(*value)) {
            buf_char(form, *value);
            continue;
        }
        buf_char(form, '%');
        buf_char(form, hex[c >> 4]);
        buf_char(form, hex[c & 15]);
    }
}
