/*
 * A machine whose container agent hands out numbered keys: for what the chain does over time and
 * between threads. Any thread may ask; the test moves the clock and holds the agent up.
 */
#ifndef TESTS_KEY_SOURCE_H
#define TESTS_KEY_SOURCE_H

#include <pthread.h>
#include <stdatomic.h>

#include "contactwatch/credentials.h"

/* cmocka's, of a group: what fails here on purpose is not told. */
int key_source_quiet(void **state);

struct key_source {
    struct aws_environment environment;
    struct clock clock;
    _Atomic int64_t now;
    pthread_mutex_t lock; /* of the rest */
    pthread_cond_t changed;
    unsigned asked;  /* requests seen */
    unsigned given;  /* keys handed out: AK1, AK2… with the secrets hUsH0-AK1… */
    bool broken;     /* answers 500 */
    bool held;       /* requests wait until it is false */
    bool deaf;       /* requests are never answered */
    int64_t life_ms; /* of keys; 0 = they do not expire */
};

void key_source_open(struct key_source *source, int64_t life_ms);
void key_source_close(struct key_source *source);
void key_source_set(struct key_source *source, bool broken, bool held);
/* Waits until that many requests have been seen. */
void key_source_await(struct key_source *source, unsigned asked);
unsigned key_source_asked(struct key_source *source);
void key_source_pass(struct key_source *source, int64_t ms); /* time */
struct credentials *key_source_chain(struct key_source *source);

/* The number in the access key; 0 = refused. Asserts that secret and token are those of the key. */
unsigned keys_number(struct credentials *credentials);
void keys_reject(struct credentials *credentials, const char *access_key);

#endif
