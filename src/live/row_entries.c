/* From marked history entries to what a record does not hold: errors, functions called, exits,
 * agent states. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/decode.h"
#include "contactwatch/hash.h"
#include "contactwatch/json.h"
#include "live/live_internal.h"

enum { ERROR_TEXT_MAX = 160, LAMBDA_NAME_MAX = 96 };
enum { MARK_ERRORS = MARK_ERROR | MARK_LAMBDA_ERROR | MARK_MENU_ERROR };

static uint64_t short_id(const struct entry *entry)
{
    uint64_t id;
    memcpy(&id, entry->id.byte, sizeof(id));
    return id;
}

/* Whether this error was not counted yet. Beyond ERRORS_SEEN_MAX the oldest identity gives way. */
static bool first_time(struct cell *cell, uint64_t id)
{
    for (size_t i = 0; i < cell->errors_seen; i++)
        if (cell->error_seen[i] == id)
            return false;
    if (cell->errors_seen == ERRORS_SEEN_MAX) {
        cell->errors_seen--;
        memmove(cell->error_seen, cell->error_seen + 1, cell->errors_seen * sizeof(uint64_t));
    } else if ((cell->errors_seen & (cell->errors_seen - 1)) == 0) {
        size_t capacity = cell->errors_seen ? cell->errors_seen * 2u : 1;
        cell->error_seen = mem_realloc(cell->error_seen, capacity * sizeof(uint64_t));
    }
    cell->error_seen[cell->errors_seen++] = id;
    return true;
}

static void take_text(struct live *live, const char **place, const char *text, size_t max)
{
    size_t length = strlen(text);
    if (length > max) {
        length = max;
        while (length && ((unsigned char)text[length] & 0xC0) == 0x80)
            length--;
    }
    pool_set(&live->pool, place, arena_strndup(&live->arena, text, length));
}

static bool menu_errors_count(const struct cell *cell)
{
    return !cell->recorded || cell->menu_errors_count;
}

static void take_error(struct live *live, struct cell *cell, const struct entry *entry,
                       const cJSON *body, int64_t now)
{
    if (!first_time(cell, short_id(entry)))
        return;
    struct row *row = &cell->row;
    bool menu = !(entry->marks & (MARK_ERROR | MARK_LAMBDA_ERROR));
    uint16_t *errors = menu ? &cell->menu_errors : &cell->block_errors;
    if (*errors < UINT16_MAX)
        ++*errors;
    if ((entry->marks & MARK_LAMBDA_ERROR) && row->lambda_errors < UINT16_MAX)
        row->lambda_errors++;
    tiles_error(live, row->id,
                &(struct error_time){.time = entry->time, .id = short_id(entry), .menu = menu},
                now);
    row_count_errors(live, cell);
    if (menu && !menu_errors_count(cell))
        return;
    if (entry->time < cell->last_error_time)
        return;
    const char *text = json_text(body, "Results");
    if (!text)
        text = json_text(body, "ContactFlowModuleType");
    if (!text)
        return;
    cell->last_error_time = entry->time;
    take_text(live, &row->last_error, text, ERROR_TEXT_MAX);
}

void row_count_errors(struct live *live, struct cell *cell)
{
    struct row *row = &cell->row;
    unsigned errors = cell->block_errors + (menu_errors_count(cell) ? cell->menu_errors : 0u);
    row->errors = (uint16_t)(errors < UINT16_MAX ? errors : UINT16_MAX);
    if (row->errors || !row->last_error)
        return;
    pool_set(&live->pool, &row->last_error, NULL);
    cell->last_error_time = INSTANT_NONE;
}

/* arn:aws:lambda:…:function:NAME[:alias] */
static const char *function_name(struct arena *arena, const char *arn)
{
    const char *name = strstr(arn, ":function:");
    name = name ? name + strlen(":function:") : arn;
    size_t length = strcspn(name, ":");
    return arena_strndup(arena, name, length < LAMBDA_NAME_MAX ? length : LAMBDA_NAME_MAX);
}

static void take_lambda(struct live *live, struct cell *cell, const cJSON *body)
{
    const char *arn = json_text(json_get(body, "Parameters"), "FunctionArn");
    struct row *row = &cell->row;
    if (!arn)
        return;
    const char *name = function_name(&live->arena, arn);
    for (size_t i = 0; i < row->lambdas; i++)
        if (strcmp(row->lambda[i], name) == 0)
            return;
    if (row->lambdas == LAMBDAS_MAX)
        return;
    row->lambda = mem_realloc(row->lambda, (row->lambdas + 1u) * sizeof(*row->lambda));
    row->lambda[row->lambdas++] = pool_take(&live->pool, name);
}

/* The last few moments at which the flow let go of the contact, newest first, each once. */
static void take_exit(struct cell *cell, int64_t time)
{
    size_t at = 0;
    while (at < cell->exits && cell->exit[at] > time)
        at++;
    if (at == EXITS_KEPT || (at < cell->exits && cell->exit[at] == time))
        return;
    if (cell->exits < EXITS_KEPT)
        cell->exits++;
    memmove(&cell->exit[at + 1], &cell->exit[at], (cell->exits - at - 1u) * sizeof(cell->exit[0]));
    cell->exit[at] = time;
}

