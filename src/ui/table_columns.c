#include "ui/table_columns.h"

#include <stdio.h>
#include <string.h>

enum { LEAVE_ONLY_WIDE = 255 };

static bool parse_one(struct table_column *out, const char *word, size_t length, struct err *err)
{
    char key[ATTRIBUTE_NAME + 8];
    if (length >= sizeof(key))
        return err_set(err, "the name of a column is too long");
    memcpy(key, word, length);
    key[length] = '\0';
    *out = (struct table_column){.id = column_find(key)};
    if (out->id >= 0)
        return true;
    if (strncmp(key, "attr.", 5) != 0 || !key[5])
        return err_set(err, "no column is named “%s”", key);
    out->id = COLUMN_COUNT;
    snprintf(out->attribute, sizeof(out->attribute), "%.63s", key + 5);
    return true;
}

bool columns_parse(struct table_columns *out, const char *text, struct err *err)
{
    struct table_columns parsed = {.count = 0};
    for (const char *at = text; *at;) {
        at += strspn(at, " ,");
        size_t length = strcspn(at, ",");
        size_t used = length;
        while (used && at[used - 1] == ' ')
            used--;
        if (!used)
            break;
        if (parsed.count == TABLE_COLUMNS_MAX)
            return err_set(err, "more than %d columns", TABLE_COLUMNS_MAX);
        if (!parse_one(&parsed.column[parsed.count], at, used, err))
            return false;
        parsed.count++;
        at += length;
    }
    *out = parsed;
    return true;
}

void columns_text(const struct table_columns *list, struct buf *out)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct table_column *column = &list->column[i];
        bool attribute = column->id == COLUMN_COUNT;
        buf_printf(out, "%s%s%s", i ? "," : "", attribute ? "attr." : columns[column->id].key,
                   column->attribute);
    }
}

const char *column_title(const struct table_column *column)
{
    return column->id == COLUMN_COUNT ? column->attribute : columns[column->id].title;
}

/* From FLAGS_FIXED_FROM cells on every flag has its place. */
static int base_width(int id, int screen)
{
    bool spread = id == COLUMN_FLAGS && screen >= FLAGS_FIXED_FROM;
    return spread ? columns[id].max_width : columns[id].width;
}

static int least_width(const struct table_column *column, int screen)
{
    return column->id == COLUMN_COUNT ? ATTRIBUTE_WIDTH : base_width(column->id, screen);
}

static int most_width(const struct table_column *column)
{
    return column->id == COLUMN_COUNT ? 2 * ATTRIBUTE_WIDTH : columns[column->id].max_width;
}

/* Takes columns by their order of leaving while they fit; returns the cells used. */
static int choose(bool taken[COLUMN_COUNT], int width)
{
    int used = GUTTER - 1;
    for (int leave = 0; leave <= LEAVE_ONLY_WIDE; leave++) {
        for (int id = 0; id < COLUMN_COUNT; id++) {
            if (columns[id].leave != leave)
                continue;
            if (used + 1 + base_width(id, width) > width)
                return used;
            taken[id] = true;
            used += 1 + base_width(id, width);
        }
    }
    return used;
}

/* A contact id is shown by its first 8 characters, or whole. */
static void grow_id(struct table_columns *list, int left)
{
    const int more = columns[COLUMN_CONTACT].max_width - columns[COLUMN_CONTACT].width;
    for (size_t i = 0; i < list->count && left >= more; i++)
        if (list->column[i].id == COLUMN_CONTACT) {
            list->column[i].width += more;
            return;
        }
}

/* What is left over goes to the columns that can use it, one cell each in turn. */
static void widen(struct table_columns *list, int left)
{
    bool grown = true;
    while (left > 0 && grown) {
        grown = false;
        for (size_t i = 0; i < list->count && left > 0; i++) {
            struct table_column *column = &list->column[i];
            if (column->id == COLUMN_CONTACT || column->width >= most_width(column))
                continue;
            column->width++;
            left--;
            grown = true;
        }
    }
    grow_id(list, left);
}

void columns_fit(struct table_columns *out, const struct table_columns *chosen, size_t skip,
                 int width)
{
    int used = GUTTER - 1;
    out->count = 0;
    if (chosen->count) {
        for (size_t i = skip < chosen->count ? skip : chosen->count - 1; i < chosen->count; i++) {
            struct table_column column = chosen->column[i];
            column.width = least_width(&column, width);
            if (out->count && used + 1 + column.width > width)
                break;
            out->column[out->count++] = column;
            used += 1 + column.width;
        }
    } else {
        bool taken[COLUMN_COUNT] = {false};
        used = choose(taken, width);
        for (int id = 0; id < COLUMN_COUNT; id++)
            if (taken[id])
                out->column[out->count++] =
                    (struct table_column){.id = id, .width = base_width(id, width)};
    }
    widen(out, width - used);
}

void column_text(struct buf *out, const struct table_column *column, const struct row *row,
                 const struct live *live, int64_t now)
{
    if (column->id != COLUMN_COUNT) {
        columns[column->id].format(out, row, live, now);
        return;
    }
    for (size_t i = 0; i < row->attributes; i++)
        if (!strcmp(row->attribute[i].name, column->attribute)) {
            buf_text(out, row->attribute[i].value);
            return;
        }
    buf_text(out, "–");
}
