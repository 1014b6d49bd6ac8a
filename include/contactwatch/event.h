/*
 * A decoded event: typed fields that the fold reads, and the entry that the history keeps.
 * Everything it points to lives in the decoder's arena. Pure data.
 */
#ifndef CONTACTWATCH_EVENT_H
#define CONTACTWATCH_EVENT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contactwatch/entry.h"
#include "contactwatch/err.h"
#include "contactwatch/flow_event.h"
#include "contactwatch/mem.h"

/* Lifecycle of a contact. The number is the rank: the order among events of one millisecond. */
enum lifecycle {
    LIFECYCLE_NONE, /* CONTACT_DATA_UPDATED, AMD_DISABLED and unknown types: data, not Status */
    LIFECYCLE_INITIATED,
    LIFECYCLE_CONNECTED_TO_SYSTEM,
    LIFECYCLE_QUEUED,
    LIFECYCLE_CONNECTED_TO_AGENT,
    LIFECYCLE_PAUSED,
    LIFECYCLE_RESUMED,
    LIFECYCLE_DISCONNECTED,
    LIFECYCLE_COMPLETED,
    LIFECYCLE_COUNT
};
extern const char *const lifecycle_name[LIFECYCLE_COUNT]; /* "INITIATED"… ; LIFECYCLE_NONE is "" */
enum lifecycle lifecycle_of(const char *event_type);      /* LIFECYCLE_NONE if unknown */
int lifecycle_terminal(enum lifecycle state);             /* COMPLETED 2, DISCONNECTED 1, else 0 */

/* Ranks of entries that are not lifecycle events; they sort behind those of the same millisecond.
 */
enum { RANK_DATA = 9, RANK_FLOW = 10, RANK_LAMBDA = 11, RANK_AGENT = 12 };

/*
 * (terminal, stamp, rank) packed so that the greater number is the greater register stamp, and so
 * that it fits a JSON number exactly: terminal << 46 | ms << 4 | rank. 0 = never set by anything
 * that has a time.
 */
uint64_t stamp_pack(int terminal, int64_t ms, int rank);
/*
 * The stamp of what is said of a contact beside the point, as ContactData of a flow's event is:
 * later than 0, among its like by time, and earlier than any stamp_pack of an event's time. So a
 * contact event's own word always wins.
 */
uint64_t stamp_aside(int64_t ms);
int64_t stamp_time(uint64_t stamp);
int stamp_rank(uint64_t stamp);
int stamp_terminal(uint64_t stamp);

/* detail of a contact event. Texts are NULL when null, "", or absent; times INSTANT_NONE when
 * absent or a sentinel. */
struct contact_event {
    const char *type; /* as sent */
    enum lifecycle state;
    const char *channel;                               /* upper case */
    const char *method;                                /* initiationMethod */
    const char *initial_id, *previous_id, *related_id; /* NULL if the contact's own */
    const char *instance_arn;
    const char *customer_id; /* detail.customerId */
    const char *disconnect_reason;
    const char *queue_info; /* canonical JSON in camelCase keys, nulls and sentinels left out; NULL
                               if nothing is left */
    const char *agent_info; /* likewise */
    int64_t initiated, connected_to_system, enqueued, connected_to_agent, disconnected, acw_end;
};

/* One contact flow log line. */
struct flow_log {
    const char *flow_id;     /* ContactFlowId, an ARN of a flow or module */
    const char *flow_name;   /* may be NULL */
    const char *run_id;      /* inside modules the flow that runs the outermost one; NULL outside */
    const char *block_type;  /* ContactFlowModuleType */
    const char *block_id;    /* Identifier, may be NULL */
    const char *results;     /* may be NULL */
    const char *key, *value; /* SetAttributes: the attribute set; both NULL otherwise */
    const char *instance_arn; /* taken from the flow's ARN; may be NULL */
};

/* What an agent event says of one contact it names: the event is split, one per
 * contact. */
struct agent_state {
    const char *agent_arn, *agent_name; /* Configuration.Username */
    const char *event_type;             /* STATE_CHANGE… */
    const char *state; /* CONNECTED, CONNECTED_ONHOLD…; "GONE" when it left Contacts[] */
    int64_t since;     /* StateStartTimestamp */
    const char *queue_arn, *queue_name;
};

/* A flow's Parameters put on the record by the insert function; attributes are name, value pairs.
 */
struct flow_lambda {
    const cJSON *parameters;          /* object of strings */
    const struct flow_event *contact; /* what came with them; NULL = nothing */
};

struct event {
    const char *contact_id; /* at most CONTACT_ID_MAX bytes, not empty */
    struct entry entry;
    int64_t sent; /* when the transport took it (SQS SentTimestamp…), else arrival: for lag only */
    union {
        struct contact_event contact; /* LOGTYPE_CONTACT */
        struct flow_log flow;         /* LOGTYPE_FLOW */
        struct agent_state agent;     /* LOGTYPE_AGENT */
        struct flow_lambda lambda;    /* LOGTYPE_LAMBDA */
    };
};

enum { CONTACT_ID_MAX = 256 };

/* An agent event's word on the agent itself: for the Agents view and the names. Handed out once per
 * agent event. */
struct agent_event {
    const char *agent_arn, *agent_name;
    const char *event_type;
    const char *status_name; /* AgentStatus.Name: Available, Lunch… */
    const char *status_type; /* ROUTABLE, CUSTOM, OFFLINE */
    int64_t status_since;
    int64_t time;
    int contacts;
};
enum { AGENT_TEXT_MAX = 512 };
/* Has it an ARN, and no text longer than AGENT_TEXT_MAX? Others are not kept. */
bool agent_event_fits(const struct agent_event *agent);
/* Order by time; of one time by what it says, so that all who join the same events agree. */
int agent_event_compare(const struct agent_event *a, const struct agent_event *b);
/* A copy whose texts live in the arena. */
struct agent_event agent_event_copy(struct arena *arena, const struct agent_event *agent);

#endif
