#include "ui/contact_view.h"

#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"

static struct contact_view *of(struct ui_view *base)
{
    return (struct contact_view *)base;
}

static void contact_close(struct ui_view *base)
{
    struct contact_view *view = of(base);
    struct ui *ui = base->ui;
    if (ui->host.close_contact)
        ui->host.close_contact(ui->host.context);
    mask_forget(&ui->mask);
    note_free(view->note);
    for (int i = 0; i < PANE_COUNT; i++)
        free(view->pane[i].row);
    map_free(&view->unfolded, NULL);
    arena_free(&view->arena);
    arena_free(&view->raw_arena);
    if (view->hides_prompts)
        regfree(&view->hide_prompts);
    free(view->id);
    free(view->leg_id);
    free(view);
}

/* What a key hides anywhere in the chain is hidden everywhere in it, so all of it is read before
 * anything is shown. */
static void learn(struct ui *ui, const struct note *note)
{
    struct arena arena = {0};
    for (size_t leg = 0; leg < note->records; leg++)
        for (size_t i = 0; i < note->history[leg].count; i++) {
            const struct entry *entry = &note->history[leg].entry[i];
            const cJSON *body = json_parse(&arena, entry->body, entry->length, NULL);
            mask_learn_json(&ui->mask, body);
            names_learn(live_names(ui->live), body);
            arena_reset(&arena);
        }
    arena_free(&arena);
}

static bool contact_note(struct ui_view *base, struct note *note)
{
    struct contact_view *view = of(base);
    if (!note->contact_id || strcmp(note->contact_id, view->id) != 0)
        return false;
    bool first = !view->note;
    struct note *old = view->note;
    learn(base->ui, note);
    view->note = note;
    contact_build(view);
    note_free(old);
    base->waits = false;
    const struct row *row = live_find(base->ui->live, view->id);
    if (first && row && !row->ended)
        view->pane[PANE_FRIENDLY].follow = view->pane[PANE_TECHY].follow = true;
    return true;
}

static const char *contact_of(struct ui_view *base)
{
    return of(base)->leg_id;
}

static bool within(const struct box *box, int row, int column)
{
    return row >= box->row && row < box->row + box->rows && column >= box->column &&
           column < box->column + box->columns;
}

static bool contact_key(struct ui_view *base, const struct key_press *press)
{
    struct contact_view *view = of(base);
    if (press->key != KEY_POINTER || press->pointer >= POINTER_WHEEL_UP)
        return false;
    for (int kind = 0; kind < PANE_COUNT; kind++) {
        struct pane *pane = &view->pane[kind];
        if (!pane->area.rows || !within(&pane->area, press->row, press->column))
            continue;
        size_t at = pane->top + (size_t)(press->row - pane->area.row);
        view->focus = (enum pane_kind)kind;
        if (at < pane->count)
            pane->position = at;
        pane->follow = false;
        contact_follow_time(view);
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
    .note = contact_note,
    .contact = contact_of,
};

static enum pane_kind story_used_last(struct ui *ui)
{
    const char *kept = ui_load(ui, "contact-pane");
    return kept && strcmp(kept, "techy") == 0 ? PANE_TECHY : PANE_FRIENDLY;
}

struct ui_view *contact_view_new(struct ui *ui, const char *contact_id)
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
    ui->host.open_contact(ui->host.context, contact_id);
    return &view->base;
}
