/*
 * The contact view over a contact made by hand (journey_case.h): its notes as the follower posts
 * them. Times are seconds behind 10:00:00 UTC.
 */
#ifndef TESTS_CONTACT_FIXTURE_H
#define TESTS_CONTACT_FIXTURE_H

#include "support/journey_case.h"
#include "support/ui_fixture.h"

#define CASE_T0 INT64_C(1772445600000) /* 2026-03-02T10:00:00Z */
#define LEG_C   "cccc3333-0000-4000-8000-00000000000c"

struct contact_fixture {
    struct ui_fixture f;
    struct journey_case c;
};

/* An empty screen at `at` seconds; the case is started. */
void contact_start(struct contact_fixture *fixture, const struct ui_setup *setup, double at);
void contact_stop(struct contact_fixture *fixture);

/* As contact_start, with a call that came in at 0. */
void contact_begin(struct contact_fixture *fixture, const struct ui_setup *setup, double at);
void contact_prompt(struct contact_fixture *fixture, double at, const char *text);

/* A call of three legs: menu, Lambda that fails, queue, agent, a transfer and one more. `until`:
 * seconds; what comes later is left out. */
void contact_call(struct contact_fixture *fixture, double until);

void contact_rows(struct contact_fixture *fixture); /* rows of the case, stepped */
void contact_answer(struct contact_fixture *fixture, const char *id); /* its chain, stepped */
void contact_answer_none(struct contact_fixture *fixture, const char *id);
/* Rows, the contact opened from the table, and the answer. */
void contact_open(struct contact_fixture *fixture, const char *id);

/* The selected line of the focused pane: where the cursor is. */
char *contact_selected(struct contact_fixture *fixture);

#endif
