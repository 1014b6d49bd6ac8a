/*
 * The raw pane: the entries of a line as JSON, indented. What is personal is hidden value by value
 * in the tree, before it is printed, so that neither escapes nor nesting can carry it past the
 * mask.
 */
#include <string.h>
#include <strings.h>

#include "contactwatch/json.h"
#include "ui/contact_view.h"

enum { INDENT = 2, NAME_MAX_BYTES = 256 };
static const char hidden_text[] = "••••";

struct printer {
    struct plain *plain;
    const struct mask *mask;
    struct buf line, text;
};

/* Where a value stands: the name it belongs to, and whether that name or one above it hides. */
struct standing {
    const char *name;
    bool hidden;
    int depth;
};

static void end_line(struct printer *p)
{
    plain_add(p->plain, ROLE_TEXT, p->plain->count, buf_str(&p->line));
    buf_clear(&p->line);
}

static void begin_line(struct printer *p, int depth)
{
    buf_pad(&p->line, ' ', (size_t)depth * INDENT);
}

static bool hides(const struct printer *p, const char *name)
{
    return !p->mask->off && mask_key(p->mask, name);
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
    json_quote(&p->line, buf_str(&p->text));
}

static void put_text(struct printer *p, const char *text, const struct standing *at)
{
    buf_clear(&p->text);
    if (at->hidden && *text && !mask_key(p->mask, at->name))
        buf_text(&p->text, hidden_text);
    else
        mask_text(&p->text, p->mask, at->name, text);
    json_quote(&p->line, buf_str(&p->text));
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
    begin_line(p, here.depth);
    json_quote(&p->line, member->string);
    buf_text(&p->line, ": ");
    if (typed && cJSON_IsString(member) && *member->valuestring &&
        strspn(member->valuestring, "0123456789*#") == strlen(member->valuestring)) {
        buf_clear(&p->text);
        mask_digits(&p->text, p->mask, member->valuestring);
        json_quote(&p->line, buf_str(&p->text));
        return;
    }
    put_value(p, member, here);
}

static void put_children(struct printer *p, const cJSON *value, const struct standing *at)
{
    bool object = cJSON_IsObject(value);
    const char *identifier = NULL;
    buf_char(&p->line, object ? '{' : '[');
    for (const cJSON *child = value->child; child; child = child->next) {
        end_line(p);
        if (object) {
            put_member(p, value, child, at);
        } else {
            begin_line(p, at->depth + 1);
            if (cJSON_IsString(child) && !at->hidden)
                put_item(p, child->valuestring, &identifier);
            else
                put_value(p, child, (struct standing){at->name, at->hidden, at->depth + 1});
        }
        if (child->next)
            buf_char(&p->line, ',');
    }
    if (value->child) {
        end_line(p);
        begin_line(p, at->depth);
    }
    buf_char(&p->line, object ? '}' : ']');
}

static void put_value(struct printer *p, const cJSON *value, struct standing at)
{
    if (cJSON_IsString(value))
        put_text(p, value->valuestring, &at);
    else if (cJSON_IsObject(value) || cJSON_IsArray(value))
        put_children(p, value, &at); /* the parser bounds the depth */
    else if (at.hidden && cJSON_IsNumber(value))
        json_quote(&p->line, hidden_text);
    else
        json_canonical(&p->line, value, NULL);
}

void raw_json(struct plain *plain, const struct mask *mask, const char *json, size_t length)
{
    struct arena arena = {0};
    struct printer p = {.plain = plain, .mask = mask};
    const cJSON *tree = json_parse(&arena, json, length, NULL);
    if (tree) {
        put_value(&p, tree, (struct standing){0});
        end_line(&p);
    }
    buf_free(&p.line);
    buf_free(&p.text);
    arena_free(&arena);
}

/* The entries of the line it was opened on; of a line without any, the record. */
void contact_tell_raw(struct contact_view *view, struct plain *plain)
{
    const struct mask *mask = &view->base.ui->mask;
    const struct story_line *line = contact_placed_line(view, view->story, &view->raw_of);
    const struct history *history = line ? contact_history(view, line->contact_id) : NULL;
    struct buf json = {0};
    for (uint32_t i = 0; history && i < line->entries && line->entry + i < history->count; i++) {
        buf_clear(&json);
        entry_write_json(&json, &history->entry[line->entry + i]);
        raw_json(plain, mask, buf_str(&json), json.length);
    }
    if (!plain->count && view->chain.count) {
        buf_clear(&json);
        record_write(&json, view->chain.leg[view->leg].record, RECORD_STORED);
        raw_json(plain, mask, buf_str(&json), json.length);
    }
    buf_free(&json);
}
