/* IAM Identity Center: a token of `aws sso login` from its cache, exchanged for a role's keys. */
#include <stdio.h>
#include <string.h>

#include "aws/endpoint.h"
#include "aws/environment.h"
#include "aws/providers.h"
#include "aws/secret.h"
#include "aws/token_file.h"
#include "contactwatch/json.h"
#include "contactwatch/log.h"

#define REFRESH_MS (15 * MINUTE_MS)

struct sso {
    struct provider_context *context;
    const char *profile;
    const char *session; /* NULL = settings of the old form */
    const char *start_url, *region, *account, *role;
    char advice[200];
    struct token_file cache;
    char *token; /* wiped */
};

static const char *setting(const struct sso *sso, const char *key)
{
    const char *own = profiles_get(sso->context->profiles, sso->profile, key);
    const char *shared = sso->session ? profiles_nested(sso->context->profiles, SECTION_SSO_SESSION,
                                                        sso->session, "", key)
                                      : NULL;
    return shared ? shared : own;
}

static bool configure(struct sso *sso, struct err *err)
{
    const struct {
        const char *key, **value;
    } needed[] = {
        {"sso_start_url", &sso->start_url},
        {"sso_region", &sso->region},
        {"sso_account_id", &sso->account},
        {"sso_role_name", &sso->role},
    };
    if (sso->session && !profiles_has(sso->context->profiles, SECTION_SSO_SESSION, sso->session))
        return err_set(err, "there is no [sso-session] of the name in sso_session");
    for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
        *needed[i].value = setting(sso, needed[i].key);
        if (!*needed[i].value)
            return err_set(err, "%s is missing", needed[i].key);
        const char *own = profiles_get(sso->context->profiles, sso->profile, needed[i].key);
        if (own && strcmp(own, *needed[i].value) != 0)
            return err_set(err, "%s differs between the profile and its sso-session",
                           needed[i].key);
    }
    snprintf(sso->advice, sizeof(sso->advice), "run `aws sso login --profile %.100s`",
             sso->profile);
    return true;
}

static bool load(struct sso *sso, struct err *err)
{
    struct buf folder = {0};
    bool fine = environment_path(sso->context->environment, "~/.aws/sso/cache", &folder);
    if (!fine)
        err_set(err, "HOME is not set: its .aws/sso/cache holds the token");
    else
        fine = token_file_load(&sso->cache, buf_str(&folder), "SHA1",
                               sso->session ? sso->session : sso->start_url, sso->advice, err);
    buf_free(&folder);
    return fine;
}

/* Members of the answer that go into the cache, and the token to use. */
static void take_token(struct sso *sso, const cJSON *answer)
{
    const char *token = json_text(answer, "accessToken"),
               *again = json_text(answer, "refreshToken");
    const cJSON *lasts = json_get(answer, "expiresIn");
    if (!token || !cJSON_IsNumber(lasts) || !(lasts->valuedouble > 0 && lasts->valuedouble < 1e9))
        return;
    char when[INSTANT_TEXT];
    struct buf value[3] = {{0}};
    token_time_print(environment_now(sso->context->environment) +
                         (int64_t)(lasts->valuedouble * (double)SECOND_MS),
                     when);
    json_quote(&value[0], token);
    json_quote(&value[1], when);
    json_quote(&value[2], again ? again : "");
    const struct token_change change[] = {
        {"accessToken", buf_str(&value[0])},
        {"expiresAt", buf_str(&value[1])},
        {"refreshToken", buf_str(&value[2])},
    };
    if (!token_file_save(&sso->cache, change, again ? 3 : 2))
        log_warning("the token cache of AWS SSO cannot be written");
    text_wipe(sso->token);
    sso->token = mem_strdup(token);
    for (size_t i = 0; i < ARRAY_SIZE(value); i++)
        buf_wipe(&value[i]);
}

