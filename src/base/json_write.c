#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_internal.h"
#include "contactwatch/json.h"

/* The longest an escaped byte becomes: \u0001. */
enum { ESCAPED_MAX = 6, SMALL_OBJECT = 32 };

static char *put_escape(char *out, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    *out++ = '\\';
    switch (c) {
    case '"':
    case '\\': *out++ = (char)c; return out;
    case '\n': *out++ = 'n'; return out;
    case '\t': *out++ = 't'; return out;
    case '\r': *out++ = 'r'; return out;
    default:
        *out++ = 'u';
        *out++ = '0';
        *out++ = '0';
        *out++ = hex[c >> 4];
        *out++ = hex[c & 15];
        return out;
    }
}

/* Of eight bytes: is none a control, a quote or a backslash? May say no for bytes beyond ASCII,
 * never wrongly yes. */
static inline bool all_plain(const char *p)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t word;
    memcpy(&word, p, sizeof(word));
    uint64_t quote = word ^ ones * '"', back = word ^ ones * '\\';
    return !(((word - ones * 0x20) | (quote - ones) | (back - ones)) & ones * 0x80);
}

/* Exactly: looked at when a buffer has not the room for the most it can be. */
static size_t quoted_size(const char *text)
{
    size_t size = 2;
    char escaped[ESCAPED_MAX];
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        bool plain = c >= 0x20 && c != '"' && c != '\\';
        size += plain ? 1 : (size_t)(put_escape(escaped, c) - escaped);
    }
    return size;
}

/* Copies a text in which nothing needs an escape, and says whether it is one. */
static inline bool copy_plain(char *to, const char *text, size_t length)
{
    if (length < 8) {
        for (size_t i = 0; i < length; i++) {
            unsigned char c = (unsigned char)text[i];
            if (c < 0x20 || c == '"' || c == '\\')
                return false;
            to[i] = (char)c;
        }
        return true;
    }
    for (size_t i = 0; i + 8 < length; i += 8) {
        if (!all_plain(text + i))
            return false;
        memcpy(to + i, text + i, 8);
    }
    memcpy(to + length - 8, text + length - 8, 8);
    return all_plain(text + length - 8);
}

static char *copy_escaped(char *to, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            *to++ = (char)c;
        else
            to = put_escape(to, c);
    }
    return to;
}

/* Room for so many bytes and a NUL; most of the time it is there. */
static inline bool has_room(struct buf *out, size_t size)
{
    return (!out->max && out->capacity - out->length > size) || buf_reserve(out, size);
}

static void quote(struct buf *out, const char *text, size_t length)
{
    bool roomy = !out->max && out->capacity - out->length > length * ESCAPED_MAX + 2;
    if (!roomy && !buf_reserve(out, quoted_size(text)))
        return;
    char *to = out->data + out->length;
    *to++ = '"';
    to = copy_plain(to, text, length) ? to + length : copy_escaped(to, text, length);
    *to++ = '"';
    *to = '\0';
    out->length = (size_t)(to - out->data);
}

void json_quote(struct buf *out, const char *text)
{
    quote(out, text, strlen(text));
}

static inline void put(struct buf *out, char c)
{
    if (!has_room(out, 1))
        return;
    out->data[out->length++] = c;
    out->data[out->length] = '\0';
}

struct member {
    const cJSON *node;
    uint64_t head;   /* of its name: eight bytes compared as one number */
    uint32_t length; /* of its name */
    uint32_t order;  /* as it came: of equal names the first stays first */
};

static uint64_t head_of(const char *name, size_t length)
{
    uint64_t head = 0;
    if (length >= sizeof(head)) {
        memcpy(&head, name, sizeof(head));
        return be64toh(head);
    }
    for (size_t i = 0; i < 8; i++)
        head = head << 8 | (i < length ? (unsigned char)name[i] : 0);
    return head;
}

static inline int compare_names(const struct member *a, const struct member *b)
{
    if (a->head != b->head)
        return a->head < b->head ? -1 : 1;
    return a->head & 0xFF ? strcmp(a->node->string + 8, b->node->string + 8) : 0;
}

static int compare_members(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int order = compare_names(x, y);
    if (order)
        return order;
    return x->order < y->order ? -1 : 1;
}

static void sort_members(struct member *member, size_t count)
{
    if (count > SMALL_OBJECT) {
        qsort(member, count, sizeof(*member), compare_members);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        struct member moving = member[i];
        size_t j = i;
        for (; j > 0 && compare_names(&member[j - 1], &moving) > 0; j--)
            member[j] = member[j - 1];
        member[j] = moving;
    }
}

static bool is_skipped(const char *name, const char *const *skip)
{
    for (; skip && *skip; skip++)
        if (name[0] == (*skip)[0] && strcmp(name, *skip) == 0)
            return true;
    return false;
}

static void write_members(struct buf *out, const struct member *member, size_t count)
{
    put(out, '{');
    for (size_t i = 0; i < count; i++) {
        if (i && compare_names(&member[i - 1], &member[i]) == 0)
            continue;
        if (i)
            put(out, ',');
        quote(out, member[i].node->string, member[i].length);
        put(out, ':');
        json_canonical(out, member[i].node, NULL);
    }
    put(out, '}');
}

static void write_object(struct buf *out, const cJSON *object, const char *const *skip)
{
    struct member few[SMALL_OBJECT], *member = few;
    size_t total = 0, count = 0;
    for (const cJSON *node = object->child; node; node = node->next)
        total++;
    if (total > SMALL_OBJECT)
        member = mem_alloc(total * sizeof(*member));
    for (const cJSON *node = object->child; node; node = node->next)
        if (!is_skipped(node->string, skip)) {
            size_t length = strlen(node->string);
            member[count] = (struct member){node, head_of(node->string, length), (uint32_t)length,
                                            (uint32_t)count};
            count++;
        }
    sort_members(member, count);
    write_members(out, member, count);
    if (member != few)
        free(member);
}

static void write_array(struct buf *out, const cJSON *array)
{
    put(out, '[');
    for (const cJSON *node = array->child; node; node = node->next) {
        json_canonical(out, node, NULL);
        if (node->next)
            put(out, ',');
    }
    put(out, ']');
}

void json_canonical(struct buf *out, const cJSON *value, const char *const *skip)
{
    switch (value ? value->type & 0xFF : cJSON_NULL) {
    case cJSON_Object: write_object(out, value, skip); break;
    case cJSON_Array: write_array(out, value); break;
    case cJSON_String: json_quote(out, value->valuestring); break;
    case cJSON_Number: json_write_number(out, value->valuedouble); break;
    case cJSON_True: buf_text(out, "true"); break;
    case cJSON_False: buf_text(out, "false"); break;
    default: buf_text(out, "null");
    }
}