static enum agent_mark_state agent_state_of(const char *state)
{
    static const struct {
        const char *name;
        enum agent_mark_state state;
    } known[] = {{"CONNECTING", AGENT_RINGING},
                 {"INCOMING", AGENT_RINGING},
                 {"CONNECTED", AGENT_CONNECTED},
                 {"CONNECTED_ONHOLD", AGENT_ON_HOLD},
                 {"PAUSED", AGENT_PAUSED},
                 {"ENDED", AGENT_ACW},
                 {"GONE", AGENT_GONE}};
    for (size_t i = 0; state && i < ARRAY_SIZE(known); i++)
        if (strcmp(state, known[i].name) == 0)
            return known[i].state;
    return AGENT_OTHER;
}

static void add_agent_mark(struct cell *cell, struct agent_mark mark)
{
    size_t at = cell->agent_marks;
    while (at > 0 && (cell->agent_mark[at - 1].since > mark.since ||
                      (cell->agent_mark[at - 1].since == mark.since &&
                       cell->agent_mark[at - 1].state > mark.state)))
        at--;
    if (at > 0 && cell->agent_mark[at - 1].since == mark.since &&
        cell->agent_mark[at - 1].state == mark.state)
        return;
    if (cell->agent_marks == AGENT_STATES_MAX) {
        if (at == 0)
            return;
        if (cell->agent_mark[0].state == AGENT_ON_HOLD)
            cell->hold_dropped_ms += cell->agent_mark[1].since - cell->agent_mark[0].since;
        cell->agent_marks--;
        memmove(cell->agent_mark, cell->agent_mark + 1, cell->agent_marks * sizeof(mark));
        at--;
    } else if ((cell->agent_marks & (cell->agent_marks - 1)) == 0) {
        size_t capacity = cell->agent_marks ? cell->agent_marks * 2u : 1;
        cell->agent_mark = mem_realloc(cell->agent_mark, capacity * sizeof(mark));
    }
    memmove(&cell->agent_mark[at + 1], &cell->agent_mark[at],
            (cell->agent_marks - at) * sizeof(mark));
    cell->agent_mark[at] = mark;
    cell->agent_marks++;
}

static void learn(struct live *live, const char *arn, const char *name)
{
    if (!arn || !name || !*name)
        return;
    const char *known = names_find(&live->names, arn);
    if (known && strcmp(known, name) == 0)
        return;
    names_set(&live->names, arn, name, NAME_LEARNED);
    known = names_find(&live->names, arn);
    live->names_changed |= known && strcmp(known, name) == 0; /* a name from a file stays */
}

static void take_agent_state(struct live *live, struct cell *cell, const struct note_entry *entry)
{
    struct event event;
    if (!decode_entry(&live->arena, &entry->entry, entry->contact_id, &event))
        return;
    const struct agent_state *state = &event.agent;
    int64_t since = state->since != INSTANT_NONE ? state->since : entry->entry.time;
    live->agent_events_seen = true;
    learn(live, state->agent_arn, state->agent_name);
    learn(live, state->queue_arn, state->queue_name);
    add_agent_mark(cell, (struct agent_mark){since, (uint8_t)agent_state_of(state->state)});
}

const struct agent_mark *row_agent_state(const struct cell *cell)
{
    return cell->agent_marks ? &cell->agent_mark[cell->agent_marks - 1] : NULL;
}

int64_t row_agent_hold(const struct cell *cell)
{
    int64_t total = cell->hold_dropped_ms;
    for (size_t i = 0; i < cell->agent_marks; i++) {
        const struct agent_mark *mark = &cell->agent_mark[i];
        int64_t end = i + 1u < cell->agent_marks ? mark[1].since : cell->row.end;
        if (mark->state == AGENT_ON_HOLD && end > mark->since)
            total += end - mark->since;
    }
    return cell->agent_marks ? total : -1;
}

static void take_body(struct live *live, struct cell *cell, const struct note_entry *entry,
                      int64_t now)
{
    const struct entry *e = &entry->entry;
    if (e->marks & MARK_AGENT_STATE)
        take_agent_state(live, cell, entry);
    if (!(e->marks & (MARK_ERRORS | MARK_LAMBDA)) || !e->body)
        return;
    const cJSON *body = json_parse(&live->arena, e->body, e->length, NULL);
    if (e->marks & (MARK_LAMBDA | MARK_LAMBDA_ERROR))
        take_lambda(live, cell, body);
    if (e->marks & MARK_ERRORS)
        take_error(live, cell, e, body, now);
}

void row_entry(struct live *live, const struct note_entry *entry, int64_t now)
{
    const struct entry *e = &entry->entry;
    if (!entry->contact_id || !(e->marks & MARKS_OF_TABLE))
        return;
    struct cell *cell = live_cell_make(live, entry->contact_id);
    arena_reset(&live->arena);
    if (!cell->recorded)
        cell->row.changed = now;
    if (e->marks & MARK_CALLBACK) {
        cell->callback_logged = true;
        stint_mark(live, entry->contact_id, STINT_TOOK_CALLBACK, INSTANT_NONE);
    }
    if (e->marks & MARK_EXIT) {
        take_exit(cell, e->time);
        stint_mark(live, entry->contact_id, STINT_EXIT, e->time);
    }
    take_body(live, cell, entry, now);
    if (e->time > cell->row.newest)
        cell->row.newest = e->time;
    chain_heard(live, cell, now);
    status_derive(live, cell, now);
    live_touch(live, cell, now);
}
