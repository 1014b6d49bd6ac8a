/* From a record to its row. A row is made anew from the whole record each time: nothing is added
 * up. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "contactwatch/chain.h"
#include "contactwatch/hash.h"
#include "live/live_internal.h"

static enum channel channel_of(const char *text)
{
    static const char *const name[] = {"VOICE", "CHAT", "TASK", "EMAIL"};
    for (size_t i = 0; text && i < ARRAY_SIZE(name); i++)
        if (strcasecmp(text, name[i]) == 0)
            return (enum channel)i;
    return CHANNEL_OTHER;
}

static enum leg_kind leg_of(const char *method)
{
    static const struct {
        const char *method;
        enum leg_kind kind;
    } other[] = {
        {"CALLBACK", LEG_CALLBACK}, {"MONITOR", LEG_MONITOR}, {"EXTERNAL_OUTBOUND", LEG_EXTERNAL}};
    for (size_t i = 0; method && i < ARRAY_SIZE(other); i++)
        if (strcmp(method, other[i].method) == 0)
            return other[i].kind;
    return LEG_CUSTOMER;
}

static const char *attribute_of(const struct record *record, const char *name)
{
    for (uint32_t i = 0; i < record->attributes.count; i++)
        if (strcmp(record->attributes.item[i].name, name) == 0)
            return record->attributes.item[i].reg.value;
    return NULL;
}

static const char *customer_of(const struct live *live, const struct record *record)
{
    const char *value = record->field[FIELD_CUSTOMER].value;
    const char *const *from = live->config.customer_from;
    for (; !(value && *value) && from && *from; from++)
        value = attribute_of(record, *from);
    return value && *value ? value : NULL;
}

static void drop_attributes(struct live *live, struct row *row)
{
    for (size_t i = 0; i < row->attributes; i++) {
        pool_drop(&live->pool, row->attribute[i].name);
        pool_drop(&live->pool, row->attribute[i].value);
    }
}

static bool same_names(const struct row *row, const struct reg_list *list)
{
    if (row->attributes != list->count)
        return false;
    for (size_t i = 0; i < row->attributes; i++)
        if (strcmp(row->attribute[i].name, list->item[i].name) != 0)
            return false;
    return true;
}

/* Most updates leave the attributes alone, or change a value: then nothing is allocated. */
static void set_attributes(struct live *live, struct row *row, const struct reg_list *list)
{
    if (!same_names(row, list)) {
        uint16_t count = (uint16_t)(list->count < UINT16_MAX ? list->count : UINT16_MAX);
        drop_attributes(live, row);
        free(row->attribute);
        row->attribute = count ? mem_zero(count * sizeof(*row->attribute)) : NULL;
        row->attributes = count;
    }
    for (size_t i = 0; i < row->attributes; i++) {
        pool_set(&live->pool, &row->attribute[i].name, list->item[i].name);
        pool_set(&live->pool, &row->attribute[i].value, list->item[i].reg.value);
    }
}

static bool flag_is_set(const char *value)
{
    static const char *const off[] = {"", "false", "\"false\"", "0", "\"0\"", "no", "\"no\""};
    for (size_t i = 0; value && i < ARRAY_SIZE(off); i++)
        if (strcasecmp(value, off[i]) == 0)
            return false;
    return value != NULL;
}

static uint16_t flags_of(const struct record *record, const struct record_facts *facts)
{
    static const struct {
        uint32_t record;
        uint16_t row;
    } map[] = {{FLAG_QUEUED, ROW_QUEUED},
               {FLAG_AGENT, ROW_AGENT},
               {FLAG_CALLBACK, ROW_CALLBACK},
               {FLAG_LAMBDA_ERROR, ROW_LAMBDA_ERROR}};
    uint16_t flags = (uint16_t)((facts->transferred ? (unsigned)ROW_TRANSFERRED : 0) |
                                (facts->error ? (unsigned)ROW_ERROR : 0));
    for (size_t i = 0; i < ARRAY_SIZE(map); i++)
        if (record->flags & map[i].record)
            flags |= map[i].row;
    for (uint32_t i = 0; i < record->flags_set.count; i++)
        if (flag_is_set(record->flags_set.item[i].reg.value))
            flags |= ROW_FLOW_FLAG;
    return flags;
}

static void set_times(struct cell *cell, const struct record *record,
                      const struct record_facts *facts)
{
    struct row *row = &cell->row;
    int64_t last = facts->status_since != INSTANT_NONE ? facts->status_since : facts->newest;
    row->start = record_started(record);
    if (row->start == INSTANT_NONE)
        row->start = facts->newest;
    row->end = facts->disconnected;
    if (facts->ended && row->end == INSTANT_NONE)
        row->end = last;
    row->ended = row->end != INSTANT_NONE;
    row->enqueued = facts->enqueued;
    row->agent_at = facts->connected_to_agent;
    row->acw_end = facts->acw_end;
    if (facts->newest > row->newest)
        row->newest = facts->newest;
    cell->status_since = facts->status_since;
    cell->connected_to_system = facts->connected_to_system;
    cell->flow_time = facts->flow_time;
    cell->acw_ms = facts->acw_ms;
    cell->record_hold_ms = facts->hold_ms;
}

/* Inside a module the flow that runs it, once its name is known; the line names the module alone.
 */
static void set_flow(struct live *live, struct row *row, const struct record_facts *facts)
{
    names_set(&live->names, facts->flow_id, facts->flow_name, NAME_LEARNED);
    const char *id = facts->flow_id, *name = names_find(&live->names, facts->flow_run);
    if (name)
        id = facts->flow_run;
    else
        name = names_find(&live->names, id);
    pool_set(&live->pool, &row->flow_id, id);
    pool_set(&live->pool, &row->flow_name, name ? name : facts->flow_name);
}

