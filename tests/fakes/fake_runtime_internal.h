/* What the fake runtime API knows; its routes are in fake_runtime_routes.c. */
#ifndef TESTS_FAKE_RUNTIME_INTERNAL_H
#define TESTS_FAKE_RUNTIME_INTERNAL_H

#include <pthread.h>

#include "fakes/fake_runtime.h"

struct MHD_Daemon;

enum fake_invocation_state { FAKE_IN_LINE, FAKE_HANDED_OUT, FAKE_ANSWERED };

struct fake_invocation {
    unsigned number;
    enum fake_invocation_state state;
    char id[160], deadline[32], trace[256];
    int64_t deadline_ms;
    char *body;
    size_t length;
    struct fake_outcome outcome;
    struct fake_invocation *next;
};

struct fake_runtime {
    struct MHD_Daemon *daemon;
    char address[32];
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    bool gone;
    struct fake_invocation *first, *last;
    unsigned invocations, under_way, concurrency;
    unsigned requests[FAKE_ROUTES];
    struct {
        int status;
        unsigned times;
    } fault[FAKE_ROUTES];
    int64_t first_next_ns;
    const char *violation;
    bool has_init_error;
    struct fake_outcome init_error;
};

/* The lock is held. */
void fake_runtime_violated(struct fake_runtime *runtime, const char *what);
struct fake_invocation *fake_runtime_find(struct fake_runtime *runtime, unsigned number);

struct MHD_Connection;
/* One request whose body is there; MHD's answer. */
int fake_runtime_answer(struct fake_runtime *runtime, struct MHD_Connection *connection,
                        const char *method, const char *url, struct buf *body);

#endif
