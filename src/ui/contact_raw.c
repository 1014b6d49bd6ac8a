/* The raw pane: the entries of a line as JSON, indented, through the mask. */
#include <string.h>

#include "contactwatch/json.h"
#include "ui/contact_view.h"

enum { INDENT = 2 };

/* Prints JSON line by line, what is personal hidden. */
static void raw_json(struct plain *plain, const struct mask *mask, const char *json, size_t length)
{
    struct arena arena = {0};
    struct buf text = {0};
    const cJSON *tree = json_parse(&arena, json, length, NULL);
    if (tree)
        mask_json(&text, mask, tree, INDENT);
    for (char *line = text.data, *end; line; line = end ? end + 1 : NULL) {
        end = strchr(line, '\n'); /* those in strings are escaped */
        if (end)
            *end = '\0';
        plain_add(plain, ROLE_TEXT, plain->count, line);
    }
    buf_free(&text);
    arena_free(&arena);
}

/* The entries of the line it was opened on; of a line without any, the record. */
void contact_tell_raw(struct contact_view *view, struct plain *plain)
{
    const struct mask *mask = &view->base.ui->mask;
    const struct story_line *line = contact_placed_line(view, view->story, &view->raw_of);
    const struct history *history = line ? contact_history(view, line->contact_id) : NULL;
    struct buf json = {0};
    for (uint32_t i = 0; history && i < line->entries && line->entry + i < history->count; i++) {
        buf_clear(&json);
        entry_write_json(&json, &history->entry[line->entry + i]);
        raw_json(plain, mask, buf_str(&json), json.length);
    }
    if (!plain->count && view->chain.count) {
        buf_clear(&json);
        record_write(&json, view->chain.leg[view->leg].record, RECORD_STORED);
        raw_json(plain, mask, buf_str(&json), json.length);
    }
    buf_free(&json);
}
