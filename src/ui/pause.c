#include "ui/pause.h"

#include <stdlib.h>

struct place {
    struct note *note;
    size_t index;
};

static void set_place(struct pause *pause, const char *contact_id, struct note *note, size_t index)
{
    struct place *place = map_get(&pause->place, contact_id);
    if (!place) {
        place = mem_alloc(sizeof(*place));
        map_set(&pause->place, contact_id, place);
    }
    *place = (struct place){note, index};
}

/* The last record of the note takes the place of the one that goes. */
static void drop_record(struct pause *pause, struct place place)
{
    struct note *note = place.note;
    record_free(&note->record[place.index]);
    note->records--;
    if (place.index == note->records)
        return;
    note->record[place.index] = note->record[note->records];
    struct place *moved = map_get(&pause->place, note->record[place.index].contact_id);
    if (moved && moved->note == note && moved->index == note->records)
        moved->index = place.index;
}

static void keep_records(struct pause *pause, struct note *note)
{
    for (size_t i = 0; i < note->records; i++) {
        const char *id = note->record[i].contact_id;
        struct place *earlier = map_get(&pause->place, id);
        if (earlier && earlier->note != note)
            drop_record(pause, *earlier);
        set_place(pause, id, note, i);
    }
}

void pause_keep(struct pause *pause, struct note *note)
{
    pause->changes += note->records + note->entries;
    pause->entries += note->entries;
    if (note->kind == NOTE_CONTACT) {
        note_free(pause->contact);
        pause->contact = note;
        return;
    }
    if (note->kind == NOTE_RECORDS)
        keep_records(pause, note);
    mem_grow(pause->waiting, pause->notes, pause->capacity);
    pause->waiting[pause->notes++].note = note;
}

bool pause_is_full(const struct pause *pause)
{
    return pause->entries > PAUSE_ENTRIES_MAX;
}

void pause_end(struct pause *pause, void (*apply)(void *context, struct note *note), void *context)
{
    struct pause held = *pause;
    *pause = (struct pause){0};
    map_free(&held.place, free);
    for (size_t i = 0; i < held.notes; i++)
        apply(context, held.waiting[i].note);
    if (held.contact)
        apply(context, held.contact);
    free(held.waiting);
}

static void release(void *context, struct note *note)
{
    (void)context;
    note_free(note);
}

void pause_free(struct pause *pause)
{
    pause_end(pause, release, NULL);
}
