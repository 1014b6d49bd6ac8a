/* What several commands need made from their options. Everything returned lives as long as the
 * invocation. */
#ifndef COMMANDS_SETUP_H
#define COMMANDS_SETUP_H

#include "commands/command.h"
#include "contactwatch/archive.h"
#include "contactwatch/caretaker.h"
#include "contactwatch/ingest.h"
#include "contactwatch/live.h"
#include "contactwatch/mask.h"

/* --store, else dynamodb:$DDB_TABLENAME; NULL when neither is said. */
const char *setup_store_said(struct invocation *invocation);
/* As setup_store_said, else sqlite:contacts.db in the user's data folder, which is made (0700).
 * NULL with err set. */
const char *setup_store(struct invocation *invocation, struct err *err);
const char *setup_store_kind(const char *spec); /* "sqlite", "dynamodb" */
/* Of a store or source by its spec; an AWS session comes with it where that needs one. */
bool setup_store_options(struct invocation *invocation, const char *spec, struct store_options *out,
                         struct err *err);
bool setup_ingest(struct invocation *invocation, const char *store_spec, struct ingest_options *out,
                  struct err *err);
bool setup_source_options(struct invocation *invocation, const char *spec,
                          struct source_options *out, struct err *err);

/*
 * The invocation's AWS session (--profile, --region, --endpoint-url), opened when first asked for,
 * closed with the invocation. region_hint: where nothing else says; NULL = that of --source or
 * --store, if they tell one. NULL with err set.
 */
struct aws_session *setup_aws(struct invocation *invocation, const char *region_hint,
                              struct err *err);

/* That of --archive, the caller's to close; *out NULL without one. */
bool setup_archive(struct invocation *invocation, bool write, struct archive **out,
                   struct err *err);
/* store_open, with what --archive has beneath it. Any thread, as long as setup_aws was called where
 * the archive needs AWS. */
struct store *setup_archived_store(struct invocation *invocation, const char *spec,
                                   const struct store_options *options, struct err *err);

/* The thread for names and reconciling, tied to a pipeline and a screen. *out stays NULL when there
 * is nothing for it to do. Stopped before what it is tied to. */
struct caretaker_ties {
    struct ingest *ingest; /* NULL = none; as the others */
    struct inbox *inbox;
    void (*committed)(void *context);
    void *context;
};
bool setup_caretaker(struct invocation *invocation, const char *store_spec,
                     const struct caretaker_ties *ties, struct caretaker **out, struct err *err);

/* Checks --metrics; false with err set on a mistake. */
bool setup_metrics(const struct invocation *invocation, struct err *err);

/* Level, form and file of the log; the file is opened anew. */
bool setup_log(const struct invocation *invocation, struct err *err);

/* A live model with thresholds, queue targets and names from options and configuration. */
struct live *setup_live(struct invocation *invocation, struct err *err);
bool setup_names(struct invocation *invocation, struct names *names, struct err *err);
/* Those that the store has of Connect; without them it goes too. */
void setup_listed_names(struct store *store, struct names *names);
bool setup_mask(struct invocation *invocation, struct mask *mask, struct err *err);
bool setup_ascii(const struct invocation *invocation); /* --ascii, or a locale that is not UTF-8 */

/* Prints "contactwatch: message" and returns the status. */
int command_failed(const struct err *err);
int command_misused(const struct err *err);

#endif
