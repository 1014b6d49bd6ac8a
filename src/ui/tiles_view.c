/* Choosing a tile by the arrows, and what is behind each. */
#include <stdlib.h>

#include "ui/contacts_view.h"
#include "ui/tiles.h"

/* The filter that shows what a tile counts; NULL: it leads nowhere. */
static const char *const tile_filter[TILE_COUNT] = {
    [TILE_WAITING] = "status=queued",    [TILE_LONGEST] = "status=queued",
    [TILE_IN_FLOW] = "status='in flow'", [TILE_AGENT] = "status='with agent','on hold'",
    [TILE_ACW] = "status=acw",           [TILE_ABANDONED] = "flag=abandoned",
    [TILE_ERRORS] = "errors>0",
};

void tile_open(struct ui *ui, enum tile_id id)
{
    struct contacts_view *view = contacts_view_of(ui);
    struct filter_error error;
    if (!tile_filter[id]) {
        ui_message(ui, MESSAGE_INFO, "there is no list of contacts behind this tile");
        return;
    }
    ui_go(ui, 0);
    contacts_set_filter(view, tile_filter[id], &error);
    const char *longest = live_tiles(ui->live, ui->now)->longest_id;
    if (id == TILE_LONGEST && longest) {
        view->chosen = true;
        view_select(&view->rows, longest);
    }
    view->rows.hold_until = 0;
}

struct tiles_view {
    struct ui_view base;
    int chosen;
};

static void tiles_close(struct ui_view *base)
{
    free(base);
}

static void draw(struct ui_view *base, struct canvas *canvas, struct box area)
{
    struct tiles_view *view = (struct tiles_view *)base;
    struct tile tile[TILE_COUNT];
    area.rows = contacts_tile_lines(area.rows);
    tiles_layout(base->ui, area, tile);
    const struct tile *at = &tile[view->chosen];
    if (!at->width)
        return;
    canvas_over(canvas, at->row, at->column, at->width, OVER_SELECTED);
    canvas_cursor(canvas, at->row, at->column);
}

static void step(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)ui;
    struct tiles_view *view = (struct tiles_view *)base;
    bool back = action == ACTION_LEFT || action == ACTION_UP || action == ACTION_VIEW_PREVIOUS;
    view->chosen = (view->chosen + (back ? TILE_COUNT - 1 : 1)) % TILE_COUNT;
}

static void open_chosen(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)action;
    int chosen = ((struct tiles_view *)base)->chosen;
    ui_pop(ui);
    tile_open(ui, (enum tile_id)chosen);
}

static const struct view_action tiles_actions[] = {
    {ACTION_LEFT, step},        {ACTION_RIGHT, step},     {ACTION_UP, step},
    {ACTION_DOWN, step},        {ACTION_VIEW_NEXT, step}, {ACTION_VIEW_PREVIOUS, step},
    {ACTION_OPEN, open_chosen}, {ACTION_NONE, NULL},
};

static const struct view_ops tiles_ops = {
    .name = "Tiles",
    .context = CONTEXT_CONTACTS,
    .overlay = true,
    .actions = tiles_actions,
    .close = tiles_close,
    .draw = draw,
};

struct ui_view *tiles_view_new(struct ui *ui)
{
    struct tiles_view *view = mem_zero(sizeof(*view));
    view->base.ops = &tiles_ops;
    view->base.ui = ui;
    return &view->base;
}
