/* Attribute values from and to DynamoDB's JSON. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "fakes/fake_av.h"
#include "fakes/fake_decimal.h"

static const char *const type_name[AV_TYPES] = {"S", "N", "B",  "BOOL", "NULL",
                                                "M", "L", "SS", "NS",   "BS"};

const char *av_type_name(enum av_type type)
{
    return type_name[type];
}

bool av_type_named(const char *name, enum av_type *out)
{
    for (enum av_type type = 0; type < AV_TYPES; type++)
        if (strcmp(type_name[type], name) == 0) {
            *out = type;
            return true;
        }
    return false;
}

static bool refuse(const char **error, const char *text)
{
    *error = text;
    return false;
}

static bool read_number(struct av *out, const struct jv *json, const char **error)
{
    struct decimal d;
    struct buf text = {0};
    if (!decimal_read(&d, json->text, json->length))
        return refuse(error, "The parameter cannot be converted to a numeric value");
    decimal_write(&text, &d);
    out->length = text.length;
    out->text = buf_take(&text);
    return true;
}

static bool read_binary(struct av *out, const struct jv *json, const char **error)
{
    if (json->length % 4)
        return refuse(error, "The parameter is not valid Base64");
    out->text = mem_zero(json->length + 1);
    int length = json->length
                     ? EVP_DecodeBlock((unsigned char *)out->text,
                                       (const unsigned char *)json->text, (int)json->length)
                     : 0;
    if (length < 0) {
        free(out->text);
        return refuse(error, "The parameter is not valid Base64");
    }
    for (size_t i = json->length; i && json->text[i - 1] == '=' && length; i--)
        length--;
    out->length = (size_t)length;
    out->text[length] = '\0';
    return true;
}

static bool read_scalar(struct av *out, const struct jv *json, const char **error)
{
    if (json->type != JV_STRING)
        return refuse(error, "Unexpected value type in payload");
    if (out->type == AV_N)
        return read_number(out, json, error);
    if (out->type == AV_B)
        return read_binary(out, json, error);
    out->text = mem_strndup(json->text, json->length);
    out->length = json->length;
    return true;
}

static bool read_set(struct av *out, const struct jv *json, const char **error)
{
    enum av_type set = out->type;
    if (json->type != JV_ARRAY || !json->count)
        return refuse(error, "An AttributeValue may not contain an empty set");
    for (const struct jv *c = json->child; c; c = c->next) {
        struct av one = {.type = set == AV_SS ? AV_S : set == AV_NS ? AV_N : AV_B};
        if (!read_scalar(&one, c, error) ||
            (!av_set_add(out, one) && !refuse(error, "Input collection contains duplicates."))) {
            av_free(out);
            return false;
        }
    }
    return true;
}

static bool read_list(struct av *out, const struct jv *json, const char **error)
{
    if (json->type != JV_ARRAY)
        return refuse(error, "Unexpected value type in payload");
    for (const struct jv *c = json->child; c; c = c->next) {
        struct av one;
        if (!av_read(&one, c, error)) {
            av_free(out);
            return false;
        }
        av_append(out, one);
    }
    return true;
}

bool av_read_map(struct av *out, const struct jv *json, const char **error)
{
    *out = (struct av){.type = AV_M};
    if (!json || json->type != JV_OBJECT)
        return refuse(error, "Unexpected value type in payload");
    for (const struct jv *c = json->child; c; c = c->next) {
        struct av one;
        if (!av_read(&one, c, error)) {
            av_free(out);
            return false;
        }
        av_set(out, c->name, one);
    }
    return true;
}

bool av_read(struct av *out, const struct jv *json, const char **error)
{
    *out = (struct av){.type = AV_NULL};
    if (json->type != JV_OBJECT || json->count != 1)
        return refuse(error, json->type == JV_OBJECT && json->count > 1
                                 ? "Supplied AttributeValue has more than one datatypes set, must "
                                   "contain exactly one of the supported datatypes"
                                 : "Supplied AttributeValue is empty, must contain exactly one of "
                                   "the supported datatypes");
    const struct jv *inner = json->child;
    if (!av_type_named(inner->name, &out->type))
        return refuse(error, "Supplied AttributeValue is empty, must contain exactly one of the "
                             "supported datatypes");
    switch (out->type) {
    case AV_S:
    case AV_N:
    case AV_B: return read_scalar(out, inner, error);
    case AV_BOOL:
        out->boolean = inner->boolean;
        return inner->type == JV_BOOL || refuse(error, "Unexpected value type in payload");
    case AV_NULL:
        return (inner->type == JV_BOOL && inner->boolean) ||
               refuse(error, "Null attribute value types must have the value of true");
    case AV_M: return av_read_map(out, inner, error);
    case AV_L: return read_list(out, inner, error);
    default: return read_set(out, inner, error);
    }
}

static void write_scalar(struct buf *out, const struct av *value)
{
    if (value->type != AV_B) {
        jv_quote(out, value->text, value->length);
        return;
    }
    size_t size = (value->length + 2) / 3 * 4;
    buf_char(out, '"');
    buf_reserve(out, size + 1);
    EVP_EncodeBlock((unsigned char *)out->data + out->length, (const unsigned char *)value->text,
                    (int)value->length);
    out->length += size;
    buf_char(out, '"');
}

void av_write_map(struct buf *out, const struct av *map)
{
    buf_char(out, '{');
    for (size_t i = 0; i < map->count; i++) {
        if (i)
            buf_char(out, ',');
        jv_quote_text(out, map->member[i].name);
        buf_char(out, ':');
        av_write(out, &map->member[i].value);
    }
    buf_char(out, '}');
}

static void write_elements(struct buf *out, const struct av *value)
{
    buf_char(out, '[');
    for (size_t i = 0; i < value->count; i++) {
        if (i)
            buf_char(out, ',');
        if (value->type == AV_L)
            av_write(out, &value->member[i].value);
        else
            write_scalar(out, &value->member[i].value);
    }
    buf_char(out, ']');
}

void av_write(struct buf *out, const struct av *value)
{
    buf_text(out, "{\"");
    buf_text(out, type_name[value->type]);
    buf_text(out, "\":");
    switch (value->type) {
    case AV_S:
    case AV_N:
    case AV_B: write_scalar(out, value); break;
    case AV_BOOL: buf_text(out, value->boolean ? "true" : "false"); break;
    case AV_NULL: buf_text(out, "true"); break;
    case AV_M: av_write_map(out, value); break;
    default: write_elements(out, value); break;
    }
    buf_char(out, '}');
}
