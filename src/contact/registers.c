#include "contact/registers_internal.h"

#include <stdlib.h>
#include <string.h>

static int compare_bytes(const char *a, size_t a_length, const char *b, size_t b_length)
{
    int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
    if (order)
        return order;
    return (a_length > b_length) - (a_length < b_length);
}

static void store_value(struct reg *reg, const char *value, size_t length)
{
    if (!reg->value || reg->capacity <= length) {
        size_t capacity = (length + 16) & ~(size_t)15;
        reg->value = mem_realloc(reg->value, capacity);
        reg->capacity = (uint32_t)capacity;
    }
    memcpy(reg->value, value, length);
    reg->value[length] = '\0';
}

bool reg_put(struct reg *reg, uint64_t stamp, const char *value, size_t length)
{
    if (!reg_open(reg, stamp) || length >= UINT32_MAX - 16)
        return false;
    if (reg->value && stamp == reg->stamp &&
        compare_bytes(value, length, reg->value, strlen(reg->value)) <= 0)
        return false;
    store_value(reg, value, length);
    reg->stamp = stamp;
    return true;
}

bool reg_join(struct reg *into, const struct reg *from)
{
    return from->value && reg_open(into, from->stamp) &&
           reg_put(into, from->stamp, from->value, strlen(from->value));
}

/* Index of the first item whose name is not less. */
static uint32_t lower_bound(const struct reg_list *list, const char *name)
{
    uint32_t low = 0, high = list->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(list->item[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void free_item(struct named_reg *item)
{
    free(item->name);
    free(item->reg.value);
}

static struct reg *insert(struct reg_list *list, uint32_t at, const char *name)
{
    if (list->count >= list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 4;
        list->item = mem_realloc(list->item, list->capacity * sizeof(*list->item));
    }
    memmove(&list->item[at + 1], &list->item[at], (list->count - at) * sizeof(*list->item));
    list->item[at] = (struct named_reg){.name = mem_strdup(name)};
    list->count++;
    return &list->item[at].reg;
}

bool reg_list_put(struct reg_list *list, const char *name, uint64_t stamp, const char *value,
                  size_t length, uint32_t max)
{
    uint32_t at = lower_bound(list, name);
    if (at < list->count && strcmp(list->item[at].name, name) == 0)
        return reg_put(&list->item[at].reg, stamp, value, length);
    if (max && at >= max)
        return false;
    reg_put(insert(list, at, name), stamp, value, length);
    if (max && list->count > max)
        free_item(&list->item[--list->count]);
    return true;
}

bool reg_list_join(struct reg_list *into, const struct reg_list *from, uint32_t max)
{
    bool changed = false;
    for (uint32_t i = 0; i < from->count; i++) {
        const struct named_reg *item = &from->item[i];
        if (item->reg.value)
            changed |= reg_list_put(into, item->name, item->reg.stamp, item->reg.value,
                                    strlen(item->reg.value), max);
    }
    return changed;
}

void reg_list_free(struct reg_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        free_item(&list->item[i]);
    free(list->item);
    *list = (struct reg_list){0};
}

size_t cut_length(const char *text, size_t max)
{
    size_t length = strnlen(text, max + 1);
    if (length <= max)
        return length;
    while (max && ((unsigned char)text[max] & 0xC0) == 0x80)
        max--;
    return max;
}
