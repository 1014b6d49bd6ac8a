/*
 * Which process on a store asks Connect: the one that a document names, for three minutes.
 * Documents have no conditions, so a claim is written, given time, and read again: the last writer
 * has it. Two holders at once, until the next renewal at most, cost calls and nothing else.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/log.h"
#include "ingest/caretaker_internal.h"

enum { LEASE_MS = 180000, RENEW_MS = 60000, CLAIM_MS = 2000, SPREAD_MS = 10000 };

static const char lease_document[] = "caretaker";

struct holding {
    char holder[96];
    int64_t until;
};

/* "HOLDER UNTIL"; anything else is nobody's. */
static bool read_lease(struct store *store, struct holding *out, struct err *err)
{
    struct buf text = {.max = 256};
    int64_t written;
    *out = (struct holding){.holder = ""};
    bool read = store->ops->document_get(store, lease_document, &text, &written, err);
    const char *blank = read ? strchr(buf_str(&text), ' ') : NULL;
    size_t length = blank ? (size_t)(blank - text.data) : 0;
    if (length && length < sizeof(out->holder)) {
        memcpy(out->holder, text.data, length);
        out->until = strtoll(blank + 1, NULL, 10);
    }
    buf_free(&text);
    return read;
}

static bool write_lease(struct caretaker *c, int64_t until, struct err *err)
{
    char text[160];
    int length = snprintf(text, sizeof(text), "%s %" PRId64 "\n", c->lease.holder, until);
    return c->store->ops->document_put(c->store, lease_document, text, (size_t)length, err);
}

static void lose(struct caretaker *c)
{
    if (c->lease.held)
        log_info("another process asks Connect from now on");
    c->lease.held = c->lease.claimed = false;
    c->due[JOB_SURVEY] = c->due[JOB_LIST] = c->due[JOB_ASK] = INT64_MAX;
}

static void win(struct caretaker *c, int64_t now)
{
    bool surveys = c->options.reconcile || !c->options.instances;
    if (!c->lease.held && surveys)
        c->due[JOB_SURVEY] = now;
    if (!c->lease.held && c->options.list_names && c->rosters)
        c->due[JOB_LIST] = now;
    c->lease.held = true;
    c->lease.claimed = false;
}

/* Whoever lives writes another limit once a minute, whatever his clock says. */
static bool is_renewed(struct caretaker *c, int64_t until, int64_t now)
{
    if (c->lease.seen != until) {
        c->lease.seen = until;
        c->lease.seen_since = now;
    }
    return now - c->lease.seen_since < LEASE_MS;
}

int64_t caretaker_lease(struct caretaker *c, int64_t now)
{
    struct err err = {""};
    struct holding found;
    struct store *store = caretaker_store(c);
    if (!store)
        return now + STORE_AGAIN_MS;
    if (!read_lease(store, &found, &err)) {
        lose(c);
        return caretaker_store_failed(c, &err, now);
    }
    bool ours = strcmp(found.holder, c->lease.holder) == 0;
    bool taken = !ours && found.until > now && is_renewed(c, found.until, now);
    if (taken) {
        lose(c);
        int64_t longest = now + LEASE_MS; /* whatever a clock that goes wrong has written */
        return (found.until < longest ? found.until : longest) + caretaker_jitter(c, SPREAD_MS);
    }
    bool settled = ours && (c->lease.held || c->lease.claimed);
    if (!write_lease(c, now + LEASE_MS, &err)) {
        lose(c);
        return caretaker_store_failed(c, &err, now);
    }
    if (settled) {
        win(c, now);
        return now + RENEW_MS;
    }
    lose(c);
    c->lease.claimed = true;
    return now + CLAIM_MS + caretaker_jitter(c, CLAIM_MS);
}

void caretaker_lease_release(struct caretaker *c)
{
    struct err err = {""};
    if (c->lease.held && c->store && !write_lease(c, 0, &err))
        log_debug("the lease runs out by itself: %s", err.text);
    c->lease.held = false;
}
