/* Caretakers on one SQLite store, a Connect that answers by script, and a clock that only they
 * move.
 */
#ifndef CONTACTWATCH_TESTS_CARETAKER_FIXTURE_H
#define CONTACTWATCH_TESTS_CARETAKER_FIXTURE_H

#include "contactwatch/caretaker.h"
#include "support/sqlite_file.h"

#define CARETAKER_START    INT64_C(1763856000000) /* 2025-11-23T00:00:00Z */
#define CARETAKER_INSTANCE "arn:aws:connect:eu-west-1:123456789012:instance/i-1"

/* The first that fits a call answers it. */
struct connect_reply {
    const char *operation; /* NULL = any */
    const char *holds;     /* in path or query; NULL = whatever */
    enum aws_fault fault;
    const char *code, *body;
    unsigned times; /* then it is used up; 0 = never */
    unsigned used;
};

enum { ASKED_MAX = 4096 };
struct caretaker_fixture {
    int64_t now;
    struct clock clock;
    struct connect_reply *answer;
    size_t answers;
    struct buf asked; /* "ListQueues ListUsers …" */
    int64_t asked_at[ASKED_MAX];
    size_t asks;
    bool store_fails; /* it cannot be opened */
    struct caretaker_options options;
};

void caretaker_fixture_begin(struct caretaker_fixture *fixture);
void caretaker_fixture_end(struct caretaker_fixture *fixture);
#define caretaker_script(fixture, array)                                                           \
    ((fixture)->answer = (array), (fixture)->answers = ARRAY_SIZE(array))

struct caretaker *caretaker_fixture_new(struct caretaker_fixture *fixture, uint64_t seed);
/* Runs it until the time comes; the clock stands there afterwards. */
void caretaker_run(struct caretaker_fixture *fixture, struct caretaker *caretaker, int64_t until);
/* All of them, each when it is due. */
void caretakers_run(struct caretaker_fixture *fixture, struct caretaker **caretaker, size_t count,
                    int64_t until);
/* Puts wire events (NDJSON) into the store. */
void caretaker_feed(struct caretaker_fixture *fixture, const char *events);
/* How often a word is in what was asked. */
unsigned caretaker_asked(const struct caretaker_fixture *fixture, const char *operation);
/* The shortest time between two calls. */
int64_t caretaker_pace(const struct caretaker_fixture *fixture);

#endif
