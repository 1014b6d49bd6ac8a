#include "support/feed_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define INSTANCE "arn:aws:connect:eu-west-2:111122223333:instance/i"

void feed_folder_make(struct feed_folder *f)
{
    snprintf(f->folder, sizeof(f->folder), "/tmp/cw-feed-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->feed, sizeof(f->feed), "%s/feed", f->folder);
    snprintf(f->store, sizeof(f->store), "%s/store.db", f->folder);
}

void feed_folder_remove(struct feed_folder *f)
{
    static const char *const suffix[] = {"", "-wal", "-shm", ".quarantine"};
    for (size_t i = 0; i < ARRAY_SIZE(suffix); i++) {
        char name[128];
        snprintf(name, sizeof(name), "%s%s", f->store, suffix[i]);
        unlink(name);
    }
    unlink(f->feed);
    assert_int_equal(rmdir(f->folder), 0);
}

static void at_second(unsigned second, char out[INSTANT_TEXT])
{
    instant_format(clock_now(NULL) / HOUR_MS * HOUR_MS - HOUR_MS + second * SECOND_MS, out);
}

void feed_contact(struct buf *out, const char *id, const char *type, const char *initial,
                  unsigned second)
{
    char time[INSTANT_TEXT];
    at_second(second, time);
    buf_printf(out,
               "{\"source\":\"aws.connect\",\"detail-type\":\"Amazon Connect Contact Event\","
               "\"time\":\"%s\",\"detail\":{\"contactId\":\"%s\",\"eventType\":\"%s\","
               "\"channel\":\"VOICE\",\"initiationMethod\":\"%s\",\"instanceArn\":\"" INSTANCE "\","
               "\"initiationTimestamp\":\"%s\"",
               time, id, type, initial ? "TRANSFER" : "INBOUND", time);
    if (initial)
        buf_printf(out, ",\"initialContactId\":\"%s\",\"previousContactId\":\"%s\"", initial,
                   initial);
    buf_text(out, "}}\n");
}

void feed_flow(struct buf *out, const char *id, const char *block, unsigned number, unsigned second)
{
    char time[INSTANT_TEXT];
    at_second(second, time);
    buf_printf(out,
               "{\"ContactId\":\"%s\",\"ContactFlowId\":\"" INSTANCE
               "/contact-flow/f\",\"ContactFlowName\":\"Main\",\"ContactFlowModuleType\":\"%s\","
               "\"Timestamp\":\"%s\",\"Parameters\":{\"n\":\"%u\"}}\n",
               id, block, time, number);
}

unsigned feed_ingest(const struct feed_folder *f, const struct buf *text)
{
    struct err err = {""};
    FILE *file = fopen(f->feed, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text->data, 1, text->length, file), text->length);
    fclose(file);
    struct source *source = source_open(f->feed, &(struct source_options){0}, &err);
    assert_non_null(source);
    struct ingest *ingest =
        ingest_start(source, &(struct ingest_options){.store_spec = f->store}, &err);
    if (!ingest || !ingest_wait(ingest, &err))
        fail_msg("%s", err.text);
    struct metrics_view view;
    ingest_metrics(ingest, &view);
    assert_int_equal(view.count[METRIC_REFUSED], 0);
    ingest_free(ingest);
    return (unsigned)view.count[METRIC_STORED];
}
