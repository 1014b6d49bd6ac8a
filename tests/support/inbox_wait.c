#include "support/inbox_wait.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "contactwatch/queue.h"

struct note *inbox_await(struct inbox *inbox, enum note_kind kind)
{
    for (;;) {
        struct note *note = queue_pop(inbox->queue, INBOX_PATIENCE_MS);
        assert_non_null(note);
        if (note->kind == kind)
            return note;
        note_free(note);
    }
}

void inbox_skip_to(struct inbox *inbox, enum note_kind kind)
{
    note_free(inbox_await(inbox, kind));
}
