/* Regions, partitions and endpoints: cases of our own, and the published ones where they are at
 * hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aws/endpoint.h"
#include "aws/region.h"
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
        cmocka_unit_test(the_published_rules_hold),
        cmocka_unit_test(the_published_configurations_hold),
    };
    return cmocka_run_group_tests_name("endpoints", tests, NULL, NULL);
}
