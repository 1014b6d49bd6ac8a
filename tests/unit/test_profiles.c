/* The configuration files of the AWS tools. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "aws/profiles.h"
#include "support/aws_world.h"

static void parse(struct profiles *profiles, enum profile_file file, const char *text)
{
    struct err err = {""};
    if (!profiles_parse(profiles, file, "f", text, strlen(text), &err))
        fail_msg("%s", err.text);
}

static void sections_are_told_apart(void **state)
{
    (void)state;
    struct profiles profiles = {0};
    parse(&profiles, IN_CONFIG,
          "# a comment\n; another\n\n"
          "[default]\nregion = one\n"
          "[profile p]\nregion = two\n"
          "[profile \"two words\"]\nregion = three\n"
          "[  profile   tabbed\t]  # behind\nregion = four\n"
          "[sso-session s]\nsso_region = five\n"
          "[services v]\nsqs =\n  endpoint_url = https://six\n"
          "[plugins]\nregion = seven\n"
          "[p2]\nregion = eight\n");
    assert_string_equal(profiles_get(&profiles, "default", "region"), "one");
    assert_string_equal(profiles_get(&profiles, "p", "region"), "two");
    assert_string_equal(profiles_get(&profiles, "two words", "region"), "three");
    assert_string_equal(profiles_get(&profiles, "tabbed", "region"), "four");
    assert_string_equal(profiles_nested(&profiles, SECTION_SSO_SESSION, "s", "", "sso_region"),
                        "five");
    assert_string_equal(profiles_nested(&profiles, SECTION_SERVICES, "v", "sqs", "endpoint_url"),
                        "https://six");
    assert_null(profiles_get(&profiles, "plugins", "region"));
    assert_null(profiles_get(&profiles, "p2", "region"));
    assert_false(profiles_has(&profiles, SECTION_PROFILE, "p2"));
    assert_true(profiles_has(&profiles, SECTION_PROFILE, "p"));
    assert_null(profiles_get(&profiles, "s", "sso_region"));
    profiles_clear(&profiles);
}

static void the_credentials_file_is_the_stronger(void **state)
{
    (void)state;
    struct profiles profiles = {0};
    parse(&profiles, IN_CREDENTIALS, "[p]\naws_access_key_id = A\n[profile q]\nregion = odd\n");
    parse(&profiles, IN_CONFIG, "[profile p]\naws_access_key_id = B\nregion = r\n");
    parse(&profiles, IN_CREDENTIALS, "[empty]\n");
    assert_string_equal(profiles_get(&profiles, "p", "aws_access_key_id"), "A");
    assert_string_equal(profiles_get_in(&profiles, IN_CONFIG, "p", "aws_access_key_id"), "B");
    assert_string_equal(profiles_get_in(&profiles, IN_CREDENTIALS, "p", "aws_access_key_id"), "A");
    assert_string_equal(profiles_get(&profiles, "p", "region"), "r");
    assert_null(profiles_get(&profiles, "q", "region"));
    assert_true(profiles_has(&profiles, SECTION_PROFILE, "empty"));
    profiles_clear(&profiles);
}

static void values_are_read_as_they_stand(void **state)
{
    (void)state;
    struct profiles profiles = {0};
    parse(&profiles, IN_CONFIG,
          "\xef\xbb\xbf[default]\r\n"
          "  indented = yes\r\n"
          "  also = a = b # not a comment\r\n"
          "COLON: c:d\n"
          "empty =\n"
          "twice = 1\n"
          "twice = 2\n"
          "long = one\n"
          "   two\n"
          "\n"
          "   # a comment in between\n"
          "   three\n"
          "last = end");
    assert_string_equal(profiles_get(&profiles, "default", "indented"), "yes");
    assert_string_equal(profiles_get(&profiles, "default", "also"), "a = b # not a comment");
    assert_string_equal(profiles_get(&profiles, "default", "colon"), "c:d");
    assert_null(profiles_get(&profiles, "default", "empty"));
    assert_string_equal(profiles_get(&profiles, "default", "twice"), "2");
    assert_string_equal(profiles_get(&profiles, "default", "long"), "one\ntwo\nthree");
    assert_string_equal(profiles_get(&profiles, "default", "last"), "end");
    profiles_clear(&profiles);
}

static void blocks_belong_to_their_key(void **state)
{
    (void)state;
    struct profiles profiles = {0};
    parse(&profiles, IN_CONFIG,
          "[services s]\nsqs =\n    endpoint_url = https://q\n    other = x\n"
          "DynamoDB =\n\tendpoint_url=https://d\n\n"
          "[default]\nservices = s\n");
    assert_string_equal(profiles_nested(&profiles, SECTION_SERVICES, "s", "sqs", "endpoint_url"),
                        "https://q");
    assert_string_equal(profiles_nested(&profiles, SECTION_SERVICES, "s", "sqs", "other"), "x");
    assert_string_equal(
        profiles_nested(&profiles, SECTION_SERVICES, "s", "dynamodb", "endpoint_url"), "https://d");
    assert_null(profiles_nested(&profiles, SECTION_SERVICES, "s", "", "endpoint_url"));
    profiles_clear(&profiles);
}

static void a_value_may_be_long(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_text(&text, "[default]\naws_session_token = ");
    buf_pad(&text, 't', 100000);
    buf_text(&text, "\nregion = r\n");
    struct profiles profiles = {0};
    parse(&profiles, IN_CREDENTIALS, buf_str(&text));
    assert_int_equal(strlen(profiles_get(&profiles, "default", "aws_session_token")), 100000);
    assert_string_equal(profiles_get(&profiles, "default", "region"), "r");
    profiles_clear(&profiles);
    buf_free(&text);
}

static void mistakes_say_where_and_nothing_of_what(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"[default]\nSECRET\n", "f:2: expected `key = value`"},
        {"SECRET = 1\n", "f:1: a setting before"},
        {"[SECRET\n", "f:1: a section is written [name]"},
        {"[]\n", "f:1: a section without a name"},
        {"[default]\n= SECRET\n", "f:2"},
        {"[default]\ns3 =\n  SECRET\n", "f:3: expected `key = value` in the block"},
        {"[default]\nkey = SECRET\xff\n", "UTF-8"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct profiles profiles = {0};
        struct err err = {""};
        assert_false(profiles_parse(&profiles, IN_CONFIG, "f", bad[i][0], strlen(bad[i][0]), &err));
        if (!strstr(err.text, bad[i][1]) || strstr(err.text, "SECRET"))
            fail_msg("%zu says '%s'", i, err.text);
        profiles_clear(&profiles);
    }
}

static void a_file_has_its_limit(void **state)
{
    (void)state;
    struct aws_world world;
    struct err err = {""};
    struct buf text = {0};
    world_open(&world);
    buf_text(&text, "[default]\nk = ");
    buf_pad(&text, 'x', PROFILES_MAX_BYTES);
    world_file(&world, ".aws/config", buf_str(&text));
    assert_null(profiles_load(&world.environment, &err));
    assert_non_null(strstr(err.text, ".aws/config: File too large"));
    world_file(&world, ".aws/config", "");
    struct profiles *profiles = profiles_load(&world.environment, &err);
    assert_non_null(profiles);
    assert_int_equal(profiles->count, 0);
    profiles_free(profiles);
    buf_free(&text);
    world_close(&world);
}

static void files_that_are_not_there_are_empty(void **state)
{
    (void)state;
    struct aws_world world;
    struct err err = {""};
    world_open(&world);
    struct profiles *profiles = profiles_load(&world.environment, &err);
    assert_non_null(profiles);
    profiles_free(profiles);
    world_set(&world, "HOME", "");
    profiles = profiles_load(&world.environment, &err);
    assert_non_null(profiles);
    assert_string_equal(profiles->config_path, "");
    profiles_free(profiles);
    assert_int_equal(mkdir(world_path(&world, "folder"), 0700), 0);
    world_set(&world, "AWS_CONFIG_FILE", world_path(&world, "folder"));
    assert_null(profiles_load(&world.environment, &err));
    assert_non_null(strstr(err.text, "directory"));
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_are_told_apart),
        cmocka_unit_test(the_credentials_file_is_the_stronger),
        cmocka_unit_test(values_are_read_as_they_stand),
        cmocka_unit_test(blocks_belong_to_their_key),
        cmocka_unit_test(a_value_may_be_long),
        cmocka_unit_test(mistakes_say_where_and_nothing_of_what),
        cmocka_unit_test(a_file_has_its_limit),
        cmocka_unit_test(files_that_are_not_there_are_empty),
    };
    return cmocka_run_group_tests_name("profiles", tests, NULL, NULL);
}
