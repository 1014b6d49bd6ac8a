#include "ui/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"
#include "contactwatch/text.h"
#include "ui/contacts_view.h"
#include "ui/export_file.h"

enum { ASK_AGAIN_MS = 3000, ASK_MOST = 5 };

struct export_job {
    char **id;
    size_t count, capacity, next; /* next: the one asked for */
    size_t written;
    int64_t asked;
    int asks;
    struct buf items; /* JSON written so far */
};

static void ask(struct ui *ui, struct export_job *job)
{
    job->asked = ui_wall(ui);
    job->asks++;
    ui->host.open_contact(ui->host.context, job->id[job->next]);
}

static void free_job(struct export_job *job)
{
    for (size_t i = 0; i < job->count; i++)
        free(job->id[i]);
    free(job->id);
    buf_free(&job->items);
    free(job);
}

/* The contact view, if one is open, gets its contact's changes again. */
static void give_back(struct ui *ui)
{
    const struct ui_view *view = ui_shown(ui);
    const char *id = view->ops->context == CONTEXT_CONTACT ? ui_contact(ui) : NULL;
    if (id)
        ui->host.open_contact(ui->host.context, id);
    else if (ui->host.close_contact)
        ui->host.close_contact(ui->host.context);
}

void export_cancel(struct ui *ui)
{
    if (ui->export_job)
        free_job(ui->export_job);
    ui->export_job = NULL;
}

static void finish(struct ui *ui, struct export_job *job)
{
    struct err err = {""};
    char path[1024], many[40], first[9];
    snprintf(first, sizeof(first), "%.8s", job->id[0]);
    snprintf(many, sizeof(many), "%zu-contacts", job->written);
    if (job->count > 1)
        buf_text(&job->items, "]\n");
    if (!job->written)
        ui_message(ui, MESSAGE_BAD,
                   "nothing was exported: the contact is not in the store any more");
    else if (export_write(ui, job->count > 1 ? many : first, "json", &job->items, path, &err))
        ui_message(ui, MESSAGE_GOOD, "exported %zu contact%s, unmasked, to %s", job->written,
                   job->written == 1 ? "" : "s", path);
    else
        ui_message(ui, MESSAGE_BAD, "%s", err.text);
    export_cancel(ui);
    give_back(ui);
}

static void next(struct ui *ui, struct export_job *job)
{
    job->asks = 0;
    if (++job->next < job->count)
        ask(ui, job);
    else
        finish(ui, job);
}

static void write_item(struct export_job *job, const struct note *note)
{
    for (size_t i = 0; i < note->records; i++) {
        if (strcmp(note->record[i].contact_id, job->id[job->next]) != 0)
            continue;
        struct buf item = {0};
        record_write_item(&item, &note->record[i], &note->history[i], RECORD_STORED);
        if (job->count > 1)
            buf_text(&job->items, job->written ? ",\n" : "[");
        json_write_safe(&job->items, buf_str(&item), item.length);
        if (job->count == 1)
            buf_char(&job->items, '\n');
        buf_free(&item);
        job->written++;
    }
}

void export_note(struct ui *ui, const struct note *note)
{
    struct export_job *job = ui->export_job;
    if (!job || strcmp(note->contact_id, job->id[job->next]) != 0)
        return;
    write_item(job, note);
    next(ui, job);
}

void export_tick(struct ui *ui)
{
    struct export_job *job = ui->export_job;
    if (!job || ui_wall(ui) - job->asked < ASK_AGAIN_MS)
        return;
    if (job->asks < ASK_MOST)
        ask(ui, job);
    else
        next(ui, job);
}

static void add_id(struct export_job *job, const char *id)
{
    mem_grow(job->id, job->count, job->capacity);
    job->id[job->count++] = mem_strdup(id);
}

void export_selected(struct ui *ui)
{
    if (ui->options.read_only || !ui->host.open_contact) {
        ui_message(ui, MESSAGE_BAD, "nothing is exported here: read-only");
        return;
    }
    struct export_job *job = mem_zero(sizeof(*job));
    const struct map *marks = &contacts_view_of(ui)->rows.marks;
    bool from_table = ui_shown(ui)->ops->context == CONTEXT_CONTACTS;
    struct map_slot *slot;
    for (size_t i = 0; from_table && (slot = map_next(marks, &i));)
        add_id(job, slot->key);
    if (!job->count && ui_contact(ui))
        add_id(job, ui_contact(ui));
    export_cancel(ui);
    if (!job->count) {
        free_job(job);
        ui_message(ui, MESSAGE_BAD, "no contact is selected");
        return;
    }
    ui->export_job = job;
    ui_message(ui, MESSAGE_INFO, "exporting %zu contact%s…", job->count,
               job->count == 1 ? "" : "s");
    ask(ui, job);
}

/* Quoted where CSV needs it; what a spreadsheet would take for a formula gets an apostrophe and
 * quotes. */
static void csv_cell(struct buf *out, const char *text)
{
    bool formula = *text && strchr("=+-@\t\r", *text);
    if (!formula && !strpbrk(text, ",\"\n\r")) {
        buf_text(out, text);
        return;
    }
    buf_text(out, formula ? "\"'" : "\"");
    for (; *text; text++) {
        if (*text == '"')
            buf_char(out, '"');
        buf_char(out, *text);
    }
    buf_char(out, '"');
}

static void csv_row(struct ui *ui, struct buf *out, const struct table_columns *list,
                    const struct row *row)
{
    struct buf raw = {0}, text = {0}, clean = {0};
    for (size_t i = 0; i < list->count; i++) {
        const struct table_column *column = &list->column[i];
        bool attribute = column->id == COLUMN_COUNT;
        buf_clear(&raw);
        buf_clear(&clean);
        column_text(&raw, column, row, ui->live, ui->now);
        bool masked = attribute || columns[column->id].personal;
        ui_masked(ui, &text, attribute ? column->attribute : NULL, buf_str(&raw));
        const struct buf *from = masked ? &text : &raw;
        text_sanitise(&clean, buf_str(from), from->length, false);
        if (i)
            buf_char(out, ',');
        csv_cell(out, buf_str(&clean));
    }
    buf_char(out, '\n');
    buf_free(&raw);
    buf_free(&text);
    buf_free(&clean);
}

bool export_table(struct ui *ui, const char *path, struct err *err)
{
    struct contacts_view *view = contacts_view_of(ui);
    const struct table_columns *list = view->columns.count ? &view->columns : &view->shown;
    struct buf out = {0};
    char written[1024];
    if (ui->options.read_only)
        return err_set(err, "nothing is exported here: read-only");
    for (size_t i = 0; i < list->count; i++) {
        if (i)
            buf_char(&out, ',');
        csv_cell(&out, column_title(&list->column[i]));
    }
    buf_char(&out, '\n');
    for (size_t i = 0; i < view->rows.count; i++) {
        const struct row *row = live_row(ui->live, view->rows.order[i]);
        if (row)
            csv_row(ui, &out, list, row);
    }
    bool good = path ? export_write_to(path, &out, err)
                     : export_write(ui, "table", "csv", &out, written, err);
    if (good)
        ui_message(ui, MESSAGE_GOOD, "exported %zu rows, %s, to %s", view->rows.count,
                   ui->mask.off ? "unmasked" : "masked", path ? path : written);
    buf_free(&out);
    return good;
}
