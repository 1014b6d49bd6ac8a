/*
 * A contact's life by hand, sent through the decoder and the fold as the wire would send it, and
 * both its stories as text. Times are seconds behind 10:00:00 UTC.
 */
#ifndef TESTS_JOURNEY_CASE_H
#define TESTS_JOURNEY_CASE_H

#include "contactwatch/journey.h"

/* Contacts of one chain; the first eight characters are what a story shows. */
#define LEG_A "aaaa1111-0000-4000-8000-00000000000a"
#define LEG_B "bbbb2222-0000-4000-8000-00000000000b"

enum { CASE_CONTACTS = 8 };

struct case_contact {
    const char *id, *method, *channel,
        *chain;       /* chain: members that name the contacts before it, or NULL */
    double initiated; /* below 0: not known */
    struct buf kept;  /* members that later events carry on */
    struct record record;
    struct history history;
};

struct journey_case {
    struct arena arena;
    struct names names;
    struct mask mask;
    bool masked, ascii;
    double now;
    const char *hide; /* hide_prompts */
    struct case_contact contact[CASE_CONTACTS];
    size_t count;
    struct journey journey;
    struct buf head, friendly, techy;
    const char
        *flow; /* of the blocks that follow: id and name; "id|name|module" runs inside a module */
};

void case_start(struct journey_case *c);
void case_call_start(struct journey_case *c); /* and LEG_A has called in at 0 */
void case_free(struct journey_case *c);
/* cmocka's: *state is a case, started. */
int case_setup(void **state);
int case_call_setup(void **state);
int case_teardown(void **state);

/* A contact; its events follow. chain is LEG_A's id for a later leg, or NULL. */
void case_contact(struct journey_case *c, const char *id, const char *channel, const char *method,
                  double initiated, const char *previous);
/*
 * A contact event. QUEUED brings queue "Billing" with its timestamp, CONNECTED_TO_AGENT agent
 * j.doe, DISCONNECTED its timestamp; later events keep them. more: further members of the detail,
 * kept as well, or NULL.
 */
void case_event(struct journey_case *c, const char *id, const char *type, double at,
                const char *more);
/* As case_event, with another queue or agent: "queue/sales", "agent/roe". */
void case_event_at(struct journey_case *c, const char *id, const char *type, double at,
                   const char *place);

/* A flow log line; block, parameters (JSON) and results may be NULL; more: further members, or
 * NULL. */
void case_block(struct journey_case *c, const char *id, double at, const char *type,
                const char *block, const char *parameters, const char *results);
void case_block_more(struct journey_case *c, const char *id, double at, const char *type,
                     const char *block, const char *parameters, const char *more);
/* An agent event that names the contact in this state. */
void case_agent(struct journey_case *c, const char *id, double at, const char *state);
/* Any text that the decoder takes. */
void case_feed(struct journey_case *c, const char *text, size_t length);

/* Builds the journey with techy on this leg of the chain, and writes both stories. */
void case_tell(struct journey_case *c, size_t leg);
/* Lines of both stories of every leg, stages and attributes: for comparison with a file. */
void case_write(struct journey_case *c, struct buf *out);

/* The whole line stands in the story (friendly without its clock time). */
void assert_friendly(struct journey_case *c, const char *line);
void assert_not_friendly(struct journey_case *c, const char *words);
void assert_techy(struct journey_case *c, const char *line);
void assert_head(struct journey_case *c, const char *sentence);

#endif
