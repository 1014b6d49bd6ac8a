/* Items: attribute values and plain JSON, and an item as a record. */
#include <stdlib.h>
#include <string.h>

#include "base/json_internal.h"
#include "contactwatch/json.h"
#include "event/decode_internal.h"
#include "store/dynamodb_internal.h"

static void add_span(struct buf *out, const char *before, struct ddb_span text, const char *after)
{
    buf_text(out, before);
    buf_add(out, text.text, text.length);
    buf_text(out, after);
}

static void typed_object(struct buf *out, struct ddb_span object)
{
    struct ddb_member member;
    const char *at = object.text, *end = at + object.length, *comma = "";
    buf_text(out, "{\"M\":{");
    for (; ddb_member_next(&at, end, &member); comma = ",") {
        buf_text(out, comma);
        add_span(out, "\"", member.name, "\":");
        ddb_typed_text(out, member.value);
    }
    buf_text(out, "}}");
}

static void typed_array(struct buf *out, struct ddb_span array)
{
    struct ddb_span element;
    const char *at = array.text, *end = at + array.length, *comma = "";
    buf_text(out, "{\"L\":[");
    for (; ddb_element_next(&at, end, &element); comma = ",") {
        buf_text(out, comma);
        ddb_typed_text(out, element);
    }
    buf_text(out, "]}");
}

void ddb_typed_text(struct buf *out, struct ddb_span plain)
{
    switch (plain.length ? plain.text[0] : 'n') {
    case '"': add_span(out, "{\"S\":", plain, "}"); break;
    case '{': typed_object(out, plain); break;
    case '[': typed_array(out, plain); break;
    case 't':
    case 'f': add_span(out, "{\"BOOL\":", plain, "}"); break;
    case 'n': buf_text(out, "{\"NULL\":true}"); break;
    default: add_span(out, "{\"N\":\"", plain, "\"}"); break;
    }
}

/* As a JSON number, or as text when the service's notation is not JSON's. */
static void plain_number(struct buf *out, const char *text)
{
    const char *end = text + strlen(text);
    if (json_number_end(text, end) == end)
        buf_add(out, text, (size_t)(end - text));
    else
        json_quote(out, text);
}

static void plain_list(struct buf *out, const cJSON *list, const char *type)
{
    bool numbers = type[0] == 'N', values = type[0] == 'L';
    buf_char(out, '[');
    for (const cJSON *item = list->child; item; item = item->next) {
        if (item != list->child)
            buf_char(out, ',');
        if (values)
            ddb_plain(out, item);
        else if (numbers && cJSON_IsString(item))
            plain_number(out, item->valuestring);
        else
            json_quote(out, cJSON_IsString(item) ? item->valuestring : "");
    }
    buf_char(out, ']');
}

void ddb_plain_item(struct buf *out, const cJSON *item)
{
    buf_char(out, '{');
    for (const cJSON *member = item ? item->child : NULL; member; member = member->next) {
        if (member != item->child)
            buf_char(out, ',');
        json_quote(out, member->string);
        buf_char(out, ':');
        ddb_plain(out, member);
    }
    buf_char(out, '}');
}

void ddb_plain(struct buf *out, const cJSON *typed)
{
    const cJSON *inner = typed ? typed->child : NULL;
    const char *type = inner && inner->string ? inner->string : "";
    if (strcmp(type, "M") == 0)
        ddb_plain_item(out, inner);
    else if (strcmp(type, "L") == 0 || (type[0] && type[1] == 'S'))
        plain_list(out, inner, type);
    else if (strcmp(type, "N") == 0 && cJSON_IsString(inner))
        plain_number(out, inner->valuestring);
    else if (strcmp(type, "BOOL") == 0)
        buf_text(out, cJSON_IsTrue(inner) ? "true" : "false");
    else if ((strcmp(type, "S") == 0 || strcmp(type, "B") == 0) && cJSON_IsString(inner))
        json_quote(out, inner->valuestring);
    else
        buf_text(out, "null");
}

static const cJSON *attribute(const cJSON *item, const char *name, const char *type)
{
    return json_get(json_get(item, name), type);
}

bool ddb_bytes(struct buf *out, const cJSON *item, const char *name)
{
    const cJSON *value = attribute(item, name, "B");
    return cJSON_IsString(value) && ddb_unbase64(out, value->valuestring);
}

const char *ddb_text(const cJSON *item, const char *name)
{
    const cJSON *value = attribute(item, name, "S");
    return cJSON_IsString(value) ? value->valuestring : NULL;
}

int64_t ddb_number(const cJSON *item, const char *name)
{
    const cJSON *value = attribute(item, name, "N");
    return cJSON_IsString(value) ? strtoll(value->valuestring, NULL, 10) : 0;
}

static void put_name(struct buf *out, const char *name)
{
    if (out->length && out->data[out->length - 1] != '{')
        buf_char(out, ',');
    json_quote(out, name);
}

void ddb_put_text(struct buf *out, const char *name, const char *text)
{
    put_name(out, name);
    buf_text(out, ":{\"S\":");
    json_quote(out, text);
    buf_char(out, '}');
}

void ddb_put_number(struct buf *out, const char *name, int64_t number)
{
    put_name(out, name);
    buf_printf(out, ":{\"N\":\"%lld\"}", (long long)number);
}

void ddb_put_bytes(struct buf *out, const char *name, const void *data, size_t length)
{
    put_name(out, name);
    buf_text(out, ":{\"B\":\"");
    ddb_base64(out, data, length);
    buf_text(out, "\"}");
}

bool ddb_record_read(struct record *record, struct arena *arena, const cJSON *item,
                     struct history *inline_history, struct err *err)
{
    return record_read(record, arena, tree_untyped(arena, item), inline_history, err);
}

unsigned ddb_live_partition(const char *contact_id)
{
    return hash_bytes(contact_id, strlen(contact_id)).byte[0] % DDB_LIVE_PARTITIONS;
}

bool ddb_reserved_key(const char *contact_id)
{
    return contact_id[0] == '#' ||
           strncmp(contact_id, DDB_AGENT_PREFIX, strlen(DDB_AGENT_PREFIX)) == 0 ||
           strncmp(contact_id, DDB_QUARANTINE_PREFIX, strlen(DDB_QUARANTINE_PREFIX)) == 0;
}
