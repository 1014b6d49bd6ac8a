/*
 * The convergence run: a set of events goes through a queue to several ingesters that are killed
 * again and again, on endpoints that throttle, fail, lose replies and deliver twice. In the end
 * every record and history must equal the fold of the set, every message be deleted, quarantined or
 * dead-lettered, and a viewer beside them must have seen all of it.
 */
#ifndef TESTS_CONVERGENCE_H
#define TESTS_CONVERGENCE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "contactwatch/map.h"
#include "contactwatch/rng.h"
#include "contactwatch/store.h"
#include "fakes/fake_aws.h"

enum { WORKERS_MAX = 8 };

struct viewer {
    pthread_t thread;
    _Atomic bool stopping;
    _Atomic unsigned failures; /* reads that did not work, and were tried again */
    struct map contact;        /* id -> struct mirrored * */
};

struct run {
    const char *binary;
    unsigned contacts, workers, kills, pause_ms;
    uint64_t seed;
    char folder[64];
    struct rng rng;
    struct fake_aws *fake;
    struct aws_session *session; /* may do everything */
    struct aws_session *reading; /* may only read */
    pid_t worker[WORKERS_MAX];
    struct viewer viewer;
    unsigned sent, undecodable, partial;
    bool failed;
};

extern const char table_spec[]; /* dynamodb:contacts */

bool verdict(struct run *run, const char *name, bool good); /* in the words of the unit tests */
char *run_path(const struct run *run, const char *name);    /* in its folder; the caller's */

/* feed.c: makes the set, sends it, and writes the file it is folded from in one pass. */
bool feed_send(struct run *run);
extern const char undecodable_mark[], partial_mark[];

/* workers.c */
pid_t program_start(struct run *run, const char *log, char *const argument[]);
int program_wait(pid_t pid); /* the exit status, 128 + signal */
int program_run(struct run *run, const char *log, char *const argument[]);
void worker_start(struct run *run, unsigned which);
void worker_kill(struct run *run, unsigned which);
bool workers_stop(struct run *run); /* every one ends by itself with status 0 */

/* viewer.c */
void viewer_start(struct run *run);
void viewer_stop(struct run *run);
bool viewer_has(const struct viewer *viewer, const struct record *record,
                const struct history *history);
void viewer_free(struct viewer *viewer);

/* compare.c */
bool same_as_fold(struct run *run, struct store *table, struct store *fold);
bool viewer_saw_all(struct run *run, struct store *table);
bool dead_letters_right(struct run *run);
bool quarantine_right(struct run *run);

#endif
