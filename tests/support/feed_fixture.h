/* A file to read and what the file source makes of it, as text. */
#ifndef TESTS_FEED_FIXTURE_H
#define TESTS_FEED_FIXTURE_H

#include "contactwatch/mem.h"
#include "contactwatch/source.h"

struct feed_fixture {
    char folder[64];
    char path[96];
};
/* Of cmocka: *state is the fixture, its file does not exist yet. */
int feed_setup(void **state);
int feed_teardown(void **state);

/* mode as of fopen */
void feed_put(const struct feed_fixture *f, const char *mode, const char *text);
struct source *feed_open(const struct feed_fixture *f, const struct source_options *options);
/* Appends what one receive brings: bodies between < and >, refusals as !why!, errors as ?why?. */
enum receive feed_receive(struct source *source, struct buf *out, int timeout_ms);
struct buf feed_read_all(const struct feed_fixture *f, const struct source_options *options);
/* The file holds input; reading it all gives expected. */
void feed_expect(void **state, const char *input, const char *expected);

#endif
