/*
 * What a cell shows, derived from its times, its agent's word and now: ended >
 * ACW > paused > with agent > queued > in flow. Also when time alone will change it next.
 */
#include <string.h>

#include "contactwatch/chain.h"
#include "live/live_internal.h"

const char *const shown_name[SHOWN_COUNT] = {"SCHEDULED", "DIALLING",   "IN FLOW", "QUEUED",
                                             "RINGING",   "WITH AGENT", "ON HOLD", "PAUSED",
                                             "ACW",       "ENDED"};
const char *const channel_short[CHANNEL_COUNT] = {"VOI", "CHT", "TSK", "EML", "–"};

struct stage_now {
    enum stage_shown shown;
    int64_t since;
    int64_t until; /* when time alone ends it; INT64_MAX */
};

static bool with_agent(const struct row *row)
{
    return row->agent_at != INSTANT_NONE && row->agent_at >= row->enqueued;
}

/* Where ACW ends when nothing says so is not in the data: after ACW_LONGEST_MS it is not claimed
 * any more. */
static struct stage_now after_end(const struct live *live, struct cell *cell, int64_t now)
{
    const struct row *row = &cell->row;
    const struct agent_mark *mark = row_agent_state(cell);
    struct stage_now ended = {SHOWN_ENDED, row->end, INT64_MAX};
    if (row->acw_end > row->end)
        ended.since = row->acw_end;
    else if (row->lifecycle == LIFECYCLE_COMPLETED && cell->status_since > row->end)
        ended.since = cell->status_since;
    if (!with_agent(row) || row->acw_end != INSTANT_NONE || row->lifecycle == LIFECYCLE_COMPLETED)
        return ended;
    if (mark && mark->state == AGENT_GONE) {
        ended.since = mark->since > row->end ? mark->since : row->end;
        return ended;
    }
    if (mark && mark->state == AGENT_ACW && now - mark->since < live->config.unsure_agent_ms)
        return (struct stage_now){SHOWN_ACW, mark->since,
                                  mark->since + live->config.unsure_agent_ms};
    if (live->completed_seen && now - row->end <= ACW_LONGEST_MS) {
        cell->acw_estimated = true;
        return (struct stage_now){SHOWN_ACW, row->end, row->end + ACW_LONGEST_MS + 1};
    }
    return ended;
}

/* Answered, queued or in a flow: then it is not dialling any more. */
static bool is_dialling(const struct cell *cell)
{
    const struct row *row = &cell->row;
    bool outgoing =
        row->method && (strcmp(row->method, "OUTBOUND") == 0 || strcmp(row->method, "API") == 0);
    return outgoing && row->channel == CHANNEL_VOICE && cell->connected_to_system == INSTANT_NONE &&
           cell->flow_time == INSTANT_NONE;
}

static struct stage_now open_stage(const struct cell *cell)
{
    const struct row *row = &cell->row;
    const struct agent_mark *mark = row_agent_state(cell);
    if (row->lifecycle == LIFECYCLE_PAUSED)
        return (struct stage_now){SHOWN_PAUSED, cell->status_since, INT64_MAX};
    if (with_agent(row)) {
        if (mark && mark->state == AGENT_ON_HOLD && mark->since >= row->agent_at)
            return (struct stage_now){SHOWN_ON_HOLD, mark->since, INT64_MAX};
        return (struct stage_now){SHOWN_WITH_AGENT, row->agent_at, INT64_MAX};
    }
    if (mark && mark->state == AGENT_RINGING && mark->since >= row->enqueued)
        return (struct stage_now){SHOWN_RINGING, mark->since, INT64_MAX};
    if (row->enqueued != INSTANT_NONE)
        return (struct stage_now){SHOWN_QUEUED, row->enqueued, INT64_MAX};
    if (row->leg == LEG_CALLBACK)
        return (struct stage_now){SHOWN_SCHEDULED, row->start, INT64_MAX};
    return (struct stage_now){is_dialling(cell) ? SHOWN_DIALLING : SHOWN_IN_FLOW, row->start,
                              INT64_MAX};
}

static int64_t silence_allowed(const struct live *live, const struct row *row,
                               enum stage_shown shown)
{
    const struct live_config *config = &live->config;
    if (row->channel == CHANNEL_CHAT || row->channel == CHANNEL_TASK ||
        row->channel == CHANNEL_EMAIL)
        return config->unsure_other_ms;
    const int64_t by_stage[SHOWN_COUNT] = {
        [SHOWN_SCHEDULED] = config->unsure_other_ms, [SHOWN_DIALLING] = config->unsure_flow_ms,
        [SHOWN_IN_FLOW] = config->unsure_flow_ms,    [SHOWN_QUEUED] = config->unsure_queue_ms,
        [SHOWN_RINGING] = config->unsure_queue_ms,   [SHOWN_WITH_AGENT] = config->unsure_agent_ms,
        [SHOWN_ON_HOLD] = config->unsure_agent_ms,   [SHOWN_PAUSED] = config->unsure_other_ms};
    return by_stage[shown];
}

