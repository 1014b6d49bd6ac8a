/* Regions, partitions and endpoints: cases of our own, and the published ones where they are at
 * hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aws/aws_internal.h"
#include "aws/endpoint.h"
#include "aws/region.h"
#include "support/aws_world.h"
#include "support/endpoint_vectors.h"

static void a_region_is_found_in_urls_and_arns(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"https://sqs.eu-west-1.amazonaws.com/123456789012/q", "eu-west-1"},
        {"sqs:https://sqs.eu-west-1.amazonaws.com/123456789012/q", "eu-west-1"},
        {"sqs:https://sqs-fips.us-east-2.amazonaws.com/1/q", "us-east-2"},
        {"https://sqs.us-east-1.api.aws/1/q", "us-east-1"},
        {"https://sqs.cn-north-1.amazonaws.com.cn/1/q", "cn-north-1"},
        {"https://us-west-2.queue.amazonaws.com/1/q", "us-west-2"},
        {"https://cn-north-1.queue.amazonaws.com.cn/1/q", "cn-north-1"},
        {"https://queue.amazonaws.com/1/q", "us-east-1"},
        {"https://vpce-0a1b-2c3d.sqs.eu-central-1.vpce.amazonaws.com/1/q", "eu-central-1"},
        {"https://sqs.us-iso-east-1.c2s.ic.gov/1/q", "us-iso-east-1"},
        {"arn:aws:sqs:ap-southeast-2:123456789012:q", "ap-southeast-2"},
        {"dynamodb:arn:aws-us-gov:dynamodb:us-gov-west-1:1:table/t", "us-gov-west-1"},
        {"sqs:http://127.0.0.1:4566/000000000000/q", NULL},
        {"http://sqs.us-east-1.localhost:4566/000000000000/q", "us-east-1"},
        {"https://example.com/1/sqs.eu-west-1/q", NULL},
        {"https://sqs.amazonaws.com/1/q", NULL},
        {"https://sqs.EU_WEST.amazonaws.com/1/q", NULL},
        {"https://queue.example.com/1/q", NULL},
        {"dynamodb:contacts", NULL},
        {"arn:aws:sqs", NULL},
        {"arn:aws:s3:::bucket", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char region[AWS_REGION_MAX] = "";
        bool found = aws_region_in(cases[i][0], region);
        if (found != (cases[i][1] != NULL) || (found && strcmp(region, cases[i][1]) != 0))
            fail_msg("%s gives %s", cases[i][0], found ? region : "nothing");
    }
}

static void only_labels_are_regions(void **state)
{
    (void)state;
    static const char *const good[] = {"eu-west-1", "us-gov-east-1", "local", "fake-region-10"};
    static const char *const bad[] = {"",
                                      "EU-West-1",
                                      "eu west",
                                      "eu-west-1.evil.com",
                                      "-eu",
                                      "eu-",
                                      "a/b",
                                      "eu-west-1@x",
                                      "eu-west-1\n",
                                      "a#b",
                                      "eu_west_1",
                                      "a-region-name-that-is-too-long-1"};
    for (size_t i = 0; i < ARRAY_SIZE(good); i++)
        assert_true(region_valid(good[i]));
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        if (region_valid(bad[i]))
            fail_msg("'%s' is no region", bad[i]);
}

static void each_service_has_its_host(void **state)
{
    (void)state;
    static const struct {
        unsigned service;
        const char *region;
        bool fips, dualstack;
        const char *url;
    } cases[] = {
        {AWS_SQS, "eu-west-1", 0, 0, "https://sqs.eu-west-1.amazonaws.com"},
        {AWS_SQS, "us-gov-west-1", 1, 0, "https://sqs.us-gov-west-1.amazonaws.com"},
        {AWS_SQS, "us-gov-west-1", 1, 1, "https://sqs-fips.us-gov-west-1.api.aws"},
        {AWS_DYNAMODB, "cn-north-1", 1, 1,
         "https://dynamodb-fips.cn-north-1.api.amazonwebservices.com.cn"},
        {AWS_DYNAMODB_STREAMS, "us-east-1", 0, 0,
         "https://streams.dynamodb.us-east-1.amazonaws.com"},
        {AWS_DYNAMODB_STREAMS, "us-east-1", 0, 1, "https://streams-dynamodb.us-east-1.api.aws"},
        {AWS_DYNAMODB_STREAMS, "us-east-1", 1, 0,
         "https://streams.dynamodb-fips.us-east-1.amazonaws.com"},
        {AWS_STS, "us-isob-east-1", 0, 0, "https://sts.us-isob-east-1.sc2s.sgov.gov"},
        {AWS_STS, "eusc-de-east-1", 0, 0, "https://sts.eusc-de-east-1.amazonaws.eu"},
        {AWS_STS, "eu-isoe-west-1", 0, 1, "https://sts.eu-isoe-west-1.api.cloud-aws.adc-e.uk"},
        {AWS_STS, "us-isof-south-1", 0, 0, "https://sts.us-isof-south-1.csp.hci.ic.gov"},
        {AWS_CONNECT, "us-west-2", 0, 0, "https://connect.us-west-2.amazonaws.com"},
        {AWS_CONNECT, "us-west-2", 1, 0, "https://connect-fips.us-west-2.amazonaws.com"},
        {AWS_S3, "us-east-1", 0, 0, "https://s3.us-east-1.amazonaws.com"},
        {AWS_S3, "us-east-1", 0, 1, "https://s3.dualstack.us-east-1.amazonaws.com"},
        {AWS_S3, "us-gov-west-1", 1, 1, "https://s3-fips.dualstack.us-gov-west-1.amazonaws.com"},
        {ENDPOINT_SSO, "eu-west-1", 0, 0, "https://portal.sso.eu-west-1.amazonaws.com"},
        {ENDPOINT_SSO_OIDC, "eu-west-1", 0, 0, "https://oidc.eu-west-1.amazonaws.com"},
        {ENDPOINT_SIGN_IN, "eu-west-1", 0, 0, "https://eu-west-1.signin.aws.amazon.com"},
        {ENDPOINT_SIGN_IN, "cn-north-1", 0, 0, "https://cn-north-1.signin.amazonaws.cn"},
        {ENDPOINT_SIGN_IN, "us-east-1", 1, 0, "https://signin-fips.us-east-1.amazonaws.com"},
        {AWS_DYNAMODB, "local", 0, 0, "http://localhost:8000"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct endpoint_params params = {
            .service = cases[i].service,
            .region = cases[i].region,
            .fips = cases[i].fips,
            .dualstack = cases[i].dualstack,
        };
        char url[ENDPOINT_MAX];
        struct err err = {""};
        if (!endpoint_resolve(&params, url, sizeof(url), &err))
            fail_msg("%s: %s", cases[i].url, err.text);
        assert_string_equal(url, cases[i].url);
    }
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    static const struct {
        struct endpoint_params params;
        const char *says;
    } cases[] = {
        {{.service = AWS_SQS}, "no region"},
        {{.service = AWS_SQS, .region = "eu.evil.com/"}, "lower case"},
        {{.service = AWS_SQS, .region = "eu-west-1", .custom = "http://example.com"}, "https://"},
        {{.service = AWS_SQS, .region = "eu-west-1", .custom = "ftp://example.com"}, "https://"},
        {{.service = AWS_SQS, .region = "eu-west-1", .custom = "https://e.com", .fips = true},
         "FIPS"},
        {{.service = AWS_SQS, .region = "eu-west-1", .custom = "https://e.com", .dualstack = true},
         "dual-stack"},
        {{.service = AWS_DYNAMODB, .region = "local", .fips = true}, "local"},
        {{.service = AWS_DYNAMODB,
          .region = "us-east-1",
          .custom = "https://dynamodb.us-east-1.api.aws/"},
         "AWS_USE_DUALSTACK_ENDPOINT"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char url[ENDPOINT_MAX];
        struct err err = {""};
        assert_false(endpoint_resolve(&cases[i].params, url, sizeof(url), &err));
        if (!strstr(err.text, cases[i].says))
            fail_msg("'%s' lacks '%s'", err.text, cases[i].says);
    }
    char small[16];
    const struct endpoint_params params = {.service = AWS_SQS, .region = "eu-west-1"};
    assert_false(endpoint_resolve(&params, small, sizeof(small), NULL));
}

struct session_case {
    const char *name;
    const char *variables[6]; /* NAME=value */
    const char *config;
    struct aws_options options;
    const char *hint;
    const char *region, *url; /* of DynamoDB; NULL = the session is refused, url says with what */
};

