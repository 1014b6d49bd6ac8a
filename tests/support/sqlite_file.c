#include "sqlite_file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store_fixture.h"

char sqlite_file_folder[64], sqlite_file_path[96], sqlite_file_spec[128];

bool sqlite_file_begin(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(sqlite_file_folder, sizeof(sqlite_file_folder), "%.40s/cw-store-XXXXXX",
             base ? base : "/tmp");
    if (!mkdtemp(sqlite_file_folder))
        return false;
    snprintf(sqlite_file_path, sizeof(sqlite_file_path), "%s/store", sqlite_file_folder);
    snprintf(sqlite_file_spec, sizeof(sqlite_file_spec), "sqlite:%s", sqlite_file_path);
    return true;
}

void sqlite_file_end(void)
{
    sqlite_file_fresh();
    rmdir(sqlite_file_folder);
}

void sqlite_file_fresh(void)
{
    static const char *const suffix[] = {"", "-wal", "-shm", "-journal"};
    char name[128];
    for (size_t i = 0; i < ARRAY_SIZE(suffix); i++) {
        snprintf(name, sizeof(name), "%s%s", sqlite_file_path, suffix[i]);
        assert_true(unlink(name) == 0 || errno == ENOENT);
    }
}

struct store *sqlite_file_open(const struct store_options *options, struct err *err)
{
    return store_open(sqlite_file_spec, options, err);
}

sqlite3 *sqlite_file_raw(void)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(sqlite_file_path, &db), SQLITE_OK);
    return db;
}

void sqlite_file_run(const char *sql)
{
    sqlite3 *db = sqlite_file_raw();
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static int is_ok(void *context, int columns, char **text, char **names)
{
    (void)names;
    *(bool *)context = columns == 1 && strcmp(text[0], "ok") == 0;
    return 0;
}

void sqlite_file_sound(void)
{
    bool ok = false;
    sqlite3 *db = sqlite_file_raw();
    assert_int_equal(sqlite3_exec(db, "PRAGMA integrity_check", is_ok, &ok, NULL), SQLITE_OK);
    assert_true(ok);
    sqlite3_close(db);
}

int sqlite_file_setup(void **state)
{
    sqlite_file_fresh();
    *state = mem_zero(sizeof(struct batch));
    return 0;
}

int sqlite_file_teardown(void **state)
{
    batch_free(*state);
    free(*state);
    return 0;
}

int sqlite_folder_begin(void **state)
{
    (void)state;
    return sqlite_file_begin() ? 0 : -1;
}

int sqlite_folder_end(void **state)
{
    (void)state;
    sqlite_file_end();
    return 0;
}
