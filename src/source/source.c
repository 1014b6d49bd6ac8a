/* Which source a spec names. */
#include "contactwatch/source.h"

#include <string.h>

#include "contactwatch/mem.h"
#include "source/sources_internal.h"

static const struct {
    const char *scheme;
    struct source *(*open)(const char *argument, const struct source_options *options,
                           struct err *err);
} kind[] = {
    {"file", file_source_open},
    {"sim", sim_source_open},
    {"sqs", sqs_source_open},
};

/* Length of a leading "scheme:", 0 if there is none: a path may hold colons, but not right behind a
 * bare word. */
static size_t scheme_length(const char *spec)
{
    size_t n = strspn(spec, "abcdefghijklmnopqrstuvwxyz0123456789");
    return spec[n] == ':' ? n : 0;
}

struct source *source_open(const char *spec, const struct source_options *options, struct err *err)
{
    size_t n = scheme_length(spec);
    for (size_t i = 0; n && i < ARRAY_SIZE(kind); i++)
        if (strlen(kind[i].scheme) == n && strncmp(kind[i].scheme, spec, n) == 0)
            return kind[i].open(spec + n + 1, options, err);
    if (n) {
        err_set(err, "%s: not a source: use file:PATH, -, sim:RATE or sqs:URL", spec);
        return NULL;
    }
    return file_source_open(spec, options, err);
}
