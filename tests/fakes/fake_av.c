#include "fakes/fake_av.h"

#include <stdlib.h>
#include <string.h>

#include "fakes/fake_decimal.h"

struct av av_string(const char *text)
{
    return (struct av){.type = AV_S, .text = mem_strdup(text), .length = strlen(text)};
}

struct av av_copy(const struct av *value)
{
    struct av copy = *value;
    if (value->text)
        copy.text = mem_strndup(value->text, value->length);
    copy.capacity = value->count;
    copy.member = value->count ? mem_alloc(value->count * sizeof(*copy.member)) : NULL;
    for (size_t i = 0; i < value->count; i++) {
        copy.member[i].name = mem_strdup(value->member[i].name);
        copy.member[i].value = av_copy(&value->member[i].value);
    }
    return copy;
}

void av_free(struct av *value)
{
    for (size_t i = 0; i < value->count; i++) {
        free(value->member[i].name);
        av_free(&value->member[i].value);
    }
    free(value->member);
    free(value->text);
    *value = (struct av){.type = AV_NULL};
}

static bool equal_members(const struct av *a, const struct av *b)
{
    for (size_t i = 0; i < a->count; i++) {
        const struct av *other =
            a->type == AV_M ? av_get(b, a->member[i].name) : &b->member[i].value;
        if (!other || !av_equal(&a->member[i].value, other))
            return false;
    }
    return true;
}

bool av_equal(const struct av *a, const struct av *b)
{
    if (a->type != b->type || a->count != b->count || a->boolean != b->boolean ||
        a->length != b->length)
        return false;
    if (a->length && memcmp(a->text, b->text, a->length) != 0)
        return false;
    return equal_members(a, b);
}

bool av_order(const struct av *a, const struct av *b, int *order)
{
    if (a->type != b->type || (a->type != AV_S && a->type != AV_N && a->type != AV_B))
        return false;
    if (a->type == AV_N) {
        struct decimal x, y;
        decimal_read(&x, a->text, a->length);
        decimal_read(&y, b->text, b->length);
        *order = decimal_compare(&x, &y);
        return true;
    }
    size_t common = a->length < b->length ? a->length : b->length;
    *order = common ? memcmp(a->text, b->text, common) : 0;
    if (!*order)
        *order = (a->length > b->length) - (a->length < b->length);
    return true;
}

/* One byte for each two digits, one for the rest, one for a minus. */
static size_t number_size(const struct av *value)
{
    struct decimal d;
    if (!decimal_read(&d, value->text, value->length))
        return 0;
    return (size_t)(d.count + 1) / 2 + 1 + d.negative;
}

size_t av_size(const struct av *value)
{
    size_t size = 0;
    switch (value->type) {
    case AV_S:
    case AV_B: return value->length;
    case AV_N: return number_size(value);
    case AV_BOOL:
    case AV_NULL: return 1;
    case AV_M: return 3 + av_map_size(value) + value->count;
    case AV_L: size = 3 + value->count; break;
    default: break;
    }
    for (size_t i = 0; i < value->count; i++)
        size += av_size(&value->member[i].value);
    return size;
}

size_t av_map_size(const struct av *map)
{
    size_t size = 0;
    for (size_t i = 0; i < map->count; i++)
        size += strlen(map->member[i].name) + av_size(&map->member[i].value);
    return size;
}

static size_t place_of(const struct av *map, const char *name)
{
    size_t i = 0;
    while (i < map->count &&
           (*map->member[i].name != *name || strcmp(map->member[i].name, name) != 0))
        i++;
    return i;
}

struct av *av_get(const struct av *map, const char *name)
{
    size_t i = map->type == AV_M ? place_of(map, name) : map->count;
    return i < map->count ? &map->member[i].value : NULL;
}

void av_set(struct av *map, const char *name, struct av value)
{
    size_t i = place_of(map, name);
    if (i < map->count) {
        av_free(&map->member[i].value);
    } else {
        mem_grow(map->member, map->count, map->capacity);
        map->member[map->count++].name = mem_strdup(name);
    }
    map->member[i].value = value;
}

void av_remove_at(struct av *list, size_t index)
{
    if (index >= list->count)
        return;
    free(list->member[index].name);
    av_free(&list->member[index].value);
    list->count--;
    memmove(&list->member[index], &list->member[index + 1],
            (list->count - index) * sizeof(*list->member));
}

void av_remove(struct av *map, const char *name)
{
    av_remove_at(map, place_of(map, name));
}

void av_append(struct av *list, struct av value)
{
    mem_grow(list->member, list->count, list->capacity);
    list->member[list->count++] = (struct av_member){NULL, value};
}

bool av_set_has(const struct av *set, const struct av *value)
{
    for (size_t i = 0; i < set->count; i++)
        if (av_equal(&set->member[i].value, value))
            return true;
    return false;
}

bool av_set_add(struct av *set, struct av value)
{
    size_t i = 0;
    int order = 1;
    while (i < set->count && av_order(&set->member[i].value, &value, &order) && order < 0)
        i++;
    if (i < set->count && order == 0) {
        av_free(&value);
        return false;
    }
    mem_grow(set->member, set->count, set->capacity);
    memmove(&set->member[i + 1], &set->member[i], (set->count - i) * sizeof(*set->member));
    set->member[i] = (struct av_member){NULL, value};
    set->count++;
    return true;
}
