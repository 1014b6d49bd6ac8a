/* An SQLite store in a folder of its own, for tests that look at the file itself. */
#ifndef CONTACTWATCH_TESTS_SQLITE_FILE_H
#define CONTACTWATCH_TESTS_SQLITE_FILE_H

#include <sqlite3.h>

#include "contactwatch/store.h"

/* Where the store is: the folder, the file, and its spec. */
extern char sqlite_file_folder[64], sqlite_file_path[96], sqlite_file_spec[128];

bool sqlite_file_begin(void); /* makes the folder */
void sqlite_file_end(void);   /* removes it */

/* The same, as cmocka's of a group. */
int sqlite_folder_begin(void **state);
int sqlite_folder_end(void **state);

/* Removes the store's files. */
void sqlite_file_fresh(void);
struct store *sqlite_file_open(const struct store_options *options, struct err *err);
/* Asserts that SQLite finds nothing wrong with the file. */
void sqlite_file_sound(void);

/* Behind the store's back. */
sqlite3 *sqlite_file_raw(void);
void sqlite_file_run(const char *sql);

/* Around a test: *state is an empty struct batch, and there is no file. */
int sqlite_file_setup(void **state);
int sqlite_file_teardown(void **state);
#define SQLITE_TEST(test)                                                                          \
    cmocka_unit_test_setup_teardown(test, sqlite_file_setup, sqlite_file_teardown)

#endif
