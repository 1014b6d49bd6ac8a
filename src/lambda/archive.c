/*
 * archive: contacts that TTL removed from the status table go into the archive, with their history;
 * then its chunks are removed. Everything may come again: joining it with what lies there changes
 * nothing.
 *
 * The source goes on behind a batch, or begins anew at the lowest record reported. Should it give
 * up one day, all of the batch from there on is passed over: so a record that fails does not keep
 * the others from being archived, and what is reported is no more than what is missing.
 */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/archive.h"
#include "contactwatch/dynamodb.h"
#include "contactwatch/json.h"
#include "contactwatch/lambda.h"
#include "contactwatch/log.h"

enum {
    MARGIN_MS = 1000, /* for the answer, and for what takes longer than all before */
    IN_A_ROW_MAX = 3, /* failures, from which on the store or the archive is down */
};

struct archiver {
    const struct lambda_setup *setup;
    struct archive *archive; /* both are opened by the first invocation */
    struct store *store;
};

/* One invocation. */
struct batch {
    struct archiver *archiver;
    const struct lambda_invocation *invocation;
    struct buf *answer;
    unsigned archived, kept, failed, late; /* late: not begun */
    unsigned in_a_row;
    int64_t slowest; /* ms */
    struct err err;  /* the first failure */
};

static void *archive_handler_open(const struct lambda_setup *setup, struct err *err)
{
    if (!setup->archive || !*setup->archive) {
        err_set(err, "say where expired contacts go: CONTACTWATCH_ARCHIVE=s3://BUCKET/PREFIX");
        return NULL;
    }
    struct archiver *archiver = mem_zero(sizeof(*archiver));
    archiver->setup = setup;
    return archiver;
}

static void archive_handler_close(void *state)
{
    struct archiver *archiver = state;
    store_close(archiver->store);
    archive_close(archiver->archive);
    free(archiver);
}

static void set_end(struct archiver *archiver, const struct lambda_invocation *invocation)
{
    const struct lambda_setup *setup = archiver->setup;
    if (archiver->store)
        archiver->store->give_up =
            monotonic_ns() + lambda_time_left(setup, invocation, MARGIN_MS / 2) * 1000000;
}

static bool make_ready(struct archiver *archiver, struct err *err)
{
    const struct lambda_setup *setup = archiver->setup;
    if (!archiver->archive)
        archiver->archive = archive_open(setup->archive, setup->aws, true, err);
    if (archiver->archive && !archiver->store)
        archiver->store = store_open(setup->store_spec, &setup->store, err);
    return archiver->archive && archiver->store;
}

static void report(struct batch *batch, const char *sequence)
{
    bool first = batch->answer->data[batch->answer->length - 1] == '[';
    buf_text(batch->answer, first ? "{\"itemIdentifier\":" : ",{\"itemIdentifier\":");
    json_quote(batch->answer, sequence);
    buf_char(batch->answer, '}');
}

static void fail_one(struct batch *batch, const struct dynamodb_removal *removal,
                     const struct err *err)
{
    log_error("contact %.256s is not archived: %s", removal->contact_id, err->text);
    if (!batch->failed++)
        batch->err = *err;
    report(batch, removal->sequence);
}

/* What it found out of a contact is its own affair; that it could not do it counts. */
static void take(struct batch *batch, const struct dynamodb_removal *removal)
{
    struct archiver *archiver = batch->archiver;
    struct arena arena = {0};
    struct record record;
    struct history more = {0};
    struct err err = {0};
    unsigned removed = 0;
    bool sound = dynamodb_image_read(&record, &arena, removal->image, removal->length, &more, &err);
    if (!sound) {
        err_wrap(&err, "its image cannot be read");
        fail_one(batch, removal, &err);
    } else if (archive_take(archiver->archive, archiver->store, &record, &more, &removed, &err)) {
        batch->archived++;
        batch->kept += removed == 0;
        batch->in_a_row = 0;
    } else {
        batch->in_a_row++;
        fail_one(batch, removal, &err);
    }
    record_free(&record);
    history_free(&more);
    arena_free(&arena);
}

