/* From the note to what the panes show. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"
#include "ui/contact_view.h"

void contact_style(const struct contact_view *view, struct story_style *out)
{
    const struct ui *ui = view->base.ui;
    *out = (struct story_style){
        .names = live_names(ui->live),
        .mask = &ui->mask,
        .now = ui->now,
        .ascii = ui->options.ascii,
    };
}

const struct story *contact_story(const struct contact_view *view, enum pane_kind kind)
{
    return kind == PANE_FRIENDLY ? &view->journey.friendly
           : kind == PANE_TECHY  ? &view->journey.techy
                                 : NULL;
}

const struct history *contact_history(const struct contact_view *view, const char *contact_id)
{
    for (size_t i = 0; i < view->chain.count; i++)
        if (strcmp(view->chain.leg[i].record->contact_id, contact_id) == 0)
            return &view->history[i];
    return NULL;
}

/* A chain of which nothing is live any more is told as of its last word. */
static int64_t story_now(const struct contact_view *view)
{
    int64_t newest = INSTANT_NONE, now = view->base.ui->now;
    for (size_t i = 0; i < view->note->records; i++) {
        const struct record *record = &view->note->record[i];
        if (record_is_live(record, now))
            return now;
        for (int type = 0; type < LOGTYPE_COUNT; type++)
            newest = record->last[type] > newest ? record->last[type] : newest;
    }
    return newest == INSTANT_NONE ? now : newest;
}

static void build_chain(struct contact_view *view)
{
    const struct note *note = view->note;
    const struct record **records =
        arena_alloc(&view->arena, (note->records + 1) * sizeof(*records));
    for (size_t i = 0; i < note->records; i++)
        records[i] = &note->record[i];
    chain_build(&view->chain, &view->arena, records, note->records);
    view->history = arena_zero(&view->arena, (view->chain.count + 1) * sizeof(*view->history));
    view->leg = 0;
    for (size_t i = 0; i < view->chain.count; i++) {
        const struct record *record = view->chain.leg[i].record;
        view->history[i] = note->history[record - note->record];
        if (strcmp(record->contact_id, view->leg_id) == 0)
            view->leg = i;
    }
}

static void add_plain(struct contact_view *view, enum pane_kind kind, struct arena *arena,
                      enum role role, const char *text)
{
    size_t used = view->plains[kind];
    if ((used & (used - 1)) == 0) { /* full at powers of two */
        struct plain_line *wider = arena_alloc(arena, (used ? used * 2 : 1) * sizeof(*wider));
        if (used)
            memcpy(wider, view->plain[kind], used * sizeof(*wider));
        view->plain[kind] = wider;
    }
    view->plain[kind][view->plains[kind]++] = (struct plain_line){arena_strdup(arena, text), role};
}

static void add_change(struct contact_view *view, const struct attribute_change *change)
{
    struct buf text = {0}, value = {0};
    char clock[16];
    ui_clock(view->base.ui, change->time, clock);
    buf_printf(&text, "    %s  ", clock);
    if (change->before)
        buf_printf(&text, "%s → ", ui_masked(view->base.ui, &value, change->name, change->before));
    buf_text(&text, ui_masked(view->base.ui, &value, change->name, change->value));
    if (change->block_id)
        buf_printf(&text, "  by “%s”", change->block_id);
    if (change->flow_name)
        buf_printf(&text, " in %s", change->flow_name);
    add_plain(view, PANE_ATTRIBUTES, &view->arena, ROLE_DIM, buf_str(&text));
    buf_free(&text);
    buf_free(&value);
}

static bool is_first_of_name(const struct journey *journey, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(journey->attribute[i].name, journey->attribute[at].name) == 0)
            return false;
    return true;
}

