/* The conformance suite on SQLite, and what is SQLite's own: the file, its mode, its schema, full
 * disks, locks. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "support/store_conformance.h"
#include "support/store_fixture.h"

static char folder[64], path[96], spec[128];

static void fresh(void)
{
    static const char *const suffix[] = {"", "-wal", "-shm", "-journal"};
    char name[128];
    for (size_t i = 0; i < ARRAY_SIZE(suffix); i++) {
        snprintf(name, sizeof(name), "%s%s", path, suffix[i]);
        assert_true(unlink(name) == 0 || errno == ENOENT);
    }
}

static struct store *open_spec(const struct store_options *options, struct err *err)
{
    return store_open(spec, options, err);
}

static sqlite3 *open_raw(void)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

static void run_raw(const char *sql)
{
    sqlite3 *db = open_raw();
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static int is_ok(void *context, int columns, char **text, char **names)
{
    (void)names;
    *(bool *)context = columns == 1 && strcmp(text[0], "ok") == 0;
    return 0;
}

static void sound(void)
{
    bool ok = false;
    sqlite3 *db = open_raw();
    assert_int_equal(sqlite3_exec(db, "PRAGMA integrity_check", is_ok, &ok, NULL), SQLITE_OK);
    assert_true(ok);
    sqlite3_close(db);
}

static const struct store_factory factory = {"sqlite", fresh, open_spec, sound};

static int setup(void **state)
{
    fresh();
    conformance_now = FIXTURE_START + HOUR_MS;
    *state = mem_zero(sizeof(struct batch));
    return 0;
}

static int teardown(void **state)
{
    batch_free(*state);
    free(*state);
    return 0;
}

static void expect_refused(const char *store_spec, const struct store_options *options,
                           const char *words)
{
    struct err err = {0};
    assert_null(store_open(store_spec, options, &err));
    if (!strstr(err.text, words))
        fail_msg("\"%s\" does not say \"%s\"", err.text, words);
}

static void add_one(struct batch *batch, const char *id, unsigned n)
{
    struct event event = fixture_flow(batch, id, FIXTURE_START + n, n, 0);
    batch_add(batch, &event);
}

static void a_spec_names_the_kind_of_store(void **state)
{
    (void)state;
    expect_refused("postgres:x", NULL, "supported: sqlite:PATH");
    expect_refused("", NULL, "sqlite:PATH");
    expect_refused(NULL, NULL, "sqlite:PATH");
    expect_refused("sqlite:", NULL, "sqlite:PATH");
    expect_refused("sqlite:/no/such/folder/file", NULL, "No such file or directory");
    expect_refused("/", NULL, "cannot");
    struct store *store = store_open(path, NULL, NULL); /* a bare path */
    assert_non_null(store);
    assert_string_equal(store->ops->name, "sqlite");
    store_close(store);
}

static void sqlites_special_names_are_plain_files(void **state)
{
    (void)state;
    static const char *const names[] = {":memory:", "file:x?mode=memory"};
    char here[256];
    assert_non_null(getcwd(here, sizeof(here)));
    assert_int_equal(chdir(folder), 0);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        char full[64];
        snprintf(full, sizeof(full), "sqlite:%s", names[i]);
        struct store *store = store_open(full, NULL, NULL);
        assert_non_null(store);
        store_close(store);
        assert_int_equal(unlink(names[i]), 0);
    }
    assert_int_equal(chdir(here), 0);
}

