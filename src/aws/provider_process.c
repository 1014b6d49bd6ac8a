/* A program of the user's that prints keys. */
#include <stdlib.h>

#include "aws/program.h"
#include "aws/providers.h"
#include "aws/secret.h"
#include "contactwatch/json.h"

enum { TIMEOUT_MS = 60000, OUTPUT_MAX = 64 << 10 };

static bool check_version(const struct buf *printed, struct err *err)
{
    struct arena arena = {0};
    const cJSON *json = json_parse(&arena, buf_str(printed), printed->length, NULL);
    const cJSON *version = json_get(json, "Version");
    bool fine = cJSON_IsObject(json) || err_set(err, "it printed no JSON object");
    if (fine && (!cJSON_IsNumber(version) || version->valueint != 1))
        fine = err_set(err, "it has to print \"Version\": 1");
    arena_wipe(&arena);
    return fine;
}

static bool run(const struct provider_context *context, const char *line, struct aws_keys *out,
                struct err *err)
{
    static const struct keys_names names = {NULL,           "AccessKeyId", "SecretAccessKey",
                                            "SessionToken", "Expiration",  "AccountId"};
    char **argv = program_split(line);
    if (!argv)
        return err_set(err, "the command line has a quote left open, or no word");
    struct buf printed = {.max = OUTPUT_MAX};
    buf_reserve(&printed, OUTPUT_MAX);
    bool fine = program_run(argv, TIMEOUT_MS, context->closing, &printed, err) &&
                check_version(&printed, err) &&
                keys_from_json(out, buf_str(&printed), printed.length, &names, err);
    buf_wipe(&printed);
    free(argv);
    return fine;
}

static enum provided fetch(struct aws_provider *base, struct aws_keys *out, struct err *err)
{
    const struct provider *provider = (const struct provider *)base;
    const char *line = provider_setting(provider, "credential_process");
    if (!line)
        return PROVIDED_NOTHING;
    if (!run(provider->context, line, out, err)) {
        err_wrap(err, "profile %.100s", provider->profile);
        return PROVIDED_ERROR;
    }
    if (!*out->account)
        keys_set_account(out, provider_setting(provider, "aws_account_id"));
    return PROVIDED_KEYS;
}

const struct aws_provider_ops provider_process = {"credential_process", fetch, provider_close};
