#include "cost/traffic.h"

#include <stdio.h>
#include <stdlib.h>

#include "contactwatch/dynamodb.h"
#include "contactwatch/grouping.h"
#include "fakes/fake_session.h"

_Noreturn void traffic_fail(const char *what, const char *why)
{
    fprintf(stderr, "cost: %s: %s\n", what, why);
    exit(1);
}

void traffic_fresh(struct traffic *traffic, int64_t trip_ms)
{
    static const char *const tables[] = {TRAFFIC_TABLE, TRAFFIC_TABLE "-History",
                                         TRAFFIC_TABLE "-Feed"};
    struct err err = {0};
    char request[64];
    fake_aws_faults_clear(traffic->fake);
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        snprintf(request, sizeof(request), "{\"TableName\":\"%s\"}", tables[i]);
        fake_aws_call(traffic->fake, "DynamoDB_20120810.DeleteTable", request, NULL);
    }
    if (!dynamodb_init(TRAFFIC_TABLE, traffic->session, NULL, NULL, &err))
        traffic_fail("tables", err.text);
    fake_aws_units_reset(traffic->fake);
    if (trip_ms)
        fake_aws_fault(traffic->fake, &(struct fake_rule){.fault = FAKE_SLOW, .ms = trip_ms});
}

void traffic_open(struct traffic *traffic, const struct shape *shape)
{
    int64_t start = clock_now(NULL) - HOUR_MS;
    *traffic = (struct traffic){.fake = fake_aws_start(NULL)};
    traffic->session = fake_session(traffic->fake);
    fake_aws_queue(traffic->fake, TRAFFIC_QUEUE, NULL);
    fake_aws_bucket(traffic->fake, TRAFFIC_BUCKET);
    for (unsigned c = 0; c < COST_CONTACTS; c++) {
        struct typical *contact = &traffic->contact[c];
        typical_contact(contact, shape->events, shape->lines, c, start + c * SECOND_MS);
        traffic->messages = contact->messages;
        for (unsigned m = 0; m < contact->messages; m++)
            typical_message(&traffic->body[c][m], contact, m);
    }
    traffic_fresh(traffic, COST_TRIP_MS);
}

void traffic_close(struct traffic *traffic)
{
    for (unsigned c = 0; c < COST_CONTACTS; c++)
        for (unsigned m = 0; m < traffic->messages; m++)
            buf_free(&traffic->body[c][m]);
    aws_session_close(traffic->session);
    fake_aws_stop(traffic->fake);
}

struct store *traffic_store(const struct traffic *traffic)
{
    const struct store_options options = {.aws = traffic->session};
    struct err err = {0};
    struct store *store = store_open(TRAFFIC_STORE, &options, &err);
    if (!store)
        traffic_fail("store", err.text);
    return store;
}

static void on_event(void *context, const struct event *event)
{
    grouping_event(context, event);
}

static void on_refused(void *context, const char *where, const char *why, const char *text,
                       size_t length)
{
    (void)context, (void)text, (void)length;
    traffic_fail(where, why);
}

void traffic_flush(struct traffic *traffic, struct store *store, unsigned flush)
{
    struct grouping grouping = {0};
    struct store_change change[COST_CONTACTS];
    struct group *of_contact;
    struct err err = {0};
    size_t count = 0;
    const struct decode_options options = {0};
    const struct decode_sink sink = {
        .context = &grouping, .event = on_event, .refused = on_refused};
    for (unsigned c = 0; c < COST_CONTACTS; c++) {
        const struct buf *body = &traffic->body[c][flush];
        decode_body(&grouping.arena, &options, body->data, body->length, clock_now(NULL), &sink);
    }
    for (size_t i = 0; (of_contact = grouping_next(&grouping, &i));) {
        group_sort(of_contact);
        change[count++] =
            (struct store_change){.delta = &of_contact->delta, .entries = &of_contact->entries};
    }
    if (!store_apply(store, change, count, &err))
        traffic_fail("store", err.text);
    for (size_t i = 0; i < count; i++)
        if (change[i].outcome != STORE_STORED)
            traffic_fail("store", "a contact was not stored");
    grouping_free(&grouping);
}

static double chunks(size_t bytes)
{
    return (double)((bytes + COST_SQS_CHUNK - 1) / COST_SQS_CHUNK);
}

double traffic_queue_requests(const struct traffic *traffic, unsigned flush)
{
    double sends = 0;
    size_t bytes = 0;
    for (unsigned c = 0; c < COST_CONTACTS; c++) {
        const struct buf *body = &traffic->body[c][flush];
        sends += chunks(body->length);
        bytes += body->length;
    }
    return sends + chunks(bytes) + 1;
}
