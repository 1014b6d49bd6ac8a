/*
 * Names for ARNs and ids: from the names file, Connect's List calls, or what the stream teaches.
 * One owner thread. A name from a file is never replaced by a learned one.
 */
#ifndef CONTACTWATCH_NAMES_H
#define CONTACTWATCH_NAMES_H

#include <cjson/cJSON.h>

#include "contactwatch/err.h"
#include "contactwatch/map.h"
#include "contactwatch/mem.h"

enum name_source { NAME_LEARNED, NAME_LISTED, NAME_FILE };

struct names {
    struct map by_id; /* tail id -> struct name * */
};

/* The id behind the last '/' of an ARN (or the text itself), borrowed. */
const char *arn_tail(const char *arn);

void names_set(struct names *names, const char *arn, const char *name, enum name_source source);
const char *names_find(const struct names *names, const char *arn); /* NULL if unknown */
/* The name, else the first 8 characters of the id, into out; "–" for NULL. Returns out. */
const char *names_show(const struct names *names, const char *arn, char *out, size_t size);

/* Takes the names that a history entry's body tells: flow by ContactFlowId, agent and queue of
 * agent events, queue of what a flow told a Lambda. */
void names_learn(struct names *names, const cJSON *body);

/* INI: [names] lines `ARN-or-id = name`. */
bool names_load(struct names *names, const char *path, struct err *err);
void names_free(struct names *names);

#endif
