#include <stdio.h>
#include <string.h>

#include "live/column_internal.h"
#include "live/live_internal.h"

static const char unknown[] = "–";

static void put_text(struct buf *out, const char *text)
{
    buf_text(out, text && *text ? text : unknown);
}

static void put_duration(struct buf *out, int64_t ms)
{
    char text[DURATION_TEXT];
    if (ms < 0) {
        buf_text(out, unknown);
        return;
    }
    duration_format(ms, text);
    buf_text(out, text);
}

/* The name, else the first 8 characters of the id. */
static void put_named(struct buf *out, const char *name, const char *arn)
{
    if (name || !arn)
        put_text(out, name);
    else
        buf_add(out, arn_tail(arn), strnlen(arn_tail(arn), 8));
}

static void put_count(struct buf *out, unsigned count)
{
    buf_printf(out, "%u", count);
}

COLUMN_FORMAT(flags)
{
    static const struct {
        uint16_t flag;
        char letter;
    } shown[] = {{ROW_QUEUED, 'Q'},       {ROW_AGENT, 'A'},     {ROW_TRANSFERRED, 'T'},
                 {ROW_CALLBACK, 'C'},     {ROW_ABANDONED, 'X'}, {ROW_ERROR, 'E'},
                 {ROW_LAMBDA_ERROR, 'L'}, {ROW_FLOW_FLAG, '+'}};
    (void)live;
    (void)now;
    for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
        if (!(row->flags & shown[i].flag))
            continue;
        buf_char(out, shown[i].letter);
        if (shown[i].flag == ROW_ABANDONED && (row->flags & ROW_ABANDONED_UNSURE))
            buf_char(out, '?');
    }
}

COLUMN_FORMAT(status)
{
    (void)live;
    (void)now;
    buf_text(out, shown_name[row->shown]);
    if (row->unsure)
        buf_char(out, '?');
}

COLUMN_FORMAT(channel)
{
    (void)live;
    (void)now;
    buf_text(out, channel_short[row->channel]);
}

COLUMN_FORMAT(in_state)
{
    (void)live;
    put_duration(out, row_instate(row, now));
}

COLUMN_FORMAT(total)
{
    (void)live;
    put_duration(out, row_total(row, now));
}

COLUMN_FORMAT(queue)
{
    (void)live;
    (void)now;
    put_named(out, row->queue_name, row->queue);
}

COLUMN_FORMAT(agent)
{
    (void)live;
    (void)now;
    put_named(out, row->agent_name, row->agent);
}

COLUMN_FORMAT(customer)
{
    (void)live;
    (void)now;
    put_text(out, row->customer);
}

COLUMN_FORMAT(contact)
{
    (void)live;
    (void)now;
    put_text(out, row->id);
}

/* After Resume or Transfer the flow has let go of the contact: it waits. With an agent no flow
 * runs. */
COLUMN_FORMAT(now_at)
{
    bool agent = row->shown == SHOWN_WITH_AGENT || row->shown == SHOWN_ON_HOLD;
    if (!row->flow_id || agent || row->ended) {
        buf_text(out, unknown);
        return;
    }
    if (row->block_type &&
        (strcmp(row->block_type, "Resume") == 0 || strcmp(row->block_type, "Transfer") == 0)) {
        buf_text(out, "waiting");
        return;
    }
    format_flow(out, row, live, now);
    buf_text(out, " / ");
    format_block(out, row, live, now);
}

COLUMN_FORMAT(method)
{
    (void)live;
    (void)now;
    put_text(out, row->method);
}

COLUMN_FORMAT(flow)
{
    (void)live;
    (void)now;
    put_named(out, row->flow_name, row->flow_id);
}

COLUMN_FORMAT(block)
{
    (void)live;
    (void)now;
    put_text(out, row->block_type);
}

COLUMN_FORMAT(chain)
{
    (void)live;
    (void)now;
    put_count(out, row->chain_size);
}

COLUMN_FORMAT(last_event)
{
    (void)live;
    put_duration(out, row->newest == INSTANT_NONE ? -1 : now > row->newest ? now - row->newest : 0);
}

COLUMN_FORMAT(lambda_errors)
{
    (void)live;
    (void)now;
    put_count(out, row->lambda_errors);
}

COLUMN_FORMAT(errors)
{
    (void)live;
    (void)now;
    put_count(out, row->errors);
}

COLUMN_FORMAT(start)
{
    if (row->start == INSTANT_NONE) {
        buf_text(out, unknown);
        return;
    }
    (void)now;
    struct tm tm = instant_split(row->start, live->config.utc);
    buf_printf(out, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
}
