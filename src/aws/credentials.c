/*
 * The keys that are held, and who asks for new ones. One round of the chain at a time, made without
 * the lock by whoever came first (a caller that has none to use, or the refresher ahead of time);
 * all others wait for it, or go on with what is held.
 */
#include "contactwatch/credentials.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "aws/environment.h"
#include "aws/provider_chain.h"
#include "contactwatch/log.h"
#include "contactwatch/thread.h"

/* Before the end of keys that last an hour or more the refresher asks from EARLY on, and callers
 * wait from MANDATORY on; of others' lives the same parts. */
#define EARLY_MS     (15 * MINUTE_MS)
#define MANDATORY_MS (10 * MINUTE_MS)
#define AGAIN_MS     (30 * SECOND_MS) /* between rounds while the keys held are good */
#define FAILED_MS    SECOND_MS        /* between rounds while there are none */

struct credentials {
    struct aws_environment environment;
    struct provider_chain *chain; /* of who has set busy alone; NULL = fixed */

    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    struct aws_keys held;
    bool have;
    bool fixed;          /* never asked for again */
    bool refused;        /* the service did not take the keys held */
    bool busy;           /* a round is under way */
    bool failed;         /* the last round did; failure says why */
    atomic_bool closing; /* read by the round under way, too */
    bool running;        /* the refresher */
    uint64_t rounds;
    int64_t asked;            /* when the last round began */
    int64_t early, mandatory; /* of the keys held */
    struct err failure;
    pthread_t refresher;
};

static struct credentials *create(void)
{
    struct credentials *credentials = mem_zero(sizeof(*credentials));
    pthread_mutex_init(&credentials->lock, NULL);
    thread_cond_init(&credentials->changed);
    return credentials;
}

struct credentials *credentials_fixed(const char *access_key, const char *secret_key,
                                      const char *token)
{
    struct credentials *credentials = create();
    credentials->fixed = true;
    credentials->have =
        keys_set(&credentials->held, access_key, secret_key, token, &credentials->failure);
    credentials->held.from = "fixed";
    return credentials;
}

struct credentials *credentials_open(const struct aws_environment *environment, const char *profile,
                                     const char *region, struct err *err)
{
    struct credentials *credentials = create();
    credentials->environment = *environment;
    credentials->chain =
        provider_chain_open(&credentials->environment, profile, region, &credentials->closing, err);
    if (credentials->chain)
        return credentials;
    credentials_close(credentials);
    return NULL;
}

static int64_t left(const struct credentials *credentials, int64_t now)
{
    return credentials->held.expires == INSTANT_NONE ? INT64_MAX : credentials->held.expires - now;
}

static void *refresh(void *context);

