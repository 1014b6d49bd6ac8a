/* What people and files tell the screen: themes, columns, key bindings, and any text on its way to
 * a cell. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/text.h"
#include "ui/canvas.h"
#include "ui/keys.h"
#include "ui/table_columns.h"
#include "ui/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void draw(struct canvas *canvas, const char *text, size_t size)
{
    int column = (int)(size % 23) - 3, width = (int)(size % 31);
    canvas_resize(canvas, 3, 20);
    canvas->ascii = size & 1;
    canvas_put(canvas, 0, column, width, ROLE_TEXT, text);
    canvas_fit(canvas, 1, column, width, size & 2, ROLE_BAD, text);
    canvas_frame(canvas, (struct box){0, column, 3, width}, ROLE_BORDER, text);
    for (int i = 0; i < canvas->rows * canvas->columns; i++) {
        const struct cell *cell = &canvas->cell[i];
        if ((cell->code && text_is_unsafe(cell->code)) || (canvas->ascii && cell->code > 0x7e))
            abort(); /* it would reach the terminal */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct canvas canvas = {0};
    struct keymap map;
    struct theme theme = {.name = "fuzz"};
    struct table_columns list = {.count = 0}, shown;
    struct style style;
    struct err err = {""};
    char *text = mem_strndup((const char *)data, size);
    char *rest = text + strcspn(text, " ");
    theme_parse(&theme, text, strlen(text), "fuzz", &err);
    style_parse(text, &style, &err);
    if (columns_parse(&list, text, &err))
        columns_fit(&shown, &list, size % 5, (int)(size % 200));
    draw(&canvas, text, size);
    keymap_init(&map);
    if (*rest)
        *rest++ = '\0';
    keymap_bind(&map, text, rest, &err);
    canvas_free(&canvas);
    free(text);
    return 0;
}
