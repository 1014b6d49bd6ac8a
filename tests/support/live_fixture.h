/* Contacts by hand for the live model: a leg is what its last contact event would say. */
#ifndef TESTS_LIVE_FIXTURE_H
#define TESTS_LIVE_FIXTURE_H

#include "contactwatch/live.h"

#define QUEUE_BILLING "arn:aws:connect:eu-west-2:111122223333:instance/i1/queue/b1111111-aaaa"
#define QUEUE_SALES   "arn:aws:connect:eu-west-2:111122223333:instance/i1/queue/5a1e5000-bbbb"
#define AGENT_JANE    "arn:aws:connect:eu-west-2:111122223333:instance/i1/agent/a9e47000-cccc"

struct test_leg {
    const char *id;
    const char *channel;    /* NULL = VOICE */
    const char *method;     /* NULL = INBOUND */
    const char *queue;      /* NULL with an enqueue time = QUEUE_BILLING */
    const char *queue_type; /* NULL = STANDARD */
    const char *agent;      /* NULL with an agent time = AGENT_JANE */
    const char *initial, *previous, *customer, *type; /* type NULL = by the times */
    const char *attribute, *value;
    const char *flow, *block; /* a flow log line at flow_at */
    const char *module;       /* ... logged by this module inside the flow */
    int64_t start, system, enqueued, agent_at, end, acw_end, flow_at;
    int64_t stamp; /* of the event; 0 = the latest of the times */
    int hold_s;
    bool completed;
};

/* Builds the record; free it with record_free. */
void test_record(struct record *record, const struct test_leg *leg);
/* Applies it to the model as a note would. */
void test_put(struct live *live, const struct test_leg *leg, int64_t now);
/* One history entry; the same arguments give the same identity. */
void test_entry(struct live *live, const char *id, unsigned marks, int64_t time, const char *body,
                int64_t now);
/* An agent event's word on a contact. */
void test_agent_state(struct live *live, const char *id, const char *state, int64_t since,
                      int64_t now);

/* A made-up contact that may wait or be answered: the same number has the same id. */
struct rng;
void test_any_record(struct rng *rng, struct record *record, size_t number, int64_t now);

/* cmocka's: *state is an empty model, in UTC. */
int live_setup(void **state);
int live_teardown(void **state);

#endif
