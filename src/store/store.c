/* store_open: the scheme of the spec chooses the implementation. */
#include <ctype.h>
#include <string.h>

#include "store/store_internal.h"

static const struct scheme {
    const char *name;
    const char *form; /* shown to the user */
    struct store *(*open)(const char *rest, const struct store_options *options, struct err *err);
} schemes[] = {
    {"sqlite", "sqlite:PATH", sqlite_store_open},
    {"dynamodb", "dynamodb:TABLE[,HISTORY[,FEED]]", dynamodb_store_open},
};

/* Length of "name" in "name:rest"; 0 for a bare path. A slash before the colon makes it a path. */
static size_t scheme_length(const char *spec)
{
    size_t length = 0;
    while (isalnum((unsigned char)spec[length]))
        length++;
    return spec[length] == ':' ? length : 0;
}

struct store *store_open(const char *spec, const struct store_options *options, struct err *err)
{
    static const struct store_options defaults = {0};
    if (!options)
        options = &defaults;
    size_t length = spec ? scheme_length(spec) : 0;
    if (!spec || !spec[0] || (length && !spec[length + 1])) {
        err_set(err, "store %s: no path is given; write sqlite:PATH or dynamodb:TABLE",
                spec ? spec : "");
        return NULL;
    }
    if (length == 0)
        return sqlite_store_open(spec, options, err);
    struct buf forms = {0};
    for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
        if (strlen(schemes[i].name) == length && strncmp(spec, schemes[i].name, length) == 0) {
            buf_free(&forms);
            return schemes[i].open(spec + length + 1, options, err);
        }
        buf_printf(&forms, "%s%s", i ? ", " : "", schemes[i].form);
    }
    err_set(err, "store %s: \"%.*s:\" is not known here; supported: %s (a file of that name: ./%s)",
            spec, (int)length, spec, buf_str(&forms), spec);
    buf_free(&forms);
    return NULL;
}

const char *store_change_fault(const struct store_change *change)
{
    const char *id = change->delta->contact_id;
    if (!id || !id[0])
        return "the contact has no id";
    if (strlen(id) > CONTACT_ID_MAX)
        return "the contact id is longer than 256 bytes";
    for (size_t i = 0; change->entries && i < change->entries->count; i++)
        if (change->entries->entry[i].length > STORE_BODY_MAX)
            return "an entry is larger than 2 MiB";
    return NULL;
}
