/* Names of objects. An id is anything, also "../../x" or 256 bytes of UTF-8: in a name it is
 * neither. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive_internal.h"
#include "contactwatch/sigv4.h"
#include "contactwatch/text.h"

/* A contact whose name would be longer than ARCHIVE_NAME_MAX is called by its beginning and its
 * hash. */
enum { KEPT = 120 };
#define HASH_FOLLOWS '~'
#define SUFFIX       ".json.gz"

void names_add(struct name_list *names, char *text)
{
    mem_grow(names->item, names->count, names->capacity);
    names->item[names->count++] = text;
}

void names_clear(struct name_list *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->item[i]);
    free(names->item);
    *names = (struct name_list){0};
}

const char *name_shown(const char *name, char out[NAME_SHOWN])
{
    struct buf safe = {0};
    text_sanitise(&safe, name, strnlen(name, NAME_SHOWN), true);
    snprintf(out, NAME_SHOWN, "%s", buf_str(&safe));
    buf_free(&safe);
    return out;
}

/* The contact as part of a name. Appends. */
static void name_encode(struct buf *out, const char *contact_id)
{
    size_t start = out->length;
    for (const char *at = contact_id; *at; at++) {
        unsigned char c = (unsigned char)*at;
        bool plain = (c < 0x80 && isalnum(c)) || c == '-' || c == '_' || c == '.';
        if (plain && (c != '.' || at != contact_id)) /* no name is "." or hidden */
            buf_char(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
    if (out->length - start <= ARCHIVE_NAME_MAX)
        return;
    char hash[65];
    sha256_hex(contact_id, strlen(contact_id), hash);
    out->length = start + KEPT;
    buf_printf(out, "%c%s", HASH_FOLLOWS, hash);
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

char *name_decode(const char *name, size_t length)
{
    struct buf id = {0};
    if (length > strlen(SUFFIX) &&
        memcmp(name + length - strlen(SUFFIX), SUFFIX, strlen(SUFFIX)) == 0)
        length -= strlen(SUFFIX);
    for (size_t i = 0; i < length; i++) {
        bool code = name[i] == '%' && i + 2 < length && hex_digit(name[i + 1]) >= 0 &&
                    hex_digit(name[i + 2]) >= 0;
        if (name[i] == HASH_FOLLOWS) {
            buf_free(&id);
            return NULL;
        }
        int byte = code ? hex_digit(name[i + 1]) << 4 | hex_digit(name[i + 2]) : name[i];
        buf_char(&id, (char)byte);
        i += code ? 2 : 0;
    }
    return buf_take(&id);
}

bool name_is_day(const char *text)
{
    static const char form[] = "0000-00-00";
    for (size_t i = 0; i < sizeof(form) - 1; i++)
        if (form[i] == '0' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
            return false;
    return text[sizeof(form) - 1] == '\0';
}

void day_of(int64_t ms, char out[ARCHIVE_DAY])
{
    char text[INSTANT_TEXT];
    instant_format(ms, text);
    memcpy(out, text, ARCHIVE_DAY - 1);
    out[ARCHIVE_DAY - 1] = '\0';
}

void name_day(const struct record *record, char out[ARCHIVE_DAY])
{
    day_of(record_started(record), out);
}

bool name_is_document(const char *name)
{
    const char *last = strrchr(name, '/');
    size_t length = last ? strlen(last + 1) : 0, suffix = strlen(SUFFIX);
    return length > suffix && strcmp(last + 1 + length - suffix, SUFFIX) == 0;
}

char *name_document(const char *day, const char *contact_id)
{
    struct buf name = {0};
    buf_printf(&name, "dt=%s/", day);
    name_encode(&name, contact_id);
    buf_text(&name, SUFFIX);
    return buf_take(&name);
}

char *name_chain(const char *root)
{
    struct buf name = {0};
    buf_text(&name, "index/chain/");
    name_encode(&name, root);
    buf_char(&name, '/');
    return buf_take(&name);
}

char *name_customer(const char *customer)
{
    struct buf name = {0};
    char hash[65];
    sha256_hex(customer, strlen(customer), hash);
    buf_printf(&name, "index/customer/%s/", hash);
    return buf_take(&name);
}

static void add_index(struct name_list *names, char *folder, const char *day,
                      const char *contact_id)
{
    struct buf name = {0};
    buf_printf(&name, "%s%s/", folder, day);
    name_encode(&name, contact_id);
    free(folder);
    names_add(names, buf_take(&name));
}

void name_index(struct name_list *names, const char *day, const struct record *record)
{
    const char *root = record_chain_root(record), *id = record->contact_id;
    const char *customer = record->field[FIELD_CUSTOMER].value;
    if (strcmp(root, id) != 0)
        add_index(names, name_chain(root), day, id);
    if (customer)
        add_index(names, name_customer(customer), day, id);
}

char *name_indexed(const char *index)
{
    const char *last = strrchr(index, '/');
    struct buf name = {0};
    size_t before = last ? (size_t)(last - index) : 0;
    const char *day = before >= ARCHIVE_DAY ? last - (ARCHIVE_DAY - 1) : "";
    buf_printf(&name, "dt=%.10s/%s%s", day, last ? last + 1 : "", SUFFIX);
    return buf_take(&name);
}
