/*
 * From log events to messages: envelopes of CloudWatch's own shape, each at most as large as a
 * message and a JSON tree of the decoder's may be. An event that is too large for one goes alone,
 * as it came, gzipped in base64: the decoder opens that too.
 */
#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "contactwatch/hash.h"
#include "lambda/forward_internal.h"

#define TAIL "]}"

enum { NODES_AROUND = 16, GZIP = 15 + 16 };

/* What the decoder does not look at. */
static const char *const unneeded[] = {"extractedFields", "ingestionTime", NULL};

/* U+FFFE and U+FFFF as escapes; a canonical text has them only within strings. */
static void add_allowed(struct buf *out, const char *text, size_t length)
{
    const char *end = text + length, *p = text;
    while ((p = memmem(text, (size_t)(end - text), "\xef\xbf", 2)) != NULL) {
        bool not_taken = end - p > 2 && (unsigned char)p[2] >= 0xbe;
        size_t before = (size_t)(p - text) + (not_taken ? 0 : 2);
        buf_add(out, text, before);
        text += before;
        if (!not_taken)
            continue;
        buf_text(out, (unsigned char)p[2] == 0xbe ? "\\ufffe" : "\\uffff");
        text += 3;
    }
    buf_add(out, text, (size_t)(end - text));
}

void forward_write(struct buf *out, const cJSON *value, const char *const *skip)
{
    struct buf text = {0};
    json_canonical(&text, value, skip);
    add_allowed(out, buf_str(&text), text.length);
    buf_free(&text);
}

static unsigned count_nodes(const cJSON *value)
{
    unsigned count = 1;
    for (const cJSON *child = value->child; child; child = child->next)
        count += count_nodes(child);
    return count;
}

static void send_body(struct forward_packer *p)
{
    if (p->stopped)
        return;
    p->counts.messages++;
    p->stopped = !p->sink->message(p->sink->context, p->body.data, p->body.length);
}

static bool gzip(struct buf *out, const struct buf *text)
{
    z_stream z = {0};
    if (text->length > UINT_MAX / 2 ||
        deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    buf_reserve(out, deflateBound(&z, text->length));
    z.next_in = (unsigned char *)text->data;
    z.avail_in = (unsigned)text->length;
    z.next_out = (unsigned char *)out->data;
    z.avail_out = (unsigned)(out->capacity - 1);
    bool done = deflate(&z, Z_FINISH) == Z_STREAM_END;
    out->length = z.total_out;
    deflateEnd(&z);
    return done;
}

static void send_alone(struct forward_packer *p, const char *element, size_t length)
{
    struct buf whole = {0}, packed = {0};
    buf_add(&whole, p->head.data, p->head.length);
    buf_add(&whole, element, length);
    buf_text(&whole, TAIL);
    bool fits = gzip(&packed, &whole) && (packed.length + 2) / 3 * 4 <= SQS_BODY_MAX;
    if (fits) {
        buf_clear(&p->body);
        buf_reserve(&p->body, (packed.length + 2) / 3 * 4 + 1);
        p->body.length = (size_t)EVP_EncodeBlock(
            (unsigned char *)p->body.data, (const unsigned char *)packed.data, (int)packed.length);
        send_body(p);
    } else {
        p->counts.too_large++;
    }
    buf_free(&whole);
    buf_free(&packed);
}

static bool fits(const struct forward_packer *p, size_t used, size_t length)
{
    return used + length + 1 + strlen(TAIL) <= SQS_BODY_MAX && p->head.length < SQS_BODY_MAX;
}

void forward_add(struct forward_packer *p, const char *element, size_t length)
{
    const struct arena_mark mark = arena_mark(&p->arena);
    const cJSON *tree = json_parse(&p->arena, element, length, NULL);
    const unsigned nodes = tree ? count_nodes(tree) : 0;
    const size_t before = p->text.length;
    if (tree)
        forward_write(&p->text, tree, unneeded);
    arena_rewind(&p->arena, mark);
    p->counts.events++;
    const size_t written = p->text.length - before;
    if (!tree || nodes > JSON_MAX_NODES - NODES_AROUND || !fits(p, p->head.length, written)) {
        p->text.length = before;
        send_alone(p, element, length);
        return;
    }
    mem_grow(p->event, p->events, p->capacity);
    p->event[p->events++] =
        (struct forward_event){.offset = before, .length = written, .nodes = nodes};
    if (p->text.length >= FORWARD_WINDOW)
        forward_flush(p);
}

static int by_contact(const void *a, const void *b)
{
    const struct forward_event *x = a, *y = b;
    if (x->contact != y->contact)
        return x->contact < y->contact ? -1 : 1;
    return x->offset < y->offset ? -1 : 1;
}

static int by_first(const void *a, const void *b)
{
    const struct forward_event *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return x->offset < y->offset ? -1 : 1;
}

/* By the id in the logged line, found without parsing it; those without one are by themselves. */
static uint64_t contact_of(const char *text, size_t length, size_t offset)
{
    static const char key[] = "ContactId\\\":\\\"";
    const char *at = memmem(text, length, key, sizeof(key) - 1);
    if (!at)
        return offset;
    at += sizeof(key) - 1;
    const char *end = memchr(at, '\\', length - (size_t)(at - text));
    if (!end)
        return offset;
    const struct hash128 hash = hash_bytes(at, (size_t)(end - at));
    uint64_t number;
    memcpy(&number, hash.byte, sizeof(number));
    return number;
}

/* A contact's events one after the other, contacts in the order in which they come first. */
static void group(struct forward_packer *p)
{
    for (size_t i = 0; i < p->events; i++) {
        struct forward_event *e = &p->event[i];
        e->contact = contact_of(p->text.data + e->offset, e->length, e->offset);
    }
    qsort(p->event, p->events, sizeof(*p->event), by_contact);
    for (size_t i = 0; i < p->events; i++) {
        bool same = i && p->event[i].contact == p->event[i - 1].contact;
        p->event[i].first = same ? p->event[i - 1].first : p->event[i].offset;
    }
    qsort(p->event, p->events, sizeof(*p->event), by_first);
}

void forward_flush(struct forward_packer *p)
{
    unsigned nodes = NODES_AROUND;
    if (p->head.length + p->text.length + p->events > SQS_BODY_MAX)
        group(p);
    buf_clear(&p->body);
    for (size_t i = 0; i < p->events; i++) {
        const struct forward_event *e = &p->event[i];
        if (p->body.length &&
            (!fits(p, p->body.length, e->length) || nodes + e->nodes > JSON_MAX_NODES)) {
            buf_text(&p->body, TAIL);
            send_body(p);
            buf_clear(&p->body);
        }
        if (p->body.length) {
            buf_char(&p->body, ',');
        } else {
            buf_add(&p->body, p->head.data, p->head.length);
            nodes = NODES_AROUND;
        }
        buf_add(&p->body, p->text.data + e->offset, e->length);
        nodes += e->nodes;
    }
    if (p->events) {
        buf_text(&p->body, TAIL);
        send_body(p);
    }
    p->events = 0;
    buf_clear(&p->text);
}

void forward_packer_free(struct forward_packer *packer)
{
    arena_free(&packer->arena);
    buf_free(&packer->head);
    buf_free(&packer->text);
    buf_free(&packer->body);
    free(packer->event);
}
