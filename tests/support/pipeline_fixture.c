#include "support/pipeline_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contactwatch/log.h"

int pipeline_setup(void **state)
{
    struct pipeline *f = mem_zero(sizeof(*f));
    log_set_stderr(false);
    snprintf(f->folder, sizeof(f->folder), "/tmp/cw-ingest-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->quarantine, sizeof(f->quarantine), "%s/refused", f->folder);
    fake_store_init(&f->store, 1);
    fake_source_init(&f->source, &f->store);
    f->options = (struct ingest_options){.open_store = fake_store_open,
                                         .store_context = &f->store,
                                         .quarantine = f->quarantine,
                                         .backoff_ms = 1};
    *state = f;
    return 0;
}

int pipeline_teardown(void **state)
{
    struct pipeline *f = *state;
    fake_source_free(&f->source);
    fake_store_free(&f->store);
    unlink(f->quarantine);
    rmdir(f->folder);
    free(f);
    return 0;
}

void pipeline_add_events(struct pipeline *f, unsigned from, unsigned to, unsigned a_message)
{
    struct buf body = {0};
    for (unsigned i = from; i < to; i++) {
        fake_line(&body, i % 7, i, i);
        if ((i + 1 - from) % a_message == 0 || i + 1 == to) {
            fake_source_add(&f->source, body.data, body.length);
            buf_clear(&body);
        }
    }
    buf_free(&body);
}

void pipeline_add_text(struct pipeline *f, const char *text)
{
    fake_source_add(&f->source, text, strlen(text));
}

void pipeline_start(struct pipeline *f)
{
    f->ingest = ingest_start(&f->source.base, &f->options, &f->err);
    if (!f->ingest)
        fail_msg("%s", f->err.text);
}

struct metrics_view pipeline_finish(struct pipeline *f, bool *good)
{
    struct metrics_view view;
    *good = ingest_wait(f->ingest, &f->err);
    ingest_metrics(f->ingest, &view);
    ingest_free(f->ingest);
    assert_int_equal(f->source.early, 0);
    assert_true(f->source.closed);
    assert_int_equal(f->store.opened, f->store.closed);
    assert_int_equal(view.in_flight_messages, 0);
    assert_int_equal(view.in_flight_bytes, 0);
    return view;
}

struct metrics_view pipeline_run(struct pipeline *f)
{
    bool good;
    pipeline_start(f);
    struct metrics_view view = pipeline_finish(f, &good);
    if (!good)
        fail_msg("%s", f->err.text);
    return view;
}
