/* What the functions that flows call have in common: reading the event, a store that waits no
 * longer than the flow does, and flat answers. */
#ifndef LAMBDA_FLOW_CALL_H
#define LAMBDA_FLOW_CALL_H

#include "contactwatch/flow_event.h"
#include "contactwatch/lambda.h"

/* One thread's. The store is opened by the first invocation: an init must ask no network. */
struct flow_caller {
    const struct lambda_setup *setup;
    struct store *store;
    struct arena arena; /* of one invocation */
    bool read_only;
    int64_t most_ms;   /* what an invocation may take */
    int64_t margin_ms; /* what is left of the function's own time for the answer */
    int64_t give_up;   /* of the last invocation, as the store's */
};
struct flow_caller *flow_caller_open(const struct lambda_setup *setup, bool read_only,
                                     int64_t most_ms, int64_t margin_ms);
void flow_caller_close(struct flow_caller *caller);

/* Reads the event into the arena, which is emptied before. False with err set when it is no
 * contact's. */
bool flow_call_read(struct flow_caller *caller, const struct lambda_invocation *invocation,
                    struct flow_event *out, struct err *err);
/* The store, with as long to answer as this invocation has. NULL with err set. */
struct store *flow_call_store(struct flow_caller *caller,
                              const struct lambda_invocation *invocation, struct err *err);
/* Are events of this instance wanted here? */
bool flow_call_instance(const struct flow_caller *caller, const struct flow_event *event);

/* Members of a flat object of texts: {"a":"b","c":"d"}. */
void flow_answer_text(struct buf *out, const char *name, const char *text);
void flow_answer_number(struct buf *out, const char *name, int64_t number);
void flow_answer_end(struct buf *out);

#endif
