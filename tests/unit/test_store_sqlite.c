/* The conformance suite on SQLite, and what is SQLite's own: specs, the file, its mode, its schema.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/record_pack.h"
#include "support/sqlite_file.h"
#include "support/store_conformance.h"
#include "support/store_fixture.h"

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
    expect_refused("sqlite:/no/such/sqlite_file_folder/file", NULL, "No such file or directory");
    expect_refused("/", NULL, "cannot");
    struct store *store = store_open(sqlite_file_path, NULL, NULL); /* a bare sqlite_file_path */
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
    assert_int_equal(chdir(sqlite_file_folder), 0);
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
    snprintf(name, sizeof(name), "%s%s", sqlite_file_path, suffix);
    assert_int_equal(stat(name, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void files_are_the_owners_alone(void **state)
{
    mode_t old = umask(0);
    struct store *store = store_open(sqlite_file_spec, NULL, NULL);
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
    int fd = open(sqlite_file_path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, text, sizeof(text)), sizeof(text));
    close(fd);
    expect_refused(sqlite_file_spec, NULL, "not an SQLite database");
    fd = open(sqlite_file_path, O_RDONLY);
    assert_int_equal(read(fd, after, sizeof(after)), sizeof(text));
    close(fd);
    assert_string_equal(after, text);
}

static void another_programs_database_is_refused(void **state)
{
    (void)state;
    sqlite_file_run("CREATE TABLE songs(name)");
    expect_refused(sqlite_file_spec, NULL, "belongs to another program");
    sqlite_file_fresh();
    sqlite_file_run("PRAGMA application_id = 77");
    expect_refused(sqlite_file_spec, NULL, "belongs to another program");
}

static void a_newer_schema_is_refused(void **state)
{
    (void)state;
    store_close(store_open(sqlite_file_spec, NULL, NULL));
    sqlite_file_run("PRAGMA user_version = 99");
    expect_refused(sqlite_file_spec, NULL, "newer contactwatch (schema 99");
}

static void an_empty_file_becomes_a_store(void **state)
{
    close(open(sqlite_file_path, O_WRONLY | O_CREAT, 0600));
    struct store *store = store_open(sqlite_file_spec, NULL, NULL);
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
    expect_refused(sqlite_file_spec, &view, "--view-only");
    assert_int_equal(access(sqlite_file_path, F_OK), -1);
    close(open(sqlite_file_path, O_WRONLY | O_CREAT, 0600));
    expect_refused(sqlite_file_spec, &view, "nothing has been stored");
    struct store *writer = store_open(sqlite_file_spec, NULL, NULL),
                 *viewer = store_open(sqlite_file_spec, &view, NULL);
    assert_non_null(viewer);
    add_one(batch, "a", 1);
    assert_false(store_apply(viewer, batch->change, batch->count, &err));
    assert_non_null(strstr(err.text, "--view-only"));
    assert_int_equal(batch->change[0].outcome, STORE_RETRY);
    assert_false(viewer->ops->sweep(viewer, &removed, &err));
    assert_false(viewer->ops->forget(viewer, "a", &removed, &err));
    assert_false(viewer->ops->apply_agents(viewer, NULL, 0, &err));
    assert_false(viewer->ops->document_put(viewer, "d", "x", 1, &err));
    batch_store(writer, batch);
    struct buf dump = store_dump(viewer);
    assert_non_null(strstr(dump.data, "\"a\""));
    buf_free(&dump);
    store_close(writer);
    store_close(viewer);
}

/* What schema 2 was made of, and one contact as it stood there. */
static const char schema_2[] =
    "CREATE TABLE counter(last INTEGER NOT NULL) STRICT;"
    "INSERT INTO counter VALUES(2);"
    "CREATE TABLE contact("
    " id INTEGER PRIMARY KEY, contact_id TEXT NOT NULL UNIQUE, change INTEGER NOT NULL,"
    " expiry INTEGER NOT NULL, started INTEGER NOT NULL, ended INTEGER NOT NULL,"
    " customer TEXT, chain_root TEXT NOT NULL, record BLOB NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX contact_change ON contact(change);"
    "CREATE INDEX contact_expiry ON contact(expiry);"
    "CREATE INDEX contact_ended ON contact(ended);"
    "CREATE INDEX contact_customer ON contact(customer, started) WHERE customer IS NOT NULL;"
    "CREATE INDEX contact_chain ON contact(chain_root, started);"
    "CREATE TABLE entry("
    " seq INTEGER PRIMARY KEY, contact INTEGER NOT NULL, time INTEGER NOT NULL, rank INTEGER NOT "
    "NULL, type INTEGER NOT NULL, marks INTEGER NOT NULL, hash BLOB NOT NULL, log_event_id TEXT,"
    " body TEXT NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX entry_identity ON entry(contact, hash);"
    "CREATE INDEX entry_of_table ON entry(contact) WHERE marks & 319 <> 0;"
    "PRAGMA application_id = 1131304820; PRAGMA user_version = 2;";

static void keep_one(const void *packed, size_t length, int64_t expiry)
{
    sqlite3 *db = sqlite_file_raw();
    sqlite3_stmt *insert;
    assert_int_equal(sqlite3_exec(db, schema_2, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db,
                           "INSERT INTO contact(id, contact_id, change, expiry, started, ended, "
                           "chain_root, record) VALUES(1, 'a', 2, ?1, 0, 0, 'a', ?2)",
                           -1, &insert, NULL),
        SQLITE_OK);
    sqlite3_bind_int64(insert, 1, expiry);
    sqlite3_bind_blob(insert, 2, packed, (int)length, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(insert), SQLITE_DONE);
    sqlite3_finalize(insert);
    sqlite3_close(db);
}

static void an_older_schema_is_brought_up_and_keeps_its_contacts(void **state)
{
    struct batch *batch = *state;
    const struct store_options view = {.read_only = true};
    struct buf packed = {0}, dump;
    struct agent_event agent = {.agent_arn = "arn", .time = 1};
    struct err err = {0};
    add_one(batch, "a", 1);
    record_pack(&packed, batch->change[0].delta);
    keep_one(packed.data, packed.length, clock_now(NULL) / SECOND_MS + 3600);
    buf_free(&packed);
    expect_refused(sqlite_file_spec, &view, "older contactwatch");
    struct store *store = store_open(sqlite_file_spec, NULL, &err);
    if (!store)
        fail_msg("%s", err.text);
    dump = store_dump(store);
    assert_non_null(strstr(buf_str(&dump), "\"a\""));
    buf_free(&dump);
    assert_int_equal(batch_store(store, batch), 1);
    assert_true(store->ops->apply_agents(store, &agent, 1, NULL));
    assert_true(store->ops->document_put(store, "d", "x", 1, NULL));
    store_close(store);
    sqlite_file_sound();
}

static bool file_says(const char *suffix, const char *word)
{
    struct buf bytes = {0};
    char name[128], chunk[4096];
    snprintf(name, sizeof(name), "%s%s", sqlite_file_path, suffix);
    int fd = open(name, O_RDONLY);
    for (ssize_t n; fd >= 0 && (n = read(fd, chunk, sizeof(chunk))) > 0;)
        buf_add(&bytes, chunk, (size_t)n);
    if (fd >= 0)
        close(fd);
    bool says = bytes.length && memmem(bytes.data, bytes.length, word, strlen(word));
    buf_free(&bytes);
    return says;
}

static void what_is_forgotten_is_gone_from_the_files(void **state)
{
    struct batch *batch = *state;
    unsigned removed;
    struct event event = fixture_flow(batch, "a", FIXTURE_START, 1, 0);
    fixture_body(batch, &event, "Rumpelstiltskin");
    batch_add(batch, &event);
    struct store *store = store_open(sqlite_file_spec, NULL, NULL);
    batch_store(store, batch);
    assert_true(file_says("", "Rumpelstiltskin") || file_says("-wal", "Rumpelstiltskin"));
    assert_true(store->ops->forget(store, "a", &removed, NULL));
    assert_int_equal(removed, 2);
    assert_false(file_says("", "Rumpelstiltskin"));
    assert_false(file_says("-wal", "Rumpelstiltskin"));
    store_close(store);
}

static bool count_record(void *context, const struct record *record)
{
    (void)context;
    return record != NULL;
}

static bool count_agent(void *context, const struct agent_event *agent)
{
    *(size_t *)context += agent != NULL;
    return true;
}

static size_t agents_of(struct store *store)
{
    size_t count = 0;
    const struct store_visit visit = {
        .context = &count, .record = count_record, .agent = count_agent};
    assert_true(store->ops->live(store, 0, &visit, NULL, NULL));
    return count;
}

static void agents_not_heard_of_leave_after_a_week_more(void **state)
{
    (void)state;
    conformance_now = FIXTURE_START;
    struct store *store = conformance_open();
    struct agent_event agent = {.agent_arn = "arn", .time = 1};
    unsigned removed;
    assert_true(store->ops->apply_agents(store, &agent, 1, NULL));
    conformance_now += 7 * DAY_MS;
    assert_true(store->ops->sweep(store, &removed, NULL));
    assert_int_equal(agents_of(store), 1);
    conformance_now += HOUR_MS;
    assert_true(store->ops->sweep(store, &removed, NULL));
    assert_int_equal(agents_of(store), 0);
    store_close(store);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        SQLITE_TEST(a_spec_names_the_kind_of_store),
        SQLITE_TEST(sqlites_special_names_are_plain_files),
        SQLITE_TEST(files_are_the_owners_alone),
        SQLITE_TEST(what_is_not_a_database_is_refused_untouched),
        SQLITE_TEST(another_programs_database_is_refused),
        SQLITE_TEST(a_newer_schema_is_refused),
        SQLITE_TEST(an_empty_file_becomes_a_store),
        SQLITE_TEST(view_only_neither_creates_nor_writes),
        SQLITE_TEST(an_older_schema_is_brought_up_and_keeps_its_contacts),
        SQLITE_TEST(what_is_forgotten_is_gone_from_the_files),
        SQLITE_TEST(agents_not_heard_of_leave_after_a_week_more),
    };
    if (!sqlite_file_begin())
        return 1;
    static const struct store_factory factory = {.name = "sqlite",
                                                 .fresh = sqlite_file_fresh,
                                                 .open = sqlite_file_open,
                                                 .sound = sqlite_file_sound,
                                                 .at_hand = true};
    int failed = store_conformance(&factory);
    failed += cmocka_run_group_tests_name("store: the file", tests, NULL, NULL);
    sqlite_file_end();
    return failed ? 1 : 0;
}