static void expect_private(const char *suffix)
{
    char name[128];
    struct stat info;
    snprintf(name, sizeof(name), "%s%s", path, suffix);
    assert_int_equal(stat(name, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void files_are_the_owners_alone(void **state)
{
    mode_t old = umask(0);
    struct store *store = store_open(spec, NULL, NULL);
    umask(old);
    assert_non_null(store);
    add_one(*state, "a", 1);
    batch_store(store, *state);
    expect_private("");
    expect_private("-wal");
    expect_private("-shm");
    store_close(store);
}

static void what_is_not_a_database_is_refused_untouched(void **state)
{
    (void)state;
    static const char text[] =
        "dear diary, today I was not a database, and I am longer than a hundred bytes, which "
        "is as long as SQLite's header.";
    char after[sizeof(text)] = "";
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, text, sizeof(text)), sizeof(text));
    close(fd);
    expect_refused(spec, NULL, "not an SQLite database");
    fd = open(path, O_RDONLY);
    assert_int_equal(read(fd, after, sizeof(after)), sizeof(text));
    close(fd);
    assert_string_equal(after, text);
}

static void another_programs_database_is_refused(void **state)
{
    (void)state;
    run_raw("CREATE TABLE songs(name)");
    expect_refused(spec, NULL, "belongs to another program");
    fresh();
    run_raw("PRAGMA application_id = 77");
    expect_refused(spec, NULL, "belongs to another program");
}

static void a_newer_schema_is_refused(void **state)
{
    (void)state;
    store_close(store_open(spec, NULL, NULL));
    run_raw("PRAGMA user_version = 99");
    expect_refused(spec, NULL, "newer contactwatch (schema 99");
}

static void an_empty_file_becomes_a_store(void **state)
{
    close(open(path, O_WRONLY | O_CREAT, 0600));
    struct store *store = store_open(spec, NULL, NULL);
    assert_non_null(store);
    add_one(*state, "a", 1);
    assert_int_equal(batch_store(store, *state), 1);
    store_close(store);
}

static void view_only_neither_creates_nor_writes(void **state)
{
    struct batch *batch = *state;
    const struct store_options view = {.read_only = true};
    struct err err = {0};
    unsigned removed;
    expect_refused(spec, &view, "--view-only");
    assert_int_equal(access(path, F_OK), -1);
    close(open(path, O_WRONLY | O_CREAT, 0600));
    expect_refused(spec, &view, "nothing has been stored");
    struct store *writer = store_open(spec, NULL, NULL), *viewer = store_open(spec, &view, NULL);
    assert_non_null(viewer);
    add_one(batch, "a", 1);
    assert_false(store_apply(viewer, batch->change, batch->count, &err));
    assert_non_null(strstr(err.text, "--view-only"));
    assert_int_equal(batch->change[0].outcome, STORE_RETRY);
    assert_false(viewer->ops->sweep(viewer, &removed, &err));
    batch_store(writer, batch);
    struct buf dump = store_dump(viewer);
    assert_non_null(strstr(dump.data, "\"a\""));
    buf_free(&dump);
    store_close(writer);
    store_close(viewer);
}

static void a_locked_file_is_for_later(void **state)
{
    struct batch *batch = *state;
    const struct store_options hasty = {.wait_ms = 1};
    struct err err = {0};
    struct store *store = store_open(spec, &hasty, NULL);
    add_one(batch, "a", 1);
    sqlite3 *other = open_raw();
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
    struct store *store = store_open(spec, NULL, NULL);
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
    sound();
}

static void processes_may_create_it_at_once(void **state)
{
    (void)state;
    enum { PROCESSES = 4, ROUNDS = 8 };
    for (unsigned round = 0; round < ROUNDS; round++) {
        pid_t child[PROCESSES];
        fresh();
        for (unsigned i = 0; i < PROCESSES; i++) {
            child[i] = fork();
            assert_true(child[i] >= 0);
            if (child[i] == 0) {
                struct err err = {0};
                struct store *store = store_open(spec, NULL, &err);
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
    struct store *store = store_open(spec, NULL, NULL);
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
        run_raw(harm[i]);
        bool got = store_get(store, "a", &arena, &record, &history, &found, &err);
        assert_false(got || found);
        assert_non_null(strstr(err.text, "damaged"));
        history_free(&history);
        arena_free(&arena);
    }
    store_close(store);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_spec_names_the_kind_of_store, setup, teardown),
        cmocka_unit_test_setup_teardown(sqlites_special_names_are_plain_files, setup, teardown),
        cmocka_unit_test_setup_teardown(files_are_the_owners_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_a_database_is_refused_untouched, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(another_programs_database_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_newer_schema_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_file_becomes_a_store, setup, teardown),
        cmocka_unit_test_setup_teardown(view_only_neither_creates_nor_writes, setup, teardown),
        cmocka_unit_test_setup_teardown(a_locked_file_is_for_later, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_disk_is_for_later_and_loses_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(processes_may_create_it_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(damage_is_told_not_fatal, setup, teardown),
    };
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof(folder), "%.40s/cw-store-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof(path), "%s/store", folder);
    snprintf(spec, sizeof(spec), "sqlite:%s", path);
    int failed = store_conformance(&factory);
    failed += cmocka_run_group_tests_name("store: sqlite", tests, NULL, NULL);
    fresh();
    rmdir(folder);
    return failed ? 1 : 0;
}
