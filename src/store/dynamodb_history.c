/* Reading a contact's history: its chunks in the order they were written. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/log.h"
#include "store/dynamodb_read_internal.h"

enum { PARTS_MAX = 64, STEM_MAX = 128 };

/* Parts of one entry being put together. */
struct parts {
    char stem[STEM_MAX]; /* Written without "#<part>" */
    int64_t next, parts; /* 0 = none is under way */
    struct buf bytes;
};

struct chunks {
    struct dynamodb_store *s;
    const char *contact_id;
    struct arena *arena;
    struct history *history;
    const struct ddb_chunk_visit *visit; /* NULL = entries are only collected */
    struct parts parts;
    struct buf bytes;
    bool stopped;
};

void ddb_history_query(struct ddb_pages *pages, const struct dynamodb_store *s,
                       const char *contact_id)
{
    ddb_pages_query(pages, s->history, DDB_KEY, contact_id, NULL, NULL);
    buf_text(&pages->request, ",\"ConsistentRead\":true");
}

/* What one chunk lacks, the others have not lost. */
static void unpack(struct chunks *c, const char *written, int64_t parts, const struct buf *bytes)
{
    struct err err = {0};
    size_t unread = 0;
    bool good = ddb_chunk_read(c->arena, c->contact_id, bytes->data, bytes->length, c->history,
                               &unread, &err);
    if (!good)
        log_warning("a chunk of the history of %s is passed over: %s", c->contact_id, err.text);
    else if (unread)
        log_warning("%zu entries of the history of %s cannot be read", unread, c->contact_id);
    if (c->visit) {
        c->stopped = good && !unread &&
                     !c->visit->chunk(c->visit->context, written, (unsigned)parts,
                                      c->history->entry, c->history->count);
        c->history->count = 0;
        arena_reset(c->arena);
    }
}

/* Parts come one behind the other; of an entry that was written in part only nothing is taken, its
 * writer says it again. */
static void take_part(struct chunks *c, const char *written, int64_t part, int64_t parts)
{
    struct parts *p = &c->parts;
    const char *cut = strrchr(written, '#');
    size_t stem = cut ? (size_t)(cut - written) : strlen(written);
    if (part == 1 && stem < sizeof(p->stem) && parts <= PARTS_MAX) {
        memcpy(p->stem, written, stem);
        p->stem[stem] = '\0';
        p->next = 1;
        p->parts = parts;
        buf_clear(&p->bytes);
    }
    if (part != p->next || parts != p->parts || strlen(p->stem) != stem ||
        memcmp(p->stem, written, stem) != 0) {
        p->next = 0;
        return;
    }
    buf_add(&p->bytes, c->bytes.data, c->bytes.length);
    p->next++;
    if (part < parts)
        return;
    unpack(c, p->stem, parts, &p->bytes);
    p->next = 0;
}

static void take_chunk(struct chunks *c, const cJSON *item)
{
    const char *written = ddb_text(item, DDB_WRITTEN);
    int64_t parts = ddb_number(item, DDB_PARTS);
    buf_clear(&c->bytes);
    if (!written || !ddb_bytes(&c->bytes, item, DDB_PACKED))
        log_warning("an item of the history of %s is no chunk", c->contact_id);
    else if (parts > 1)
        take_part(c, written, ddb_number(item, DDB_PART), parts);
    else
        unpack(c, written, 1, &c->bytes);
}

static bool read_pages(struct chunks *c, struct ddb_pages *pages, struct err *err)
{
    struct arena scratch = {0};
    const cJSON *item;
    bool good = true;
    for (;;) {
        while (!c->stopped && (item = ddb_pages_item(pages, &scratch))) {
            take_chunk(c, item);
            arena_reset(&scratch);
        }
        if (c->stopped || !pages->more || !(good = ddb_pages_fetch(c->s, pages, 1, NULL, err)))
            break;
    }
    arena_free(&scratch);
    buf_free(&c->bytes);
    buf_free(&c->parts.bytes);
    return good;
}

bool ddb_history_read(struct dynamodb_store *s, struct ddb_pages *pages, const char *contact_id,
                      struct arena *arena, struct history *history, struct err *err)
{
    struct chunks c = {.s = s, .contact_id = contact_id, .arena = arena, .history = history};
    return read_pages(&c, pages, err);
}

bool ddb_history_visit(struct dynamodb_store *s, const char *contact_id,
                       const struct ddb_chunk_visit *visit, struct err *err)
{
    struct arena arena = {0};
    struct history history = {0};
    struct ddb_pages pages;
    struct chunks c = {
        .s = s, .contact_id = contact_id, .arena = &arena, .history = &history, .visit = visit};
    ddb_history_query(&pages, s, contact_id);
    bool good = read_pages(&c, &pages, err) || (s->imported && ddb_is_missing(&pages.call));
    ddb_pages_close(&pages, 1);
    history_free(&history);
    arena_free(&arena);
    return good;
}
