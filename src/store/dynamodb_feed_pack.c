/*
 * A flush as packed pieces. Text is cut into units, a row's head or one entry; a piece is a run of
 * units, halved as long as it packs to more than an item takes.
 */
#include <stdlib.h>

#include "contactwatch/json.h"
#include "store/dynamodb_feed_internal.h"

struct unit {
    size_t end;             /* in the text; it starts where the one before ends */
    const char *contact_id; /* of an entry, whose row's head may be in another piece; else NULL */
};

struct packing {
    struct feed_pieces *out;
    struct buf text, raw;
    struct unit *unit;
    size_t count, capacity;
};

static void end_unit(struct packing *p, const char *contact_id)
{
    mem_grow(p->unit, p->count, p->capacity);
    p->unit[p->count++] = (struct unit){p->text.length, contact_id};
}

static void put_head(struct buf *out, const char *contact_id, const struct record *record,
                     bool look)
{
    buf_text(out, "{\"c\":");
    json_quote(out, contact_id);
    if (record) {
        buf_text(out, ",\"r\":");
        record_write(out, record, RECORD_STORED);
    }
    buf_text(out, look ? ",\"h\":true}\n" : "}\n");
}

static void put_entry(struct buf *out, const struct entry *entry)
{
    char id[HASH_HEX];
    hash_hex(&entry->id, id);
    buf_printf(out, "{\"e\":[%lld,%u,%u,%u,\"%s\",%u", (long long)entry->time, entry->rank,
               entry->type, entry->marks, id, entry->length);
    if (entry->log_event_id) {
        buf_char(out, ',');
        json_quote(out, entry->log_event_id);
    }
    buf_text(out, "]}\n");
    buf_add(out, entry->body, entry->length);
    buf_char(out, '\n');
}

static void put_row(struct packing *p, const struct ddb_row *row)
{
    put_head(&p->text, row->contact_id, row->record, row->look);
    end_unit(p, NULL);
    for (size_t i = 0; i < row->entries; i++) {
        put_entry(&p->text, &row->entry[i]);
        end_unit(p, row->contact_id);
    }
}

static size_t start_of(const struct packing *p, size_t unit)
{
    return unit ? p->unit[unit - 1].end : 0;
}

static void pack_text(struct buf *piece, struct buf *raw, const char *contact_id, const char *text,
                      size_t length, bool look)
{
    buf_clear(raw);
    buf_printf(raw, "{\"feed\":%d}\n", FEED_FORMAT);
    if (contact_id)
        put_head(raw, contact_id, NULL, look);
    buf_add(raw, text, length);
    buf_clear(piece);
    ddb_deflate(piece, raw->data, raw->length);
}

static void pack_range(struct packing *p, size_t from, size_t to)
{
    const struct unit *first = &p->unit[from];
    size_t start = start_of(p, from);
    struct buf piece = {0};
    pack_text(&piece, &p->raw, first->contact_id, p->text.data + start, p->unit[to - 1].end - start,
              false);
    if (piece.length > DDB_CHUNK_MAX && to - from > 1) {
        buf_free(&piece);
        pack_range(p, from, from + (to - from) / 2);
        pack_range(p, from + (to - from) / 2, to);
        return;
    }
    if (piece.length > DDB_CHUNK_MAX && first->contact_id)
        pack_text(&piece, &p->raw, first->contact_id, "", 0, true);
    struct feed_pieces *out = p->out;
    mem_grow(out->piece, out->count, out->capacity);
    out->piece[out->count++] = piece;
}

static void put_agents(struct packing *p, const struct agent_event *agent, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_text(&p->text, "{\"a\":");
        ddb_agent_write(&p->text, &agent[i]);
        buf_text(&p->text, "}\n");
        end_unit(p, NULL);
    }
}

static void free_packing(struct packing *p)
{
    buf_free(&p->text);
    buf_free(&p->raw);
    free(p->unit);
}

void feed_pack(struct feed_pieces *out, const struct ddb_row *row, size_t count,
               const struct agent_event *agent, size_t agents)
{
    struct packing p = {.out = out};
    for (size_t i = 0; i < count; i++)
        put_row(&p, &row[i]);
    put_agents(&p, agent, agents);
    for (size_t from = 0, to; from < p.count; from = to) {
        size_t start = start_of(&p, from);
        for (to = from + 1; to < p.count && p.unit[to].end - start <= FEED_RAW_MAX;)
            to++;
        pack_range(&p, from, to);
    }
    free_packing(&p);
}

void feed_pack_whole(struct buf *out, const struct ddb_row *row, size_t count,
                     const struct agent_event *agent, size_t agents)
{
    struct packing p = {0};
    for (size_t i = 0; i < count; i++)
        put_row(&p, &row[i]);
    put_agents(&p, agent, agents);
    pack_text(out, &p.raw, NULL, buf_str(&p.text), p.text.length, false);
    free_packing(&p);
}
