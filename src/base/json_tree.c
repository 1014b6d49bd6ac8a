/*
 * The guard and the tree in one pass. cJSON's own parser would need a second pass before it for the
 * limits and the repairs, and a call of malloc for every node and string; this one bump-allocates
 * cJSON's nodes in an arena.
 */
#include <limits.h>
#include <math.h>

#include "base/json_internal.h"
#include "contactwatch/json.h"

struct builder {
    struct arena *arena;
    const char *text, *p, *end;
    char *next, *limit; /* free memory */
    size_t nodes, chunk;
    const char *why;
    cJSON *open[JSON_MAX_DEPTH]; /* containers */
    unsigned depth;
};

static void *refill(struct builder *b, size_t size)
{
    size_t chunk = size > b->chunk ? size : b->chunk;
    b->next = arena_alloc(b->arena, chunk);
    b->limit = b->next + chunk;
    void *memory = b->next;
    b->next += size;
    return memory;
}

static inline void *take(struct builder *b, size_t size)
{
    size = (size + 7) & ~(size_t)7;
    if ((size_t)(b->limit - b->next) < size)
        return refill(b, size);
    void *memory = b->next;
    b->next += size;
    return memory;
}

/* What was taken from the arena last and is not used goes back. */
static void give_back(struct builder *b)
{
    size_t rest = (size_t)(b->limit - b->next) & ~(size_t)15; /* the arena's alignment */
    b->arena->used -= rest;
    b->arena->total -= rest;
}

static void *fail(struct builder *b, const char *why)
{
    if (!b->why)
        b->why = why;
    return NULL;
}

static void *malformed(struct builder *b)
{
    return fail(b, b->p >= b->end ? JSON_CUT_OFF : "not valid JSON");
}

static inline void skip_blanks(struct builder *b)
{
    while (b->p < b->end && (*b->p == ' ' || *b->p == '\n' || *b->p == '\r' || *b->p == '\t'))
        b->p++;
}

static char *plain_text(struct builder *b, const char *start, size_t length)
{
    char *copy = take(b, length + 1);
    memcpy(copy, start, length);
    copy[length] = '\0';
    return copy;
}

