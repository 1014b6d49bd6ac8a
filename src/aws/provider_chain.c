#include "aws/provider_chain.h"

#include <stdlib.h>

#include "aws/environment.h"

struct provider_chain {
    char *profile, *region;
    struct provider_context context;
    struct aws_provider *provider[PROVIDER_KINDS];
    char *from[PROVIDER_KINDS]; /* each one's name for people */
    size_t providers;
};

static void add_provider(struct provider_chain *chain, const struct aws_provider_ops *ops)
{
    struct provider_context *context = &chain->context;
    bool of_machine =
        ops == &provider_environment || ops == &provider_container || ops == &provider_instance;
    struct buf from = {0};
    if (of_machine)
        buf_text(&from, ops->name);
    else
        buf_printf(&from, "profile %s (%s)", chain->profile, ops->name);
    chain->from[chain->providers] = buf_take(&from);
    chain->provider[chain->providers++] =
        provider_new(ops, context, chain->profile, context->explicit_profile);
}

struct provider_chain *provider_chain_open(const struct aws_environment *environment,
                                           const char *profile, const char *region,
                                           const atomic_bool *closing, struct err *err)
{
    struct profiles *profiles = profiles_load(environment, err);
    bool known = profiles && profile_known(profiles, environment, profile, err);
    profiles_free(profiles);
    if (!known)
        return NULL;
    struct provider_chain *chain = mem_zero(sizeof(*chain));
    chain->profile = mem_strdup(profile_chosen(environment, profile));
    chain->region = mem_strdup(region);
    chain->context = (struct provider_context){
        .environment = environment,
        .profile = chain->profile,
        .explicit_profile = profile != NULL,
        .region = chain->region,
        .closing = closing,
    };
    for (size_t i = 0; i < PROVIDER_KINDS; i++)
        if (!profile || provider_kinds[i].ops != &provider_environment)
            add_provider(chain, provider_kinds[i].ops);
    return chain;
}

static bool ask_providers(struct provider_chain *chain, struct aws_keys *out, struct err *err)
{
    for (size_t i = 0; i < chain->providers; i++) {
        struct aws_provider *provider = chain->provider[i];
        enum provided provided = provider->ops->fetch(provider, out, err);
        if (provided == PROVIDED_NOTHING)
            continue;
        if (provided == PROVIDED_ERROR)
            return err_wrap(err, "credentials from %s", provider->ops->name);
        out->from = chain->from[i];
        return true;
    }
    return err_set(err, "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
                        "run `aws configure`, or give --profile");
}

bool provider_chain_ask(struct provider_chain *chain, bool first, struct aws_keys *out,
                        struct err *err)
{
    struct provider_context *context = &chain->context;
    context->first = first;
    context->profiles = profiles_load(context->environment, err);
    bool fine = context->profiles && ask_providers(chain, out, err);
    profiles_free(context->profiles);
    context->profiles = NULL;
    if (context->open)
        context->open->ops->close(context->open);
    context->open = NULL;
    if (fine && out->expires != INSTANT_NONE &&
        out->expires <= environment_now(context->environment)) {
        fine = err_set(err,
                       "the keys from %s have expired already: sign in again, or set the clock "
                       "right",
                       out->from);
        aws_keys_wipe(out);
    }
    return fine;
}

void provider_chain_close(struct provider_chain *chain)
{
    if (!chain)
        return;
    for (size_t i = 0; i < chain->providers; i++) {
        chain->provider[i]->ops->close(chain->provider[i]);
        free(chain->from[i]);
    }
    free(chain->profile);
    free(chain->region);
    free(chain);
}
