/*
 * A transport that answers by a script, in virtual time: its clock stands still but while somebody
 * waits, so minutes of delays and time-outs cost nothing. Requests take the answers in the order
 * in which they are started.
 *
 *     static const struct scripted_answer script[] = {
 *         {.expect = "GetQueueUrl", .status = 500, .delay_ms = 20},
 *         {.status = 200, .head = "x-amzn-requestid: 7\n", .body = "{}"},
 *     };
 *     scripted_script(scripted, script, ARRAY_SIZE(script));
 *     … give scripted_environment(scripted) to aws_session_open …
 *     scripted_finished(scripted);
 */
#ifndef TESTS_SCRIPTED_TRANSPORT_H
#define TESTS_SCRIPTED_TRANSPORT_H

#include "contactwatch/credentials.h"
#include "contactwatch/http.h"

struct scripted_answer {
    const char *expect; /* must occur in the request's line, headers or body; NULL = anything */
    int status;         /* 0 = no answer: error says why */
    const char *head;   /* "name: value\n" lines, names in lower case; NULL = none */
    const char *body;   /* NULL = empty */
    const char *error;  /* NULL = "reset"; only without status */
    int delay_ms;       /* beyond the request's own time-out: it times out */
    bool too_large;
};

struct scripted_transport;
struct scripted_transport *scripted_open(void); /* begins on 2026-11-22T15:00:00Z */
void scripted_close(struct scripted_transport *scripted);

/* Answers for the requests to come, behind those that are left; the texts must outlive them. */
void scripted_script(struct scripted_transport *scripted, const struct scripted_answer *answer,
                     size_t count);
/* The same answer for every request the script has none for. */
void scripted_always(struct scripted_transport *scripted, const struct scripted_answer *answer);
/* What is left of the script is not expected any more. */
void scripted_forget(struct scripted_transport *scripted);
/* The service's clock is ahead of ours, and every answer carries its Date. */
void scripted_dates(struct scripted_transport *scripted, int64_t ahead_ms);

/* Clock and transport for aws_session_open; no variable is set. Lives as long as the transport;
 * every client opened on it shares it, one thread in all. */
const struct aws_environment *scripted_environment(struct scripted_transport *scripted);
int64_t scripted_now(const struct scripted_transport *scripted);
void scripted_advance(struct scripted_transport *scripted, int64_t ms);

/* What was asked: "POST https://…\nName: value\n…\n\nbody". */
size_t scripted_requests(const struct scripted_transport *scripted);
const char *scripted_request(const struct scripted_transport *scripted, size_t index);
int64_t scripted_request_time(const struct scripted_transport *scripted, size_t index);
/* Asserts that no answer is left over and nothing is under way. */
void scripted_finished(const struct scripted_transport *scripted);

#endif
