/* A session: its region, its endpoints, its time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "aws/aws_internal.h"
#include "support/aws_world.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_knows_where),
        cmocka_unit_test(the_machine_tells_the_region_last),
        cmocka_unit_test(time_follows_the_skew),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
