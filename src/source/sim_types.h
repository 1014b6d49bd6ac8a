/* The things of the simulated contact centre: queues, agents, contacts. */
#ifndef SOURCE_SIM_TYPES_H
#define SOURCE_SIM_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "contactwatch/mem.h"
#include "source/sim_script.h"

enum {
    SIM_MAX_QUEUES = 9,  /* a menu has nine digits */
    SIM_MAX_NAME = 127,  /* bytes of a name from the names file */
    SIM_MAX_DEPTH = 4,   /* a flow and the modules in it */
    SIM_AGENT_SLOTS = 3, /* chats at once */
    SIM_AGENT_QUEUES = 3,
    SIM_ARN = 256,
    SIM_UUID = 37,
    SIM_LOG_BATCH = 25, /* log events in one subscription payload */
    SIM_MAX_STREAMS = 16,
    SIM_SUPERVISORS = 3,
    SIM_CUSTOMERS = 1000, /* as many as there are telephone numbers kept for fiction */
    SIM_SL_TARGET_MS = 20000,
};

enum sim_channel { SIM_VOICE, SIM_CHAT, SIM_TASK, SIM_EMAIL, SIM_CHANNELS };
enum sim_method {
    SIM_INBOUND,
    SIM_OUTBOUND,
    SIM_API,
    SIM_WEBRTC,
    SIM_TRANSFER,
    SIM_QUEUE_TRANSFER,
    SIM_CALLBACK,
    SIM_DISCONNECT,
    SIM_MONITOR,
    SIM_EXTERNAL,
    SIM_REPLY,
    SIM_METHODS
};
enum sim_event {
    SIM_INITIATED,
    SIM_CONNECTED_TO_SYSTEM,
    SIM_QUEUED,
    SIM_CONNECTED_TO_AGENT,
    SIM_PAUSED,
    SIM_RESUMED,
    SIM_DISCONNECTED,
    SIM_COMPLETED,
    SIM_DATA_UPDATED,
    SIM_AMD_DISABLED,
    SIM_EVENTS
};
extern const char *const sim_channel_name[SIM_CHANNELS];
extern const char *const sim_method_name[SIM_METHODS];

struct sim_flow {
    const struct sim_script *script;
    char name[SIM_MAX_NAME + 1];
    char arn[SIM_ARN];
    char (*block_id)[SIM_UUID + 40]; /* Identifier of each block */
};

struct sim_contact;
struct sim_wait { /* contacts waiting, oldest first */
    struct sim_contact *first, *last;
};
struct sim_ring { /* agents that may be free, by index */
    uint32_t *item;
    size_t head, count, capacity;
};
enum sim_profile { PROFILE_VOICE, PROFILE_CHAT, PROFILE_SUPERVISOR, SIM_PROFILES };

struct sim_queue {
    char name[SIM_MAX_NAME + 1];
    char id[SIM_UUID];
    char arn[SIM_ARN];
    double weight; /* of all demand */
    double surge;  /* demand now, relative to that */
    struct sim_wait wait[SIM_CHANNELS];
    struct sim_ring idle[SIM_PROFILES];
    struct {
        size_t first, pool; /* agents first … first+pool-1 have it as their main queue */
        size_t staffed;     /* logged in */
        double factor;      /* staffing learned from the service level */
        double good, all;   /* answers within the target, decayed */
    } staff[SIM_PROFILES];
};

enum sim_agent_status {
    AGENT_OFFLINE,
    AGENT_AVAILABLE,
    AGENT_LUNCH,
    AGENT_BREAK,
    AGENT_TRAINING,
    SIM_STATUSES
};
enum sim_agent_state {
    STATE_CONNECTING,
    STATE_CONNECTED,
    STATE_ONHOLD,
    STATE_ENDED,
    STATE_MISSED,
    STATE_PAUSED
};
struct sim_slot {
    struct sim_contact *contact;
    enum sim_agent_state state;
    int64_t since;
};
struct sim_agent {
    char id[SIM_UUID];
    const char *first, *last, *user; /* in sim->arena, or constants */
    enum sim_profile profile;
    enum sim_agent_status status;
    int64_t status_since, last_event;
    uint8_t queue[SIM_AGENT_QUEUES];
    uint8_t queues;
    uint8_t listed;         /* bit i: in the idle ring of queue[i] */
    bool beating, expected; /* expected: will be back by an action */
    struct sim_slot slot[SIM_AGENT_SLOTS];
    uint8_t slots;
    struct sim_contact *reserved;        /* transferred to this very agent, waiting */
    struct buf snapshot;                 /* as in the latest event */
    size_t settings_at, settings_length; /* where its Configuration is in there */
};

enum sim_stage {
    STAGE_NEW,
    STAGE_FLOW,
    STAGE_QUEUED,
    STAGE_RINGING,
    STAGE_WHISPER,
    STAGE_AGENT,
    STAGE_ENDED
};
struct sim_frame {
    const struct sim_flow *flow;
    uint16_t block;
};

/* One contact (leg). Freed once ended and no action names it any more. */
struct sim_contact {
    struct sim_contact *next, *previous; /* all live ones */
    struct sim_contact *behind, *ahead;  /* in its queue */
    struct sim_contact *peer; /* the leg it is transferred to or came from, while both live */
    char id[SIM_UUID], initial[SIM_UUID], prior[SIM_UUID], related[SIM_UUID];
    enum sim_channel channel;
    enum sim_method method;
    enum sim_stage stage;
    uint32_t epoch;   /* an action of an earlier epoch is void */
    uint32_t pending; /* actions that name it */
    int customer;     /* index of */
    uint8_t stream;
    int64_t scheduled;
    const char *updated; /* property that CONTACT_DATA_UPDATED names */
    bool identified, logging, complete, survey, tagged, waiting;
    uint8_t attempts, tries, score;
    struct sim_queue *queue;
    struct sim_agent *agent, *target;
    int64_t initiated, system, enqueued, answered, ended, work_end, held_since, held;
    const char *reason, *detection;
    struct sim_frame frame[SIM_MAX_DEPTH];
    uint8_t depth, phase;
    int64_t block_start;
    int option; /* what the block will come to, drawn when it began */
};

#endif
