#include <stdlib.h>

#include "event/decode_internal.h"

cJSON *tree_object(struct arena *arena)
{
    cJSON *object = arena_zero(arena, sizeof(*object));
    object->type = cJSON_Object;
    return object;
}

/* In front: the order does not matter to the canonical form, and walking to the end is spared. */
static void link_member(cJSON *object, cJSON *member)
{
    member->next = object->child;
    member->prev = NULL;
    object->child = member;
}

void tree_add_text(struct arena *arena, cJSON *object, const char *name, const char *text)
{
    if (!text)
        return;
    cJSON *node = arena_zero(arena, sizeof(*node));
    node->type = cJSON_String;
    node->string = arena_strdup(arena, name);
    node->valuestring = arena_strdup(arena, text);
    link_member(object, node);
}

void tree_add(struct arena *arena, cJSON *object, const char *name, const cJSON *value)
{
    cJSON *node = arena_alloc(arena, sizeof(*node));
    *node = *value;
    node->string = arena_strdup(arena, name);
    link_member(object, node);
}

static cJSON *untyped_value(struct arena *arena, const cJSON *value);

/* The elements of a list or the members of a map, in their order. */
static cJSON *untyped_children(struct arena *arena, const cJSON *list)
{
    cJSON *first = NULL, **end = &first;
    for (const cJSON *item = list->child; item; item = item->next) {
        cJSON *plain = untyped_value(arena, item);
        plain->string = item->string;
        *end = plain;
        end = &plain->next;
    }
    return first;
}

static cJSON *untyped_set(struct arena *arena, const cJSON *set)
{
    cJSON *first = NULL, **end = &first;
    for (const cJSON *item = set->child; item; item = item->next) {
        cJSON *copy = arena_alloc(arena, sizeof(*copy));
        *copy = *item;
        copy->next = NULL;
        *end = copy;
        end = &copy->next;
    }
    return first;
}

static void untype_number(cJSON *plain, const cJSON *inner)
{
    plain->type = cJSON_Number;
    plain->valuedouble =
        cJSON_IsString(inner) ? strtod(inner->valuestring, NULL) : inner->valuedouble;
}

static cJSON *untyped_value(struct arena *arena, const cJSON *value)
{
    cJSON *plain = arena_zero(arena, sizeof(*plain));
    const cJSON *inner = value->child;
    const char *type = inner && inner->string ? inner->string : "";
    plain->type = cJSON_NULL;
    if (strcmp(type, "M") == 0 || strcmp(type, "L") == 0) {
        plain->type = type[0] == 'M' ? cJSON_Object : cJSON_Array;
        plain->child =
            cJSON_IsObject(inner) || cJSON_IsArray(inner) ? untyped_children(arena, inner) : NULL;
    } else if (strcmp(type, "SS") == 0 || strcmp(type, "NS") == 0 || strcmp(type, "BS") == 0) {
        plain->type = cJSON_Array;
        plain->child = cJSON_IsArray(inner) ? untyped_set(arena, inner) : NULL;
    } else if (strcmp(type, "N") == 0) {
        untype_number(plain, inner);
    } else if (strcmp(type, "BOOL") == 0) {
        plain->type = cJSON_IsTrue(inner) ? cJSON_True : cJSON_False;
    } else if ((strcmp(type, "S") == 0 || strcmp(type, "B") == 0) && cJSON_IsString(inner)) {
        plain->type = cJSON_String;
        plain->valuestring = inner->valuestring;
    }
    return plain;
}

cJSON *tree_untyped(struct arena *arena, const cJSON *typed)
{
    cJSON *object = tree_object(arena);
    object->child = untyped_children(arena, typed);
    return object;
}
