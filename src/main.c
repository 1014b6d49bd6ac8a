/* contactwatch: reads the invocation and runs its command (commands/commands.c is the table). */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "commands/setup.h"
#include "contactwatch/lambda.h"

static int fail(const char *text, int code)
{
    fprintf(stderr, "contactwatch: %s\n", text);
    return code;
}

/* A mistake in the options of a Lambda function is one of its configuration. */
static int misused(const struct invocation *invocation, const char *text)
{
    const char *api = getenv("AWS_LAMBDA_RUNTIME_API");
    if (api && *api && invocation->command && invocation->command->bit == ON_LAMBDA)
        return lambda_init_failed(api, "Runtime.ConfigInvalid", text);
    return fail(text, EXIT_USAGE);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C"); /* numbers in files and options have a point everywhere */
    struct invocation invocation;
    struct err err = {""};
    int code;
    if (!invocation_read(&invocation, argc, argv, &code, &err))
        code = misused(&invocation, err.text);
    else if (code < 0 && !setup_log(&invocation, &err))
        code = fail(err.text, EXIT_FAILED);
    else if (code < 0)
        code = invocation.command->run(&invocation);
    invocation_free(&invocation);
    if (fflush(stdout) != 0 && code == EXIT_DONE)
        code = fail("standard output could not be written", EXIT_FAILED);
    return code;
}
