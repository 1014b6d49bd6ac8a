/*
 * Inside the simulated contact centre: a discrete-event simulation. One heap holds what is yet to
 * happen (actions), one what is yet to arrive (messages); the clock jumps from action to action.
 * One thread; nothing here blocks or does I/O once the centre is built. Every random draw comes
 * from one generator, so the order of draws is the order of events.
 */
#ifndef SOURCE_SIM_INTERNAL_H
#define SOURCE_SIM_INTERNAL_H

#include <zlib.h>

#include "contactwatch/rng.h"
#include "contactwatch/sim.h"
#include "source/sim_types.h"

typedef void (*sim_action)(struct sim *sim, struct sim_contact *contact, int argument);
struct sim_timed {
    int64_t at;
    uint64_t sequence;
    union {
        struct {
            sim_action run;
            struct sim_contact *contact;
            uint32_t epoch;
            int argument;
        } action;
        struct {
            char *body;
            size_t length;
        } message;
    } as;
};
struct sim_heap {
    struct sim_timed *item;
    size_t count, capacity;
};

struct sim_stream {
    char tail[32];
    struct buf events; /* comma-separated logEvents */
    unsigned count;
    uint32_t batch; /* number of the one being filled */
};

struct sim {
    struct sim_options options;
    struct rng rng;
    int64_t now;
    uint64_t sequence, log_sequence;
    struct sim_heap actions, outbox;
    uint64_t arrivals;   /* contacts that came of themselves */
    double arrival_debt; /* fraction of a millisecond owed to the next gap */
    bool closed;         /* no more arrivals */
    size_t live;
    struct sim_contact *contacts;

    char instance[128], region[16], account[16], alias[64], instance_id[SIM_UUID];
    char number[16]; /* the one dialled */
    struct sim_queue queue[SIM_MAX_QUEUES];
    size_t queues;
    struct sim_agent *agent;
    size_t agents;
    struct arena arena; /* agents' names */
    char **given_agent; /* names from the names file */
    size_t given_agents;
    size_t given_flows, given_lambdas;
    struct sim_flow flow[SIM_FLOWS];
    char lambda_arn[SIM_LAMBDAS][SIM_ARN];
    char lambda_name[SIM_LAMBDAS][SIM_MAX_NAME + 1];
    char prompt_arn[2][SIM_ARN], bot_arn[SIM_ARN];
    char menu[1024]; /* its text, made of the queues' names */
    double shape[24];

    struct sim_stream stream[SIM_MAX_STREAMS];
    size_t streams;
    struct buf line, parameters, external, value, value2, body, plain, packed;
    z_stream deflate;
    bool deflating;
};

/* sim_world.c: the centre's things and their names */
void sim_world_build(struct sim *sim);
void sim_world_free(struct sim *sim);
void sim_uuid_of(const char *kind, const char *name,
                 char out[SIM_UUID]); /* the same for the same name */
void sim_uuid(struct sim *sim, char out[SIM_UUID]);
extern const char *const sim_prompt_name[2];
/* sim_names.c */
bool sim_names_load(struct sim *sim, const char *path, struct err *err);
/* sim_staff.c: who works when */
void sim_agents_start(struct sim *sim);
void sim_agent_pause(struct sim *sim, struct sim_agent *agent, enum sim_agent_status status,
                     int64_t length);
/* sim_agents.c: what agents' events say */
void sim_agent_status(struct sim *sim, struct sim_agent *agent, enum sim_agent_status status);
void sim_agent_take(struct sim *sim, struct sim_agent *agent, struct sim_contact *contact,
                    enum sim_agent_state state);
void sim_agent_state(struct sim *sim, struct sim_contact *contact, enum sim_agent_state state);
void sim_agent_drop(struct sim *sim,
                    struct sim_contact *contact); /* its after-contact work is done */

