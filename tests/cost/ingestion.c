/* Both ways of ingestion: a worker that polls the queue, and Lambda with batches of it. */
#include <stdio.h>
#include <stdlib.h>

#include "contactwatch/json.h"
#include "cost/traffic.h"
#include "support/pack.h"

static void count_tables(struct traffic *traffic, struct usage *out, double *requests)
{
    struct fake_units units;
    fake_aws_units(traffic->fake, NULL, NULL, &units);
    out->of[PRICE_WRITE] += units.write;
    out->of[PRICE_READ] += units.read;
    *requests += (double)units.requests;
}

/* A flow log's way into the queue, whoever takes it from there: each delivery of CloudWatch is an
 * invocation that sends one message. What is sent is what the ingestion is given. */
static void keep_body(void *context, const struct fake_message *message)
{
    struct buf *body = context;
    buf_clear(body);
    buf_add(body, message->body, message->length);
}

static void forward_one(struct traffic *traffic, struct timed *forward, struct buf *body)
{
    struct buf event = {0};
    struct fake_queue_state state = {0};
    pack_awslogs(&event, body->data);
    timed_run(forward, &event);
    if (!fake_aws_queue_state(traffic->fake, TRAFFIC_QUEUE, &state) ||
        state.sent != forward->invocations)
        traffic_fail("forward", "an invocation sent more or less than one message");
    fake_aws_messages(traffic->fake, TRAFFIC_QUEUE, keep_body, body); /* the last one is it */
    buf_free(&event);
}

static bool is_of_lines(const struct typical *contact, unsigned m)
{
    return contact->message[m].to - contact->message[m].from > 1 ||
           !typical_is_event(contact, contact->message[m].from);
}

void cost_queue(struct traffic *traffic, struct row *row, struct usage *out)
{
    struct timed forward;
    timed_open(&forward, traffic, "forward", COST_FORWARD_MB);
    for (unsigned c = 0; c < COST_CONTACTS; c++)
        for (unsigned m = 0; m < traffic->messages; m++)
            if (is_of_lines(&traffic->contact[c], m))
                forward_one(traffic, &forward, &traffic->body[c][m]);
    row->forward_ms = timed_usage(&forward, out);
    timed_close(&forward);
    for (unsigned flush = 0; flush < traffic->messages; flush++)
        out->of[PRICE_SQS] += traffic_queue_requests(traffic, flush);
    row->messages = traffic->messages;
}

void cost_worker(struct traffic *traffic, struct row *row)
{
    traffic_fresh(traffic, 0);
    struct store *store = traffic_store(traffic);
    for (unsigned flush = 0; flush < traffic->messages; flush++)
        traffic_flush(traffic, store, flush);
    store_close(store);
    count_tables(traffic, &row->worker, &row->worker_requests);
}

/* As Lambda hands over a batch of the queue. */
static void write_batch(struct buf *out, const struct traffic *traffic, unsigned flush)
{
    buf_text(out, "{\"Records\":[");
    for (unsigned c = 0; c < COST_CONTACTS; c++) {
        buf_printf(out,
                   "%s{\"messageId\":\"%08x-0000-4000-8000-%012u\",\"receiptHandle\":\"handle\","
                   "\"body\":",
                   c ? "," : "", flush, c);
        json_quote(out, traffic->body[c][flush].data);
        buf_printf(out,
                   ",\"attributes\":{\"ApproximateReceiveCount\":\"1\",\"SentTimestamp\":\"%lld\"},"
                   "\"messageAttributes\":{},\"eventSource\":\"aws:sqs\",\"eventSourceARN\":"
                   "\"arn:aws:sqs:" FAKE_REGION ":" FAKE_ACCOUNT ":" TRAFFIC_QUEUE
                   "\",\"awsRegion\":\"" FAKE_REGION "\"}",
                   (long long)clock_now(NULL));
    }
    buf_text(out, "]}");
}

void cost_lambda(struct traffic *traffic, struct row *row)
{
    struct timed ingest[COST_ENVIRONMENTS], all = {.memory_mb = COST_INGEST_MB};
    struct buf event = {0};
    traffic_fresh(traffic, COST_TRIP_MS);
    for (unsigned e = 0; e < COST_ENVIRONMENTS; e++)
        timed_open(&ingest[e], traffic, "ingest", COST_INGEST_MB);
    for (unsigned flush = 0; flush < traffic->messages; flush++) {
        buf_clear(&event);
        write_batch(&event, traffic, flush);
        timed_run(&ingest[flush % COST_ENVIRONMENTS], &event);
    }
    for (unsigned e = 0; e < COST_ENVIRONMENTS; e++) {
        for (size_t i = 0; i < ingest[e].invocations; i++) {
            mem_grow(all.ms, all.invocations, all.capacity);
            all.ms[all.invocations++] = ingest[e].ms[i];
        }
        timed_close(&ingest[e]);
    }
    row->ingest_ms = timed_usage(&all, &row->lambda);
    count_tables(traffic, &row->lambda, &row->lambda_requests);
    free(all.ms);
    buf_free(&event);
}
