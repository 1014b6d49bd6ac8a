#include "ui/contact_view.h"

#include <stdlib.h>
#include <string.h>

static void contact_close(struct ui_view *base)
{
    struct contact_view *view = contact_view_of(base);
    struct ui *ui = base->ui;
    if (ui->host.close_contact)
        ui->host.close_contact(ui->host.context);
    mask_forget(&ui->mask);
    note_free(view->note);
    for (int i = 0; i < PANE_COUNT; i++) {
        free(view->pane[i].row);
        arena_free(&view->plain[i].arena);
    }
    map_free(&view->unfolded, NULL);
    learnt_free(&view->learnt);
    arena_free(&view->arena);
    if (view->hides_prompts)
        regfree(&view->hide_prompts);
    free(view->id);
    free(view->leg_id);
    free(view->why_gone);
    free(view);
}

/* Asked for under the id it was opened with, or, after an export, under that of the leg shown. */
static bool is_answer(const struct contact_view *view, const struct note *note)
{
    return note->contact_id &&
           (strcmp(note->contact_id, view->id) == 0 || strcmp(note->contact_id, view->leg_id) == 0);
}

/* Where only the beginning of an id was known, the answer tells it. */
static void take_id(struct contact_view *view, const struct note *note)
{
    if (!note->found)
        return;
    free(view->id);
    free(view->leg_id);
    view->id = mem_strdup(note->found);
    view->leg_id = mem_strdup(note->found);
}

static bool contact_note(struct ui_view *base, struct note *note)
{
    struct contact_view *view = contact_view_of(base);
    if (!is_answer(view, note))
        return false;
    base->waits = false;
    take_id(view, note);
    view->gone = note->records == 0;
    free(view->why_gone);
    view->why_gone = mem_strdup(note->text);
    if (view->gone) { /* its last picture stays */
        note_free(note);
        return true;
    }
    struct note *old = view->note;
    contact_learn(view, note);
    contact_outdate(view); /* while the old histories are there */
    view->note = note;
    contact_build(view);
    note_free(old);
    if (!old && view->silence == INSTANT_NONE) /* what has ended is read from its beginning */
        view->pane[PANE_FRIENDLY].follow = view->pane[PANE_TECHY].follow = true;
    return true;
}

static size_t entry_count(const struct note *note)
{
    size_t count = 0;
    for (size_t i = 0; i < note->records; i++)
        count += note->history[i].count;
    return count;
}

/* Some sentences grow with the time, holds for one: a short story is told anew each second. A long
 * one is when an entry comes, or when its last leg falls silent. */
static void contact_tick(struct ui_view *base)
{
    enum { SHORT_STORY = 300 };
    struct contact_view *view = contact_view_of(base);
    if (!view->note)
        return;
    int64_t silence = contact_silence(view);
    if (silence != view->silence ||
        (silence == INSTANT_NONE && entry_count(view->note) <= SHORT_STORY))
        contact_build(view);
}

static const char *contact_of(struct ui_view *base)
{
    return contact_view_of(base)->leg_id;
}

static bool within(const struct box *box, int row, int column)
{
    return row >= box->row && row < box->row + box->rows && column >= box->column &&
           column < box->column + box->columns;
}

static void press_row(struct contact_view *view, enum pane_kind kind, int row)
{
    struct pane *pane = &view->pane[kind];
    view->focus = kind;
    if (kind <= PANE_TECHY)
        view->story = kind;
    contact_settle(view);
    size_t at = pane->top + (size_t)(row - pane->area.row);
    if (at < pane->count)
        pane->position = at;
    if (kind > PANE_TECHY)
        return;
    view->pane[PANE_FRIENDLY].follow = view->pane[PANE_TECHY].follow = false;
    contact_follow_time(view);
}

static bool contact_key(struct ui_view *base, const struct key_press *press)
{
    struct contact_view *view = contact_view_of(base);
    if (press->key != KEY_POINTER || press->pointer >= POINTER_WHEEL_UP)
        return false;
    for (int kind = 0; kind < PANE_COUNT; kind++) {
        if (!within(&view->pane[kind].area, press->row, press->column))
            continue;
        press_row(view, (enum pane_kind)kind, press->row);
        if (press->pointer == POINTER_DOUBLE)
            ui_do(base->ui, ACTION_OPEN);
        return true;
    }
    return false;
}

const struct view_ops contact_view_ops = {
    .name = "Contact",
    .context = CONTEXT_CONTACT,
    .actions = contact_actions,
    .close = contact_close,
    .draw = contact_draw,
    .key = contact_key,
    .tick = contact_tick,
    .note = contact_note,
    .contact = contact_of,
};

static enum pane_kind story_used_last(struct ui *ui)
{
    const char *kept = ui_load(ui, "contact-pane");
    return kept && strcmp(kept, "techy") == 0 ? PANE_TECHY : PANE_FRIENDLY;
}

static struct ui_view *view_of(struct ui *ui, const char *contact_id)
{
    struct contact_view *view = mem_zero(sizeof(*view));
    view->base.ops = &contact_view_ops;
    view->base.ui = ui;
    view->base.waits = true;
    view->id = mem_strdup(contact_id);
    view->leg_id = mem_strdup(contact_id);
    view->both = true;
    view->focus = view->story = story_used_last(ui);
    const char *pattern = ui->options.hide_prompts;
    view->hides_prompts =
        pattern && regcomp(&view->hide_prompts, pattern, REG_EXTENDED | REG_NOSUB) == 0;
    return &view->base;
}

struct ui_view *contact_view_new(struct ui *ui, const char *contact_id)
{
    struct ui_view *view = view_of(ui, contact_id);
    ui->host.open_contact(ui->host.context, contact_id);
    return view;
}

struct ui_view *contact_view_found(struct ui *ui, const char *beginning)
{
    struct ui_view *view = view_of(ui, beginning);
    ui->host.find_contact(ui->host.context, beginning);
    return view;
}
