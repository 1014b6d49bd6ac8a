/* The table of handlers, and what all of them use. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "contactwatch/lambda.h"

const struct lambda_handler *const lambda_handlers[] = {
    &lambda_archive, &lambda_forward, &lambda_insert, &lambda_lookup, &lambda_ingest, NULL,
};

const struct lambda_handler *lambda_handler_find(const char *name)
{
    static const char behind[] = ".handler";
    const char *slash = strrchr(name, '/');
    const char *word = slash ? slash + 1 : name;
    size_t length = strlen(word), tail = sizeof(behind) - 1;
    if (length > tail && strcmp(word + length - tail, behind) == 0)
        length -= tail;
    for (const struct lambda_handler *const *h = lambda_handlers; *h; h++)
        if (strlen((*h)->name) == length && strncmp((*h)->name, word, length) == 0)
            return *h;
    return NULL;
}

bool lambda_fail(struct lambda_fault *fault, const char *type, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    snprintf(fault->type, sizeof(fault->type), "%s", type);
    vsnprintf(fault->message, sizeof(fault->message), format, args);
    va_end(args);
    return false;
}

int64_t lambda_time_left(const struct lambda_setup *setup,
                         const struct lambda_invocation *invocation, int64_t margin)
{
    int64_t left = invocation->deadline - margin - clock_now(setup->clock);
    return left > 0 ? left : 0;
}
