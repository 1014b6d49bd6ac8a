/* `aws login`: keys from its cache while they last, else refreshed with the proof key it holds. */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "aws/dpop.h"
#include "aws/endpoint.h"
#include "aws/environment.h"
#include "aws/providers.h"
#include "aws/secret.h"
#include "aws/token_file.h"
#include "contactwatch/json.h"
#include "contactwatch/log.h"
#include "contactwatch/rng.h"

#define ENOUGH_MS (5 * MINUTE_MS)

struct login {
    struct provider_context *context;
    const char *profile;
    char advice[200];
    struct token_file cache;
};

static bool load(struct login *login, const char *session, struct err *err)
{
    const struct aws_environment *environment = login->context->environment;
    const char *given = environment_get(environment, "AWS_LOGIN_CACHE_DIRECTORY");
    struct buf folder = {0};
    bool fine = environment_path(environment, given ? given : "~/.aws/login/cache", &folder);
    if (!fine)
        err_set(err, "HOME is not set: its .aws/login/cache holds the keys");
    else
        fine =
            token_file_load(&login->cache, buf_str(&folder), "SHA256", session, login->advice, err);
    buf_free(&folder);
    return fine;
}

static bool take(const cJSON *keys, const char *account, const char *expires, struct aws_keys *out,
                 struct err *err)
{
    if (!keys_set(out, json_text(keys, "accessKeyId"), json_text(keys, "secretAccessKey"),
                  json_text(keys, "sessionToken"), err))
        return false;
    keys_set_account(out, account);
    return keys_set_expiry(out, expires, err);
}

static bool post(struct login *login, struct http_response *response, struct err *err)
{
    static const char *const member[] = {"clientId", "refreshToken"};
    const char *region = json_text(login->cache.json, "signInRegion");
    const char *pem = json_text(login->cache.json, "dpopKey");
    struct buf url = {0}, proof = {0};
    struct rng rng;
    char id[37];
    bool denied = false;
    if (!pem || !json_text(login->cache.json, member[0]) ||
        !json_text(login->cache.json, member[1]))
        return err_set(err, "the sign-in has expired: %s", login->advice);
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
        return err_set(err, "the system has no random numbers");
    rng_seed(&rng, seed);
    rng_uuid(&rng, id);
    bool fine = provider_url(login->context, ENDPOINT_SIGN_IN,
                             region ? region : login->context->region, "/v1/token", &url, err) &&
                dpop_header(&proof, pem, buf_str(&url),
                            environment_now(login->context->environment), id, err) &&
                token_exchange(login->context, &login->cache, buf_str(&url),
                               (struct http_header){"DPoP", buf_str(&proof)}, member,
                               ARRAY_SIZE(member), response, &denied, err);
    if (denied)
        err_wrap(err, "the sign-in is over, %s", login->advice);
    buf_free(&url);
    buf_free(&proof);
    return fine;
}

static void save(const struct login *login, const cJSON *answer, const struct aws_keys *keys)
{
    char expires[INSTANT_TEXT];
    struct buf token = {0}, again = {0};
    token_time_print(keys->expires, expires);
    buf_reserve(&token, PROVIDER_RESPONSE_MAX);
    buf_text(&token, "{\"accessKeyId\":");
    json_quote(&token, keys->access_key);
    buf_text(&token, ",\"secretAccessKey\":");
    json_quote(&token, keys->secret_key);
    buf_text(&token, ",\"sessionToken\":");
    json_quote(&token, keys->token ? keys->token : "");
    buf_printf(&token, ",\"accountId\":\"%s\",\"expiresAt\":\"%s\"}", keys->account, expires);
    const char *refresh = json_text(answer, "refreshToken");
    json_quote(&again, refresh ? refresh : "");
    const struct token_change change[] = {
        {"accessToken", buf_str(&token)},
        {"refreshToken", buf_str(&again)},
    };
    if (!token_file_save(&login->cache, change, refresh ? 2 : 1))
        log_warning("the cache of `aws login` cannot be written");
    buf_wipe(&token);
    buf_wipe(&again);
}

static bool refresh(struct login *login, const char *account, struct aws_keys *out, struct err *err)
{
    struct http_response response = {0};
    struct arena arena = {0};
    bool fine = post(login, &response, err);
    const cJSON *answer =
        fine ? json_parse(&arena, buf_str(&response.body), response.body.length, NULL) : NULL;
    const cJSON *lasts = json_get(answer, "expiresIn");
    if (fine && (!cJSON_IsNumber(lasts) || !(lasts->valuedouble > 0 && lasts->valuedouble < 1e9)))
        fine = err_set(err, "the answer to the refresh is not the JSON expected");
    fine = fine && take(json_get(answer, "accessToken"), account, NULL, out, err);
    if (fine) {
        out->expires = environment_now(login->context->environment) +
                       (int64_t)(lasts->valuedouble * (double)SECOND_MS);
        save(login, answer, out);
    }
    response_wipe(&response);
    arena_wipe(&arena);
    return fine;
}

static bool obtain(struct login *login, const char *session, struct aws_keys *out, struct err *err)
{
    if (!load(login, session, err))
        return false;
    const cJSON *held = json_get(login->cache.json, "accessToken");
    const char *account = json_text(held, "accountId"), *until = json_text(held, "expiresAt");
    int64_t expires;
    if (!until || !token_time(until, &expires))
        return err_set(err, "the cache of `aws login` lacks its keys: %s", login->advice);
    if (expires - environment_now(login->context->environment) <= ENOUGH_MS)
        return refresh(login, account, out, err);
    return take(held, account, until, out, err);
}

static enum provided fetch(struct aws_provider *base, struct aws_keys *out, struct err *err)
{
    const struct provider *provider = (const struct provider *)base;
    const char *session = provider_setting(provider, "login_session");
    if (!session)
        return PROVIDED_NOTHING;
    struct login login = {.context = provider->context, .profile = provider->profile};
    snprintf(login.advice, sizeof(login.advice), "run `aws login --profile %.100s`", login.profile);
    bool fine = obtain(&login, session, out, err);
    token_file_free(&login.cache);
    if (!fine)
        err_wrap(err, "profile %.100s", login.profile);
    return fine ? PROVIDED_KEYS : PROVIDED_ERROR;
}

const struct aws_provider_ops provider_login = {"aws login", fetch, provider_close};