static void set_texts(struct live *live, struct cell *cell, const struct record *record,
                      const struct record_facts *facts)
{
    struct row *row = &cell->row;
    struct text_pool *pool = &live->pool;
    pool_set(pool, &row->method, facts->method);
    int renamed = pool_set(pool, &row->queue, facts->queue_arn);
    renamed |= pool_set(pool, &row->agent, facts->agent_arn);
    pool_set(pool, &row->queue_type, facts->queue_type);
    set_flow(live, row, facts);
    pool_set(pool, &row->block_type, facts->block_type);
    pool_set(pool, &row->block_id, facts->block_id);
    pool_set(pool, &row->customer, customer_of(live, record));
    set_attributes(live, row, &record->attributes);
    if (renamed)
        row_name(live, cell);
}

void row_from_record(struct live *live, struct cell *cell, const struct record *record, int64_t now)
{
    struct record_facts facts;
    struct row *row = &cell->row;
    arena_reset(&live->arena);
    record_facts(&facts, record, &live->arena);
    set_times(cell, record, &facts);
    set_texts(live, cell, record, &facts);
    row->lifecycle = (uint8_t)facts.status;
    row->channel = (uint8_t)channel_of(facts.channel);
    row->leg = (uint8_t)leg_of(facts.method);
    row->flags = flags_of(record, &facts);
    live->completed_seen |= facts.status == LIFECYCLE_COMPLETED;
    if (row->start != INSTANT_NONE && (!live->first_event || row->start < live->first_event))
        live->first_event = row->start;
    cell->recorded = true;
    cell->menu_errors_count = facts.menu_error_counts;
    row_count_errors(live, cell);
    row->changed = now;
    chain_join(live, cell, record_chain_root(record), now);
    chain_previous(live, cell, record->field[FIELD_PREVIOUS_ID].value, now);
    if (cell->visible || status_is_past(live, cell, now))
        return;
    cell->visible = true;
    live->visible++;
}

void row_name(struct live *live, struct cell *cell)
{
    struct row *row = &cell->row;
    const char *queue = row->queue ? names_find(&live->names, row->queue) : NULL;
    const char *agent = row->agent ? names_find(&live->names, row->agent) : NULL;
    pool_set(&live->pool, &row->queue_name, queue);
    pool_set(&live->pool, &row->agent_name, agent);
}

void row_release(struct live *live, struct cell *cell)
{
    struct row *row = &cell->row;
    const char *const text[] = {row->id,       row->root,       row->previous,   row->method,
                                row->queue,    row->agent,      row->queue_name, row->agent_name,
                                row->flow_id,  row->flow_name,  row->block_type, row->block_id,
                                row->customer, row->last_error, row->queue_type};
    drop_attributes(live, row);
    for (size_t i = 0; i < row->lambdas; i++)
        pool_drop(&live->pool, row->lambda[i]);
    for (size_t i = 0; i < ARRAY_SIZE(text); i++)
        pool_drop(&live->pool, text[i]);
    free(row->attribute);
    free(row->lambda);
    free(cell->agent_mark);
    free(cell->error_seen);
}

/* How long a thing lasted; a clock that runs ahead gives 0, never less. */
static int64_t span(int64_t from, int64_t to)
{
    return from == INSTANT_NONE ? -1 : to > from ? to - from : 0;
}

int64_t row_wait(const struct row *row, int64_t now)
{
    int64_t until = row->end != INSTANT_NONE ? row->end : now;
    if (row->enqueued != INSTANT_NONE && row->agent_at >= row->enqueued)
        until = row->agent_at;
    return span(row->enqueued, until);
}

int64_t row_instate(const struct row *row, int64_t now)
{
    return span(row->since, now);
}

int64_t row_total(const struct row *row, int64_t now)
{
    return span(row->start, row->end != INSTANT_NONE ? row->end : now);
}

int64_t row_talk(const struct row *row, int64_t now)
{
    return span(row->agent_at, row->end != INSTANT_NONE ? row->end : now);
}

int64_t row_hold(const struct row *row, int64_t now)
{
    if (row->shown != SHOWN_ON_HOLD)
        return row->hold_ms;
    return (row->hold_ms > 0 ? row->hold_ms : 0) + span(row->since, now);
}

int64_t row_acw(const struct row *row, int64_t now)
{
    if (row->end == INSTANT_NONE || row->agent_at == INSTANT_NONE)
        return -1;
    if (row->acw_end != INSTANT_NONE)
        return span(row->end, row->acw_end);
    return row->shown == SHOWN_ACW ? span(row->end, now) : -1;
}

bool row_breach(const struct row *row, const struct live *live, int64_t now, int64_t *out)
{
    if (row->shown != SHOWN_QUEUED || row->enqueued == INSTANT_NONE)
        return false;
    *out = sl_target_of(live, row->queue, row->queue_name) - (now - row->enqueued);
    return true;
}

int row_level(const struct row *row, struct live *live, int64_t now)
{
    if (row->shown != SHOWN_QUEUED && row->shown != SHOWN_RINGING)
        return 0;
    int64_t wait = row_wait(row, now);
    return wait >= live->config.wait_bad_ms ? 2 : wait >= live->config.wait_warn_ms ? 1 : 0;
}

const char *row_attribute_value(const struct row *row, const char *name)
{
    for (size_t i = 0; i < row->attributes; i++)
        if (strcmp(row->attribute[i].name, name) == 0)
            return row->attribute[i].value;
    return NULL;
}
