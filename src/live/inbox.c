#include "contactwatch/inbox.h"

#include <stdlib.h>

struct note *note_new(enum note_kind kind)
{
    struct note *note = mem_zero(sizeof(*note));
    note->kind = kind;
    return note;
}

void note_free(struct note *note)
{
    if (!note)
        return;
    for (size_t i = 0; i < note->records; i++) {
        record_free(&note->record[i]);
        if (note->history)
            history_free(&note->history[i]);
    }
    free(note->record);
    free(note->entry);
    free(note->agent);
    free(note->name);
    free(note->history);
    arena_free(&note->arena);
    free(note);
}