static const struct session_case session_cases[] = {
    {"option",
     {"AWS_REGION=us-east-1"},
     NULL,
     {.region = "eu-west-1"},
     "ap-south-1",
     "eu-west-1",
     "https://dynamodb.eu-west-1.amazonaws.com"},
    {"AWS_REGION",
     {"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-west-2"},
     "[default]\nregion = eu-west-3\n",
     {0},
     "ap-south-1",
     "us-east-1",
     "https://dynamodb.us-east-1.amazonaws.com"},
    {"AWS_DEFAULT_REGION",
     {"AWS_DEFAULT_REGION=us-west-2"},
     "[default]\nregion = eu-west-3\n",
     {0},
     "ap-south-1",
     "us-west-2",
     "https://dynamodb.us-west-2.amazonaws.com"},
    {"profile",
     {NULL},
     "[default]\nregion = eu-west-3\n",
     {0},
     "ap-south-1",
     "eu-west-3",
     "https://dynamodb.eu-west-3.amazonaws.com"},
    {"named profile",
     {"AWS_PROFILE=one"},
     "[profile one]\nregion=eu-west-1\n[profile two]\nregion=eu-west-2\n",
     {.profile = "two"},
     NULL,
     "eu-west-2",
     "https://dynamodb.eu-west-2.amazonaws.com"},
    {"AWS_PROFILE",
     {"AWS_PROFILE=one"},
     "[profile one]\nregion=eu-west-1\n",
     {0},
     NULL,
     "eu-west-1",
     "https://dynamodb.eu-west-1.amazonaws.com"},
    {"hint",
     {NULL},
     NULL,
     {0},
     "ap-south-1",
     "ap-south-1",
     "https://dynamodb.ap-south-1.amazonaws.com"},
    {"nothing", {NULL}, NULL, {0}, NULL, NULL, "--region"},
    {"no such profile",
     {"AWS_REGION=eu-west-1"},
     NULL,
     {.profile = "absent"},
     NULL,
     NULL,
     "there is no profile 'absent'"},
    {"not a region", {"AWS_REGION=eu-west-1.evil.com"}, NULL, {0}, NULL, NULL, "AWS_REGION"},
    {"endpoint option",
     {"AWS_REGION=eu-west-1", "AWS_ENDPOINT_URL=https://v.example"},
     NULL,
     {.endpoint_url = "http://127.0.0.1:8000/"},
     NULL,
     "eu-west-1",
     "http://127.0.0.1:8000"},
    {"variable of the service",
     {"AWS_REGION=eu-west-1", "AWS_ENDPOINT_URL=https://v.example",
      "AWS_ENDPOINT_URL_DYNAMODB=https://d.example/base"},
     NULL,
     {0},
     NULL,
     "eu-west-1",
     "https://d.example/base"},
    {"variable of another",
     {"AWS_REGION=eu-west-1", "AWS_ENDPOINT_URL_SQS=https://q.example"},
     NULL,
     {0},
     NULL,
     "eu-west-1",
     "https://dynamodb.eu-west-1.amazonaws.com"},
    {"services section",
     {"AWS_REGION=eu-west-1"},
     "[default]\nservices = mine\nendpoint_url = https://all.example\n[services mine]\nsqs =\n"
     "  endpoint_url = https://q.example\ndynamodb =\n  endpoint_url = https://d.example\n",
     {0},
     NULL,
     "eu-west-1",
     "https://d.example"},
    {"profile's endpoint",
     {"AWS_REGION=eu-west-1"},
     "[default]\nendpoint_url = https://all.example\n",
     {0},
     NULL,
     "eu-west-1",
     "https://all.example"},
    {"ignored",
     {"AWS_REGION=eu-west-1", "AWS_ENDPOINT_URL=https://v.example",
      "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"},
     "[default]\nendpoint_url = https://all.example\n",
     {0},
     NULL,
     "eu-west-1",
     "https://dynamodb.eu-west-1.amazonaws.com"},
    {"fips",
     {"AWS_REGION=us-east-1", "AWS_USE_FIPS_ENDPOINT=true"},
     NULL,
     {0},
     NULL,
     "us-east-1",
     "https://dynamodb-fips.us-east-1.amazonaws.com"},
    {"fips of the profile, dual stack of the environment",
     {"AWS_REGION=us-east-1", "AWS_USE_DUALSTACK_ENDPOINT=true"},
     "[default]\nuse_fips_endpoint = true\n",
     {0},
     NULL,
     "us-east-1",
     "https://dynamodb-fips.us-east-1.api.aws"},
    {"fips switched off by the environment",
     {"AWS_REGION=us-east-1", "AWS_USE_FIPS_ENDPOINT=false"},
     "[default]\nuse_fips_endpoint = true\n",
     {0},
     NULL,
     "us-east-1",
     "https://dynamodb.us-east-1.amazonaws.com"},
};

