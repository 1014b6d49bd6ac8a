/* Events by hand, as the decoder would deliver them. Texts and bodies live in the arena or are the
 * caller's. */
#ifndef TESTS_MAKE_EVENT_H
#define TESTS_MAKE_EVENT_H

#include "contactwatch/event.h"
#include "contactwatch/record.h"

/* A contact event of a type at a time; the caller fills in what else its detail says, then seals
 * it. */
struct event make_contact_event(const char *contact_id, const char *type, int64_t time);
/* A flow log line of a block. */
struct event make_flow_log(const char *contact_id, const char *block_type, int64_t time);
/* SetAttributes of one key. */
struct event make_attribute(const char *contact_id, const char *key, const char *value,
                            int64_t time);
/* Parameters put by a flow, as JSON text. */
struct event make_flow_lambda(struct arena *arena, const char *contact_id, const char *parameters,
                              int64_t time);
struct event make_agent_state(const char *contact_id, const char *agent_arn, const char *state,
                              int64_t time);

/* {"queueArn":…} and {"agentArn":…} in canonical form; 0 leaves the time out. */
const char *make_queue_info(struct arena *arena, const char *queue_arn, int64_t enqueued);
const char *make_agent_info(struct arena *arena, const char *agent_arn, int64_t connected);

/* Gives the event's entry its body and identity from its fields. */
void make_seal(struct arena *arena, struct event *event);

/* The record of a number of events. */
struct record make_record(const char *contact_id, const struct event *events, size_t count);

#endif
