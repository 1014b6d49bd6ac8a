/* AWS_ACCESS_KEY_ID and its fellows. */
#include "aws/environment.h"
#include "aws/providers.h"

static bool take(const struct aws_environment *environment, const char *access_key,
                 struct aws_keys *out, struct err *err)
{
    const char *secret_key = environment_get(environment, "AWS_SECRET_ACCESS_KEY");
    const char *token = environment_get(environment, "AWS_SECURITY_TOKEN");
    if (!secret_key)
        return err_set(err, "AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not");
    if (!token)
        token = environment_get(environment, "AWS_SESSION_TOKEN");
    if (!keys_set(out, access_key, secret_key, token, err))
        return false;
    keys_set_account(out, environment_get(environment, "AWS_ACCOUNT_ID"));
    return keys_set_expiry(out, environment_get(environment, "AWS_CREDENTIAL_EXPIRATION"), err);
}

static enum provided fetch(struct aws_provider *provider, struct aws_keys *out, struct err *err)
{
    const struct aws_environment *environment = ((struct provider *)provider)->context->environment;
    const char *access_key = environment_get(environment, "AWS_ACCESS_KEY_ID");
    if (!access_key)
        return PROVIDED_NOTHING;
    return take(environment, access_key, out, err) ? PROVIDED_KEYS : PROVIDED_ERROR;
}

const struct aws_provider_ops provider_environment = {"environment", fetch, provider_close};
