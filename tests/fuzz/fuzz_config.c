/* A configuration file: any bytes parse or are refused, with the line; every value read back is
 * inside it. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config config;
    struct err err = {""};
    bool good = config_parse(&config, (const char *)data, size, "f.ini", &err);
    if (!good && !strstr(err.text, "f.ini"))
        abort();
    for (size_t i = 0; good && i < config.count; i++) {
        const struct config_item *item = &config.item[i];
        const char *last = config_get(&config, item->section, item->name, item->key);
        if (!last || strlen(last) > size || !*item->key || item->line < 1)
            abort();
    }
    config_free(&config);
    return 0;
}
