#include "support/key_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/log.h"

struct agent {
    struct transport base;
    struct key_source *source;
    struct exchange *asked;
};

static void start(struct transport *base, struct exchange *exchange)
{
    ((struct agent *)base)->asked = exchange;
}

/* With the lock, as the next. */
static void note(struct key_source *source)
{
    source->asked++;
    pthread_cond_broadcast(&source->changed);
}

static void answer(struct key_source *source, struct http_response *response)
{
    char expires[INSTANT_TEXT];
    note(source);
    while (source->held)
        pthread_cond_wait(&source->changed, &source->lock);
    response->status = source->broken ? 500 : 200;
    if (source->broken)
        return;
    source->given++;
    instant_format(atomic_load(&source->now) + source->life_ms, expires);
    buf_printf(
        &response->body,
        "{\"AccessKeyId\":\"AK%u\",\"SecretAccessKey\":\"hUsH0-AK%u\",\"Token\":\"hUsH0-AK%u\"",
        source->given, source->given, source->given);
    if (source->life_ms)
        buf_printf(&response->body, ",\"Expiration\":\"%s\"", expires);
    buf_char(&response->body, '}');
}

static struct exchange *wait_answer(struct transport *base, int timeout_ms)
{
    struct agent *agent = (struct agent *)base;
    struct exchange *done = agent->asked;
    (void)timeout_ms;
    if (!done)
        return NULL;
    pthread_mutex_lock(&agent->source->lock);
    bool deaf = agent->source->deaf;
    if (deaf)
        note(agent->source);
    else
        answer(agent->source, &done->response);
    pthread_mutex_unlock(&agent->source->lock);
    if (deaf)
        return NULL;
    agent->asked = NULL;
    return done;
}

static void cancel(struct transport *base, struct exchange *exchange)
{
    (void)exchange;
    ((struct agent *)base)->asked = NULL;
}

static void wake(struct transport *base)
{
    (void)base;
}

static void close_agent(struct transport *base)
{
    free(base);
}

static struct transport *open_agent(void *context)
{
    static const struct transport_ops ops = {start, wait_answer, cancel, wake, close_agent};
    struct agent *agent = mem_zero(sizeof(*agent));
    agent->base.ops = &ops;
    agent->source = context;
    return &agent->base;
}

static const char *variable(void *context, const char *name)
{
    (void)context;
    return strcmp(name, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") == 0 ? "/v2" : NULL;
}

static int64_t now(void *context)
{
    return atomic_load(&((struct key_source *)context)->now);
}

int key_source_quiet(void **state)
{
    (void)state;
    log_set_stderr(false);
    return 0;
}

void key_source_open(struct key_source *source, int64_t life_ms)
{
    int64_t begin = INSTANT_NONE;
    memset(source, 0, sizeof(*source));
    instant_parse("2026-11-22T15:00:00Z", &begin);
    atomic_init(&source->now, begin);
    source->life_ms = life_ms;
    source->clock = (struct clock){now, source};
    source->environment = (struct aws_environment){
        .variable = variable,
        .context = source,
        .clock = &source->clock,
        .transport = open_agent,
    };
    pthread_mutex_init(&source->lock, NULL);
    pthread_cond_init(&source->changed, NULL);
}

void key_source_close(struct key_source *source)
{
    pthread_mutex_destroy(&source->lock);
    pthread_cond_destroy(&source->changed);
}

void key_source_set(struct key_source *source, bool broken, bool held)
{
    pthread_mutex_lock(&source->lock);
    source->broken = broken;
    source->held = held;
    pthread_cond_broadcast(&source->changed);
    pthread_mutex_unlock(&source->lock);
}

void key_source_await(struct key_source *source, unsigned asked)
{
    pthread_mutex_lock(&source->lock);
    while (source->asked < asked)
        pthread_cond_wait(&source->changed, &source->lock);
    pthread_mutex_unlock(&source->lock);
}

unsigned key_source_asked(struct key_source *source)
{
    pthread_mutex_lock(&source->lock);
    unsigned asked = source->asked;
    pthread_mutex_unlock(&source->lock);
    return asked;
}

struct credentials *key_source_chain(struct key_source *source)
{
    struct err err = {""};
    struct credentials *credentials =
        credentials_open(&source->environment, NULL, "eu-west-1", &err);
    if (!credentials)
        fail_msg("%s", err.text);
    return credentials;
}

/* The number in the access key; 0 = refused. The secret must be that of the key. */
unsigned keys_number(struct credentials *credentials)
{
    struct aws_keys keys;
    struct err err = {""};
    unsigned number = 0;
    if (!credentials_get(credentials, &keys, &err)) {
        assert_true(err.text[0] != '\0');
        return 0;
    }
    assert_string_equal(keys.secret_key + strlen("hUsH0-"), keys.access_key);
    assert_string_equal(keys.token + strlen("hUsH0-"), keys.access_key);
    for (const char *p = keys.access_key + 2; *p; p++)
        number = number * 10 + (unsigned)(*p - '0');
    aws_keys_wipe(&keys);
    return number;
}

void keys_reject(struct credentials *credentials, const char *access_key)
{
    struct aws_keys keys = {.from = ""};
    snprintf(keys.access_key, sizeof(keys.access_key), "%s", access_key);
    credentials_reject(credentials, &keys);
}

void key_source_pass(struct key_source *source, int64_t ms)
{
    atomic_fetch_add(&source->now, ms);
}
