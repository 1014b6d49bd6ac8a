/* ingest: what queues, streams, rules and subscriptions hand over becomes records and histories. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "contactwatch/log.h"
#include "lambda/ingest_internal.h"

static struct store *open_store(void *context, const struct store_options *options, struct err *err)
{
    const struct ingest_function *f = context;
    return store_open(f->setup->store_spec, options, err);
}

static void pause_for(void *context, int64_t ms)
{
    (void)context;
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static void *open_function(const struct lambda_setup *setup, struct err *err)
{
    if (!setup->store_spec) {
        err_set(err, "there is no store: set CONTACTWATCH_STORE=dynamodb:TABLE");
        return NULL;
    }
    struct ingest_function *f = mem_zero(sizeof(*f));
    f->setup = setup;
    f->seams = (struct ingest_seams){open_store, pause_for, f};
    ingest_name_function(f->writer, sizeof(f->writer), setup->store.writer);
    quarantine_init(&f->quarantine, NULL, setup->store_spec);
    return f;
}

void ingest_function_inject(void *state, const struct ingest_seams *seams)
{
    ((struct ingest_function *)state)->seams = *seams;
}

static void close_function(void *state)
{
    struct ingest_function *f = state;
    if (f->store)
        f->store->give_up = 0;
    store_close(f->store);
    quarantine_free(&f->quarantine);
    grouping_free(&f->grouping);
    arena_free(&f->arena);
    intake_free(&f->intake);
    free(f);
}

/* Opened with the first invocation that needs it: before there is one, nobody is asked. */
static bool ready(struct ingest_function *f)
{
    int64_t left = lambda_time_left(f->setup, f->invocation, INGEST_MARGIN_MS);
    int64_t give_up = monotonic_ns() + left * 1000000;
    if (f->store) {
        f->store->give_up = give_up;
        return true;
    }
    if (!left)
        return err_set(&f->err, "there was no time left to open the store");
    struct store_options options = f->setup->store;
    options.writer = f->writer;
    options.on_demand = true;
    options.give_up = give_up;
    if (!options.clock)
        options.clock = f->setup->clock;
    if (!options.aws)
        options.aws = f->setup->aws;
    f->store = f->seams.open_store(f->seams.context, &options, &f->err);
    return f->store != NULL;
}

static void take_in(struct ingest_function *f)
{
    if (ready(f)) {
        ingest_decode(f);
        ingest_write(f);
        ingest_beat(f);
    } else {
        for (size_t i = 0; i < f->intake.count; i++)
            f->intake.message[i].failed = true;
    }
    intake_keep_order(&f->intake);
}

/* Of a batch the messages that are not settled are named, however many they are: an error, or an
 * answer without names, would mean something else. */
static bool answer_batch(const struct ingest_function *f, struct buf *answer)
{
    size_t failures = intake_failures(&f->intake);
    if (failures)
        log_warning("%zu of %zu messages come again: %s", failures, f->intake.count, f->err.text);
    intake_answer(&f->intake, answer);
    return true;
}

/* An invocation without a batch: what is not settled fails it, and Lambda tries it again. */
static bool answer_whole(const struct ingest_function *f, const struct intake_message *message,
                         struct buf *answer, struct lambda_fault *fault)
{
    if (message->poison)
        return lambda_fail(fault, "Contactwatch.EventNotKnown", "%s", f->err.text);
    if (message->failed)
        return lambda_fail(fault, "Contactwatch.NotStored", "%s", f->err.text);
    buf_text(answer, "{\"stored\":true}");
    return true;
}

static bool handle(void *state, const struct lambda_invocation *invocation, struct buf *answer,
                   struct lambda_fault *fault)
{
    struct ingest_function *f = state;
    f->invocation = invocation;
    f->err = (struct err){0};
    bool done = intake_read(&f->intake, &f->arena, invocation, fault);
    if (done) {
        take_in(f);
        done = f->intake.kind == INTAKE_WHOLE
                   ? answer_whole(f, &f->intake.message[0], answer, fault)
                   : answer_batch(f, answer);
    }
    intake_free(&f->intake);
    grouping_empty(&f->grouping);
    arena_reset(&f->arena);
    f->invocation = NULL;
    return done;
}

const struct lambda_handler lambda_ingest = {
    .name = "ingest",
    .open = open_function,
    .handle = handle,
    .close = close_function,
};