/* Of a token of an sso-session; what goes wrong leaves the token as it is. */
static void refresh(struct sso *sso)
{
    static const char *const member[] = {"clientId", "clientSecret", "refreshToken"};
    struct buf url = {0};
    struct arena arena = {0};
    struct http_response response = {0};
    struct err err = {""};
    bool denied, has = true;
    for (size_t i = 0; i < ARRAY_SIZE(member); i++)
        has = has && json_text(sso->cache.json, member[i]);
    if (has && provider_url(sso->context, ENDPOINT_SSO_OIDC, sso->region, "/token", &url, &err)) {
        if (token_exchange(sso->context, &sso->cache, buf_str(&url), (struct http_header){0},
                           member, ARRAY_SIZE(member), &response, &denied, &err))
            take_token(sso,
                       json_parse(&arena, buf_str(&response.body), response.body.length, NULL));
        else
            log_warning("the token of AWS SSO could not be refreshed: %s", err.text);
    }
    response_wipe(&response);
    arena_wipe(&arena);
    buf_free(&url);
}

static bool find_token(struct sso *sso, struct err *err)
{
    int64_t now = environment_now(sso->context->environment), expires;
    const char *token = json_text(sso->cache.json, "accessToken");
    const char *until = json_text(sso->cache.json, "expiresAt");
    if (!token || !until || !token_time(until, &expires))
        return err_set(err, "the token cache lacks accessToken or expiresAt: %s", sso->advice);
    if (sso->session && expires - now < REFRESH_MS)
        refresh(sso);
    if (!sso->token && expires <= now)
        return err_set(err, "the sign-in has expired: %s", sso->advice);
    if (!sso->token)
        sso->token = mem_strdup(token);
    return !strpbrk(sso->token, "\r\n") ||
           err_set(err, "the token cache holds no token: %s", sso->advice);
}

static bool read_keys(const struct sso *sso, const struct http_response *response,
                      struct aws_keys *out, struct err *err)
{
    static const struct keys_names names = {"roleCredentials", "accessKeyId", "secretAccessKey",
                                            "sessionToken",    "expiration",  NULL};
    char code[64];
    if (response->status == 200) {
        bool fine =
            keys_from_json(out, buf_str(&response->body), response->body.length, &names, err);
        if (fine)
            keys_set_account(out, sso->account);
        return fine;
    }
    response_code(response, code, sizeof(code));
    if (response->status == 401)
        return err_set(err, "the sign-in is not valid any more: %s", sso->advice);
    return err_set(err,
                   "AWS SSO answered %s (HTTP %d): is the role of sso_role_name assigned to "
                   "you in the account of sso_account_id?",
                   *code ? code : "an error", response->status);
}

static bool exchange(struct sso *sso, struct aws_keys *out, struct err *err)
{
    struct buf query = {0}, url = {0};
    struct http_response response = {0};
    form_add(&query, "role_name", sso->role);
    form_add(&query, "account_id", sso->account);
    bool fine = provider_url(sso->context, ENDPOINT_SSO, sso->region, "/federation/credentials?",
                             &url, err);
    buf_text(&url, buf_str(&query));
    struct http_request request = {
        .method = "GET",
        .url = buf_str(&url),
        .header = {{"x-amz-sso_bearer_token", sso->token}},
        .headers = 1,
    };
    fine = fine && provider_fetch(sso->context, &request, &response, err) &&
           read_keys(sso, &response, out, err);
    response_wipe(&response);
    buf_free(&query);
    buf_free(&url);
    return fine;
}

static enum provided fetch(struct aws_provider *base, struct aws_keys *out, struct err *err)
{
    const struct provider *provider = (const struct provider *)base;
    struct sso sso = {
        .context = provider->context,
        .profile = provider->profile,
        .session = provider_setting(provider, "sso_session"),
    };
    if (!provider_setting(provider, "sso_account_id") &&
        !provider_setting(provider, "sso_role_name"))
        return PROVIDED_NOTHING;
    bool fine = configure(&sso, err) && load(&sso, err) && find_token(&sso, err) &&
                exchange(&sso, out, err);
    token_file_free(&sso.cache);
    text_wipe(sso.token);
    if (!fine)
        err_wrap(err, "profile %.100s", sso.profile);
    return fine ? PROVIDED_KEYS : PROVIDED_ERROR;
}

const struct aws_provider_ops provider_sso = {"SSO", fetch, provider_close};
