#include "contactwatch/names.h"

#include <stdlib.h>
#include <string.h>

#include "contact/registers_internal.h"
#include "contactwatch/config.h"

enum { ID_SHOWN = 8, NAME_MAX_BYTES = 256 };

struct name {
    enum name_source source;
    char text[];
};

const char *arn_tail(const char *arn)
{
    if (!arn)
        return NULL;
    const char *slash = strrchr(arn, '/');
    return slash && slash[1] ? slash + 1 : arn;
}

void names_set(struct names *names, const char *arn, const char *name, enum name_source source)
{
    if (!arn || !*arn || !name || !*name)
        return;
    const char *id = arn_tail(arn);
    const struct name *known = map_get(&names->by_id, id);
    size_t length = cut_length(name, NAME_MAX_BYTES);
    if (known &&
        (known->source > source || (known->source == source && strcmp(known->text, name) == 0)))
        return;
    struct name *fresh = mem_alloc(sizeof(*fresh) + length + 1);
    fresh->source = source;
    memcpy(fresh->text, name, length);
    fresh->text[length] = '\0';
    free(map_set(&names->by_id, id, fresh));
}

const char *names_find(const struct names *names, const char *arn)
{
    const struct name *name = arn ? map_get(&names->by_id, arn_tail(arn)) : NULL;
    return name ? name->text : NULL;
}

/* Bytes of the first `count` characters of UTF-8. */
static size_t character_bytes(const char *text, int count)
{
    size_t length = 0;
    while (text[length] && count-- > 0)
        do
            length++;
        while (((unsigned char)text[length] & 0xC0) == 0x80);
    return length;
}

const char *names_show(const struct names *names, const char *arn, char *out, size_t size)
{
    if (!size)
        return "";
    const char *text = names_find(names, arn);
    size_t length = size - 1;
    if (!text && arn && *arn) {
        text = arn_tail(arn);
        size_t shown = character_bytes(text, ID_SHOWN);
        length = shown < length ? shown : length;
    }
    if (!text)
        text = "–";
    length = cut_length(text, length);
    memcpy(out, text, length);
    out[length] = '\0';
    return out;
}

bool names_load(struct names *names, const char *path, struct err *err)
{
    struct config config = {0};
    bool loaded = config_load(&config, path, false, err);
    for (size_t i = 0; loaded && i < config.count; i++)
        if (strcmp(config.item[i].section, "names") == 0)
            names_set(names, config.item[i].key, config.item[i].value, NAME_FILE);
    config_free(&config);
    return loaded;
}

void names_free(struct names *names)
{
    map_free(&names->by_id, free);
}
