/* list: the table once, through the same live model, filter, columns and sort as the screen. */
#include <stdlib.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/setup.h"
#include "contactwatch/json.h"
#include "contactwatch/text.h"
#include "contactwatch/view.h"

enum { CHUNK = 512, LIST_COLUMNS = 64, ATTRIBUTE_WIDTH = 16 };

struct listing {
    struct invocation *invocation;
    struct live *live;
    struct view view;
    struct mask mask;
    struct map records; /* contact id -> JSON, for --json only */
    struct note *note;
    int64_t now;
    bool ascii;
    struct list_column {
        const struct column *column;
        const char *attribute; /* attr.NAME: then column is NULL */
    } column[LIST_COLUMNS];
    size_t columns;
};

static void flush_note(struct listing *list)
{
    if (list->note->records || list->note->entries)
        live_apply(list->live, list->note, list->now);
    note_free(list->note);
    list->note = note_new(NOTE_RECORDS);
    list->note->record = mem_alloc(CHUNK * sizeof(struct record));
}

static bool take_record(void *context, const struct record *record)
{
    struct listing *list = context;
    if (option_on(list->invocation, OPT_JSON)) {
        struct buf json = {0};
        record_write(&json, record,
                     option_on(list->invocation, OPT_CANONICAL) ? RECORD_CANONICAL : RECORD_STORED);
        free(map_set(&list->records, record->contact_id, buf_take(&json)));
    }
    record_copy(&list->note->record[list->note->records++], record);
    if (list->note->records == CHUNK)
        flush_note(list);
    return true;
}

static bool take_entry(void *context, const char *contact_id, const struct entry *entry)
{
    struct listing *list = context;
    struct note *note = note_new(NOTE_ENTRIES);
    note->entry = mem_alloc(sizeof(*note->entry));
    note->entry[0] = (struct note_entry){contact_id, *entry};
    note->entries = 1;
    live_apply(list->live, note, list->now);
    note_free(note);
    return true;
}

static bool pass_record(void *context, const struct record *record)
{
    (void)context;
    (void)record;
    return true;
}

static bool load(struct listing *list, struct store *store, struct err *err)
{
    struct store_visit visit = {.context = list, .record = take_record, .entry = take_entry};
    list->note = note_new(NOTE_RECORDS);
    list->note->record = mem_alloc(CHUNK * sizeof(struct record));
    struct store_cursor cursor = {{0}};
    struct store_visit marked = {.context = list, .record = pass_record, .entry = take_entry};
    bool fine = store->ops->all(store, &visit, err);
    flush_note(list);
    if (fine)
        fine = store->ops->live(store, 0, &marked, &cursor, err);
    struct note *loaded = note_new(NOTE_LOADED);
    live_apply(list->live, loaded, list->now);
    note_free(loaded);
    note_free(list->note);
    return fine;
}

static void print_json(const struct listing *list, const struct row *row)
{
    const char *json = map_get(&list->records, row->id);
    struct buf safe = {0};
    if (json) {
        json_write_safe(&safe, json, strlen(json));
        puts(buf_str(&safe));
    }
    buf_free(&safe);
}

static void raw_cell(const struct listing *list, const struct list_column *column,
                     const struct row *row, struct buf *out)
{
    if (column->column) {
        column->column->format(out, row, list->live, list->now);
        return;
    }
    const char *value = row_attribute_value(row, column->attribute);
    buf_text(out, value ? value : "–");
}

/* One cell, masked where it is personal, with nothing left that a terminal would obey. */
static void cell(const struct listing *list, const struct list_column *column,
                 const struct row *row, struct buf *out)
{
    struct buf raw = {0}, masked = {0};
    raw_cell(list, column, row, &raw);
    if (!column->column || column->column->personal)
        mask_text(&masked, &list->mask, column->attribute, buf_str(&raw));
    else
        buf_text(&masked, buf_str(&raw));
    text_sanitise(out, buf_str(&masked), masked.length, list->ascii);
    buf_free(&raw);
    buf_free(&masked);
}

/* RFC 4180 quotes; a leading = + - @ would be a formula to a spreadsheet: quoted with an apostrophe
 * in front. */
static void print_csv(const char *text, bool first)
{
    bool formula = *text && strchr("=+-@\t\r", *text);
    if (!first)
        putchar(',');
    if (!formula && !strpbrk(text, ",\"\n")) {
        fputs(text, stdout);
        return;
    }
    putchar('"');
    if (formula)
        putchar('\'');
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            putchar('"');
        putchar(*p);
    }
    putchar('"');
}

