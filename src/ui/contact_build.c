/* From the note to the chain and its stories. */
#include <stdlib.h>
#include <string.h>

#include "ui/contact_view.h"

void contact_style(const struct contact_view *view, struct story_style *out)
{
    const struct ui *ui = view->base.ui;
    *out = (struct story_style){
        .names = live_names(ui->live),
        .mask = &ui->mask,
        .now = view->silence == INSTANT_NONE ? ui->now : view->silence,
        .ascii = ui->canvas.ascii,
    };
}

const struct story *contact_story(const struct contact_view *view, enum pane_kind kind)
{
    return kind == PANE_FRIENDLY ? &view->journey.friendly
           : kind == PANE_TECHY  ? &view->journey.techy
                                 : NULL;
}

const struct history *contact_history(const struct contact_view *view, const char *contact_id)
{
    for (size_t i = 0; contact_id && i < view->chain.count; i++)
        if (strcmp(view->chain.leg[i].record->contact_id, contact_id) == 0)
            return &view->history[i];
    return NULL;
}

int64_t contact_silence(const struct contact_view *view)
{
    return records_silence(view->note->record, view->note->records, view->base.ui->now);
}

static void build_chain(struct contact_view *view)
{
    const struct note *note = view->note;
    const struct record **records =
        arena_alloc(&view->arena, (note->records + 1) * sizeof(*records));
    for (size_t i = 0; i < note->records; i++)
        records[i] = &note->record[i];
    chain_build(&view->chain, &view->arena, records, note->records);
    view->history = arena_zero(&view->arena, (view->chain.count + 1) * sizeof(*view->history));
    view->leg = 0;
    for (size_t i = 0; i < view->chain.count; i++) {
        const struct record *record = view->chain.leg[i].record;
        view->history[i] = note->history[record - note->record];
        if (strcmp(record->contact_id, view->leg_id) == 0)
            view->leg = i;
    }
    const char *told = view->chain.leg[view->leg].record->contact_id;
    if (strcmp(told, view->leg_id) != 0) { /* the leg has expired */
        free(view->leg_id);
        view->leg_id = mem_strdup(told);
    }
}

/* The note has a record at least. */
void contact_build(struct contact_view *view)
{
    contact_outdate(view);
    arena_reset(&view->arena);
    build_chain(view);
    view->silence = contact_silence(view);
    int64_t now = view->silence == INSTANT_NONE ? view->base.ui->now : view->silence;
    struct journey_input input = {&view->chain, view->history, view->leg, now,
                                  view->hides_prompts ? &view->hide_prompts : NULL};
    journey_build(&view->journey, &view->arena, &input);
    view->plain[PANE_ATTRIBUTES].told = false;
}
