/* The caretaker's thread, its jobs, its store and its calls. */
#include "contactwatch/caretaker.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "contactwatch/log.h"
#include "contactwatch/thread.h"
#include "ingest/caretaker_internal.h"
#include "ingest/ingest_internal.h"

enum { LOOK_AT_LEAST_MS = 60000, ASK_STEP_MS = 1000, STOP_WITHIN_MS = 2000 };

static int64_t (*const job_run[JOB_COUNT])(struct caretaker *, int64_t) = {
    [JOB_SHOW] = caretaker_show, [JOB_LEASE] = caretaker_lease,     [JOB_SURVEY] = caretaker_survey,
    [JOB_LIST] = caretaker_list, [JOB_ASK] = caretaker_ask_contact,
};

static bool is_stopping(struct caretaker *c)
{
    pthread_mutex_lock(&c->lock);
    bool stopping = c->stopping;
    pthread_mutex_unlock(&c->lock);
    return stopping;
}

int64_t caretaker_jitter(struct caretaker *c, int64_t ms)
{
    return ms > 0 ? (int64_t)rng_below(&c->rng, ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX) : 0;
}

void caretaker_say(struct caretaker *c, const char *text)
{
    for (size_t i = 0; i < ARRAY_SIZE(c->said); i++)
        if (strncmp(c->said[i], text, sizeof(c->said[i]) - 1) == 0)
            return;
    snprintf(c->said[c->says++ % ARRAY_SIZE(c->said)], sizeof(c->said[0]), "%s", text);
    log_warning("%s", text);
}

struct store *caretaker_store(struct caretaker *c)
{
    const struct caretaker_options *o = &c->options;
    struct err err = {""};
    if (c->store)
        return c->store;
    c->store = o->open_store ? o->open_store(o->test_context, &err)
                             : store_open(o->store_spec, &o->store, &err);
    if (!c->store)
        caretaker_say(c, err.text);
    return c->store;
}

int64_t caretaker_store_failed(struct caretaker *c, const struct err *err, int64_t now)
{
    caretaker_say(c, err->text);
    store_close(c->store);
    c->store = NULL;
    return now + STORE_AGAIN_MS;
}

/* Blocking, until the caretaker stops. */
static void ask_connect(struct caretaker *c, struct aws_call *call)
{
    aws_start(c->client, call);
    while (!aws_next(c->client, ASK_STEP_MS)) {
        if (!is_stopping(c))
            continue;
        aws_cancel(c->client, call);
        call->fault = AWS_CANCELLED;
        return;
    }
}

void caretaker_ask(struct caretaker *c, struct aws_call *call, int64_t now)
{
    if (c->options.ask)
        c->options.ask(c->options.test_context, call);
    else
        ask_connect(c, call);
    bool slower = call->fault == AWS_THROTTLED || call->fault == AWS_TRANSIENT;
    if (!slower) {
        c->backoff = 0;
        c->next_call = now + CALL_EVERY_MS;
        return;
    }
    c->backoff = c->backoff ? c->backoff * 2 : BACKOFF_CONNECT_MS;
    if (c->backoff > BACKOFF_CONNECT_MAX_MS)
        c->backoff = BACKOFF_CONNECT_MAX_MS;
    c->next_call = now + c->backoff + caretaker_jitter(c, c->backoff / 2);
    log_debug("%s %s: Connect is asked again in %" PRId64 " ms", call->operation, call->code,
              c->next_call - now);
}

static void name_holder(struct caretaker *c)
{
    char host[48] = "";
    gethostname(host, sizeof(host) - 1);
    for (char *p = host; *p; p++)
        if (*p <= ' ')
            *p = '-';
    snprintf(c->lease.holder, sizeof(c->lease.holder), "%s-%ld-%08" PRIx32, *host ? host : "host",
             (long)getpid(), (uint32_t)rng_next(&c->rng));
}

static void init_lock(struct caretaker *c)
{
    pthread_mutex_init(&c->lock, NULL);
    thread_cond_init(&c->changed);
}

