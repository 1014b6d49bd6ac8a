/*
 * The keys that are held, and who asks for new ones. One round of the chain at a time, made without
 * the lock by whoever came first (a caller that has none to use, or the refresher ahead of time);
 * all others wait for it, or go on with what is held.
 */
#include "contactwatch/credentials.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "aws/environment.h"
#include "aws/providers.h"
#include "contactwatch/log.h"

#define EARLY_MS     (15 * MINUTE_MS) /* the refresher asks from here on */
#define MANDATORY_MS (10 * MINUTE_MS) /* callers wait from here on */
#define AGAIN_MS     (30 * SECOND_MS) /* between rounds while the keys held are good */
#define FAILED_MS    SECOND_MS        /* between rounds while there are none */

struct credentials {
    struct aws_environment environment;
    char *profile, *region;

    /* Of the round under way: only who has set busy touches these. */
    struct provider_context context;
    struct aws_provider *provider[PROVIDER_KINDS];
    char *from[PROVIDER_KINDS]; /* each one's name for people */
    size_t providers;

    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    struct aws_keys held;
    bool have;
    bool fixed;   /* never asked for again */
    bool refused; /* the service did not take the keys held */
    bool busy;    /* a round is under way */
    bool failed;  /* the last round did; failure says why */
    bool closing;
    bool running; /* the refresher */
    uint64_t rounds;
    int64_t asked; /* when the last round began */
    struct err failure;
    pthread_t refresher;
};

static struct credentials *create(void)
{
    struct credentials *credentials = mem_zero(sizeof(*credentials));
    pthread_condattr_t attributes;
    pthread_mutex_init(&credentials->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&credentials->changed, &attributes);
    pthread_condattr_destroy(&attributes);
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

static void add_provider(struct credentials *credentials, const struct aws_provider_ops *ops)
{
    struct provider_context *context = &credentials->context;
    bool of_profile =
        ops != &provider_environment && ops != &provider_container && ops != &provider_instance;
    struct buf from = {0};
    if (of_profile)
        buf_printf(&from, "profile %s (%s)", credentials->profile, ops->name);
    else
        buf_text(&from, ops->name);
    credentials->from[credentials->providers] = buf_take(&from);
    credentials->provider[credentials->providers++] =
        provider_new(ops, context, credentials->profile, context->explicit_profile);
}

struct credentials *credentials_open(const struct aws_environment *environment, const char *profile,
                                     const char *region, struct err *err)
{
    struct profiles *profiles = profiles_load(environment, err);
    if (!profiles)
        return NULL;
    struct credentials *credentials = create();
    struct provider_context *context = &credentials->context;
    credentials->environment = *environment;
    credentials->profile = mem_strdup(profile_chosen(environment, profile));
    credentials->region = mem_strdup(region);
    *context = (struct provider_context){
        .environment = &credentials->environment,
        .profile = credentials->profile,
        .explicit_profile = profile != NULL,
        .region = credentials->region,
    };
    for (size_t i = 0; i < PROVIDER_KINDS; i++)
        if (!context->explicit_profile || provider_kinds[i].ops != &provider_environment)
            add_provider(credentials, provider_kinds[i].ops);
    bool known = profile_known(profiles, environment, profile, err);
    profiles_free(profiles);
    if (known)
        return credentials;
    credentials_close(credentials);
    return NULL;
}

static bool ask_providers(struct credentials *credentials, struct aws_keys *out, struct err *err)
{
    for (size_t i = 0; i < credentials->providers; i++) {
        struct aws_provider *provider = credentials->provider[i];
        enum provided provided = provider->ops->fetch(provider, out, err);
        if (provided == PROVIDED_NOTHING)
            continue;
        if (provided == PROVIDED_ERROR)
            return err_wrap(err, "credentials from %s", provider->ops->name);
        out->from = credentials->from[i];
        return true;
    }
    return err_set(err, "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
                        "run `aws configure`, or give --profile");
}

/* One round, with the configuration files as they are now. */
static bool ask(struct credentials *credentials, struct aws_keys *out, struct err *err)
{
    struct provider_context *context = &credentials->context;
    context->profiles = profiles_load(context->environment, err);
    bool fine = context->profiles && ask_providers(credentials, out, err);
    profiles_free(context->profiles);
    context->profiles = NULL;
    if (context->open)
        context->open->ops->close(context->open);
    context->open = NULL;
    if (fine && out->expires != INSTANT_NONE &&
        out->expires <= environment_now(context->environment)) {
        fine = err_set(err,
                       "the keys from %s have expired already: sign in again, or set the "
                       "clock right",
                       out->from);
        aws_keys_wipe(out);
    }
    return fine;
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

static void publish(struct credentials *credentials, struct aws_keys *keys)
{
    aws_keys_wipe(&credentials->held);
    credentials->held = *keys;
    if (!credentials->have)
        close_memory();
    credentials->have = true;
    credentials->refused = false;
    if (keys->expires != INSTANT_NONE && !credentials->running && !credentials->closing)
        credentials->running =
            pthread_create(&credentials->refresher, NULL, refresh, credentials) == 0;
}

/* With the lock, which is free while the providers are asked. */
static void run_round(struct credentials *credentials)
{
    struct aws_keys keys = {.from = ""};
    struct err err = {""};
    credentials->busy = true;
    credentials->asked = environment_now(&credentials->environment);
    credentials->context.first = !credentials->have;
    pthread_mutex_unlock(&credentials->lock);
    bool fine = ask(credentials, &keys, &err);
    pthread_mutex_lock(&credentials->lock);
    credentials->busy = false;
    credentials->failed = !fine;
    credentials->failure = err;
    credentials->rounds++;
    if (fine)
        publish(credentials, &keys);
    else if (credentials->have)
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
    return remaining >= MANDATORY_MS ||
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
    if (remaining < EARLY_MS && credentials->running)
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
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(delay_ms / 1000) + 1;
    pthread_cond_timedwait(&credentials->changed, &credentials->lock, &until);
}

static void *refresh(void *context)
{
    struct credentials *credentials = context;
    pthread_mutex_lock(&credentials->lock);
    while (!credentials->closing) {
        int64_t now = environment_now(&credentials->environment);
        int64_t remaining = left(credentials, now), since = now - credentials->asked;
        if (remaining >= EARLY_MS)
            sleep_until_due(credentials, remaining == INT64_MAX ? DAY_MS : remaining - EARLY_MS);
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
    credentials->closing = true;
    pthread_cond_broadcast(&credentials->changed);
    pthread_mutex_unlock(&credentials->lock);
    if (credentials->running)
        pthread_join(credentials->refresher, NULL);
    for (size_t i = 0; i < credentials->providers; i++) {
        credentials->provider[i]->ops->close(credentials->provider[i]);
        free(credentials->from[i]);
    }
    aws_keys_wipe(&credentials->held);
    pthread_mutex_destroy(&credentials->lock);
    pthread_cond_destroy(&credentials->changed);
    free(credentials->profile);
    free(credentials->region);
    free(credentials);
}
