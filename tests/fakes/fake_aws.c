/* The fake as a whole: start, stop, its clock, and what it counted. */
#include "fakes/fake_aws.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fakes/fake_internal.h"

struct fake_aws *fake_aws_start(const struct fake_aws_options *options)
{
    static const struct fake_aws_options defaults = {0};
    const struct fake_aws_options *o = options ? options : &defaults;
    struct fake_aws *fake = mem_zero(sizeof(*fake));
    pthread_mutex_init(&fake->lock, NULL);
    pthread_cond_init(&fake->changed, NULL);
    snprintf(fake->region, sizeof(fake->region), "%s", o->region ? o->region : FAKE_REGION);
    fake->clock = o->clock;
    rng_seed(&fake->rng, o->seed ? o->seed : 1);
    fake->verifier = fake_verifier_open();
    fake->faults = fake_fault_state_open();
    fake->captures = fake_captures_open();
    fake->sqs = fake_sqs_open();
    fake->ddb = fake_ddb_open();
    fake->connect = fake_connect_open();
    fake->s3 = fake_s3_open();
    if (!fake_server_open(fake, o->port)) {
        fake_aws_stop(fake);
        return NULL;
    }
    return fake;
}

void fake_aws_stop(struct fake_aws *fake)
{
    if (!fake)
        return;
    fake_server_close(fake->server);
    fake_sqs_close(fake->sqs);
    fake_ddb_close(fake->ddb);
    fake_connect_close(fake->connect);
    fake_s3_close(fake->s3);
    fake_captures_close(fake->captures);
    fake_fault_state_close(fake->faults);
    fake_verifier_close(fake->verifier);
    pthread_cond_destroy(&fake->changed);
    pthread_mutex_destroy(&fake->lock);
    free(fake);
}

const char *fake_aws_url(const struct fake_aws *fake)
{
    return fake_server_url(fake->server);
}

void fake_aws_advance(struct fake_aws *fake, int64_t ms)
{
    atomic_fetch_add(&fake->offset, ms);
    fake_server_wake(fake->server);
}

int64_t fake_aws_now(struct fake_aws *fake)
{
    return fake_now(fake);
}

int fake_aws_call(struct fake_aws *fake, const char *target, const char *json, struct buf *reply)
{
    struct arena arena = {0};
    struct fake_reply answer = {.status = 200};
    struct fake_request request = {.method = "POST",
                                   .path = "/",
                                   .query = "",
                                   .header = {{"x-amz-target", target}},
                                   .headers = 1,
                                   .body = mem_strdup(json),
                                   .length = strlen(json),
                                   .arena = &arena};
    fake_lock(fake);
    fake_dispatch_inside(fake, &request, &answer);
    fake_unlock(fake);
    fake_server_wake(fake->server);
    if (reply)
        buf_add(reply, buf_str(&answer.body), answer.body.length);
    free(request.body);
    buf_free(&answer.header);
    buf_free(&answer.body);
    arena_free(&arena);
    return answer.status;
}

static uint64_t requests(const struct fake_aws *fake, const char *operation)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < fake_operation_count; i++)
        if (operation && strcmp(fake_operations[i].name, operation) == 0)
            sum += fake->requests[i];
    return operation ? sum : fake->all_requests;
}

uint64_t fake_aws_requests(struct fake_aws *fake, const char *operation)
{
    fake_lock(fake);
    uint64_t count = requests(fake, operation);
    fake_unlock(fake);
    return count;
}

uint64_t fake_aws_bad_signatures(struct fake_aws *fake)
{
    fake_lock(fake);
    uint64_t count = fake->bad_signatures;
    fake_unlock(fake);
    return count;
}

uint64_t fake_aws_connections(struct fake_aws *fake)
{
    fake_lock(fake);
    uint64_t count = fake_server_connections(fake->server);
    fake_unlock(fake);
    return count;
}

bool fake_wait(struct fake_aws *fake, bool (*reached)(struct fake_aws *fake, const void *context),
               const void *context, int timeout_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    int64_t ns = until.tv_nsec + (int64_t)timeout_ms * 1000000;
    until.tv_sec += (time_t)(ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    fake_lock(fake);
    bool is = reached(fake, context);
    while (!is && pthread_cond_timedwait(&fake->changed, &fake->lock, &until) == 0)
        is = reached(fake, context);
    fake_unlock(fake);
    return is;
}

struct wanted_requests {
    const char *operation;
    uint64_t count;
};

static bool enough_requests(struct fake_aws *fake, const void *context)
{
    const struct wanted_requests *wanted = context;
    return requests(fake, wanted->operation) >= wanted->count;
}

bool fake_aws_wait_requests(struct fake_aws *fake, const char *operation, uint64_t count,
                            int timeout_ms)
{
    return fake_wait(fake, enough_requests, &(struct wanted_requests){operation, count},
                     timeout_ms);
}
