/* Whatever the bytes: no crash; and the canonical form of what is taken is sound UTF-8 and its own
 * canonical form. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"
#include "contactwatch/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct buf once = {0}, twice = {0};
    char *text = mem_strndup((const char *)data, size);
    struct err err = {0};
    cJSON *tree = json_parse(&arena, text, size, &err);
    demand(tree || err.text[0]);
    if (tree) {
        json_canonical(&once, tree, NULL);
        demand(text_valid_utf8(once.data, once.length));
        cJSON *again = json_parse(&arena, once.data, once.length, NULL);
        demand(again || once.length > JSON_MAX_BYTES);
        if (again) {
            json_canonical(&twice, again, NULL);
            demand(once.length == twice.length && memcmp(once.data, twice.data, once.length) == 0);
        }
        buf_clear(&twice);
        json_write_safe(&twice, once.data, once.length);
    }
    free(text);
    buf_free(&once);
    buf_free(&twice);
    arena_free(&arena);
    return 0;
}