struct caretaker *caretaker_new(const struct caretaker_options *options, struct err *err)
{
    struct caretaker *c = mem_zero(sizeof(*c));
    int64_t now = clock_now(options->clock);
    c->options = *options;
    init_lock(c);
    rng_seed(&c->rng,
             options->seed ? options->seed : (uint64_t)monotonic_ns() ^ (uint64_t)getpid() << 40);
    name_holder(c);
    for (int job = 0; job < JOB_COUNT; job++)
        c->due[job] = INT64_MAX;
    bool asks = options->aws || options->ask;
    if (options->aws && !options->ask)
        c->client = aws_client_open(options->aws, AWS_CONNECT, err);
    if (options->aws && !options->ask && !c->client) {
        caretaker_free(c);
        return NULL;
    }
    if (options->inbox)
        c->due[JOB_SHOW] = now;
    if (asks && (options->list_names || options->reconcile))
        c->due[JOB_LEASE] = now;
    for (const char *const *arn = options->instances; arn && *arn; arn++)
        caretaker_instance(c, *arn, now);
    c->due[JOB_LIST] = INT64_MAX; /* the lease arms it */
    return c;
}

int64_t caretaker_step(struct caretaker *c, int64_t now)
{
    int64_t due = INT64_MAX;
    for (int job = 0; job < JOB_COUNT; job++)
        if (c->due[job] <= now) {
            c->due[job] = INT64_MAX;
            int64_t next = job_run[job](c, now);
            if (next < c->due[job])
                c->due[job] = next;
            break;
        }
    for (int job = 0; job < JOB_COUNT; job++)
        if (c->due[job] < due)
            due = c->due[job];
    return due;
}

void caretaker_free(struct caretaker *c)
{
    if (!c)
        return;
    caretaker_lease_release(c);
    caretaker_suspects_free(c);
    for (size_t i = 0; i < c->rosters; i++) {
        free(c->roster[i].token);
        buf_free(&c->roster[i].text);
    }
    map_free(&c->answered, free);
    if (c->client)
        aws_client_close(c->client);
    store_close(c->store);
    arena_free(&c->arena);
    pthread_mutex_destroy(&c->lock);
    pthread_cond_destroy(&c->changed);
    free(c);
}

/* Sleeps until a time of the clock's, at least once a minute: clocks are set. */
static bool rest(struct caretaker *c, int64_t until)
{
    int64_t ms = until - clock_now(c->options.clock);
    struct timespec at = thread_deadline(ms < 0                  ? 0
                                         : ms > LOOK_AT_LEAST_MS ? LOOK_AT_LEAST_MS
                                                                 : ms);
    pthread_mutex_lock(&c->lock);
    while (!c->stopping && pthread_cond_timedwait(&c->changed, &c->lock, &at) == 0)
        continue;
    bool stopping = c->stopping;
    pthread_mutex_unlock(&c->lock);
    return !stopping;
}

static void *caretaker_main(void *context)
{
    struct caretaker *c = context;
    while (rest(c, caretaker_step(c, clock_now(c->options.clock))))
        continue;
    caretaker_lease_release(c);
    pthread_mutex_lock(&c->lock);
    c->finished = true;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

struct caretaker *caretaker_start(const struct caretaker_options *options, struct err *err)
{
    struct caretaker *c = caretaker_new(options, err);
    if (c)
        ingest_thread(&c->thread, caretaker_main, c);
    return c;
}

bool caretaker_stop(struct caretaker *c)
{
    if (!c)
        return true;
    struct timespec at = thread_deadline(STOP_WITHIN_MS);
    pthread_mutex_lock(&c->lock);
    c->stopping = true;
    pthread_cond_broadcast(&c->changed);
    if (c->client)
        aws_wake(c->client);
    while (!c->finished && pthread_cond_timedwait(&c->changed, &c->lock, &at) == 0)
        continue;
    bool finished = c->finished;
    pthread_mutex_unlock(&c->lock);
    if (!finished)
        return false;
    pthread_join(c->thread, NULL);
    caretaker_free(c);
    return true;
}
