/* The grammar: that of Python's configparser, which the AWS CLI reads these files with. */
#include <string.h>
#include <strings.h>

#include "aws/profiles.h"
#include "contactwatch/text.h"

struct reader {
    struct profiles *profiles;
    enum profile_file file;
    const char *path;
    int line;
    enum profile_section section;
    const char *name; /* of the section; NULL before the first */
    size_t indent;    /* of the last key */
    size_t last;      /* its index + 1; 0 = none in this section */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static char *trim(char *text)
{
    while (is_blank(*text))
        text++;
    size_t length = strlen(text);
    while (length && is_blank(text[length - 1]))
        text[--length] = '\0';
    return text;
}

static void add(struct reader *reader, const char *parent, const char *key, char *value)
{
    struct profiles *profiles = reader->profiles;
    mem_grow(profiles->item, profiles->count, profiles->capacity);
    profiles->item[profiles->count++] = (struct profile_item){
        reader->section, reader->file, reader->name, parent, key, value,
    };
}

static char *unquote(char *name)
{
    size_t length = strlen(name);
    if (length >= 2 && (*name == '"' || *name == '\'') && name[length - 1] == *name) {
        name[length - 1] = '\0';
        name++;
    }
    return name;
}

/* The rest of a section's head behind its word, or NULL if it is another word. */
static char *behind_word(char *head, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(head, word, length) != 0 || !is_blank(head[length]))
        return NULL;
    return unquote(trim(head + length));
}

static void enter(struct reader *reader, char *head)
{
    static const struct {
        const char *word;
        enum profile_section section;
    } kinds[] = {
        {"profile", SECTION_PROFILE},
        {"sso-session", SECTION_SSO_SESSION},
        {"services", SECTION_SERVICES},
    };
    reader->last = 0;
    reader->section = SECTION_PROFILE;
    reader->name = head;
    if (reader->file == IN_CONFIG) {
        char *name = NULL;
        for (size_t i = 0; i < ARRAY_SIZE(kinds) && !name; i++) {
            name = behind_word(head, kinds[i].word);
            reader->section = kinds[i].section;
        }
        if (!name && strcmp(head, "default") != 0)
            reader->section = SECTION_OTHER;
        else
            reader->section = name ? reader->section : SECTION_PROFILE;
        reader->name = name ? name : head;
    }
    add(reader, "", "", NULL);
}

static bool complain(const struct reader *reader, struct err *err, const char *what)
{
    return err_set(err, "%s:%d: %s", reader->path, reader->line, what);
}

static void lower(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text + 32);
}

/* Splits "key = value" at the first of the delimiters; false if there is none. */
static bool split(char *text, const char *delimiters, char **key, char **value)
{
    char *at = strpbrk(text, delimiters);
    if (!at || at == text)
        return false;
    *at = '\0';
    *key = trim(text);
    *value = trim(at + 1);
    lower(*key);
    return **key != '\0';
}

/* An indented line: an entry of the block of a key without value, else more of its value, which
 * stands before it in the same text. */
static bool read_indented(struct reader *reader, char *text, struct err *err)
{
    struct profile_item *item = &reader->profiles->item[reader->last - 1];
    char *key, *value;
    if (!*item->value) {
        if (!split(text, "=", &key, &value))
            return complain(reader, err, "expected `key = value` in the block of a key");
        add(reader, item->key, key, value);
        return true;
    }
    char *end = item->value + strlen(item->value);
    *end++ = '\n';
    memmove(end, text, strlen(text) + 1);
    return true;
}

static bool read_head(struct reader *reader, char *text, struct err *err)
{
    char *end = strrchr(text, ']');
    if (!end)
        return complain(reader, err, "a section is written [name]");
    *end = '\0';
    char *head = trim(text + 1);
    if (!*head)
        return complain(reader, err, "a section without a name");
    enter(reader, head);
    return true;
}

static bool read_line(struct reader *reader, char *line, struct err *err)
{
    size_t indent = 0;
    while (is_blank(line[indent]))
        indent++;
    char *text = trim(line), *key, *value;
    if (!*text || *text == '#' || *text == ';')
        return true;
    if (reader->last && indent > reader->indent)
        return read_indented(reader, text, err);
    if (*text == '[')
        return read_head(reader, text, err);
    if (!reader->name)
        return complain(reader, err, "a setting before the first [section]");
    if (!split(text, "=:", &key, &value))
        return complain(reader, err, "expected `key = value`");
    add(reader, "", key, value);
    reader->last = reader->profiles->count;
    reader->indent = indent;
    return true;
}

static char *keep(struct profiles *profiles, const char *text, size_t length)
{
    struct profile_text *kept = mem_alloc(sizeof(*kept) + length + 1);
    kept->next = profiles->text;
    kept->size = length + 1;
    memcpy(kept->data, text, length);
    kept->data[length] = '\0';
    profiles->text = kept;
    return kept->data;
}

bool profiles_parse(struct profiles *profiles, enum profile_file file, const char *path,
                    const char *text, size_t length, struct err *err)
{
    if (length > PROFILES_MAX_BYTES)
        return err_set(err, "%s: larger than 1 MiB", path);
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        length -= 3;
    }
    if (memchr(text, '\0', length) || !text_valid_utf8(text, length))
        return err_set(err, "%s: not a text file in UTF-8", path);
    struct reader reader = {.profiles = profiles, .file = file, .path = path};
    for (char *line = keep(profiles, text, length); line;) {
        char *end = strchr(line, '\n');
        if (end)
            *end++ = '\0';
        reader.line++;
        if (!read_line(&reader, line, err))
            return false;
        line = end;
    }
    return true;
}
