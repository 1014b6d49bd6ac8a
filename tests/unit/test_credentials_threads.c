/* Keys between threads: refreshed early, waited for, never torn. */
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "contactwatch/log.h"
#include "support/key_source.h"

static void they_are_refreshed_early_by_a_thread_of_their_own(void **state)
{
    (void)state;
    struct key_source source;
    key_source_open(&source, HOUR_MS);
    struct credentials *credentials = key_source_chain(&source);
    assert_int_equal(keys_number(credentials), 1);
    key_source_pass(&source, 45 * MINUTE_MS); /* 15 min left: not yet */
    assert_int_equal(keys_number(credentials), 1);
    assert_int_equal(key_source_asked(&source), 1);
    key_source_pass(&source, MINUTE_MS);
    key_source_set(&source, false, true);
    assert_int_equal(keys_number(credentials), 1); /* at once, while the agent is slow */
    key_source_await(&source, 2);
    assert_int_equal(keys_number(credentials), 1);
    key_source_set(&source, false, false);
    while (keys_number(credentials) != 2)
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
    struct credentials *credentials = key_source_chain(&source);
    assert_int_equal(keys_number(credentials), 1);
    key_source_set(&source, true, false);
    key_source_pass(&source, 46 * MINUTE_MS);
    assert_int_equal(keys_number(credentials), 1);
    key_source_await(&source, 4); /* the agent is asked three times a round */
    for (int i = 0; i < 50; i++)
        assert_int_equal(keys_number(credentials), 1);
    assert_int_equal(key_source_asked(&source), 4); /* not before half a minute has passed */
    key_source_set(&source, false, false);
    key_source_pass(&source, 31 * SECOND_MS);
    while (keys_number(credentials) != 2)
        sched_yield();
    credentials_close(credentials);
    key_source_close(&source);
}

static volatile sig_atomic_t taken;

static void take_signal(int signal)
{
    taken = signal;
}

/* A signal for the process is left to the thread that waits for it, also where that one blocks it
 * only once keys were had: the refresher would end the program without its drain. */
static void the_refresher_takes_no_signal(void **state)
{
    (void)state;
    struct key_source source;
    sigset_t one, mask;
    struct sigaction action = {.sa_handler = take_signal}, before;
    sigaction(SIGTERM, &action, &before);
    key_source_open(&source, HOUR_MS);
    struct credentials *credentials = key_source_chain(&source);
    assert_int_equal(keys_number(credentials), 1);
    sigemptyset(&one);
    sigaddset(&one, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &one, &mask);
    kill(getpid(), SIGTERM);
    key_source_pass(&source, 46 * MINUTE_MS);
    while (keys_number(credentials) != 2) /* the refresher has been at work since */
        sched_yield();
    assert_int_equal(taken, 0);
    assert_int_equal(sigtimedwait(&one, NULL, &(struct timespec){0, 0}), SIGTERM);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    sigaction(SIGTERM, &before, NULL);
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
    struct credentials *credentials = key_source_chain(&source);
    assert_int_equal(keys_number(credentials), 1);
    key_source_set(&source, false, true);
    key_source_pass(&source, 51 * MINUTE_MS);
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

static _Atomic bool stop_asking;

static void *ask_on(void *context)
{
    while (!atomic_load(&stop_asking)) {
        unsigned number = keys_number(context);
        assert_true(number > 0);
        if (number % 7 == 0)
            keys_reject(context, "AK7");
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
    struct credentials *credentials = key_source_chain(&source);
    atomic_store(&stop_asking, false);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, ask_on, credentials), 0);
    for (int i = 0; i < HOURS; i++) {
        unsigned before = keys_number(credentials);
        key_source_pass(&source, 47 * MINUTE_MS);
        while (keys_number(credentials) == before)
            sched_yield();
    }
    atomic_store(&stop_asking, true);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    credentials_close(credentials);
    key_source_close(&source);
}

static void closing_does_not_wait_for_an_agent_that_is_silent(void **state)
{
    (void)state;
    struct key_source source;
    key_source_open(&source, HOUR_MS);
    struct credentials *credentials = key_source_chain(&source);
    assert_int_equal(keys_number(credentials), 1);
    pthread_mutex_lock(&source.lock);
    source.deaf = true;
    pthread_mutex_unlock(&source.lock);
    key_source_pass(&source, 46 * MINUTE_MS);
    assert_int_equal(keys_number(credentials), 1);
    key_source_await(&source, 2); /* the refresher has asked, and will never be answered */
    credentials_close(credentials);
    key_source_close(&source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_refreshed_early_by_a_thread_of_their_own),
        cmocka_unit_test(an_early_refresh_that_fails_harms_nobody),
        cmocka_unit_test(callers_wait_for_one_request_when_little_is_left),
        cmocka_unit_test(threads_get_whole_keys),
        cmocka_unit_test(the_refresher_takes_no_signal),
        cmocka_unit_test(closing_does_not_wait_for_an_agent_that_is_silent),
    };
    return cmocka_run_group_tests_name("credentials_threads", tests, key_source_quiet, NULL);
}
