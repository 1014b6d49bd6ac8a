/* The kinds of source that source_open knows; each is one constructor. */
#ifndef SOURCE_SOURCES_INTERNAL_H
#define SOURCE_SOURCES_INTERNAL_H

#include "contactwatch/source.h"

/* argument: what follows the colon of the spec ("file:PATH" gives PATH); "-" is standard input. */
struct source *file_source_open(const char *argument, const struct source_options *options,
                                struct err *err);

/* argument: contacts a minute; empty = options->rate. */
struct source *sim_source_open(const char *argument, const struct source_options *options,
                               struct err *err);

/* argument: the queue's URL or name. Asks the queue who it is before it returns. */
struct source *sqs_source_open(const char *argument, const struct source_options *options,
                               struct err *err);

#endif
