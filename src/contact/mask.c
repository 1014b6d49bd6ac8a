/* Masking: which values are hidden, and how text looks without them. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "contact/mask_internal.h"
#include "contactwatch/json.h"

static const char default_keys[] = "[FL]Name|(first|last|full|given|family|customer)_?name|mail|"
                                   "phone|mobile|TelNumber|address|birth|dob|gender|"
                                   "account|card|iban|passw|passport|member";

/* Values that say nothing about a person, whatever they are called. */
static const char *const plain_values[] = {"true", "false", "yes", "no",      "null",    "none",
                                           "n/a",  "on",    "off", "unknown", "success", "error"};

enum { LEARN_MIN = 3, LEARN_MAX = MASK_VALUE_MAX, DEPTH_MAX = 32 };

bool mask_init(struct mask *mask, const char *key_pattern, struct err *err)
{
    *mask = (struct mask){0};
    int failed = regcomp(&mask->keys, key_pattern ? key_pattern : default_keys,
                         REG_EXTENDED | REG_ICASE | REG_NOSUB);
    if (failed) {
        char why[128];
        regerror(failed, &mask->keys, why, sizeof(why));
        return err_set(err, "mask_keys: %s", why);
    }
    return true;
}

void mask_forget(struct mask *mask)
{
    map_free(&mask->known, NULL);
    mask->known = (struct map){0};
    mask->lengths = 0;
    memset(mask->first, 0, sizeof(mask->first));
}

void mask_free(struct mask *mask)
{
    mask_forget(mask);
    map_free(&mask->safe, NULL);
    map_free(&mask->seen_keys, NULL);
    regfree(&mask->keys);
    *mask = (struct mask){0};
}

void mask_safe(struct mask *mask, const char *name)
{
    char folded[LEARN_MAX + 1];
    if (name && mask_fold(name, strlen(name), folded))
        map_set(&mask->safe, folded, mask);
}

enum { KEYS_REMEMBERED = 4096 };
static char hidden_key, shown_key; /* what the map of keys points to */

bool mask_key(const struct mask *mask, const char *key)
{
    if (!key)
        return false;
    const void *verdict = map_get(&mask->seen_keys, key);
    return verdict ? verdict == &hidden_key : regexec(&mask->keys, key, 0, NULL, 0) == 0;
}

/* As mask_key, remembering the answer: histories repeat few names many times. */
static bool learn_key(struct mask *mask, const char *key)
{
    bool hidden = mask_key(mask, key);
    if (key && mask->seen_keys.count < KEYS_REMEMBERED && !map_get(&mask->seen_keys, key))
        map_set(&mask->seen_keys, key, hidden ? &hidden_key : &shown_key);
    return hidden;
}

bool mask_is_plain(const char *text)
{
    for (size_t i = 0; i < ARRAY_SIZE(plain_values); i++)
        if (strcasecmp(text, plain_values[i]) == 0)
            return true;
    return false;
}

void mask_learn(struct mask *mask, const char *text, size_t length)
{
    char folded[LEARN_MAX + 1];
    while (length && isspace((unsigned char)*text))
        text++, length--;
    while (length && isspace((unsigned char)text[length - 1]))
        length--;
    if (length < LEARN_MIN || !mask_fold(text, length, folded) || mask_is_plain(folded) ||
        map_get(&mask->safe, folded))
        return;
    map_set(&mask->known, folded, mask);
    mask->lengths |= UINT64_C(1) << (length < 63 ? length : 63);
    unsigned char first = (unsigned char)folded[0];
    mask->first[first / 8] = (unsigned char)(mask->first[first / 8] | 1 << (first % 8));
}

static void learn_value(struct mask *mask, const cJSON *value, const char *key, bool hidden,
                        int depth);

/* "Name=Value"; and the pair IdentifierName=K, IdentifierValue=V of the profile blocks. */
static void learn_item(struct mask *mask, const char *item, const char **identifier)
{
    const char *equals = strchr(item, '=');
    if (!equals || equals == item || equals - item > LEARN_MAX) {
        mask_learn_shapes(mask, item);
        return;
    }
    char name[LEARN_MAX + 1];
    memcpy(name, item, (size_t)(equals - item));
    name[equals - item] = '\0';
    const char *value = equals + 1;
    bool hidden = learn_key(mask, name);
    if (strcasecmp(name, "IdentifierName") == 0)
        *identifier = value;
    else if (strcasecmp(name, "IdentifierValue") == 0)
        hidden = hidden || learn_key(mask, *identifier);
    if (hidden)
        mask_learn(mask, value, strlen(value));
    else
        mask_learn_shapes(mask, value);
}

static void learn_text(struct mask *mask, const char *text, const char *key, bool hidden)
{
    if (hidden)
        mask_learn(mask, text, strlen(text));
    else if (!key || strcmp(key, "Timestamp") != 0)
        mask_learn_shapes(mask, text);
}

/* {"Key": name, "Value": value}, as SetAttributes logs it. */
static bool is_hidden_pair(struct mask *mask, const cJSON *object)
{
    return learn_key(mask, json_text(object, "Key")) && json_text(object, "Value");
}

static void learn_object(struct mask *mask, const cJSON *object, bool hidden, int depth)
{
    bool pair = is_hidden_pair(mask, object);
    const char *type = json_text(object, "ContactFlowModuleType");
    bool typed = type && strcmp(type, "StoreUserInput") == 0;
    for (const cJSON *member = object->child; member; member = member->next) {
        bool secret = hidden || learn_key(mask, member->string) ||
                      (pair && strcmp(member->string, "Value") == 0) ||
                      (typed && strcmp(member->string, "Results") == 0 && cJSON_IsString(member) &&
                       mask_all_digits(member->valuestring));
        learn_value(mask, member, member->string, secret, depth + 1);
    }
}

static void learn_value(struct mask *mask, const cJSON *value, const char *key, bool hidden,
                        int depth)
{
    const char *identifier = NULL;
    if (depth > DEPTH_MAX)
        return;
    if (cJSON_IsString(value))
        learn_text(mask, value->valuestring, key, hidden);
    else if (cJSON_IsObject(value))
        learn_object(mask, value, hidden, depth);
    else if (cJSON_IsArray(value))
        for (const cJSON *item = value->child; item; item = item->next) {
            if (cJSON_IsString(item) && !hidden)
                learn_item(mask, item->valuestring, &identifier);
            else
                learn_value(mask, item, key, hidden, depth + 1);
        }
}

void mask_learn_json(struct mask *mask, const cJSON *value)
{
    mask_safe(mask, json_text(value, "AgentName"));
    learn_value(mask, value, NULL, false, 0);
}
