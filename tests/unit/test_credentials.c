/* Keys over time: held, refused, expired, wiped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>

#include <cmocka.h>

#include "contactwatch/log.h"
#include "support/aws_world.h"
#include "support/key_source.h"

static void fixed_keys_stay(void **state)
{
    (void)state;
    struct credentials *credentials = credentials_fixed("AK1", "hUsH0-AK1", "hUsH0-AK1");
    assert_int_equal(keys_number(credentials), 1);
    keys_reject(credentials, "AK1");
    assert_int_equal(keys_number(credentials), 1);
    credentials_close(credentials);
    credentials = credentials_fixed("", "", NULL);
    assert_int_equal(keys_number(credentials), 0);
    credentials_close(credentials);
}

static void keys_are_wiped_whole(void **state)
{
    (void)state;
    struct aws_keys keys = {.access_key = "AK", .secret_key = "S", .account = "1", .from = "x"};
    static const struct aws_keys none;
    struct aws_keys copy;
    keys.token = mem_strdup("token");
    aws_keys_copy(&copy, &keys);
    assert_ptr_not_equal(copy.token, keys.token);
    assert_string_equal(copy.token, "token");
    aws_keys_wipe(&keys);
    aws_keys_wipe(&copy);
    assert_memory_equal(&keys, &none, sizeof(none));
    assert_memory_equal(&copy, &none, sizeof(none));
}

static void keys_are_asked_for_once(void **state)
{
    (void)state;
    struct key_source source;
    key_source_open(&source, 0);
    struct credentials *credentials = key_source_chain(&source);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(keys_number(credentials), 1);
        key_source_pass(&source, DAY_MS);
    }
    assert_int_equal(key_source_asked(&source), 1);
    credentials_close(credentials);
    key_source_close(&source);
}

static void keys_that_last_are_used_while_nobody_answers(void **state)
{
    (void)state;
    struct key_source source;
    key_source_open(&source, HOUR_MS);
    struct credentials *credentials = key_source_chain(&source);
    assert_int_equal(keys_number(credentials), 1);
    key_source_set(&source, true, false);
    key_source_pass(&source, 55 * MINUTE_MS);
    assert_int_equal(keys_number(credentials), 1);
    key_source_pass(&source, 5 * MINUTE_MS + 1);
    assert_int_equal(keys_number(credentials), 0); /* expired */
    key_source_set(&source, false, false);
    key_source_pass(&source, 31 * SECOND_MS);
    assert_int_equal(keys_number(credentials), 2);
    credentials_close(credentials);
    key_source_close(&source);
}

static void a_failure_is_not_repeated_at_once(void **state)
{
    (void)state;
    struct key_source source;
    key_source_open(&source, HOUR_MS);
    key_source_set(&source, true, false);
    struct credentials *credentials = key_source_chain(&source);
    for (int i = 0; i < 20; i++)
        assert_int_equal(keys_number(credentials), 0);
    assert_int_equal(key_source_asked(&source), 3); /* one round of three tries */
    key_source_set(&source, false, false);
    key_source_pass(&source, SECOND_MS);
    assert_int_equal(keys_number(credentials), 1);
    credentials_close(credentials);
    key_source_close(&source);
}

static void short_lived_keys_are_not_asked_for_all_the_time(void **state)
{
    (void)state;
    struct key_source source;
    key_source_open(&source, 6 * MINUTE_MS);
    struct credentials *credentials = key_source_chain(&source);
    for (int i = 0; i < 9; i++) { /* to a quarter of their life */
        assert_int_equal(keys_number(credentials), 1);
        key_source_pass(&source, 30 * SECOND_MS);
    }
    assert_int_equal(key_source_asked(&source), 1);
    key_source_pass(&source, 31 * SECOND_MS); /* to a sixth */
    assert_int_equal(keys_number(credentials), 2);
    credentials_close(credentials);
    key_source_close(&source);
}