static void print_row(const struct listing *list, const struct row *row)
{
    bool csv = option_on(list->invocation, OPT_CSV);
    struct buf text = {0}, line = {0};
    for (size_t i = 0; i < list->columns; i++) {
        const struct list_column *column = &list->column[i];
        const struct column *known = column->column;
        buf_clear(&text);
        if (row)
            cell(list, column, row, &text);
        else
            buf_text(&text, !known ? column->attribute : csv ? known->key : known->title);
        if (csv) {
            print_csv(buf_str(&text), i == 0);
            continue;
        }
        if (i)
            buf_text(&line, "  ");
        int width = known ? known->max_width : ATTRIBUTE_WIDTH;
        text_fit(&line, buf_str(&text), width, known && known->right, list->ascii);
    }
    while (line.length && line.data[line.length - 1] == ' ')
        line.data[--line.length] = '\0';
    puts(buf_str(&line));
    buf_free(&text);
    buf_free(&line);
}

static void print_rows(struct listing *list)
{
    bool json = option_on(list->invocation, OPT_JSON);
    view_refresh(&list->view, list->now);
    if (!json)
        print_row(list, NULL);
    for (size_t i = 0; i < list->view.count; i++) {
        const struct row *row = live_row(list->live, list->view.order[i]);
        if (!row || (option_on(list->invocation, OPT_LIVE) && !row_is_live(row, list->now)))
            continue;
        if (json)
            print_json(list, row);
        else
            print_row(list, row);
    }
}

static bool choose_columns(struct listing *list, struct err *err)
{
    static const enum column_id usual[] = {COLUMN_FLAGS,    COLUMN_STATUS,   COLUMN_CHANNEL,
                                           COLUMN_IN_STATE, COLUMN_TOTAL,    COLUMN_QUEUE,
                                           COLUMN_AGENT,    COLUMN_CUSTOMER, COLUMN_CONTACT};
    const char *chosen = option_text(list->invocation, OPT_COLUMNS);
    if (!chosen) {
        for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
            list->column[list->columns++].column = &columns[usual[i]];
        return true;
    }
    char *rest = arena_strdup(&list->invocation->arena, chosen), *key;
    while ((key = strsep(&rest, ",")) != NULL) {
        int id = column_find(key);
        bool attribute = strncmp(key, "attr.", 5) == 0 && key[5];
        if (id < 0 && !attribute)
            return err_set(err, "--columns: there is no column '%s'", key);
        if (list->columns == LIST_COLUMNS)
            return err_set(err, "--columns: more than %d columns", LIST_COLUMNS);
        list->column[list->columns++] =
            (struct list_column){id < 0 ? NULL : &columns[id], id < 0 ? key + 5 : NULL};
    }
    return true;
}

static bool choose_sort(struct listing *list, struct err *err)
{
    const char *sort = option_text(list->invocation, OPT_SORT);
    bool descending = sort && *sort == '-';
    int column = sort ? column_find(sort + descending) : COLUMN_START;
    if (column < 0)
        return err_set(err, "--sort: there is no column '%s'", sort + descending);
    view_set_sort(&list->view, column, descending);
    return true;
}

static bool choose_filter(struct listing *list, struct err *err)
{
    const char *text = option_text(list->invocation, OPT_FILTER);
    struct filter_error mistake;
    struct filter *filter = text ? filter_parse(text, &mistake) : NULL;
    if (text && !filter)
        return err_set(err, "--filter: %s\n  %s\n  %*s^", mistake.text, text, (int)mistake.at, "");
    view_set_filter(&list->view, filter);
    return true;
}

static bool run(struct listing *list, struct store *store, struct err *err)
{
    if (!choose_columns(list, err) || !choose_sort(list, err) || !choose_filter(list, err) ||
        !setup_mask(list->invocation, &list->mask, err))
        return false;
    bool fine = load(list, store, err);
    if (fine)
        print_rows(list);
    mask_free(&list->mask);
    return fine;
}

int run_list(struct invocation *invocation)
{
    struct err err = {""};
    struct listing list = {.invocation = invocation, .now = clock_now(NULL)};
    struct store_options options;
    const char *spec = setup_store(invocation, &err);
    if (!spec || !setup_store_options(invocation, spec, &options, &err))
        return command_failed(&err);
    options.read_only = true;
    struct store *store = store_open(spec, &options, &err);
    list.live = store ? setup_live(invocation, &err) : NULL;
    if (!list.live) {
        store_close(store);
        return command_failed(&err);
    }
    setup_listed_names(store, live_names(list.live));
    list.ascii = setup_ascii(invocation);
    live_settings(list.live)->keep_ended_ms = INT64_MAX;
    view_init(&list.view, list.live);
    bool fine = run(&list, store, &err);
    view_free(&list.view);
    live_free(list.live);
    map_free(&list.records, free);
    store_close(store);
    return fine ? EXIT_DONE : command_failed(&err);
}
