/* The model: cells by index and by contact id, changes, notes. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "contactwatch/hash.h"
#include "live/live_internal.h"

static void set_default(int64_t *value, int64_t initial)
{
    if (*value <= 0)
        *value = initial;
}

static void fill_defaults(struct live_config *config)
{
    set_default(&config->unsure_flow_ms, 30 * MINUTE_MS);
    set_default(&config->unsure_queue_ms, 2 * HOUR_MS);
    set_default(&config->unsure_agent_ms, 4 * HOUR_MS);
    set_default(&config->unsure_other_ms, 24 * HOUR_MS);
    set_default(&config->keep_ended_ms, 5 * MINUTE_MS);
    set_default(&config->retention_ms, DAY_MS);
    set_default(&config->sl_target_ms, 20 * SECOND_MS);
    set_default(&config->wait_warn_ms, 60 * SECOND_MS);
    set_default(&config->wait_bad_ms, 180 * SECOND_MS);
    if (config->sl_percent <= 0)
        config->sl_percent = 80;
}

struct live *live_new(const struct live_config *config)
{
    struct live *live = mem_zero(sizeof(*live));
    if (config)
        live->config = *config;
    fill_defaults(&live->config);
    live->day = mem_zero(sizeof(*live->day));
    live->tiles_generation = UINT64_MAX;
    return live;
}

void live_free(struct live *live)
{
    if (!live)
        return;
    for (size_t i = 0; i < live->limit; i++)
        if (live_cell(live, i)->used)
            row_release(live, live_cell(live, i));
    for (size_t i = 0; i < live->slabs; i++)
        free(live->slab[i].cell);
    for (size_t i = 0; i < live->targets; i++)
        free(live->target[i].queue);
    free(live->slab);
    free(live->due);
    free(live->waiting);
    free(live->share);
    free(live->free_index);
    free(live->error);
    free(live->target);
    free(live->queue);
    free(live->day);
    agents_free(live);
    stint_free(&live->stints);
    names_free(&live->names);
    arena_free(&live->arena);
    pool_free(&live->pool);
    free(live);
}

struct live_config *live_settings(struct live *live)
{
    return &live->config;
}

struct names *live_names(struct live *live)
{
    return &live->names;
}

void live_names_changed(struct live *live)
{
    live->names_changed = true;
}

bool live_loaded(const struct live *live)
{
    return live->loaded;
}

uint64_t live_generation(const struct live *live)
{
    return live->generation;
}

void live_touch(struct live *live, struct cell *cell, int64_t now)
{
    cell->row.changed = now;
    live->change[live->generation++ % CHANGES_KEPT] = cell->row.index;
}

bool live_changed_since(const struct live *live, uint64_t generation,
                        void (*visit)(void *context, uint32_t index), void *context)
{
    if (live->generation < generation || live->generation - generation > CHANGES_KEPT)
        return false;
    for (; generation < live->generation; generation++)
        visit(context, live->change[generation % CHANGES_KEPT]);
    return true;
}

static void apply_record(struct live *live, const struct record *record, int64_t now)
{
    if (!record->contact_id)
        return;
    struct cell *cell = live_cell_make(live, record->contact_id);
    row_from_record(live, cell, record, now);
    status_derive(live, cell, now);
    live_touch(live, cell, now);
}

void live_apply(struct live *live, const struct note *note, int64_t now)
{
    switch (note->kind) {
    case NOTE_RECORDS:
        for (size_t i = 0; i < note->records; i++)
            apply_record(live, &note->record[i], now);
        break;
    case NOTE_ENTRIES:
        for (size_t i = 0; i < note->entries; i++)
            row_entry(live, &note->entry[i], now);
        break;
    case NOTE_AGENTS:
        for (size_t i = 0; i < note->agents; i++)
            agents_apply(live, &note->agent[i]);
        break;
    case NOTE_NAMES:
        for (size_t i = 0; i < note->names; i++)
            names_set(&live->names, note->name[i].id, note->name[i].name, NAME_LISTED);
        live_names_changed(live);
        break;
    case NOTE_LOADED:
        live->loaded = true;
        live->generation++;
        live->change[(live->generation - 1) % CHANGES_KEPT] = 0;
        break;
    default: /* not the table's business */ break;
    }
}

/* Rows that take up names learned since. */
static bool rename_rows(struct live *live, int64_t now)
{
    if (!live->names_changed)
        return false;
    live->names_changed = false;
    for (size_t i = 0; i < live->limit; i++) {
        struct cell *cell = live_cell(live, i);
        const char *queue = cell->row.queue_name, *agent = cell->row.agent_name;
        if (!cell->used)
            continue;
        row_name(live, cell);
        if (queue != cell->row.queue_name || agent != cell->row.agent_name)
            live_touch(live, cell, cell->row.changed);
    }
    (void)now;
    return true;
}

bool live_tick(struct live *live, int64_t now)
{
    bool changed = rename_rows(live, now);
    for (size_t i = 0; i < live->limit; i++) {
        if (live->due[i] > now)
            continue;
        struct cell *cell = live_cell(live, i);
        int64_t flashed = cell->row.changed;
        bool differs = status_derive(live, cell, now);
        enum leaving leaving = status_leaves(live, cell, now);
        if (leaving == LEAVES)
            live_cell_remove(live, cell);
        else if (leaving == HIDES)
            live_cell_hide(live, cell);
        else if (differs)
            live_touch(live, cell, flashed); /* only time passed: no flash */
        changed |= leaving != STAYS || differs;
    }
    return changed;
}

static int64_t midnight_of(int64_t now, int days, bool utc)
{
    if (utc)
        return (now / DAY_MS + days) * DAY_MS;
    struct tm local = instant_split(now, false);
    local.tm_hour = local.tm_min = local.tm_sec = 0;
    local.tm_mday += days;
    local.tm_isdst = -1;
    return (int64_t)mktime(&local) * SECOND_MS;
}

int64_t live_midnight(const struct live *live, int64_t now)
{
    struct day_cache *day = live->day;
    if (now < day->start || now >= day->end || day->utc != live->config.utc) {
        day->utc = live->config.utc;
        day->start = midnight_of(now, 0, live->config.utc);
        day->end = midnight_of(now, 1, live->config.utc);
    }
    return day->start;
}
