/*
 * converge BINARY [contacts [kills [seed [pause_ms]]]]
 *
 * Prints its seed; the same seed gives the same events, faults and victims.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "convergence/convergence.h"
#include "fakes/fake_session.h"

const char table_spec[] = "dynamodb:contacts";

bool verdict(struct run *run, const char *name, bool good)
{
    printf("[%s] %s\n", good ? "       OK " : "  FAILED  ", name);
    fflush(stdout);
    run->failed |= !good;
    return good;
}

char *run_path(const struct run *run, const char *name)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", run->folder, name);
    return buf_take(&path);
}

/* What goes wrong while they work. */
static void do_harm(struct run *run)
{
    static const struct fake_rule harm[] = {
        {.operation = "UpdateItem", .fault = FAKE_THROTTLE, .probability = 0.04},
        {.operation = "UpdateItem", .fault = FAKE_ERROR_500, .probability = 0.02},
        {.operation = "UpdateItem", .fault = FAKE_RESET_BEFORE, .probability = 0.01},
        {.operation = "UpdateItem", .fault = FAKE_RESET_AFTER, .probability = 0.03},
        {.operation = "UpdateItem", .fault = FAKE_BAD_CRC, .probability = 0.01},
        {.operation = "UpdateItem", .fault = FAKE_SLOW, .probability = 0.02, .ms = 80},
        {.operation = "BatchWriteItem", .fault = FAKE_UNPROCESSED, .probability = 0.1},
        {.operation = "BatchWriteItem", .fault = FAKE_RESET_AFTER, .probability = 0.03},
        {.operation = "BatchWriteItem", .fault = FAKE_THROTTLE, .probability = 0.03},
        {.operation = "PutItem", .fault = FAKE_RESET_AFTER, .probability = 0.03},
        {.operation = "PutItem", .fault = FAKE_ERROR_500, .probability = 0.02},
        {.operation = "Query", .fault = FAKE_SHORT_PAGE, .probability = 0.1},
        {.operation = "Query", .fault = FAKE_ERROR_503, .probability = 0.02},
        {.operation = "ReceiveMessage", .fault = FAKE_DUPLICATE, .probability = 0.05},
        {.operation = "ReceiveMessage", .fault = FAKE_REORDER, .probability = 0.5},
        {.operation = "ReceiveMessage", .fault = FAKE_EMPTY_RECEIVE, .probability = 0.05},
        {.operation = "ReceiveMessage", .fault = FAKE_RESET_AFTER, .probability = 0.02},
        {.operation = "ReceiveMessage", .fault = FAKE_THROTTLE, .probability = 0.02},
        {.operation = "DeleteMessageBatch", .fault = FAKE_ENTRY_FAILED, .probability = 0.05},
        {.operation = "DeleteMessageBatch", .fault = FAKE_RESET_AFTER, .probability = 0.05},
        {.operation = "ChangeMessageVisibilityBatch",
         .fault = FAKE_ENTRY_FAILED,
         .probability = 0.05},
    };
    for (size_t i = 0; i < ARRAY_SIZE(harm); i++)
        fake_aws_fault(run->fake, &harm[i]);
}

static bool prepare(struct run *run)
{
    snprintf(run->folder, sizeof(run->folder), "/tmp/contactwatch-convergence-XXXXXX");
    if (!mkdtemp(run->folder))
        return false;
    struct fake_aws_options options = {.seed = run->seed};
    rng_seed(&run->rng, run->seed);
    run->fake = fake_aws_start(&options);
    fake_aws_key(run->fake,
                 &(struct fake_key){.access_key = "AKIAREADREADREADREAD",
                                    .secret_key = "reads/only",
                                    .denied = "sqs:* dynamodb:PutItem dynamodb:UpdateItem "
                                              "dynamodb:DeleteItem dynamodb:BatchWriteItem "
                                              "dynamodb:CreateTable"});
    fake_aws_queue(run->fake, "dead", NULL);
    fake_aws_queue(run->fake, "contacts",
                   "{\"RedrivePolicy\":\"{\\\"deadLetterTargetArn\\\":"
                   "\\\"arn:aws:sqs:" FAKE_REGION ":" FAKE_ACCOUNT ":dead\\\","
                   "\\\"maxReceiveCount\\\":\\\"12\\\"}\"}");
    run->session = fake_session(run->fake);
    run->reading = fake_session_as(run->fake, "AKIAREADREADREADREAD", "reads/only", NULL);
    char *init[] = {"init", "--store", (char *)table_spec, NULL};
    return program_run(run, "init.log", init) == 0;
}

