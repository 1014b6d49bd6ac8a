/* What can go wrong under an SQLite store: locks, a full disk, races, damage. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/sqlite_file.h"
#include "support/store_fixture.h"

static void add_one(struct batch *batch, const char *id, unsigned n)
{
    struct event event = fixture_flow(batch, id, FIXTURE_START + n, n, 0);
    batch_add(batch, &event);
}

static void a_locked_file_is_for_later(void **state)
{
    struct batch *batch = *state;
    const struct store_options hasty = {.wait_ms = 1};
    struct err err = {0};
    struct store *store = store_open(sqlite_file_spec, &hasty, NULL);
    add_one(batch, "a", 1);
    sqlite3 *other = sqlite_file_raw();
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_false(store_apply(store, batch->change, batch->count, &err));
    assert_non_null(strstr(err.text, "another process"));
    assert_int_equal(batch->change[0].outcome, STORE_RETRY);
    sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
    assert_int_equal(batch_store(store, batch), 1);
    sqlite3_close(other);
    store_close(store);
}

/* In a child, so that the limit dies with it: a disk with no room, then with room again. */
static void write_on_a_full_disk(struct batch *batch)
{
    struct rlimit limit;
    struct err err = {0};
    struct store *store = store_open(sqlite_file_spec, NULL, NULL);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit);
    rlim_t room = limit.rlim_cur;
    limit.rlim_cur = 64 << 10;
    setrlimit(RLIMIT_FSIZE, &limit);
    unsigned n = 0;
    bool stored = true;
    for (; stored && n < 2000; n++) {
        batch_clear(batch);
        add_one(batch, "a", n);
        stored = store_apply(store, batch->change, batch->count, &err);
    }
    bool told = !stored && batch->change[0].outcome == STORE_RETRY && batch->change[0].fresh == 0 &&
                err.text[0];
    limit.rlim_cur = room;
    setrlimit(RLIMIT_FSIZE, &limit);
    bool again =
        store_apply(store, batch->change, batch->count, &err) && batch->change[0].fresh == 1;
    struct arena arena = {0};
    struct history history = {0};
    struct record record;
    bool found = false;
    store_get(store, "a", &arena, &record, &history, &found, &err);
    bool whole = found && history.count == n;
    store_close(store);
    _exit(told && again && whole ? 0 : 1);
}

static void a_full_disk_is_for_later_and_loses_nothing(void **state)
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        write_on_a_full_disk(*state);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    sqlite_file_sound();
}

static void processes_may_create_it_at_once(void **state)
{
    (void)state;
    enum { PROCESSES = 4, ROUNDS = 8 };
    for (unsigned round = 0; round < ROUNDS; round++) {
        pid_t child[PROCESSES];
        sqlite_file_fresh();
        for (unsigned i = 0; i < PROCESSES; i++) {
            child[i] = fork();
            assert_true(child[i] >= 0);
            if (child[i] == 0) {
                struct err err = {0};
                struct store *store = store_open(sqlite_file_spec, NULL, &err);
                if (!store)
                    fprintf(stderr, "%s\n", err.text);
                store_close(store);
                _exit(store ? 0 : 1);
            }
        }
        for (unsigned i = 0; i < PROCESSES; i++) {
            int status;
            assert_int_equal(waitpid(child[i], &status, 0), child[i]);
            assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        }
    }
}

static void damage_is_told_not_fatal(void **state)
{
    struct batch *batch = *state;
    struct err err = {0};
    struct store *store = store_open(sqlite_file_spec, NULL, NULL);
    add_one(batch, "a", 1);
    batch_store(store, batch);
    static const char *const harm[] = {
        "UPDATE entry SET hash = x'00'",
        "UPDATE contact SET record = substr(record, 1, length(record) - 3)",
        "UPDATE contact SET record = CAST(x'02' || substr(record, 2) AS BLOB)",
        "UPDATE contact SET record = x'01ff'",
        "UPDATE contact SET record = x''",
    };
    for (size_t i = 0; i < ARRAY_SIZE(harm); i++) {
        struct arena arena = {0};
        struct history history = {0};
        struct record record;
        bool found;
        sqlite_file_run(harm[i]);
        bool got = store_get(store, "a", &arena, &record, &history, &found, &err);
        assert_false(got || found);
        assert_non_null(strstr(err.text, "damaged"));
        history_free(&history);
        arena_free(&arena);
    }
    store_close(store);
}

static void a_damaged_record_does_not_hold_up_the_others(void **state)
{
    struct batch *batch = *state;
    struct err err = {0};
    struct store *store = store_open(sqlite_file_spec, NULL, NULL);
    add_one(batch, "a", 1);
    batch_store(store, batch);
    sqlite_file_run("UPDATE contact SET record = x'01ff'");
    add_one(batch, "b", 1);
    assert_true(store_apply(store, batch->change, batch->count, &err));
    assert_int_equal(batch->change[0].outcome, STORE_REFUSED);
    assert_int_equal(batch->change[1].outcome, STORE_STORED);
    assert_non_null(strstr(err.text, "damaged"));
    store_close(store);
}

static void a_damaged_entry_is_healed_when_it_comes_again(void **state)
{
    struct batch *batch = *state;
    struct store *store = store_open(sqlite_file_spec, NULL, NULL);
    add_one(batch, "a", 1);
    batch_store(store, batch);
    struct buf wanted = store_dump(store);
    sqlite_file_run("UPDATE entry SET type = 77");
    assert_int_equal(batch_store(store, batch), 0);
    struct buf healed = store_dump(store);
    assert_string_equal(healed.data, wanted.data);
    buf_free(&wanted);
    buf_free(&healed);
    store_close(store);
}

static void a_viewer_reads_what_nobody_has_open(void **state)
{
    const struct store_options view = {.read_only = true};
    struct store *store = store_open(sqlite_file_spec, NULL, NULL);
    add_one(*state, "a", 1);
    batch_store(store, *state);
    store_close(store);
    store = store_open(sqlite_file_spec, &view, NULL);
    assert_non_null(store);
    struct buf dump = store_dump(store);
    assert_non_null(strstr(dump.data, "\"a\""));
    buf_free(&dump);
    store_close(store);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        SQLITE_TEST(a_locked_file_is_for_later),
        SQLITE_TEST(a_full_disk_is_for_later_and_loses_nothing),
        SQLITE_TEST(processes_may_create_it_at_once),
        SQLITE_TEST(damage_is_told_not_fatal),
        SQLITE_TEST(a_damaged_record_does_not_hold_up_the_others),
        SQLITE_TEST(a_damaged_entry_is_healed_when_it_comes_again),
        SQLITE_TEST(a_viewer_reads_what_nobody_has_open),
    };
    if (!sqlite_file_begin())
        return 1;
    int failed = cmocka_run_group_tests_name("store: faults", tests, NULL, NULL);
    sqlite_file_end();
    return failed ? 1 : 0;
}