static void run_session_case(const struct session_case *c)
{
    struct aws_world world;
    struct err err = {""};
    char url[ENDPOINT_MAX] = "";
    world_open(&world);
    for (size_t i = 0; i < ARRAY_SIZE(c->variables) && c->variables[i]; i++) {
        char name[64];
        const char *equals = strchr(c->variables[i], '=');
        snprintf(name, sizeof(name), "%.*s", (int)(equals - c->variables[i]), c->variables[i]);
        world_set(&world, name, equals + 1);
    }
    if (c->config)
        world_file(&world, ".aws/config", c->config);
    struct aws_options options = c->options;
    options.environment = &world.environment;
    struct aws_session *session = aws_session_open(&options, c->hint, &err);
    if (!session != !c->region)
        fail_msg("%s: %s", c->name, session ? "was not refused" : err.text);
    if (!session && !strstr(err.text, c->url))
        fail_msg("%s: '%s' lacks '%s'", c->name, err.text, c->url);
    if (session &&
        (!aws_session_endpoint(session, AWS_DYNAMODB, url, sizeof(url), &err) ||
         strcmp(url, c->url) != 0 || strcmp(aws_session_region(session), c->region) != 0))
        fail_msg("%s: %s in %s %s", c->name, url, aws_session_region(session), err.text);
    aws_session_close(session);
    world_close(&world);
}

