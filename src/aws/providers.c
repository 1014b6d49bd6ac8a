#include "aws/providers.h"

#include <stdlib.h>

#include "aws/environment.h"

const struct aws_provider_ops *const provider_order[] = {
    &provider_environment,
    NULL,
};

struct aws_provider *provider_new(const struct aws_provider_ops *ops,
                                  struct provider_context *context, const char *profile)
{
    struct provider *provider = mem_alloc(sizeof(*provider));
    *provider = (struct provider){{ops}, context, profile};
    return &provider->base;
}

void provider_close(struct aws_provider *provider)
{
    free(provider);
}

struct transport *provider_transport(struct provider_context *context)
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
