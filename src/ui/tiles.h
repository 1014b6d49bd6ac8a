/*
 * The tiles of the header: built from live_tiles, laid out over as many lines as they
 * need.
 *
 *   WAITING 9V 3C +4cb   LONGEST 3:12!! Billing   IN FLOW 8   AGENT 31   ACW 4?
 *   SL 87% (183/210)   ABAND 6/214 2.8%   ERR 2/5min   ▁▂▃▅▇▅ 30min  since 00:00 GMT
 */
#ifndef CONTACTWATCH_UI_TILES_H
#define CONTACTWATCH_UI_TILES_H

#include "ui/ui_internal.h"

enum tile_id {
    TILE_WAITING,
    TILE_LONGEST,
    TILE_IN_FLOW,
    TILE_AGENT,
    TILE_ACW,
    TILE_SL,
    TILE_ABANDONED,
    TILE_ERRORS,
    TILE_HISTORY,
    TILE_SINCE,
    TILE_COUNT
};

enum { TILE_BYTES = 96 };

struct tile {
    char text[TILE_BYTES];
    enum role role;
    int row, column, width; /* where it was put; width 0 = no room */
};

/* Fills the texts, then lays the tiles out in area; returns the lines used, at most area.rows. */
int tiles_layout(struct ui *ui, struct box area, struct tile tile[TILE_COUNT]);
/* Lays out and draws. */
int tiles_draw(struct ui *ui, struct box area);
/* Opens what is behind a tile. */
void tile_open(struct ui *ui, enum tile_id id);
/* The tile at a place of the screen, -1 if none. */
int tile_at(struct ui *ui, struct box area, int row, int column);

/* The overlay in which a tile is chosen by the arrows. */
struct ui_view *tiles_view_new(struct ui *ui);

#endif
