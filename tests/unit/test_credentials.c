/* Keys over time and between threads: held, refreshed early, refused, expired. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include <cmocka.h>

#include "contactwatch/log.h"
#include "support/aws_world.h"
#include "support/key_source.h"

static struct credentials *chain(struct key_source *source)
{
    struct err err = {""};
    struct credentials *credentials =
        credentials_open(&source->environment, NULL, "eu-west-1", &err);
    if (!credentials)
        fail_msg("%s", err.text);
    return credentials;
}

/* The number in the access key; 0 = refused. The secret must be that of the key. */
static unsigned get(struct credentials *credentials)
{
    struct aws_keys keys;
    struct err err = {""};
    unsigned number = 0;
    if (!credentials_get(credentials, &keys, &err)) {
        assert_true(err.text[0] != '\0');
        return 0;
    }
    assert_string_equal(keys.secret_key + strlen("hUsH0-"), keys.access_key);
    assert_string_equal(keys.token + strlen("hUsH0-"), keys.access_key);
    for (const char *p = keys.access_key + 2; *p; p++)
        number = number * 10 + (unsigned)(*p - '0');
    aws_keys_wipe(&keys);
    return number;
}

static void reject(struct credentials *credentials, const char *access_key)
{
    struct aws_keys keys = {.from = ""};
    snprintf(keys.access_key, sizeof(keys.access_key), "%s", access_key);
    credentials_reject(credentials, &keys);
}

static void pass(struct key_source *source, int64_t ms)
{
    atomic_fetch_add(&source->now, ms);
}

static void fixed_keys_stay(void **state)
{
    (void)state;
    struct credentials *credentials = credentials_fixed("AK1", "hUsH0-AK1", "hUsH0-AK1");
    assert_int_equal(get(credentials), 1);
    reject(credentials, "AK1");
    assert_int_equal(get(credentials), 1);
    credentials_close(credentials);
    credentials = credentials_fixed("", "", NULL);
    assert_int_equal(get(credentials), 0);
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
    struct credentials *credentials = chain(&source);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(get(credentials), 1);
        pass(&source, DAY_MS);
    }
    assert_int_equal(key_source_asked(&source), 1);
    credentials_close(credentials);
    key_source_close(&source);
}

static void they_are_refreshed_early_by_a_thread_of_their_own(void **state)
{
    (void)state;
    struct key_source source;
    key_source_open(&source, HOUR_MS);
    struct credentials *credentials = chain(&source);
    assert_int_equal(get(credentials), 1);
    pass(&source, 45 * MINUTE_MS); /* 15 min left: not yet */
    assert_int_equal(get(credentials), 1);
    assert_int_equal(key_source_asked(&source), 1);
    pass(&source, MINUTE_MS);
    key_source_set(&source, false, true);
    assert_int_equal(get(credentials), 1); /* at once, while the agent is slow */
    key_source_await(&source, 2);
    assert_int_equal(get(credentials), 1);
    key_source_set(&source, false, false);
    while (get(credentials) != 2)
        sched_yield();
    assert_int_equal(key_source_asked(&source), 2);
    credentials_close(credentials);
    key_source_close(&source);
}

static void an_early_refresh_that_fails_harms_nobody(void **state)
{
    (void)state;
    struct key_source source;
    key_source_open(&source, HOUR_MS);
    struct credentials *credentials = chain(&source);
    assert_int_equal(get(credentials), 1);
    key_source_set(&source, true, false);
    pass(&source, 46 * MINUTE_MS);
    assert_int_equal(get(credentials), 1);
    key_source_await(&source, 4); /* the agent is asked three times a round */
    for (int i = 0; i < 50; i++)
        assert_int_equal(get(credentials), 1);
    assert_int_equal(key_source_asked(&source), 4); /* not before half a minute has passed */
    key_source_set(&source, false, false);
    pass(&source, 31 * SECOND_MS);
    while (get(credentials) != 2)
        sched_yield();
    credentials_close(credentials);
    key_source_close(&source);
}

struct waiting {
    struct credentials *credentials;
    _Atomic unsigned got;
    pthread_t thread;
};

static void *wait_for_keys(void *context)
{
    struct waiting *waiting = context;
    struct aws_keys keys;
    if (credentials_get(waiting->credentials, &keys, NULL)) {
        atomic_store(&waiting->got, (unsigned)(keys.access_key[2] - '0'));
        aws_keys_wipe(&keys);
    }
    return NULL;
}

static void callers_wait_for_one_request_when_little_is_left(void **state)
{
    (void)state;
    enum { THREADS = 6 };
    struct key_source source;
    struct waiting waiting[THREADS] = {{0}};
    key_source_open(&source, HOUR_MS);
    struct credentials *credentials = chain(&source);
    assert_int_equal(get(credentials), 1);
    key_source_set(&source, false, true);
    pass(&source, 51 * MINUTE_MS);
    for (int i = 0; i < THREADS; i++) {
        waiting[i].credentials = credentials;
        assert_int_equal(pthread_create(&waiting[i].thread, NULL, wait_for_keys, &waiting[i]), 0);
    }
    key_source_await(&source, 2);
    key_source_set(&source, false, false);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(waiting[i].thread, NULL);
        assert_int_equal(atomic_load(&waiting[i].got), 2);
    }
    assert_int_equal(key_source_asked(&source), 2);
    credentials_close(credentials);
    key_source_close(&source);
}

