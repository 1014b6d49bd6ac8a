/* A pipeline between the fakes, with a quarantine file of its own. */
#ifndef TESTS_PIPELINE_FIXTURE_H
#define TESTS_PIPELINE_FIXTURE_H

#include "support/fake_pipeline.h"

struct pipeline {
    struct fake_store store;
    struct fake_source source;
    struct ingest_options options;
    struct ingest *ingest;
    struct err err;
    char folder[64], quarantine[96];
};

/* Of cmocka: *state is the fixture. */
int pipeline_setup(void **state);
int pipeline_teardown(void **state);

/* Events number from … to-1 of seven contacts, so many a message. */
void pipeline_add_events(struct pipeline *f, unsigned from, unsigned to, unsigned a_message);
void pipeline_add_text(struct pipeline *f, const char *text);
void pipeline_start(struct pipeline *f);
/* Waits for the end and frees the pipeline; asserts that nothing was settled early and nothing is
 * left. */
struct metrics_view pipeline_finish(struct pipeline *f, bool *good);
/* Start to end; asserts that it went well. */
struct metrics_view pipeline_run(struct pipeline *f);

#endif
