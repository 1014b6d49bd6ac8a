/*
 * JSON for eyes. What is personal is hidden value by value in the tree, before it is printed, so
 * that neither escapes nor nesting can carry it past the mask.
 */
#include <string.h>
#include <strings.h>

#include "contactwatch/json.h"
#include "contactwatch/mask.h"

enum { NAME_MAX_BYTES = 256 };
static const char hidden_text[] = "••••";

struct printer {
    struct buf *out;
    const struct mask *mask;
    size_t indent; /* blanks a level; 0 = all on one line */
    struct buf text;
};

/* Where a value stands: the name it belongs to, and whether that name or one above it hides. */
struct standing {
    const char *name;
    bool hidden;
    int depth;
};

static void new_line(struct printer *p, int depth)
{
    if (!p->indent)
        return;
    buf_char(p->out, '\n');
    buf_pad(p->out, ' ', (size_t)depth * p->indent);
}

static bool hides(const struct printer *p, const char *name)
{
    return p->mask && !p->mask->off && mask_key(p->mask, name);
}

/* "Name=Value" items, and the pair IdentifierName=K, IdentifierValue=V of the profile blocks. */
static void put_item(struct printer *p, const char *item, const char **identifier)
{
    const char *equals = strchr(item, '=');
    char name[NAME_MAX_BYTES];
    size_t length = equals ? (size_t)(equals - item) : 0;
    buf_clear(&p->text);
    if (!length || length >= sizeof(name)) {
        mask_text(&p->text, p->mask, NULL, item);
    } else {
        memcpy(name, item, length);
        name[length] = '\0';
        const char *key = name;
        if (strcasecmp(name, "IdentifierName") == 0)
            *identifier = equals + 1;
        else if (strcasecmp(name, "IdentifierValue") == 0 && *identifier && !hides(p, name))
            key = *identifier;
        buf_printf(&p->text, "%s=", name);
        mask_text(&p->text, p->mask, key, equals + 1);
    }
    json_quote(p->out, buf_str(&p->text));
}

static void put_text(struct printer *p, const char *text, const struct standing *at)
{
    buf_clear(&p->text);
    if (at->hidden && *text && !hides(p, at->name))
        buf_text(&p->text, hidden_text);
    else
        mask_text(&p->text, p->mask, at->name, text);
    json_quote(p->out, buf_str(&p->text));
}

static void put_value(struct printer *p, const cJSON *value, struct standing at);

static bool is_typed_digits(const cJSON *object)
{
    const char *type = json_text(object, "ContactFlowModuleType");
    return type && strcmp(type, "StoreUserInput") == 0;
}

/* {"Key": name, "Value": value}: the value belongs to that name. */
static struct standing member_standing(const struct printer *p, const cJSON *object,
                                       const cJSON *member, const struct standing *at)
{
    struct standing here = {member->string, at->hidden || hides(p, member->string), at->depth + 1};
    const char *key = json_text(object, "Key");
    if (key && strcmp(member->string, "Value") == 0 && !here.hidden && hides(p, key))
        here = (struct standing){key, true, at->depth + 1};
    return here;
}

static void put_member(struct printer *p, const cJSON *object, const cJSON *member,
                       const struct standing *at)
{
    struct standing here = member_standing(p, object, member, at);
    bool typed = is_typed_digits(object) && strcmp(member->string, "Results") == 0;
    json_quote(p->out, member->string);
    buf_text(p->out, p->indent ? ": " : ":");
    if (typed && cJSON_IsString(member) && *member->valuestring &&
        strspn(member->valuestring, "0123456789*#") == strlen(member->valuestring)) {
        buf_clear(&p->text);
        mask_digits(&p->text, p->mask, member->valuestring);
        json_quote(p->out, buf_str(&p->text));
        return;
    }
    put_value(p, member, here);
}

static void put_children(struct printer *p, const cJSON *value, const struct standing *at)
{
    bool object = cJSON_IsObject(value);
    const char *identifier = NULL;
    buf_char(p->out, object ? '{' : '[');
    for (const cJSON *child = value->child; child; child = child->next) {
        new_line(p, at->depth + 1);
        if (object)
            put_member(p, value, child, at);
        else if (cJSON_IsString(child) && !at->hidden)
            put_item(p, child->valuestring, &identifier);
        else
            put_value(p, child, (struct standing){at->name, at->hidden, at->depth + 1});
        if (child->next)
            buf_char(p->out, ',');
    }
    if (value->child)
        new_line(p, at->depth);
    buf_char(p->out, object ? '}' : ']');
}

static void put_value(struct printer *p, const cJSON *value, struct standing at)
{
    if (cJSON_IsString(value))
        put_text(p, value->valuestring, &at);
    else if (cJSON_IsObject(value) || cJSON_IsArray(value))
        put_children(p, value, &at); /* the parser bounds the depth */
    else if (at.hidden && cJSON_IsNumber(value))
        json_quote(p->out, hidden_text);
    else
        json_canonical(p->out, value, NULL);
}

void mask_json(struct buf *out, const struct mask *mask, const cJSON *value, unsigned indent)
{
    struct printer p = {.out = out, .mask = mask, .indent = indent};
    put_value(&p, value, (struct standing){0});
    buf_free(&p.text);
}
