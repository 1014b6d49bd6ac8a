/*
 * The quarantine: refused records with the reason, one JSON line each, in a file of mode 0600 that
 * only grows, up to QUARANTINE_MAX. Any thread; several processes may share the file.
 */
#ifndef CONTACTWATCH_QUARANTINE_H
#define CONTACTWATCH_QUARANTINE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contactwatch/entry.h"
#include "contactwatch/err.h"

enum { QUARANTINE_MAX = 64 << 20 };

struct quarantine {
    char *path; /* NULL = there is none: every write fails */
    pthread_mutex_t lock;
};

/* path NULL: beside the store when store_spec names an SQLite file. */
void quarantine_init(struct quarantine *quarantine, const char *path, const char *store_spec);
void quarantine_free(struct quarantine *quarantine);

/*
 * Appends a line {"time":…,"where":…,"why":…,"record":…} to out; a record that is not UTF-8 becomes
 * "record_base64". Control, bidi and zero-width characters are escaped.
 */
void quarantine_line(struct buf *out, int64_t now, const char *where, const char *why,
                     const char *record, size_t length);

/* A line of each entry of a contact that the store refuses. */
void quarantine_entries(struct buf *out, int64_t now, const char *contact_id, const char *why,
                        const struct history *entries);

/* Appends whole lines durably, or nothing: false with err set when the file cannot take them. */
bool quarantine_write(struct quarantine *quarantine, const struct buf *lines, struct err *err);

#endif
