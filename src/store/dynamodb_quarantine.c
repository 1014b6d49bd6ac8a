/*
 * Refused records kept beside the contacts, for writers that have no file: a line is an item
 * "QUARANTINE#<day>#<hash>", so that one refused again on its day is kept once. A line larger than
 * an item takes goes on in items with "#<part>" behind. GSI-Live lists them all as QUARANTINE#0.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"
#include "store/dynamodb_internal.h"

enum { LIFE_S = 14 * 24 * 3600, DAY_TEXT = 10, KEY_MAX = 96 };

struct keeping {
    struct dynamodb_store *store;
    const char *at, *end; /* what is left; at the part that comes next */
    const char *line_end; /* of the line `at` is in; NULL = at is the start of one */
    char key[KEY_MAX];    /* of that line */
    unsigned part;
    bool failed;
    struct err *err;
};

/* The line's own day, so that it does not move at midnight. */
static void day_of(const struct keeping *k, size_t length, char out[INSTANT_TEXT])
{
    static const char start[] = "{\"time\":\"";
    const size_t skip = sizeof(start) - 1;
    bool told = length > skip + DAY_TEXT && memcmp(k->at, start, skip) == 0;
    for (size_t i = 0; told && i < DAY_TEXT; i++)
        told = isdigit((unsigned char)k->at[skip + i]) || k->at[skip + i] == '-';
    instant_format(ddb_now(k->store), out);
    if (told)
        memcpy(out, k->at + skip, DAY_TEXT);
    out[DAY_TEXT] = '\0';
}

/* What is hashed begins behind the time, which is another when the record is refused again. */
static void begin_line(struct keeping *k)
{
    const char *stop = memchr(k->at, '\n', (size_t)(k->end - k->at));
    k->line_end = stop ? stop : k->end;
    size_t length = (size_t)(k->line_end - k->at);
    const char *rest = memchr(k->at, ',', length);
    struct hash128 hash =
        rest ? hash_bytes(rest, (size_t)(k->line_end - rest)) : hash_bytes(k->at, length);
    char day[INSTANT_TEXT], sum[HASH_HEX];
    day_of(k, length, day);
    hash_hex(&hash, sum);
    snprintf(k->key, sizeof(k->key), DDB_QUARANTINE_PREFIX "%s#%s", day, sum);
    k->part = 0;
}

/* How much of the line one item takes: up to a whole character. */
static size_t piece_length(const struct keeping *k)
{
    size_t length = (size_t)(k->line_end - k->at);
    if (length <= DDB_CHUNK_MAX)
        return length;
    for (length = DDB_CHUNK_MAX; length > DDB_CHUNK_MAX - 4; length--)
        if (((unsigned char)k->at[length] & 0xC0) != 0x80)
            break;
    return length;
}

static void build(struct keeping *k, struct aws_call *call, size_t length)
{
    struct buf key = {0};
    char *text = mem_strndup(k->at, length);
    buf_text(&key, k->key);
    if (++k->part > 1)
        buf_printf(&key, "#%03u", k->part);
    call->operation = "PutItem";
    buf_printf(&call->body, "{\"TableName\":\"%s\",\"Item\":{", k->store->table);
    ddb_put_text(&call->body, DDB_KEY, key.data);
    ddb_put_text(&call->body, DDB_LIVE, DDB_QUARANTINE_PREFIX "0");
    ddb_put_text(&call->body, "Line", text);
    ddb_put_number(&call->body, DDB_EXPIRY, ddb_now(k->store) / SECOND_MS + LIFE_S);
    buf_text(&call->body, "}}");
    buf_free(&key);
    free(text);
}

static bool next(void *context, struct aws_call *call, int *wait_ms)
{
    struct keeping *k = context;
    (void)wait_ms;
    while (!k->line_end && k->at < k->end && *k->at == '\n')
        k->at++;
    if (k->failed || k->at == k->end)
        return false;
    if (!k->line_end)
        begin_line(k);
    size_t length = piece_length(k);
    build(k, call, length);
    k->at += length;
    if (k->at == k->line_end)
        k->line_end = NULL;
    return true;
}

static void done(void *context, struct aws_call *call)
{
    struct keeping *k = context;
    if (call->fault != AWS_FINE)
        k->failed = !ddb_call_error(k->store, call, k->err);
}

bool dynamodb_quarantine(struct store *store, const char *lines, size_t length, struct err *err)
{
    struct dynamodb_store *s = dynamodb_of(store);
    struct keeping k = {.store = s, .at = lines, .end = lines + length, .err = err};
    if (s->read_only)
        return err_set(err, "store dynamodb:%s: opened with --view-only, nothing is written",
                       s->table);
    if (length)
        ddb_drive(s, &(struct ddb_drive){&k, next, done});
    return !k.failed || err_wrap(err, "quarantine");
}
