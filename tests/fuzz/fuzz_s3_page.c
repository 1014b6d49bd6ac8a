/* An answer to ListObjectsV2 of whatever bytes: no crash, names are short, and a page that is taken
 * either ends or says where it goes on. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/s3.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool take(void *context, const char *name, bool is_prefix)
{
    size_t *left = context;
    (void)is_prefix;
    if (strlen(name) > S3_KEY_MAX)
        abort();
    return --*left > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t left = 1000;
    struct s3_page page = {.context = &left, .name = take};
    struct err err = {""};
    char *text = malloc(size + 1); /* of its own size: reading beyond it is seen */
    memcpy(text, data, size);
    if (!s3_page_read(&page, text, size, &err) && !err.text[0])
        abort();
    if (strlen(page.token) >= sizeof(page.token))
        abort();
    free(text);
    return 0;
}
