#include "fakes/fake_json.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH = 200 };

struct parser {
    struct arena *arena;
    char *at, *end;
    unsigned depth;
};

static struct jv *value(struct parser *p);

static void blanks(struct parser *p)
{
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t'))
        p->at++;
}

static int hex4(const struct parser *p, const char *at)
{
    int code = 0;
    if (p->end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        code = code * 16 + digit;
    }
    return code;
}

static char *put_utf8(char *out, unsigned code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xc0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *out++ = (char)(0xe0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    } else {
        *out++ = (char)(0xf0 | code >> 18);
        *out++ = (char)(0x80 | (code >> 12 & 0x3f));
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    }
    return out;
}

/* The escape at p->at (behind the backslash); NULL when it is none. */
static char *unescape(struct parser *p, char *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *known = *p->at ? strchr(from, *p->at) : NULL;
    if (known) {
        *out++ = to[known - from];
        p->at++;
        return out;
    }
    int code = *p->at == 'u' ? hex4(p, p->at + 1) : -1;
    if (code < 0)
        return NULL;
    p->at += 5;
    if (code >= 0xd800 && code < 0xe000) {
        int low =
            p->end - p->at >= 6 && p->at[0] == '\\' && p->at[1] == 'u' ? hex4(p, p->at + 2) : -1;
        if (code >= 0xdc00 || low < 0xdc00 || low > 0xdfff)
            return NULL; /* a lone surrogate: the services refuse it */
        p->at += 6;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    return put_utf8(out, (unsigned)code);
}

/* The string whose opening quote is at p->at; unescaped where it stands. */
static bool string(struct parser *p, const char **text, size_t *length)
{
    char *start = ++p->at, *out = start;
    for (;;) {
        char *special = p->at;
        while (special < p->end && *special != '"' && *special != '\\' &&
               (unsigned char)*special >= 0x20)
            special++;
        size_t plain = (size_t)(special - p->at);
        if (out != p->at)
            memmove(out, p->at, plain);
        out += plain;
        p->at = special;
        if (p->at >= p->end || (unsigned char)*p->at < 0x20)
            return false;
        if (*p->at++ == '"')
            break;
        out = unescape(p, out);
        if (!out)
            return false;
    }
    *text = start;
    *length = (size_t)(out - start);
    *out = '\0'; /* at the closing quote, or before it */
    return true;
}

static struct jv *number(struct parser *p, struct jv *v)
{
    char *start = p->at;
    while (p->at < p->end && *p->at && strchr("+-.eE0123456789", *p->at))
        p->at++;
    if (p->at == start)
        return NULL;
    v->type = JV_NUMBER;
    v->length = (size_t)(p->at - start);
    v->text = arena_strndup(p->arena, start, v->length);
    return v;
}

static bool word(struct parser *p, const char *text)
{
    size_t length = strlen(text);
    if ((size_t)(p->end - p->at) < length || memcmp(p->at, text, length) != 0)
        return false;
    p->at += length;
    return true;
}

static bool member_name(struct parser *p, const char **name, size_t *length)
{
    blanks(p);
    if (p->at >= p->end || *p->at != '"' || !string(p, name, length))
        return false;
    blanks(p);
    return p->at < p->end && *p->at++ == ':';
}

/* Members or elements, from behind the opening bracket to behind the closing one. */
static struct jv *children(struct parser *p, struct jv *v, char close)
{
    struct jv **tail = &v->child;
    p->at++;
    blanks(p);
    if (p->at < p->end && *p->at == close) {
        p->at++;
        return v;
    }
    for (;;) {
        const char *name = NULL;
        size_t length = 0;
        if (v->type == JV_OBJECT && !member_name(p, &name, &length))
            return NULL;
        struct jv *child = value(p);
        if (!child)
            return NULL;
        child->name = name;
        child->name_length = length;
        *tail = child;
        tail = &child->next;
        v->count++;
        blanks(p);
        if (p->at >= p->end || (*p->at != ',' && *p->at != close))
            return NULL;
        if (*p->at++ == close)
            return v;
    }
}

static struct jv *value(struct parser *p)
{
    struct jv *v = arena_zero(p->arena, sizeof(*v)), *result = NULL;
    blanks(p);
    if (p->at >= p->end || ++p->depth > DEPTH)
        return NULL;
    if (*p->at == '{' || *p->at == '[') {
        char close = *p->at == '{' ? '}' : ']';
        v->type = *p->at == '{' ? JV_OBJECT : JV_ARRAY;
        result = children(p, v, close);
    } else if (*p->at == '"') {
        v->type = JV_STRING;
        result = string(p, &v->text, &v->length) ? v : NULL;
    } else if (word(p, "null")) {
        result = v;
    } else if (word(p, "true") || word(p, "false")) {
        v->type = JV_BOOL;
        v->boolean = p->at[-2] == 'u';
        result = v;
    } else {
        result = number(p, v);
    }
    p->depth--;
    return result;
}

struct jv *jv_parse(struct arena *arena, char *text, size_t length)
{
    struct parser p = {.arena = arena, .at = text, .end = text + length};
    struct jv *root = value(&p);
    blanks(&p);
    return root && p.at == p.end ? root : NULL;
}

const struct jv *jv_get(const struct jv *object, const char *name)
{
    if (!object || object->type != JV_OBJECT)
        return NULL;
    size_t length = strlen(name);
    for (const struct jv *v = object->child; v; v = v->next)
        if (v->name_length == length && memcmp(v->name, name, length) == 0)
            return v->type == JV_NULL ? NULL : v;
    return NULL;
}

const char *jv_text(const struct jv *object, const char *name)
{
    const struct jv *v = jv_get(object, name);
    return v && v->type == JV_STRING ? v->text : NULL;
}

bool jv_true(const struct jv *object, const char *name)
{
    const struct jv *v = jv_get(object, name);
    return v && v->type == JV_BOOL && v->boolean;
}

double jv_number(const struct jv *object, const char *name, double otherwise)
{
    const struct jv *v = jv_get(object, name);
    if (!v || (v->type != JV_NUMBER && v->type != JV_STRING))
        return otherwise;
    char *end;
    double result = strtod(v->text, &end);
    return end == v->text ? otherwise : result;
}

int64_t jv_integer(const struct jv *object, const char *name, int64_t otherwise)
{
    const struct jv *v = jv_get(object, name);
    if (!v || (v->type != JV_NUMBER && v->type != JV_STRING))
        return otherwise;
    char *end;
    int64_t result = strtoll(v->text, &end, 10);
    return end == v->text ? otherwise : result;
}