static size_t left(struct run *run)
{
    struct fake_queue_state state;
    return fake_aws_queue_state(run->fake, "contacts", &state)
               ? state.visible + state.in_flight + state.delayed
               : 0;
}

/* Kills one after the other while there is work. */
static void harass(struct run *run)
{
    for (unsigned i = 0; i < run->kills; i++) {
        poll(NULL, 0, (int)(run->pause_ms / 2 + rng_below(&run->rng, run->pause_ms)));
        unsigned victim = rng_below(&run->rng, run->workers);
        worker_kill(run, victim);
        worker_start(run, victim);
        if (i == run->kills / 2)
            fake_aws_outage(run->fake, 1000);
    }
}

/* The undecodable ones pass through receive after receive until the queue moves them away. */
static bool drained(struct run *run)
{
    enum { STEP_MS = 200, PATIENCE_MS = 120000 };
    for (int waited = 0; waited < PATIENCE_MS; waited += STEP_MS) {
        if (!left(run))
            return true;
        poll(NULL, 0, STEP_MS);
    }
    printf("%zu messages are left\n", left(run));
    return false;
}

static void check_all(struct run *run)
{
    struct err err = {0};
    struct store_options options = {.retention_ms = DAY_MS, .aws = run->session};
    char *fold = run_path(run, "fold.db"), *feed = run_path(run, "feed");
    char *ingest[] = {"ingest", "--source", feed, "--store", fold, "--log-level", "WARNING", NULL};
    verdict(run, "one_pass_folds_the_set", program_run(run, "fold.log", ingest) == 0);
    struct store *table = store_open(table_spec, &options, &err);
    struct store *oracle = store_open(fold, &options, &err);
    if (verdict(run, "stores_open", table && oracle)) {
        verdict(run, "every_record_and_history_is_the_fold", same_as_fold(run, table, oracle));
        verdict(run, "the_viewer_saw_everything", viewer_saw_all(run, table));
    }
    verdict(run, "only_the_undecodable_are_dead_letters", dead_letters_right(run));
    verdict(run, "spoiled_records_are_quarantined", quarantine_right(run));
    verdict(run, "every_signature_was_right", fake_aws_bad_signatures(run->fake) == 0);
    store_close(table);
    store_close(oracle);
    free(fold);
    free(feed);
}

static void clean_up(struct run *run)
{
    viewer_free(&run->viewer);
    aws_session_close(run->session);
    aws_session_close(run->reading);
    fake_aws_stop(run->fake);
    if (run->failed) {
        printf("kept: %s\n", run->folder);
        return;
    }
    char *const remove[] = {"rm", "-rf", run->folder, NULL};
    if (fork() == 0)
        execvp("rm", remove);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    struct run run = {.binary = argv[1], .workers = 3};
    run.contacts = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 300;
    run.kills = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 6;
    run.seed = argc > 4 ? strtoull(argv[4], NULL, 10) : 11;
    run.pause_ms = argc > 5 ? (unsigned)strtoul(argv[5], NULL, 10) : 2000;
    printf("seed %llu: %u contacts, %u kills\n", (unsigned long long)run.seed, run.contacts,
           run.kills);
    if (!verdict(&run, "tables_are_made", prepare(&run)))
        return 1;
    viewer_start(&run);
    verdict(&run, "the_set_is_sent", feed_send(&run));
    do_harm(&run);
    for (unsigned i = 0; i < run.workers; i++)
        worker_start(&run, i);
    harass(&run);
    bool done = drained(&run);
    fake_aws_faults_clear(run.fake);
    verdict(&run, "the_queue_is_drained", done);
    verdict(&run, "ingesters_stop_in_order", workers_stop(&run));
    poll(NULL, 0, 3000); /* the feed's way to the viewer: 2 s */
    viewer_stop(&run);
    check_all(&run);
    clean_up(&run);
    return run.failed;
}