/* From behind the opening quote to behind the closing one. */
static char *build_string(struct builder *b)
{
    const char *start = b->p, *stop = json_plain(start, b->end);
    if (stop < b->end && *stop == '"') {
        b->p = stop + 1;
        return plain_text(b, start, (size_t)(stop - start));
    }
    size_t room;
    const char *close = json_string_end(stop, b->end, &room);
    if (!close) {
        b->p = b->end;
        return fail(b, JSON_CUT_OFF);
    }
    char *copy = take(b, (size_t)(stop - start) + room + 1);
    memcpy(copy, start, (size_t)(stop - start));
    if (!json_unescape(copy + (stop - start), stop, close)) {
        b->p = stop;
        return fail(b, "not valid JSON");
    }
    b->p = close + 1;
    return copy;
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool build_number(struct builder *b, cJSON *node)
{
    const char *stop = json_number_end(b->p, b->end);
    if (!stop)
        return malformed(b);
    size_t length = (size_t)(stop - b->p);
    double value = json_number(b->p, length);
    if (isnan(value)) /* not a plain integer */
        value = json_decimal(plain_text(b, b->p, length));
    node->type = cJSON_Number;
    node->valuedouble = value;
    node->valueint = value >= INT_MAX ? INT_MAX : value <= INT_MIN ? INT_MIN : (int)value;
    b->p = stop;
    return true;
}

static bool build_word(struct builder *b, cJSON *node)
{
    static const struct {
        const char *word;
        size_t length;
        int type;
    } words[] = {{"true", 4, cJSON_True}, {"false", 5, cJSON_False}, {"null", 4, cJSON_NULL}};
    size_t left = (size_t)(b->end - b->p);
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (words[i].word[0] == *b->p) {
            if (left < words[i].length) {
                b->p = b->end;
                return malformed(b);
            }
            if (memcmp(b->p, words[i].word, words[i].length) != 0)
                break;
            node->type = words[i].type;
            node->valueint = words[i].type == cJSON_True;
            b->p += words[i].length;
            return true;
        }
    return malformed(b);
}

static bool open_container(struct builder *b, cJSON *node)
{
    if (b->depth == JSON_MAX_DEPTH)
        return fail(b, "JSON is nested too deep");
    node->type = *b->p == '{' ? cJSON_Object : cJSON_Array;
    b->open[b->depth++] = node;
    b->p++;
    return true;
}

/* The value at p into node; of a container only its beginning. */
static bool build_value(struct builder *b, cJSON *node)
{
    skip_blanks(b);
    if (b->p >= b->end)
        return malformed(b);
    if (*b->p == '"') {
        b->p++;
        node->type = cJSON_String;
        return (node->valuestring = build_string(b)) != NULL;
    }
    if (*b->p == '{' || *b->p == '[')
        return open_container(b, node);
    if (*b->p == '-' || is_digit(*b->p))
        return build_number(b, node);
    return build_word(b, node);
}

static cJSON *new_node(struct builder *b)
{
    if (++b->nodes > JSON_MAX_NODES)
        return fail(b, "JSON has too many values");
    return memset(take(b, sizeof(cJSON)), 0, sizeof(cJSON));
}

static bool build_name(struct builder *b, cJSON *member)
{
    skip_blanks(b);
    if (b->p >= b->end || *b->p != '"')
        return malformed(b);
    b->p++;
    member->string = build_string(b);
    if (!member->string)
        return false;
    skip_blanks(b);
    if (b->p >= b->end || *b->p != ':')
        return malformed(b);
    b->p++;
    return true;
}

/* In cJSON's lists the first element's prev is the last one. */
static void append(cJSON *container, cJSON *node)
{
    cJSON *first = container->child;
    if (!first) {
        container->child = node->prev = node;
        return;
    }
    node->prev = first->prev;
    first->prev->next = node;
    first->prev = node;
}

/* The next element of the innermost container, or its end. */
static bool build_next(struct builder *b)
{
    cJSON *container = b->open[b->depth - 1];
    char close = container->type == cJSON_Object ? '}' : ']';
    skip_blanks(b);
    if (b->p >= b->end)
        return malformed(b);
    if (*b->p == close) {
        b->depth--;
        b->p++;
        return true;
    }
    if (container->child) {
        if (*b->p != ',')
            return malformed(b);
        b->p++;
    }
    cJSON *node = new_node(b);
    if (!node || (close == '}' && !build_name(b, node)))
        return false;
    append(container, node);
    return build_value(b, node);
}

cJSON *json_build(struct arena *arena, const char *text, size_t length, size_t most,
                  struct json_end *end)
{
    enum { CHUNK_LEAST = 512, CHUNK_MOST = 64 << 10 };
    size_t size = length < most ? length : most;
    size_t chunk = CHUNK_LEAST + size * 4;
    struct builder b;
    b.arena = arena;
    b.text = text;
    b.p = text + json_blanks(text, size);
    b.end = text + size;
    b.next = b.limit = NULL;
    b.chunk = chunk < CHUNK_MOST ? chunk & ~(size_t)15 : CHUNK_MOST;
    b.nodes = b.depth = 0;
    b.why = NULL;
    struct arena_mark before = arena_mark(arena);
    cJSON *root = new_node(&b);
    bool sound = build_value(&b, root);
    while (sound && b.depth)
        sound = build_next(&b);
    *end =
        (struct json_end){(size_t)(b.p - text), b.why, b.why && strcmp(b.why, JSON_CUT_OFF) == 0};
    if (sound) {
        give_back(&b);
        return root;
    }
    if (end->cut_off && size < length)
        end->why = "JSON larger than is taken";
    arena_rewind(arena, before);
    return NULL;
}