/* sim_route.c: queues meet agents */
void sim_enqueue(struct sim *sim, struct sim_contact *contact, struct sim_queue *queue);
void sim_unqueue(struct sim_contact *contact);
void sim_requeue(struct sim *sim, struct sim_contact *contact); /* back to the head of its queue */
void sim_agent_free(struct sim *sim, struct sim_agent *agent);
struct sim_agent *sim_idle_agent(struct sim *sim, struct sim_queue *queue,
                                 enum sim_profile profile);

/* sim_contact.c: a contact's life */
struct sim_contact *sim_contact_new(struct sim *sim, enum sim_channel channel,
                                    enum sim_method method, const struct sim_contact *from);
void sim_contact_unref(struct sim *sim, struct sim_contact *contact);
void sim_contact_connected(struct sim *sim, struct sim_contact *contact);
void sim_contact_flow(struct sim *sim, struct sim_contact *contact, enum sim_flow_id flow,
                      int64_t delay);
void sim_contact_ring(struct sim *sim, struct sim_contact *contact, struct sim_agent *agent);
void sim_contact_end(struct sim *sim, struct sim_contact *contact);
void sim_hold(struct sim *sim, struct sim_contact *contact, bool on);
void sim_contact_answer(struct sim *sim,
                        struct sim_contact *contact); /* an agent and it are joined */
/* sim_arrivals.c: what comes of itself */
void sim_shape_build(struct sim *sim);
double sim_load(const struct sim *sim, int64_t at); /* demand at that time, 1 = the day's mean */
double sim_peak(const struct sim *sim);
extern const double
    sim_minutes[SIM_PROFILES]; /* agents' minutes of work per contact that arrives */
void sim_arrivals_start(struct sim *sim);
/* sim_legs.c: what follows from another contact */
void sim_talk_plan(struct sim *sim, struct sim_contact *contact);
void sim_callback(struct sim *sim, struct sim_contact *contact, int64_t delay);
void sim_callback_dial(struct sim *sim, struct sim_contact *contact);
void sim_queue_transfer(struct sim *sim, struct sim_contact *contact);
void sim_leg_ended(struct sim *sim, struct sim_contact *contact);

/* sim_script.c: flows as data; sim_run.c: their execution */
void sim_run_start(struct sim *sim, struct sim_contact *contact, enum sim_flow_id flow,
                   int64_t delay);

/* sim_text.c */
struct sim_pair {
    const char *key, *value;
    size_t key_length, value_length;
};
bool sim_pair(const char **pairs, struct sim_pair *out); /* the next key=value; false at the end */
void sim_expand(const struct sim *sim, const struct sim_contact *contact, const char *text,
                size_t length, struct buf *out);
/* Appends the pairs as an object of strings, $variables resolved. Uses sim->value. */
void sim_object(struct sim *sim, const struct sim_contact *contact, const char *pairs,
                struct buf *out);
/* An object of the names and values given, up to NULL; valid until the next call. */
const char *sim_parameters(struct sim *sim, ...) __attribute__((sentinel));

/* sim_events.c and sim_log.c: the wire */
void sim_emit(struct sim *sim, struct sim_contact *contact, enum sim_event event);
void sim_log(struct sim *sim, const struct sim_contact *contact, int64_t at, const char *results,
             const char *external, const char *parameters);
void sim_log_start(struct sim *sim);
void sim_log_free(struct sim *sim);
/* sim.c */
bool sim_over(const struct sim *sim); /* no contact is left, and none will come */
void sim_after(struct sim *sim, int64_t delay, sim_action run, struct sim_contact *contact,
               int argument);
void sim_send(struct sim *sim, const struct buf *body, int64_t lag);
int64_t sim_between(struct sim *sim, int64_t low, int64_t high);
int64_t sim_around(struct sim *sim, double median_ms, double sigma);
bool sim_percent(struct sim *sim, int percent);
int sim_account(const struct sim_contact *contact);
void sim_member(struct buf *out, const char *key,
                const char *value);                          /* a value that needs no escape */
void sim_time(struct buf *out, const char *key, int64_t at); /* ,"key":"…Z" */
const char *sim_first_name(int index);

#endif