/* No core file and no debugger of the same user: keys are in this memory from now on. */
static void close_memory(void)
{
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static void set_windows(struct credentials *credentials)
{
    int64_t life = left(credentials, credentials->asked);
    credentials->early = life < HOUR_MS ? life / 4 : EARLY_MS;
    credentials->mandatory = life < HOUR_MS ? life / 6 : MANDATORY_MS;
}

static void publish(struct credentials *credentials, struct aws_keys *keys)
{
    aws_keys_wipe(&credentials->held);
    credentials->held = *keys;
    if (!credentials->have)
        close_memory();
    credentials->have = true;
    credentials->refused = false;
    set_windows(credentials);
    if (keys->expires != INSTANT_NONE && !credentials->running && !credentials->closing)
        credentials->running = thread_start(&credentials->refresher, refresh, credentials);
}

/* With the lock, which is free while the providers are asked. */
static void run_round(struct credentials *credentials)
{
    struct aws_keys keys = {.from = ""};
    struct err err = {""};
    credentials->busy = true;
    credentials->asked = environment_now(&credentials->environment);
    bool first = !credentials->have;
    pthread_mutex_unlock(&credentials->lock);
    bool fine = provider_chain_ask(credentials->chain, first, &keys, &err);
    pthread_mutex_lock(&credentials->lock);
    credentials->busy = false;
    credentials->failed = !fine;
    credentials->failure = err;
    credentials->rounds++;
    if (fine)
        publish(credentials, &keys);
    else if (credentials->have && !atomic_load(&credentials->closing))
        log_warning("AWS credentials could not be refreshed: %s", err.text);
    pthread_cond_broadcast(&credentials->changed);
}

/* Can the keys held be handed out at once? */
static bool usable(const struct credentials *credentials, int64_t now)
{
    if (credentials->fixed)
        return credentials->have;
    if (!credentials->have || credentials->refused)
        return false;
    int64_t remaining = left(credentials, now);
    return remaining >= credentials->mandatory ||
           (remaining > 0 && !credentials->busy && now - credentials->asked < AGAIN_MS);
}

static bool may_ask(const struct credentials *credentials, int64_t now)
{
    return !credentials->fixed && !(credentials->failed && now >= credentials->asked &&
                                    now - credentials->asked < FAILED_MS);
}

/* Waits for the round under way, or makes one. */
static void obtain(struct credentials *credentials, int64_t now)
{
    uint64_t before = credentials->rounds;
    if (!credentials->busy && may_ask(credentials, now))
        run_round(credentials);
    while (credentials->busy && credentials->rounds == before)
        pthread_cond_wait(&credentials->changed, &credentials->lock);
}

bool credentials_get(struct credentials *credentials, struct aws_keys *out, struct err *err)
{
    int64_t now = environment_now(&credentials->environment);
    pthread_mutex_lock(&credentials->lock);
    if (!usable(credentials, now))
        obtain(credentials, now);
    int64_t remaining = left(credentials, now);
    bool fine = credentials->have && !credentials->refused && remaining > 0;
    if (fine)
        aws_keys_copy(out, &credentials->held);
    else
        err_set(err, "%s", credentials->failure.text);
    if (remaining < credentials->early && credentials->running)
        pthread_cond_broadcast(&credentials->changed);
    pthread_mutex_unlock(&credentials->lock);
    return fine;
}

void credentials_reject(struct credentials *credentials, const struct aws_keys *keys)
{
    int64_t now = environment_now(&credentials->environment);
    pthread_mutex_lock(&credentials->lock);
    if (!credentials->fixed && credentials->have && now - credentials->asked >= AGAIN_MS &&
        strcmp(keys->access_key, credentials->held.access_key) == 0)
        credentials->refused = true;
    pthread_mutex_unlock(&credentials->lock);
}

static void sleep_until_due(struct credentials *credentials, int64_t delay_ms)
{
    struct timespec until = thread_deadline(delay_ms + 1000);
    pthread_cond_timedwait(&credentials->changed, &credentials->lock, &until);
}

static void *refresh(void *context)
{
    struct credentials *credentials = context;
    pthread_mutex_lock(&credentials->lock);
    while (!credentials->closing) {
        int64_t now = environment_now(&credentials->environment);
        int64_t remaining = left(credentials, now), since = now - credentials->asked;
        if (remaining >= credentials->early)
            sleep_until_due(credentials,
                            remaining == INT64_MAX ? DAY_MS : remaining - credentials->early);
        else if (credentials->busy || (since >= 0 && since < AGAIN_MS))
            sleep_until_due(credentials, AGAIN_MS);
        else
            run_round(credentials);
    }
    pthread_mutex_unlock(&credentials->lock);
    return NULL;
}

void credentials_close(struct credentials *credentials)
{
    if (!credentials)
        return;
    pthread_mutex_lock(&credentials->lock);
    atomic_store(&credentials->closing, true);
    pthread_cond_broadcast(&credentials->changed);
    pthread_mutex_unlock(&credentials->lock);
    if (credentials->running)
        pthread_join(credentials->refresher, NULL);
    provider_chain_close(credentials->chain);
    aws_keys_wipe(&credentials->held);
    pthread_mutex_destroy(&credentials->lock);
    pthread_cond_destroy(&credentials->changed);
    free(credentials);
}
