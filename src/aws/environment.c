#include "aws/environment.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *environment_get(const struct aws_environment *environment, const char *name)
{
    const char *value =
        environment->variable ? environment->variable(environment->context, name) : getenv(name);
    return value && *value ? value : NULL;
}

bool text_is_true(const char *text)
{
    return text && strcasecmp(text, "true") == 0;
}

bool environment_on(const struct aws_environment *environment, const char *name)
{
    return text_is_true(environment_get(environment, name));
}

int64_t environment_now(const struct aws_environment *environment)
{
    return clock_now(environment->clock);
}

bool environment_path(const struct aws_environment *environment, const char *path, struct buf *out)
{
    if (strncmp(path, "~/", 2) != 0) {
        buf_text(out, path);
        return true;
    }
    const char *home = environment_get(environment, "HOME");
    if (home)
        buf_printf(out, "%s%s", home, path + 1);
    return home != NULL;
}
