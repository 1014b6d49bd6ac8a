/* SSML to the words that are spoken: tags and comments out, entities decoded, blanks folded. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "contactwatch/journey.h"
#include "contactwatch/text.h"

static const struct {
    const char *name, *text;
} entities[] = {
    {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}, {"nbsp", " "},
};

static bool starts_tag(const char *p)
{
    return p[0] == '<' &&
           (isalpha((unsigned char)p[1]) || p[1] == '/' || p[1] == '!' || p[1] == '?');
}

/* Behind the tag or comment; a tag that never ends is dropped to the end of the text. */
static const char *skip_tag(const char *p)
{
    bool comment = strncmp(p, "<!--", 4) == 0;
    const char *end = strstr(p, comment ? "-->" : ">");
    return end ? end + (comment ? 3 : 1) : p + strlen(p);
}

static bool add_code(struct buf *out, const char *digits, size_t length, int base)
{
    char *end;
    char text[4];
    unsigned long code = strtoul(digits, &end, base);
    if (!length || !isxdigit((unsigned char)digits[0]) || end != digits + length || code < 0x20 ||
        code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return false;
    buf_add(out, text, text_encode((uint32_t)code, text));
    return true;
}

/* Appends what &…; stands for and returns where it ends; a lone & stays as it is. */
static const char *entity(struct buf *out, const char *p)
{
    size_t length = strcspn(p + 1, "; &<");
    if (length == 0 || length > 10 || p[1 + length] != ';') {
        buf_char(out, '&');
        return p + 1;
    }
    const char *after = p + length + 2;
    bool hex = length > 1 && (p[2] == 'x' || p[2] == 'X');
    if (p[1] == '#' && add_code(out, p + (hex ? 3 : 2), length - (hex ? 2 : 1), hex ? 16 : 10))
        return after;
    for (size_t i = 0; i < ARRAY_SIZE(entities); i++) {
        if (strlen(entities[i].name) == length &&
            strncasecmp(entities[i].name, p + 1, length) == 0) {
            buf_text(out, entities[i].text);
            return after;
        }
    }
    buf_char(out, '&');
    return p + 1;
}

/* Tags that do not part words: <phoneme>, <say-as>, <sub>… stand inside a sentence. */
static bool parts_words(const char *tag)
{
    static const char *const names[] = {"break", "p", "s", "speak", "audio", "mark"};
    tag += tag[1] == '/' ? 2 : 1;
    size_t length = strcspn(tag, " \t\r\n/>");
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (strlen(names[i]) == length && strncasecmp(tag, names[i], length) == 0)
            return true;
    return false;
}

void ssml_to_text(struct buf *out, const char *ssml)
{
    size_t start = out->length;
    bool blank = false;
    for (const char *p = ssml; *p;) {
        if (starts_tag(p)) {
            blank = blank || parts_words(p);
            p = skip_tag(p);
            continue;
        }
        if (isspace((unsigned char)*p)) {
            blank = true;
            p++;
            continue;
        }
        if (blank && out->length > start)
            buf_char(out, ' ');
        blank = false;
        if (*p == '&')
            p = entity(out, p);
        else
            buf_char(out, *p++);
    }
}
