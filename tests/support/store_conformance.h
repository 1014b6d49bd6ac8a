/*
 * What every store must do, whatever it is made of. A store's test program hands over how to open
 * it and runs the suite; tests/unit/test_store_sqlite.c is the first.
 */
#ifndef CONTACTWATCH_TESTS_STORE_CONFORMANCE_H
#define CONTACTWATCH_TESTS_STORE_CONFORMANCE_H

#include "contactwatch/store.h"

struct store_factory {
    const char *name;
    /* Empties the store; called before each test, with nothing open. */
    void (*fresh)(void);
    /* Another connection to the same store, also in a forked child; NULL with err set on failure.
     */
    struct store *(*open)(const struct store_options *options, struct err *err);
    /* Asserts that what lies in storage is sound; nothing is open. May be NULL. */
    void (*sound)(void);
    /* What only a store with all it holds at hand does: it counts fresh entries exactly whoever
     * wrote them, a duplicate prolongs a life, and a sweep removes what has expired. One without
     * may count an entry that another connection stored as fresh, but never loses one. */
    bool at_hand;
    /* Not at hand: removes what has expired by conformance_now, as the service does. */
    void (*expire)(void);
};

/* Runs the suite; returns the number of failed tests. */
int store_conformance(const struct store_factory *factory);

/* For the suite's own files from here on. */
extern const struct store_factory *conformance_factory;
/* The clock of the stores under test, ms; FIXTURE_START + 1 h at each test's start. */
extern int64_t conformance_now;
struct store *conformance_open(void); /* retention: one hour */
struct store *conformance_look(void); /* read-only */
/* For a child: NULL with the reason on stderr, where conformance_open fails the test. */
struct store *conformance_try_open(void);
uint64_t conformance_seed(void); /* of $SEED or the usual one; printed */

/* Around each test; *state is an empty struct batch. */
int conformance_setup(void **state);
int conformance_teardown(void **state);
#define CONFORMANCE(test)                                                                          \
    cmocka_unit_test_setup_teardown(test, conformance_setup, conformance_teardown)

/* What a visitor has seen. */
struct seen {
    struct buf records; /* one id per line */
    struct buf entries; /* id and body per line */
    size_t record_count, entry_count;
    size_t stop_after; /* records; 0 = never */
};
struct store_visit seen_visit(struct seen *seen);
void seen_clear(struct seen *seen);
void seen_sort(struct buf *lines); /* for answers whose order is the store's own */

/* Asserts which contacts `live` gives: ids in order, one per line. */
void conformance_expect_live(struct store *store, int64_t since, const char *wanted);

/* A contact as a store gave it. */
struct got {
    struct arena arena;
    struct record record;
    struct history history;
    bool found;
};
struct got conformance_get(struct store *store, const char *id);
void got_free(struct got *got);

int conformance_records(void);
int conformance_limits(void);
int conformance_readers(void);
int conformance_expiry(void);
int conformance_changes(void);
int conformance_writers(void);
int conformance_agents(void);
int conformance_documents(void);
int conformance_forget(void);
int conformance_archive(void);

#endif
