#include "ui/keys.h"

#include <stdio.h>
#include <string.h>

#include "contactwatch/text.h"

const char *const context_title[CONTEXT_COUNT] = {"Everywhere", "Time", "Contacts", "Contact"};

#define ACTION_SPEC(id, context, name, keys, label, help)                                          \
    [ACTION_##id] = {CONTEXT_##context, name, keys, label, help},
const struct action_spec action_spec[ACTION_COUNT] = {ACTIONS(ACTION_SPEC)};

static const struct {
    const char *name;
    uint32_t key;
} named_key[] = {
    {"Up", KEY_GO_UP},     {"Down", KEY_GO_DOWN},    {"Left", KEY_GO_LEFT}, {"Right", KEY_GO_RIGHT},
    {"PgUp", KEY_PAGE_UP}, {"PgDn", KEY_PAGE_DOWN},  {"Home", KEY_GO_HOME}, {"End", KEY_GO_END},
    {"Enter", KEY_RETURN}, {"Esc", KEY_ESCAPE},      {"Tab", KEY_TAB},      {"S-Tab", KEY_BACK_TAB},
    {"Space", ' '},        {"BackSpace", KEY_ERASE}, {"Del", KEY_DELETE},   {"F1", KEY_F1},
};

uint32_t key_parse(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(named_key); i++)
        if (!strcmp(named_key[i].name, name))
            return named_key[i].key;
    if (name[0] == '^' && name[1] >= '@' && name[1] <= '_' && !name[2])
        return (uint32_t)(name[1] & 0x1f);
    uint32_t code;
    size_t length = strlen(name), used = text_decode(name, length, &code);
    return used && used == length && !text_is_unsafe(code) ? code : KEY_NONE;
}

void key_write(uint32_t key, char out[16])
{
    for (size_t i = 0; i < ARRAY_SIZE(named_key); i++) {
        if (named_key[i].key == key) {
            snprintf(out, 16, "%s", named_key[i].name);
            return;
        }
    }
    char bytes[5] = "";
    if (key < 0x20)
        snprintf(out, 16, "^%c", (char)(key | 0x40));
    else
        snprintf(out, 16, "%.*s", (int)text_encode(key, bytes), bytes);
}

static void keymap_add(struct keymap *map, uint32_t key, enum action action)
{
    if (map->count < BINDINGS_MAX) {
        map->binding[map->count].key = key;
        map->binding[map->count++].action = (uint16_t)action;
    }
}

/* Splits off the next word of *at into out. */
static bool next_word(const char **at, char *out, size_t size)
{
    *at += strspn(*at, " \t");
    size_t length = strcspn(*at, " \t");
    if (!length || length >= size)
        return false;
    memcpy(out, *at, length);
    out[length] = '\0';
    *at += length;
    return true;
}

void keymap_init(struct keymap *map)
{
    map->count = 0;
    for (int action = 1; action < ACTION_COUNT; action++) {
        const char *at = action_spec[action].keys;
        char word[16];
        while (next_word(&at, word, sizeof(word)))
            keymap_add(map, key_parse(word), (enum action)action);
    }
}

static int find_action(const char *name)
{
    for (int action = 1; action < ACTION_COUNT; action++)
        if (!strcmp(action_spec[action].name, name))
            return action;
    return strcmp(name, "none") ? -1 : ACTION_NONE;
}

static void unbind(struct keymap *map, uint32_t key, enum key_context context, bool everywhere)
{
    size_t kept = 0;
    for (size_t i = 0; i < map->count; i++)
        if (map->binding[i].key != key ||
            (!everywhere && action_spec[map->binding[i].action].context != context))
            map->binding[kept++] = map->binding[i];
    map->count = kept;
}

bool keymap_bind(struct keymap *map, const char *key_word, const char *name, struct err *err)
{
    uint32_t key = key_parse(key_word);
    int action = find_action(name);
    if (key == KEY_NONE)
        return err_set(err, "no key is named “%.40s”", key_word);
    if (action < 0)
        return err_set(err, "no action is named “%.40s”", name);
    unbind(map, key, action_spec[action].context, action == ACTION_NONE);
    if (action != ACTION_NONE)
        keymap_add(map, key, (enum action)action);
    return true;
}

static enum action find_in(const struct keymap *map, uint32_t key, enum key_context context)
{
    for (size_t i = 0; i < map->count; i++)
        if (map->binding[i].key == key && action_spec[map->binding[i].action].context == context)
            return (enum action)map->binding[i].action;
    return ACTION_NONE;
}

enum action keymap_find(const struct keymap *map, uint32_t key, enum key_context context)
{
    const enum key_context order[] = {context, CONTEXT_TIME, CONTEXT_EVERYWHERE};
    enum action action = ACTION_NONE;
    for (size_t i = 0; i < ARRAY_SIZE(order) && action == ACTION_NONE; i++)
        action = find_in(map, key, order[i]);
    return action;
}

void keymap_keys(const struct keymap *map, enum action action, struct buf *out)
{
    size_t before = out->length;
    for (size_t i = 0; i < map->count; i++) {
        char name[16];
        if (map->binding[i].action != action)
            continue;
        key_write(map->binding[i].key, name);
        buf_printf(out, "%s%s", out->length > before ? " " : "", name);
    }
}