static void a_session_knows_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(session_cases); i++)
        run_session_case(&session_cases[i]);
}

static void the_machine_tells_the_region_last(void **state)
{
    (void)state;
    static const struct scripted_answer script[] = {
        {.expect = "PUT http://169.254.169.254/latest/api/token\n", .status = 200, .body = "TOKEN"},
        {.expect = "GET http://169.254.169.254/latest/meta-data/placement/region\n"
                   "x-aws-ec2-metadata-token: TOKEN\n",
         .status = 200,
         .body = "sa-east-1"},
    };
    struct aws_world world;
    world_open(&world);
    world_set(&world, "AWS_EC2_METADATA_DISABLED", "false");
    scripted_script(world.scripted, script, ARRAY_SIZE(script));
    struct aws_options options = {.environment = &world.environment};
    struct err err;
    struct aws_session *session = aws_session_open(&options, NULL, &err);
    assert_non_null(session);
    assert_string_equal(aws_session_region(session), "sa-east-1");
    aws_session_close(session);
    world_close(&world);
}

static void time_follows_the_skew(void **state)
{
    (void)state;
    struct aws_world world;
    world_open(&world);
    world_set(&world, "AWS_REGION", "eu-west-1");
    world_set(&world, "AWS_MAX_ATTEMPTS", "7");
    struct aws_options options = {.environment = &world.environment};
    struct aws_session *session = aws_session_open(&options, NULL, NULL);
    assert_non_null(session);
    assert_int_equal(session->max_attempts, 7);
    atomic_store(&session->skew, 3600000);
    assert_int_equal(aws_session_now(session) - scripted_now(world.scripted), 3600000);
    session->no_skew = true;
    assert_int_equal(aws_session_skew(session), 0);
    assert_int_equal(aws_session_now(session), scripted_now(world.scripted));
    aws_session_close(session);
    world_close(&world);
}

static void the_published_rules_hold(void **state)
{
    (void)state;
    run_rule_vectors(AWS_SQS, "sqs.json");
    run_rule_vectors(AWS_DYNAMODB, "dynamodb.json");
}

static void the_published_configurations_hold(void **state)
{
    (void)state;
    run_configured_vectors("configured-endpoint-urls.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_region_is_found_in_urls_and_arns),
        cmocka_unit_test(only_labels_are_regions),
        cmocka_unit_test(each_service_has_its_host),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(a_session_knows_where),
        cmocka_unit_test(the_machine_tells_the_region_last),
        cmocka_unit_test(time_follows_the_skew),
        cmocka_unit_test(the_published_rules_hold),
        cmocka_unit_test(the_published_configurations_hold),
    };
    return cmocka_run_group_tests_name("endpoints", tests, NULL, NULL);
}