/* Each name once, its value now behind it, its changes below. */
static void build_attributes(struct contact_view *view)
{
    const struct journey *journey = &view->journey;
    struct buf text = {0}, value = {0};
    view->plain[PANE_ATTRIBUTES] = NULL;
    view->plains[PANE_ATTRIBUTES] = 0;
    for (size_t i = 0; i < journey->attributes; i++) {
        const char *name = journey->attribute[i].name, *now = journey->attribute[i].value;
        if (!is_first_of_name(journey, i))
            continue;
        for (size_t k = i; k < journey->attributes; k++)
            if (strcmp(journey->attribute[k].name, name) == 0)
                now = journey->attribute[k].value;
        buf_clear(&text);
        buf_printf(&text, "%s = %s", name, ui_masked(view->base.ui, &value, name, now));
        add_plain(view, PANE_ATTRIBUTES, &view->arena, ROLE_ATTRIBUTE, buf_str(&text));
        for (size_t k = i; k < journey->attributes; k++)
            if (strcmp(journey->attribute[k].name, name) == 0)
                add_change(view, &journey->attribute[k]);
    }
    if (!journey->attributes)
        add_plain(view, PANE_ATTRIBUTES, &view->arena, ROLE_DIM,
                  "No attribute was set (or it was not logged).");
    buf_free(&text);
    buf_free(&value);
}

void contact_build(struct contact_view *view)
{
    contact_outdate(view);
    arena_reset(&view->arena);
    build_chain(view);
    struct journey_input input = {&view->chain, view->history, view->leg, story_now(view),
                                  view->hides_prompts ? &view->hide_prompts : NULL};
    journey_build(&view->journey, &view->arena, &input);
    build_attributes(view);
}

/* One line of printed JSON: what a key hides is hidden, the key itself stays. */
static void add_raw_line(struct contact_view *view, const char *line)
{
    const struct ui *ui = view->base.ui;
    struct buf text = {0}, value = {0};
    const char *start = line + strspn(line, " "), *colon = strstr(start, "\": ");
    if (*start == '"' && colon) {
        char *key = mem_strndup(start + 1, (size_t)(colon - start - 1));
        buf_add(&text, line, (size_t)(colon + 3 - line));
        buf_text(&text, ui_masked(ui, &value, key, colon + 3));
        free(key);
    } else {
        buf_text(&text, ui_masked(ui, &value, NULL, line));
    }
    add_plain(view, PANE_RAW, &view->raw_arena, ROLE_TEXT, buf_str(&text));
    buf_free(&text);
    buf_free(&value);
}

static void add_raw(struct contact_view *view, const char *json, size_t length)
{
    struct arena arena = {0};
    const cJSON *tree = json_parse(&arena, json, length, NULL);
    char *printed = tree ? cJSON_Print(tree) : NULL;
    char *rest = printed, *line;
    while (rest && (line = strsep(&rest, "\n")) != NULL) {
        struct buf blanks = {0};
        size_t tabs = strspn(line, "\t");
        buf_pad(&blanks, ' ', tabs * 2);
        for (const char *p = line + tabs; *p; p++)
            buf_char(&blanks, *p == '\t' ? ' ' : *p);
        add_raw_line(view, buf_str(&blanks));
        buf_free(&blanks);
    }
    cJSON_free(printed);
    arena_free(&arena);
}

/* The entries of the selected line; of a line without any, the record. */
void contact_build_raw(struct contact_view *view)
{
    enum pane_kind story = view->focus <= PANE_TECHY ? view->focus : view->story;
    const struct story_line *line = contact_line(view, story, view->pane[story].position);
    const struct history *history = line ? contact_history(view, line->contact_id) : NULL;
    arena_reset(&view->raw_arena);
    view->plain[PANE_RAW] = NULL;
    view->plains[PANE_RAW] = 0;
    struct buf json = {0};
    for (uint32_t i = 0; history && i < line->entries && line->entry + i < history->count; i++) {
        buf_clear(&json);
        entry_write_json(&json, &history->entry[line->entry + i]);
        add_raw(view, buf_str(&json), json.length);
    }
    if (!view->plains[PANE_RAW] && view->chain.count) {
        buf_clear(&json);
        record_write(&json, view->chain.leg[view->leg].record, RECORD_STORED);
        add_raw(view, buf_str(&json), json.length);
    }
    buf_free(&json);
    view->pane[PANE_RAW] =
        (struct pane){.row = view->pane[PANE_RAW].row, .capacity = view->pane[PANE_RAW].capacity};
}