/* Is there time for one more, as long as the longest so far twice over? */
static bool has_time(const struct batch *batch)
{
    return lambda_time_left(batch->archiver->setup, batch->invocation,
                            MARGIN_MS + 2 * batch->slowest) > 0;
}

static void take_or_leave(struct batch *batch, const struct dynamodb_removal *removal)
{
    int64_t start = monotonic_ns();
    if (batch->late || batch->in_a_row >= IN_A_ROW_MAX || !has_time(batch)) {
        batch->late++;
        report(batch, removal->sequence);
        return;
    }
    set_end(batch->archiver, batch->invocation);
    take(batch, removal);
    int64_t took = (monotonic_ns() - start) / 1000000;
    batch->slowest = took > batch->slowest ? took : batch->slowest;
}

/* What no attempt at a single record could mend is seen before the first. */
static bool look_through(const struct lambda_invocation *invocation, unsigned *contacts,
                         struct lambda_fault *fault)
{
    struct dynamodb_stream stream;
    struct dynamodb_removal removal;
    struct arena arena = {0};
    struct err err = {0};
    enum dynamodb_next next = DYNAMODB_STREAM_DAMAGED;
    bool blind = false;
    if (dynamodb_stream_open(&stream, invocation->event, invocation->length, &err))
        while ((next = dynamodb_stream_next(&stream, &arena, &removal, &err)) ==
               DYNAMODB_STREAM_RECORD) {
            *contacts += removal.contact_id != NULL;
            blind |= removal.contact_id && !removal.image;
            arena_reset(&arena);
        }
    arena_free(&arena);
    if (next == DYNAMODB_STREAM_DAMAGED)
        return lambda_fail(fault, "Contactwatch.BadEvent", "%s", err.text);
    if (blind)
        return lambda_fail(fault, "Contactwatch.NoOldImage",
                           "the table's stream does not tell what was removed: set its "
                           "StreamViewType to OLD_IMAGE or NEW_AND_OLD_IMAGES");
    return true;
}

static void take_all(struct batch *batch)
{
    const struct lambda_invocation *invocation = batch->invocation;
    struct dynamodb_stream stream;
    struct dynamodb_removal removal;
    struct arena arena = {0};
    if (dynamodb_stream_open(&stream, invocation->event, invocation->length, NULL))
        while (dynamodb_stream_next(&stream, &arena, &removal, NULL) == DYNAMODB_STREAM_RECORD) {
            if (removal.contact_id)
                take_or_leave(batch, &removal);
            arena_reset(&arena);
        }
    arena_free(&arena);
}

static bool archive_handle(void *state, const struct lambda_invocation *invocation,
                           struct buf *answer, struct lambda_fault *fault)
{
    struct batch batch = {.archiver = state, .invocation = invocation, .answer = answer};
    unsigned contacts = 0;
    if (!look_through(invocation, &contacts, fault))
        return false;
    if (contacts && !make_ready(batch.archiver, &batch.err))
        return lambda_fail(fault, "Contactwatch.StoreUnavailable", "%s", batch.err.text);
    size_t start = answer->length;
    buf_text(answer, "{\"batchItemFailures\":[");
    take_all(&batch);
    buf_text(answer, "]}");
    if (contacts)
        log_info("%u contacts archived, %u of them had nothing left to remove; %u failed, %u left "
                 "for the next time",
                 batch.archived, batch.kept, batch.failed, batch.late);
    if (batch.archived || !batch.in_a_row)
        return true;
    answer->length = start; /* nothing works: that is told as a failure */
    return lambda_fail(fault, "Contactwatch.ArchiveUnavailable", "%s", batch.err.text);
}

const struct lambda_handler lambda_archive = {
    .name = "archive",
    .open = archive_handler_open,
    .handle = archive_handle,
    .close = archive_handler_close,
};
