/* What a flush item holds, read with distrust: anyone who may write the table may have written it.
 */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"
#include "store/dynamodb_feed_internal.h"

enum { ENTRY_LOG_EVENT = 6, ENTRY_MEMBERS = 7 };

struct lines {
    struct feed_rows *out;
    char *at, *end; /* what is left */
    struct err *err;
};

static bool damaged(const struct lines *in, const char *what)
{
    return err_set(in->err, "an item of the feed is damaged: %s", what);
}

/* The next line without its end, or NULL; lengths are told, as bodies may hold anything. */
static char *take(struct lines *in, size_t length)
{
    if ((size_t)(in->end - in->at) <= length || in->at[length] != '\n')
        return NULL;
    char *line = in->at;
    in->at += length + 1;
    return line;
}

static bool whole(const cJSON *value, double most, uint64_t *out)
{
    if (!cJSON_IsNumber(value) || !(value->valuedouble >= 0) || value->valuedouble > most)
        return false;
    *out = (uint64_t)value->valuedouble;
    return true;
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_id(struct hash128 *id, const cJSON *value)
{
    const char *text = cJSON_IsString(value) ? value->valuestring : "";
    if (strlen(text) != 2 * sizeof(id->byte))
        return false;
    for (size_t i = 0; i < sizeof(id->byte); i++) {
        int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        id->byte[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool read_entry(struct lines *in, const cJSON *list)
{
    const cJSON *member[ENTRY_MEMBERS] = {0};
    size_t count = 0;
    for (const cJSON *m = list->child; m && count < ENTRY_MEMBERS; m = m->next)
        member[count++] = m;
    uint64_t time, rank, type, marks, length;
    struct entry entry = {0};
    if (count < ENTRY_LOG_EVENT || !whole(member[0], 9e15, &time) ||
        !whole(member[1], UINT8_MAX, &rank) || !whole(member[2], LOGTYPE_COUNT - 1, &type) ||
        !whole(member[3], UINT16_MAX, &marks) || !read_id(&entry.id, member[4]) ||
        !whole(member[5], STORE_BODY_MAX, &length))
        return damaged(in, "an entry");
    char *body = take(in, (size_t)length);
    if (!body || !in->out->rows)
        return damaged(in, "an entry's body");
    entry.time = (int64_t)time;
    entry.rank = (uint8_t)rank;
    entry.type = (uint8_t)type;
    entry.marks = (uint16_t)marks;
    entry.length = (uint32_t)length;
    entry.body = arena_strndup(&in->out->arena, body, (size_t)length);
    if (cJSON_IsString(member[ENTRY_LOG_EVENT]))
        entry.log_event_id = member[ENTRY_LOG_EVENT]->valuestring;
    mem_grow(in->out->entry, in->out->entries, in->out->entry_capacity);
    in->out->entry[in->out->entries++] = entry;
    in->out->row[in->out->rows - 1].entries++;
    return true;
}

static bool read_row(struct lines *in, const cJSON *line, const char *contact_id)
{
    struct feed_rows *out = in->out;
    struct feed_row row = {
        .contact_id = contact_id, .look = cJSON_IsTrue(json_get(line, "h")), .first = out->entries};
    const cJSON *record = json_get(line, "r");
    if (strlen(contact_id) > CONTACT_ID_MAX)
        return damaged(in, "a contact's id");
    if (record) {
        if (!record_read(&row.record, &out->arena, record, NULL, in->err))
            return damaged(in, "a record");
        row.has_record = true;
        if (strcmp(row.record.contact_id, contact_id) != 0) {
            record_free(&row.record);
            return damaged(in, "a record of another contact");
        }
    }
    mem_grow(out->row, out->rows, out->row_capacity);
    out->row[out->rows++] = row;
    return true;
}

static bool read_agent(struct lines *in, const cJSON *object)
{
    struct agent_event agent;
    if (!ddb_agent_read(&agent, object))
        return damaged(in, "an agent");
    mem_grow(in->out->agent, in->out->agents, in->out->agent_capacity);
    in->out->agent[in->out->agents++] = agent;
    return true;
}

static bool read_line(struct lines *in)
{
    const char *stop = memchr(in->at, '\n', (size_t)(in->end - in->at));
    size_t length = stop ? (size_t)(stop - in->at) : 0, end;
    const char *text = stop ? take(in, length) : NULL;
    const cJSON *line =
        text ? json_parse_first(&in->out->arena, text, length, &end, in->err) : NULL;
    if (!line)
        return damaged(in, "a line is no JSON");
    const cJSON *entry = json_get(line, "e"), *agent = json_get(line, "a");
    const char *contact_id = json_text(line, "c");
    if (cJSON_IsArray(entry))
        return read_entry(in, entry);
    if (contact_id)
        return read_row(in, line, contact_id);
    return agent ? read_agent(in, agent) : true; /* what later versions may add */
}

static bool read_format(struct lines *in)
{
    const char *stop = memchr(in->at, '\n', (size_t)(in->end - in->at));
    size_t length = stop ? (size_t)(stop - in->at) : 0, end;
    const char *text = stop ? take(in, length) : NULL;
    const cJSON *line =
        text ? json_parse_first(&in->out->arena, text, length, &end, in->err) : NULL;
    uint64_t format;
    if (!whole(json_get(line, "feed"), 1e6, &format))
        return damaged(in, "it does not say its format");
    if (format > FEED_FORMAT)
        return err_set(in->err, "the feed is written by a newer contactwatch (format %u)",
                       (unsigned)format);
    return true;
}

bool feed_unpack(struct feed_rows *out, const void *bytes, size_t length, struct err *err)
{
    struct buf text = {0};
    feed_rows_clear(out);
    if (!ddb_gunzip(&text, bytes, length, FEED_UNPACKED_MAX, err)) {
        buf_free(&text);
        return false;
    }
    struct lines in = {out, text.data, text.data + text.length, err};
    bool good = (text.length > 0 || damaged(&in, "it is empty")) && read_format(&in);
    while (good && in.at < in.end)
        good = read_line(&in);
    buf_free(&text);
    return good;
}

static void free_records(struct feed_rows *rows)
{
    for (size_t i = 0; i < rows->rows; i++)
        if (rows->row[i].has_record)
            record_free(&rows->row[i].record);
}

void feed_rows_clear(struct feed_rows *rows)
{
    free_records(rows);
    rows->rows = rows->entries = rows->agents = 0;
    arena_reset(&rows->arena);
}

void feed_rows_free(struct feed_rows *rows)
{
    free_records(rows);
    free(rows->row);
    free(rows->entry);
    free(rows->agent);
    arena_free(&rows->arena);
    *rows = (struct feed_rows){0};
}
