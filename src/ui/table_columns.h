/* Which columns of the table are shown, how wide, and what stands in a cell. Shared by the screen
 * and the CSV export. */
#ifndef CONTACTWATCH_UI_TABLE_COLUMNS_H
#define CONTACTWATCH_UI_TABLE_COLUMNS_H

#include "contactwatch/err.h"
#include "contactwatch/live.h"

enum {
    TABLE_COLUMNS_MAX = 40,
    ATTRIBUTE_NAME = 64,
    ATTRIBUTE_WIDTH = 12,
    GUTTER = 2,
    FLAGS_FIXED_FROM = 100, /* cells of screen */
};

struct table_column {
    int id; /* enum column_id, or COLUMN_COUNT for an attribute */
    char attribute[ATTRIBUTE_NAME];
    int width;
};
struct table_columns {
    struct table_column column[TABLE_COLUMNS_MAX];
    size_t count;
};

/* "status,queue,attr.tier". */
bool columns_parse(struct table_columns *out, const char *text, struct err *err);
void columns_text(const struct table_columns *columns, struct buf *out);
/* Those for a width: all that fit by their order of leaving, or the chosen ones from `skip` on;
 * with widths. */
void columns_fit(struct table_columns *out, const struct table_columns *chosen, size_t skip,
                 int width);
const char *column_title(const struct table_column *column);
/* The raw text of a cell, appended. */
void column_text(struct buf *out, const struct table_column *column, const struct row *row,
                 const struct live *live, int64_t now);

#endif
