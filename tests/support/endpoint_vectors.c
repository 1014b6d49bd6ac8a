#include "support/endpoint_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aws/endpoint.h"
#include "contactwatch/json.h"
#include "support/aws_world.h"

static cJSON *load(const char *name)
{
    char path[200];
    snprintf(path, sizeof(path), "../shared/vectors/endpoints/%s", name);
    FILE *file = fopen(path, "re");
    struct buf text = {0};
    char block[8192];
    if (!file) {
        print_message("published endpoint cases: %s is not there, none ran\n", path);
        return NULL;
    }
    for (size_t got; (got = fread(block, 1, sizeof(block), file)) > 0;)
        buf_add(&text, block, got);
    fclose(file);
    cJSON *json = cJSON_Parse(buf_str(&text));
    buf_free(&text);
    assert_non_null(json);
    return json;
}

/* Endpoints of accounts and of vector search are not used by this program. */
static bool left_out(const cJSON *params, const char *url, const char *error)
{
    bool own = json_text(params, "Endpoint") != NULL;
    return cJSON_IsTrue(json_get(params, "IsSearchOperation")) ||
           (url && !own && strstr(url, ".ddb.")) ||
           (error && (strstr(error, "AccountId") || strstr(error, "account ID")));
}

static void run_rule(unsigned service, const cJSON *params, const char *url, const char *error,
                     const char *name)
{
    const struct endpoint_params asked = {
        .service = service,
        .region = json_text(params, "Region"),
        .custom = json_text(params, "Endpoint"),
        .fips = cJSON_IsTrue(json_get(params, "UseFIPS")),
        .dualstack = cJSON_IsTrue(json_get(params, "UseDualStack")),
    };
    char out[ENDPOINT_MAX];
    struct err err = {""};
    bool fine = endpoint_resolve(&asked, out, sizeof(out), &err);
    if (fine != (error == NULL) || (fine && strcmp(out, url) != 0))
        fail_msg("%s: %s instead of %s", name, fine ? out : err.text, url ? url : error);
}

void run_rule_vectors(unsigned service, const char *file)
{
    cJSON *json = load(file);
    const cJSON *item;
    unsigned ran = 0, out = 0;
    cJSON_ArrayForEach(item, json_get(json, "testCases"))
    {
        const cJSON *params = json_get(item, "params"), *expect = json_get(item, "expect");
        const char *url = json_text(json_get(expect, "endpoint"), "url");
        const char *error = json_text(expect, "error");
        if (left_out(params, url, error)) {
            out++;
            continue;
        }
        run_rule(service, params, url, error, json_text(item, "documentation"));
        ran++;
    }
    if (json)
        print_message("%s: %u cases ran, %u left out (endpoints of accounts, vector search)\n",
                      file, ran, out);
    cJSON_Delete(json);
}

static void write_services(struct buf *out, const cJSON *services)
{
    const cJSON *section, *service;
    cJSON_ArrayForEach(section, services)
    {
        buf_printf(out, "[services %s]\n", section->string);
        cJSON_ArrayForEach(service, section)
            buf_printf(out, "%s =\n  endpoint_url = %s\n", service->string,
                       json_text(service, "endpoint_url"));
    }
}

static void write_config(struct buf *out, const cJSON *suite)
{
    const cJSON *profile, *value;
    cJSON_ArrayForEach(profile, json_get(suite, "profiles"))
    {
        bool usual = strcmp(profile->string, "default") == 0;
        buf_printf(out, "[%s%s]\n", usual ? "" : "profile ", profile->string);
        cJSON_ArrayForEach(value, profile)
            buf_printf(out, "%s = %s\n", value->string, value->valuestring);
    }
    write_services(out, json_get(suite, "services"));
}

static void run_configured(const cJSON *suite, const cJSON *item, const char *config)
{
    struct aws_world world;
    struct err err = {""};
    const char *name = json_text(item, "name"), *profile = json_text(item, "profile");
    const char *service = json_text(item, "service");
    const cJSON *given =
        json_get(json_get(suite, "client_configs"), json_text(item, "client_config"));
    const cJSON *variable;
    world_open(&world);
    world_file(&world, ".aws/config", config);
    cJSON_ArrayForEach(variable,
                       json_get(json_get(suite, "environments"), json_text(item, "environment")))
        world_set(&world, variable->string, variable->valuestring);
    struct profiles *profiles = profiles_load(&world.environment, &err);
    assert_non_null(profiles);
    struct endpoint_settings settings;
    endpoint_settings(&settings, &world.environment, profiles, profile);
    settings.ignore |= cJSON_IsTrue(json_get(given, "ignore_configured_endpoint_urls"));
    char out[ENDPOINT_MAX] = "";
    bool fine = endpoint_find(&settings, strcmp(service, "s3") == 0 ? AWS_S3 : AWS_DYNAMODB,
                              profiles_get(profiles, profile, "region"),
                              json_text(given, "endpoint_url"), out, sizeof(out), &err);
    const char *want = json_text(json_get(item, "output"), "endpointUrl");
    if (!fine || strcmp(out, want) != 0)
        fail_msg("%s: %s instead of %s", name, fine ? out : err.text, want);
    profiles_free(profiles);
    world_close(&world);
}

void run_configured_vectors(const char *file)
{
    cJSON *json = load(file);
    const cJSON *suite, *item;
    unsigned ran = 0;
    cJSON_ArrayForEach(suite, json_get(json, "testSuites"))
    {
        struct buf config = {0};
        write_config(&config, suite);
        cJSON_ArrayForEach(item, json_get(suite, "endpointUrlTests"))
        {
            run_configured(suite, item, buf_str(&config));
            ran++;
        }
        buf_free(&config);
    }
    if (json)
        print_message("%s: %u cases ran, none left out\n", file, ran);
    cJSON_Delete(json);
}