static void refused_keys_are_renewed_at_most_twice_a_minute(void **state)
{
    (void)state;
    struct key_source source;
    key_source_open(&source, 0);
    struct credentials *credentials = key_source_chain(&source);
    assert_int_equal(keys_number(credentials), 1);
    keys_reject(credentials, "AK1"); /* too soon */
    assert_int_equal(keys_number(credentials), 1);
    key_source_pass(&source, 30 * SECOND_MS);
    keys_reject(credentials, "AKOTHER"); /* not those held */
    assert_int_equal(keys_number(credentials), 1);
    keys_reject(credentials, "AK1");
    assert_int_equal(keys_number(credentials), 2);
    keys_reject(credentials, "AK1"); /* a late word on the old ones */
    key_source_pass(&source, 30 * SECOND_MS);
    keys_reject(credentials, "AK1");
    assert_int_equal(keys_number(credentials), 2);
    key_source_set(&source, true, false);
    keys_reject(credentials, "AK2");
    assert_int_equal(keys_number(credentials), 0); /* those held are known to be bad */
    credentials_close(credentials);
    key_source_close(&source);
}

static void a_file_is_read_anew_when_its_keys_are_refused(void **state)
{
    (void)state;
    struct aws_world world;
    world_open(&world);
    world_file(&world, ".aws/credentials",
               "[default]\naws_access_key_id=AK1\naws_secret_access_key=hUsH0-AK1\n"
               "aws_session_token=hUsH0-AK1\n");
    struct credentials *credentials = credentials_open(&world.environment, NULL, "eu-west-1", NULL);
    assert_int_equal(keys_number(credentials), 1);
    world_file(&world, ".aws/credentials",
               "[default]\naws_access_key_id=AK2\naws_secret_access_key=hUsH0-AK2\n"
               "aws_session_token=hUsH0-AK2\n");
    assert_int_equal(keys_number(credentials), 1);
    scripted_advance(world.scripted, 31 * SECOND_MS);
    keys_reject(credentials, "AK1");
    assert_int_equal(keys_number(credentials), 2);
    credentials_close(credentials);
    world_close(&world);
}

static void an_mfa_code_is_asked_for_once(void **state)
{
    (void)state;
    static const struct scripted_answer script[] = {
        {.expect = "TokenCode=000111",
         .status = 200,
         .body = "<AccessKeyId>AK1</AccessKeyId><SecretAccessKey>hUsH0-AK1</SecretAccessKey>"
                 "<SessionToken>hUsH0-AK1</SessionToken>"
                 "<Expiration>2026-11-22T16:00:00Z</Expiration>"},
    };
    struct aws_world world;
    struct key_source source; /* for its clock, which threads may read */
    key_source_open(&source, 0);
    world_open(&world);
    world.environment.clock = &source.clock;
    world.mfa_code = "000111";
    world_file(&world, ".aws/config",
               "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = default\n"
               "mfa_serial = m\naws_access_key_id=AK1\naws_secret_access_key=hUsH0-AK1\n");
    scripted_script(world.scripted, script, ARRAY_SIZE(script));
    struct credentials *credentials = credentials_open(&world.environment, NULL, "eu-west-1", NULL);
    assert_int_equal(keys_number(credentials), 1);
    key_source_pass(&source, 31 * SECOND_MS);
    keys_reject(credentials, "AK1");
    assert_int_equal(keys_number(credentials), 0);
    assert_int_equal(world.prompts, 1);
    credentials_close(credentials);
    world_close(&world);
    key_source_close(&source);
}

static void no_core_file_holds_keys(void **state)
{
    (void)state;
    struct key_source source;
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    key_source_open(&source, 0);
    struct credentials *credentials = key_source_chain(&source);
    assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 1);
    assert_int_equal(keys_number(credentials), 1);
    assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    credentials_close(credentials);
    key_source_close(&source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_keys_stay),
        cmocka_unit_test(keys_are_wiped_whole),
        cmocka_unit_test(keys_are_asked_for_once),
        cmocka_unit_test(keys_that_last_are_used_while_nobody_answers),
        cmocka_unit_test(a_failure_is_not_repeated_at_once),
        cmocka_unit_test(short_lived_keys_are_not_asked_for_all_the_time),
        cmocka_unit_test(refused_keys_are_renewed_at_most_twice_a_minute),
        cmocka_unit_test(a_file_is_read_anew_when_its_keys_are_refused),
        cmocka_unit_test(an_mfa_code_is_asked_for_once),
        cmocka_unit_test(no_core_file_holds_keys),
    };
    return cmocka_run_group_tests_name("credentials", tests, key_source_quiet, NULL);
}
