/*
 * The filter language: one grammar for /, --filter, alerts and saved views. Works on typed fields
 * of a row, never on displayed text. Fields are declared once (live/filter_fields.c); help and
 * completion come from there.
 */
#ifndef CONTACTWATCH_FILTER_H
#define CONTACTWATCH_FILTER_H

#include "contactwatch/live.h"

struct filter;

struct filter_error {
    char text[160];
    size_t at; /* byte offset into the filter's text */
};

/* NULL with *error set on a mistake. An empty text matches everything. Evaluation is pure. */
struct filter *filter_parse(const char *text, struct filter_error *error);
bool filter_match(const struct filter *filter, const struct row *row, const struct live *live,
                  int64_t now);
bool filter_depends_on_time(const struct filter *filter);
void filter_free(struct filter *filter);

enum filter_type { FILTER_TEXT, FILTER_SET, FILTER_DURATION, FILTER_TIME, FILTER_NUMBER };
struct filter_field {
    const char *name;
    enum filter_type type;
    const char *help;
};
extern const struct filter_field filter_fields[]; /* ended by a NULL name */

#endif
