/* The configuration files of the AWS tools: any bytes parse or are refused with the place alone;
 * what was read is found again. */
#include <stdlib.h>
#include <string.h>

#include "aws/profiles.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_up(const struct profiles *profiles, size_t size)
{
    for (size_t i = 0; i < profiles->count; i++) {
        const struct profile_item *item = &profiles->item[i];
        if (!profiles_has(profiles, item->section, item->name) && item->section == SECTION_PROFILE)
            abort();
        if (!*item->key)
            continue;
        if (strlen(item->value) > size || strlen(item->key) > size)
            abort();
        if (item->section == SECTION_PROFILE && !*item->parent && *item->value &&
            !profiles_get_in(profiles, item->file, item->name, item->key)) {
            /* a later one of the same name may be empty */
            const struct profile_item *last = item;
            for (size_t j = i; j < profiles->count; j++)
                if (strcmp(profiles->item[j].key, item->key) == 0)
                    last = &profiles->item[j];
            if (last == item)
                abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct profiles profiles = {0};
    struct err err = {""};
    if (size > 8192) /* the look-ups of this test are quadratic */
        size = 8192;
    enum profile_file file = size && data[0] & 1 ? IN_CREDENTIALS : IN_CONFIG;
    bool good = profiles_parse(&profiles, file, "f", (const char *)data, size, &err);
    if (!good && strncmp(err.text, "f:", 2) != 0)
        abort();
    if (good)
        look_up(&profiles, size);
    profiles_get(&profiles, "default", "region");
    profiles_nested(&profiles, SECTION_SERVICES, "s", "sqs", "endpoint_url");
    profiles_clear(&profiles);
    return 0;
}
