/* A role of a profile: role_arn with source_profile or credential_source, chains of them too. */
#include <stdio.h>
#include <string.h>

#include "aws/environment.h"
#include "aws/secret.h"
#include "aws/sts.h"

enum { CHAIN_MAX = 16, MFA_CODE_MAX = 64 };

/* The profiles on the way, the latest first. */
struct visited {
    const struct visited *before;
    const char *profile;
    int depth;
};

static bool was_visited(const struct visited *visited, const char *profile)
{
    for (; visited; visited = visited->before)
        if (strcmp(visited->profile, profile) == 0)
            return true;
    return false;
}

static const char *setting(const struct provider_context *context, const char *profile,
                           const char *key)
{
    return profiles_get(context->profiles, profile, key);
}

static bool has_role(const struct provider_context *context, const char *profile)
{
    return setting(context, profile, "role_arn") &&
           !setting(context, profile, "web_identity_token_file");
}

static bool has_static(const struct provider_context *context, const char *profile)
{
    return setting(context, profile, "aws_access_key_id") ||
           setting(context, profile, "aws_secret_access_key");
}

static bool from_source(struct provider_context *context, const char *source, struct aws_keys *out,
                        struct err *err)
{
    static const struct {
        const char *name;
        const struct aws_provider_ops *ops;
    } sources[] = {
        {"Environment", &provider_environment},
        {"Ec2InstanceMetadata", &provider_instance},
        {"EcsContainer", &provider_container},
    };
    for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
        if (strcmp(sources[i].name, source) != 0)
            continue;
        struct provider provider = {{sources[i].ops}, context, context->profile, false};
        enum provided provided = sources[i].ops->fetch(&provider.base, out, err);
        if (provided == PROVIDED_NOTHING)
            return err_set(err, "credential_source = %s has no keys", source);
        return provided == PROVIDED_KEYS || err_wrap(err, "credential_source = %s", source);
    }
    return err_set(err, "credential_source has to be Environment, Ec2InstanceMetadata or "
                        "EcsContainer");
}

static bool assume(struct provider_context *context, const struct visited *visited,
                   struct aws_keys *out, struct err *err);

static bool from_profile(struct provider_context *context, const struct visited *visited,
                         const char *source, struct aws_keys *out, struct err *err)
{
    bool itself = strcmp(source, visited->profile) == 0;
    if (!profiles_has(context->profiles, SECTION_PROFILE, source))
        return err_set(err, "source_profile %.100s does not exist", source);
    if (was_visited(visited, source) && !(itself && has_static(context, source)))
        return err_set(err, "source_profile %.100s leads back to itself", source);
    if (visited->depth == CHAIN_MAX)
        return err_set(err, "more than %d profiles in a chain of source_profile", CHAIN_MAX);
    if (has_role(context, source) && !has_static(context, source)) {
        const struct visited next = {visited, source, visited->depth + 1};
        return assume(context, &next, out, err);
    }
    enum provided provided = provider_of_profile(context, source, out, err);
    if (provided == PROVIDED_NOTHING)
        return err_set(err, "source_profile %.100s has no keys", source);
    return provided == PROVIDED_KEYS;
}

static bool source_keys(struct provider_context *context, const struct visited *visited,
                        struct aws_keys *out, struct err *err)
{
    const char *profile = setting(context, visited->profile, "source_profile");
    const char *source = setting(context, visited->profile, "credential_source");
    if (!profile == !source)
        return err_set(err, "role_arn needs %s source_profile and credential_source",
                       profile ? "only one of" : "one of");
    return source ? from_source(context, source, out, err)
                  : from_profile(context, visited, profile, out, err);
}

static bool ask_code(struct provider_context *context, const char *serial, struct buf *form,
                     struct err *err)
{
    char question[200], code[MFA_CODE_MAX] = "";
    if (!context->first)
        return err_set(err, "its role asks for an MFA code again: start anew, or use a profile "
                            "without mfa_serial");
    snprintf(question, sizeof(question), "MFA code of %.120s: ", serial);
    if (!environment_prompt(context->environment, question, code, sizeof(code)))
        return err_set(err, "its role asks for an MFA code, and there is no terminal to ask at: "
                            "use a profile without mfa_serial");
    form_add(form, "SerialNumber", serial);
    form_add(form, "TokenCode", code);
    explicit_bzero(code, sizeof(code));
    return true;
}

static bool write_form(struct provider_context *context, const char *profile, struct buf *form,
                       struct err *err)
{
    char usual[64];
    const char *name = setting(context, profile, "role_session_name");
    const char *external = setting(context, profile, "external_id");
    const char *duration = setting(context, profile, "duration_seconds");
    const char *serial = setting(context, profile, "mfa_serial");
    sts_session_name(context, usual);
    form_add(form, "RoleArn", setting(context, profile, "role_arn"));
    form_add(form, "RoleSessionName", name ? name : usual);
    if (external)
        form_add(form, "ExternalId", external);
    if (duration && strlen(duration) < 8 && strspn(duration, "0123456789") == strlen(duration))
        form_add(form, "DurationSeconds", duration);
    return !serial || ask_code(context, serial, form, err);
}

static bool assume(struct provider_context *context, const struct visited *visited,
                   struct aws_keys *out, struct err *err)
{
    struct aws_keys source = {.from = ""};
    struct buf form = {0};
    bool fine = source_keys(context, visited, &source, err) &&
                write_form(context, visited->profile, &form, err) &&
                sts_assume(context, "AssumeRole", &form, &source, out, err);
    aws_keys_wipe(&source);
    buf_wipe(&form);
    return fine || err_wrap(err, "profile %.100s", visited->profile);
}

static enum provided fetch(struct aws_provider *base, struct aws_keys *out, struct err *err)
{
    const struct provider *provider = (const struct provider *)base;
    if (!has_role(provider->context, provider->profile))
        return PROVIDED_NOTHING;
    const struct visited visited = {NULL, provider->profile, 1};
    return assume(provider->context, &visited, out, err) ? PROVIDED_KEYS : PROVIDED_ERROR;
}

const struct aws_provider_ops provider_assume_role = {"assume role", fetch, provider_close};