static bool left_by_flow(const struct cell *cell)
{
    for (size_t i = 0; i < cell->exits; i++)
        if (cell->exit[i] > cell->row.enqueued && cell->exit[i] <= cell->row.end)
            return true;
    return false;
}

static bool is_abandoned(const struct cell *cell)
{
    const struct row *row = &cell->row;
    bool queued = row->enqueued != INSTANT_NONE || (row->flags & ROW_QUEUED);
    bool agent = row->agent_at != INSTANT_NONE || (row->flags & ROW_AGENT);
    bool spoken = row->channel == CHANNEL_VOICE || row->channel == CHANNEL_CHAT;
    return row->ended && queued && !agent && spoken && !(row->flags & ROW_CALLBACK) &&
           !cell->callback_logged && !cell->followed && !left_by_flow(cell);
}

static uint16_t derive_flags(const struct cell *cell, int64_t now)
{
    const struct row *row = &cell->row;
    unsigned flags = row->flags & ~(unsigned)(ROW_ABANDONED | ROW_ABANDONED_UNSURE);
    if (cell->callback_logged)
        flags |= ROW_CALLBACK;
    if (row->errors)
        flags |= ROW_ERROR;
    if (row->lambda_errors)
        flags |= ROW_LAMBDA_ERROR;
    if (is_abandoned(cell))
        flags |= ROW_ABANDONED |
                 (now - row->end < ABANDON_GRACE_MS ? (unsigned)ROW_ABANDONED_UNSURE : 0);
    return (uint16_t)flags;
}

static const char *const channel_names[CHANNEL_COUNT] = {"VOICE", "CHAT", "TASK", "EMAIL", NULL};

static int64_t life_end(const struct row *row)
{
    return row->newest + channel_life(channel_names[row->channel]);
}

bool row_is_live(const struct row *row, int64_t now)
{
    return !row->ended && now <= life_end(row);
}

bool status_is_past(const struct live *live, const struct cell *cell, int64_t now)
{
    const struct row *row = &cell->row;
    if (live->config.keep_ended_ms == INT64_MAX)
        return false;
    if (!row->ended)
        return !row_is_live(row, now);
    if (row->shown == SHOWN_ACW)
        return false;
    int64_t since = row->shown == SHOWN_ENDED ? row->since : row->end;
    return now - since >= live->config.keep_ended_ms;
}

/* While a call goes on its ended legs are kept out of sight, so that its size and what came from
 * what stay known. */
enum leaving status_leaves(const struct live *live, const struct cell *cell, int64_t now)
{
    bool over =
        cell->visible ? status_is_past(live, cell, now) : now - cell->row.changed >= HIDDEN_KEEP_MS;
    if (!over)
        return STAYS;
    if (cell->recorded && cell->row.ended && chain_is_open(live, cell))
        return cell->visible ? HIDES : STAYS;
    return LEAVES;
}

static int64_t next_due(const struct live *live, const struct cell *cell,
                        const struct stage_now *stage, int64_t silent_at, int64_t now)
{
    const struct row *row = &cell->row;
    int64_t due = stage->until;
    int64_t other;
    if (!cell->visible)
        return now - row->changed < HIDDEN_KEEP_MS ? row->changed + HIDDEN_KEEP_MS
                                                   : now + MINUTE_MS;
    if (row->ended && row->shown == SHOWN_ENDED)
        other = live->config.keep_ended_ms < INT64_MAX - row->since
                    ? row->since + live->config.keep_ended_ms
                    : INT64_MAX;
    else if (!row->ended)
        other = row->unsure || silent_at <= now ? life_end(row) + 1 : silent_at;
    else
        other = due;
    if (other < due)
        due = other;
    if ((row->flags & ROW_ABANDONED_UNSURE) && row->end + ABANDON_GRACE_MS < due)
        due = row->end + ABANDON_GRACE_MS;
    return due;
}

bool status_derive(struct live *live, struct cell *cell, int64_t now)
{
    struct row *row = &cell->row;
    const struct row before = *row;
    if (row->id && text_of(row->id)->successors)
        cell->followed = true;
    cell->acw_estimated = false;
    struct stage_now stage = row->ended ? after_end(live, cell, now) : open_stage(cell);
    int64_t newest = row->root ? text_of(row->root)->chain_newest : row->newest;
    int64_t silent_at = newest + silence_allowed(live, row, stage.shown) + 1;
    row->shown = (uint8_t)stage.shown;
    row->since = stage.since;
    row->unsure = !row->ended && now >= silent_at;
    row->hold_ms = cell->record_hold_ms >= 0 ? cell->record_hold_ms : row_agent_hold(cell);
    row->flags = derive_flags(cell, now);
    live->due[row->index] = next_due(live, cell, &stage, silent_at, now);
    stint_from_cell(live, cell);
    tiles_share(live, cell);
    return row->shown != before.shown || row->since != before.since ||
           row->unsure != before.unsure || row->flags != before.flags ||
           row->hold_ms != before.hold_ms;
}
