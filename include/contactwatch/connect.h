/*
 * Amazon Connect's own calls, thin: the requests that list names and describe a contact, and what
 * their answers say. Pure but for the call it fills; source: the service model "connect".
 */
#ifndef CONTACTWATCH_CONNECT_H
#define CONTACTWATCH_CONNECT_H

#include "contactwatch/aws.h"
#include "contactwatch/err.h"
#include "contactwatch/mem.h"

/* The parts of "arn:aws:connect:REGION:ACCOUNT:instance/ID"; false when the text is not one. An ARN
 * of something inside an instance gives the instance too. */
struct connect_instance {
    char arn[160];
    char region[32];
    char id[64];
};
bool connect_instance_read(struct connect_instance *out, const char *arn);

/* What has a name, in the order in which it is listed. */
enum connect_list {
    CONNECT_QUEUES,
    CONNECT_USERS,
    CONNECT_PROMPTS,
    CONNECT_FLOWS,
    CONNECT_MODULES,
    CONNECT_LIST_COUNT
};

enum { CONNECT_PAGE = 1000, CONNECT_TOKEN_MAX = 8192 };

/* Fills the request of one page; its path and query live in the arena. token NULL = the first. */
void connect_list_call(struct aws_call *call, struct arena *arena, enum connect_list list,
                       const char *instance_id, const char *token, unsigned page_size);

/* Reads a page: visits id and name of each that has both. *token is the next page's, in the arena,
 * NULL behind the last. */
struct connect_visit {
    void *context;
    void (*name)(void *context, const char *id, const char *name);
};
bool connect_list_read(struct arena *arena, enum connect_list list, const char *body, size_t length,
                       const struct connect_visit *visit, const char **token, struct err *err);

void connect_describe_call(struct aws_call *call, struct arena *arena, const char *instance_id,
                           const char *contact_id);

/* What DescribeContact says, as far as a record has room for it. Texts live in the arena, NULL when
 * absent; times INSTANT_NONE when absent or a sentinel. */
struct connect_contact {
    const char *id, *channel, *method;
    const char *initial_id, *previous_id, *related_id, *customer_id;
    const char *queue_id, *agent_id;
    const char *disconnect_reason;
    int64_t initiated, connected_to_system, enqueued, connected_to_agent, disconnected;
    int64_t acw_start, acw_end;
    int64_t hold_s; /* -1 = not said */
};
bool connect_describe_read(struct arena *arena, const char *body, size_t length,
                           struct connect_contact *out, struct err *err);

#endif
