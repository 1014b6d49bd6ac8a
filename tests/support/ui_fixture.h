/*
 * A screen without a terminal: its clock stands still until told, notes come by hand, what it sends
 * to the terminal is counted. Golden pictures are in tests/fixtures/screens; UPDATE_GOLDEN=1 writes
 * them anew.
 */
#ifndef TESTS_UI_FIXTURE_H
#define TESTS_UI_FIXTURE_H

#include "contactwatch/ui.h"
#include "support/live_fixture.h"

#define UI_T0 INT64_C(1673368600000) /* 2023-01-10T16:36:40Z */

struct ui_fixture {
    struct ui *ui;
    struct live *live;
    struct inbox inbox;
    int64_t now;
    struct clock clock;
    struct metrics_view metrics;
    struct map state; /* what was saved */
    char *opened;     /* the contact last asked for */
    unsigned closed;
    bool only_looks; /* there is no pipeline: the host knows no metrics */
    FILE *in, *out;  /* out: a temporary file */
};

struct ui_setup {
    int rows, columns, colours;
    bool ascii, ingests, allow_unmask, read_only;
    const char *filter, *sort, *list, *theme, *export_dir, *console;
    const char *const *bind;
};

void ui_fixture_open(struct ui_fixture *fixture, const struct ui_setup *setup);
void ui_fixture_close(struct ui_fixture *fixture);

/* Notes through the inbox; seen at the next step. */
void ui_fixture_put(struct ui_fixture *fixture, const struct test_leg *leg);
void ui_fixture_loaded(struct ui_fixture *fixture);
void ui_fixture_error(struct ui_fixture *fixture, const char *text);
/* The store was read `ago` ms ago; a heartbeat each, as old as given, ended by -1. */
void ui_fixture_health(struct ui_fixture *fixture, int64_t ago, const int64_t *beats);
/* Three contacts in different states, and some more. */
void ui_fixture_floor(struct ui_fixture *fixture, int more);

/* The clock goes on, second by second, with a step each. */
void ui_fixture_pass(struct ui_fixture *fixture, int seconds);
/* Keys by name, separated by blanks; each draws. */
void ui_fixture_keys(struct ui_fixture *fixture, const char *keys);
/* Characters typed one after the other. */
void ui_fixture_type(struct ui_fixture *fixture, const char *text);

long ui_fixture_sent(const struct ui_fixture *fixture);     /* bytes sent to the terminal so far */
char *ui_fixture_line(struct ui_fixture *fixture, int row); /* of the picture; free it */
void ui_fixture_has(struct ui_fixture *fixture, const char *text);
void ui_fixture_lacks(struct ui_fixture *fixture, const char *text);
void ui_fixture_golden(struct ui_fixture *fixture, const char *name, bool roles);

#endif
