/* A role for a token that somebody else signed: EKS service accounts, CI systems. */
#include <errno.h>
#include <string.h>

#include "aws/environment.h"
#include "aws/secret.h"
#include "aws/sts.h"

enum { TOKEN_MAX = 64 << 10 };

static const char *setting(const struct provider *provider, const char *variable, const char *key)
{
    const char *value =
        provider->profile_only ? NULL : environment_get(provider->context->environment, variable);
    return value ? value : provider_setting(provider, key);
}

static bool assume(const struct provider *provider, const char *role, const struct secret *token,
                   struct aws_keys *out, struct err *err)
{
    char usual[64];
    struct buf form = {0};
    const char *name = setting(provider, "AWS_ROLE_SESSION_NAME", "role_session_name");
    sts_session_name(provider->context, usual);
    buf_reserve(&form, token->length * 3 + 4096);
    form_add(&form, "RoleArn", role);
    form_add(&form, "RoleSessionName", name ? name : usual);
    form_add(&form, "WebIdentityToken", token->data);
    bool fine = sts_assume(provider->context, "AssumeRoleWithWebIdentity", &form, NULL, out, err);
    buf_wipe(&form);
    return fine;
}

static bool read_and_assume(const struct provider *provider, const char *path, const char *role,
                            struct aws_keys *out, struct err *err)
{
    struct secret token;
    bool fine = secret_read_file(&token, path, TOKEN_MAX);
    if (!fine)
        err_set(err, "%.200s: %s", path, strerror(errno));
    else
        fine = assume(provider, role, secret_trim(&token), out, err);
    secret_free(&token);
    return fine;
}

static enum provided fetch(struct aws_provider *base, struct aws_keys *out, struct err *err)
{
    const struct provider *provider = (const struct provider *)base;
    const char *path = setting(provider, "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
    const char *role = setting(provider, "AWS_ROLE_ARN", "role_arn");
    if (!path)
        return PROVIDED_NOTHING;
    if (!role) {
        err_set(err, "a web identity token file needs a role: AWS_ROLE_ARN, or role_arn");
        return PROVIDED_ERROR;
    }
    return read_and_assume(provider, path, role, out, err) ? PROVIDED_KEYS : PROVIDED_ERROR;
}

const struct aws_provider_ops provider_web_identity = {"web identity", fetch, provider_close};