static void keys_that_last_are_used_while_nobody_answers(void **state)
{
    (void)state;
    struct key_source source;
    key_source_open(&source, HOUR_MS);
    struct credentials *credentials = chain(&source);
    assert_int_equal(get(credentials), 1);
    key_source_set(&source, true, false);
    pass(&source, 55 * MINUTE_MS);
    assert_int_equal(get(credentials), 1);
    pass(&source, 5 * MINUTE_MS + 1);
    assert_int_equal(get(credentials), 0); /* expired */
    key_source_set(&source, false, false);
    pass(&source, 31 * SECOND_MS);
    assert_int_equal(get(credentials), 2);
    credentials_close(credentials);
    key_source_close(&source);
}

static void a_failure_is_not_repeated_at_once(void **state)
{
    (void)state;
    struct key_source source;
    key_source_open(&source, HOUR_MS);
    key_source_set(&source, true, false);
    struct credentials *credentials = chain(&source);
    for (int i = 0; i < 20; i++)
        assert_int_equal(get(credentials), 0);
    assert_int_equal(key_source_asked(&source), 3); /* one round of three tries */
    key_source_set(&source, false, false);
    pass(&source, SECOND_MS);
    assert_int_equal(get(credentials), 1);
    credentials_close(credentials);
    key_source_close(&source);
}

static void refused_keys_are_renewed_at_most_twice_a_minute(void **state)
{
    (void)state;
    struct key_source source;
    key_source_open(&source, 0);
    struct credentials *credentials = chain(&source);
    assert_int_equal(get(credentials), 1);
    reject(credentials, "AK1"); /* too soon */
    assert_int_equal(get(credentials), 1);
    pass(&source, 30 * SECOND_MS);
    reject(credentials, "AKOTHER"); /* not those held */
    assert_int_equal(get(credentials), 1);
    reject(credentials, "AK1");
    assert_int_equal(get(credentials), 2);
    reject(credentials, "AK1"); /* a late word on the old ones */
    pass(&source, 30 * SECOND_MS);
    reject(credentials, "AK1");
    assert_int_equal(get(credentials), 2);
    key_source_set(&source, true, false);
    reject(credentials, "AK2");
    assert_int_equal(get(credentials), 0); /* those held are known to be bad */
    credentials_close(credentials);
    key_source_close(&source);
}

static _Atomic bool stop_asking;

static void *ask_on(void *context)
{
    while (!atomic_load(&stop_asking)) {
        unsigned number = get(context);
        assert_true(number > 0);
        if (number % 7 == 0)
            reject(context, "AK7");
    }
    return NULL;
}

/* Each copy is whole, whatever is refreshed meanwhile. */
static void threads_get_whole_keys(void **state)
{
    (void)state;
    enum { THREADS = 4, HOURS = 60 };
    pthread_t thread[THREADS];
    struct key_source source;
    key_source_open(&source, HOUR_MS);
    struct credentials *credentials = chain(&source);
    atomic_store(&stop_asking, false);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, ask_on, credentials), 0);
    for (int i = 0; i < HOURS; i++) {
        unsigned before = get(credentials);
        pass(&source, 47 * MINUTE_MS);
        while (get(credentials) == before)
            sched_yield();
    }
    atomic_store(&stop_asking, true);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
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
    assert_int_equal(get(credentials), 1);
    world_file(&world, ".aws/credentials",
               "[default]\naws_access_key_id=AK2\naws_secret_access_key=hUsH0-AK2\n"
               "aws_session_token=hUsH0-AK2\n");
    assert_int_equal(get(credentials), 1);
    scripted_advance(world.scripted, 31 * SECOND_MS);
    reject(credentials, "AK1");
    assert_int_equal(get(credentials), 2);
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
    assert_int_equal(get(credentials), 1);
    pass(&source, 31 * SECOND_MS);
    reject(credentials, "AK1");
    assert_int_equal(get(credentials), 0);
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
    struct credentials *credentials = chain(&source);
    assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 1);
    assert_int_equal(get(credentials), 1);
    assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    credentials_close(credentials);
    key_source_close(&source);
}

static int quiet(void **state)
{
    (void)state;
    log_set_stderr(false);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_keys_stay),
        cmocka_unit_test(keys_are_wiped_whole),
        cmocka_unit_test(keys_are_asked_for_once),
        cmocka_unit_test(they_are_refreshed_early_by_a_thread_of_their_own),
        cmocka_unit_test(an_early_refresh_that_fails_harms_nobody),
        cmocka_unit_test(callers_wait_for_one_request_when_little_is_left),
        cmocka_unit_test(keys_that_last_are_used_while_nobody_answers),
        cmocka_unit_test(a_failure_is_not_repeated_at_once),
        cmocka_unit_test(refused_keys_are_renewed_at_most_twice_a_minute),
        cmocka_unit_test(threads_get_whole_keys),
        cmocka_unit_test(a_file_is_read_anew_when_its_keys_are_refused),
        cmocka_unit_test(an_mfa_code_is_asked_for_once),
        cmocka_unit_test(no_core_file_holds_keys),
    };
    return cmocka_run_group_tests_name("credentials", tests, quiet, NULL);
}
