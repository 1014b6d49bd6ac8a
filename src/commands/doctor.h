/*
 * doctor: looks at everything a mode needs, changes nothing, and says of each finding what was seen
 * and what to do. One file per thing looked at; each adds its findings in order.
 */
#ifndef COMMANDS_DOCTOR_H
#define COMMANDS_DOCTOR_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "contactwatch/aws.h"
#include "contactwatch/ui.h"

enum finding_state { FINDING_OK, FINDING_WARNING, FINDING_FAILED, FINDING_STATES };

struct finding {
    enum finding_state state;
    const char *subject;
    const char *seen;
    const char *todo; /* NULL = nothing */
};

struct doctor_options {
    const char *store, *source; /* specs; source NULL = none */
    struct aws_session *aws;    /* NULL: not needed; or aws_error says why there is none */
    const char *aws_error;
    const char *const *instances; /* NULL-terminated ARNs; may be NULL */
    int64_t retention_ms, stats_window_ms;
    bool view_only;                     /* only what a viewer needs */
    const struct ui_terminal *terminal; /* NULL = not looked at */
    const struct clock *clock;          /* NULL = the system's */
    /* Tests: answers instead of the service. */
    void (*ask)(void *context, enum aws_service service, struct aws_call *call);
    void *ask_context;
};

struct doctor {
    const struct doctor_options *options;
    struct arena arena; /* of the findings, and of answers */
    struct finding *finding;
    size_t findings, capacity;
    struct aws_client *client[AWS_SERVICE_COUNT];
    bool offline;          /* no credentials: nothing is asked */
    const char *queue_url; /* NULL = it was not found */
    bool queue_there;
    /* dynamodb */
    char *table, *history, *feed;
    bool table_there, history_there, feed_there, imported;
};

/* todo may be NULL; it is kept as it is, seen is formatted. */
void doctor_add(struct doctor *doctor, enum finding_state state, const char *subject,
                const char *todo, const char *seen, ...) __attribute__((format(printf, 5, 6)));
/* One call; true when it was answered well. The call is the caller's to free. */
bool doctor_ask(struct doctor *doctor, enum aws_service service, struct aws_call *call);
/* The answer as a tree in the doctor's arena; NULL when it is none. */
const cJSON *doctor_answer(struct doctor *doctor, const struct aws_call *call);
/* "AccessDeniedException: not allowed to…", in the arena. */
const char *doctor_why(struct doctor *doctor, const struct aws_call *call);
/* "3 d", "4 h", "30 s" */
const char *doctor_span(struct doctor *doctor, int64_t seconds);

void doctor_examine(struct doctor *doctor, const struct doctor_options *options);
void doctor_free(struct doctor *doctor);
size_t doctor_count(const struct doctor *doctor, enum finding_state state);

void doctor_print(FILE *out, const struct doctor *doctor, bool ascii);
void doctor_print_json(FILE *out, const struct doctor *doctor);

/* What is looked at. */
void doctor_session(struct doctor *doctor);     /* credentials, whose, region, endpoints, clock */
void doctor_queue(struct doctor *doctor);       /* an sqs: source */
void doctor_source(struct doctor *doctor);      /* a file, or none */
void doctor_sqlite(struct doctor *doctor);      /* an sqlite: store */
void doctor_tables(struct doctor *doctor);      /* a dynamodb: store */
void doctor_permissions(struct doctor *doctor); /* of what each mode needs */
void doctor_retention(struct doctor *doctor);
void doctor_original(struct doctor *doctor); /* the original project's writers */
void doctor_connect(struct doctor *doctor);  /* names, DescribeContact */
void doctor_terminal(struct doctor *doctor);

#endif
