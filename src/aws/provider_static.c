/* Keys written down in ~/.aws/credentials, or in ~/.aws/config. */
#include "aws/providers.h"

static bool take(const struct provider *provider, enum profile_file file, const char *access_key,
                 struct aws_keys *out, struct err *err)
{
    const struct profiles *profiles = provider->context->profiles;
    const char *name = provider->profile;
    const char *secret_key = profiles_get_in(profiles, file, name, "aws_secret_access_key");
    const char *token = profiles_get_in(profiles, file, name, "aws_security_token");
    if (!secret_key)
        return err_set(err, "profile %.100s has aws_access_key_id without aws_secret_access_key",
                       name);
    if (!token)
        token = profiles_get_in(profiles, file, name, "aws_session_token");
    if (!keys_set(out, access_key, secret_key, token, err))
        return err_wrap(err, "profile %.100s", name);
    keys_set_account(out, profiles_get_in(profiles, file, name, "aws_account_id"));
    return true;
}

static enum provided fetch_in(struct aws_provider *base, enum profile_file file,
                              struct aws_keys *out, struct err *err)
{
    const struct provider *provider = (const struct provider *)base;
    const char *access_key =
        profiles_get_in(provider->context->profiles, file, provider->profile, "aws_access_key_id");
    if (!access_key)
        return PROVIDED_NOTHING;
    return take(provider, file, access_key, out, err) ? PROVIDED_KEYS : PROVIDED_ERROR;
}

static enum provided fetch_credentials(struct aws_provider *provider, struct aws_keys *out,
                                       struct err *err)
{
    return fetch_in(provider, IN_CREDENTIALS, out, err);
}

static enum provided fetch_config(struct aws_provider *provider, struct aws_keys *out,
                                  struct err *err)
{
    return fetch_in(provider, IN_CONFIG, out, err);
}

const struct aws_provider_ops provider_credentials_file = {"credentials file", fetch_credentials,
                                                           provider_close};
const struct aws_provider_ops provider_config_file = {"config file", fetch_config, provider_close};
