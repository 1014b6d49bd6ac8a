/* contactwatch: reads the invocation and runs its command (commands/commands.c is the table). */
#include <locale.h>
#include <stdio.h>

#include "commands/command.h"
#include "contactwatch/log.h"

static bool set_up_log(const struct invocation *invocation, struct err *err)
{
    enum log_level level;
    if (log_level_parse(option_text(invocation, OPT_LOG_LEVEL), &level))
        log_set_level(level);
    log_set_json(option_on(invocation, OPT_LOG_JSON));
    const char *file = option_text(invocation, OPT_LOG_FILE);
    return !file || log_open_file(file) || err_set(err, "--log-file: cannot write %s", file);
}

static int fail(const char *text, int code)
{
    fprintf(stderr, "contactwatch: %s\n", text);
    return code;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    struct invocation invocation;
    struct err err = {""};
    int code;
    if (!invocation_read(&invocation, argc, argv, &code, &err))
        code = fail(err.text, EXIT_USAGE);
    else if (code < 0 && !set_up_log(&invocation, &err))
        code = fail(err.text, EXIT_FAILED);
    else if (code < 0)
        code = invocation.command->run(&invocation);
    invocation_free(&invocation);
    if (fflush(stdout) != 0 && code == EXIT_DONE)
        code = fail("standard output could not be written", EXIT_FAILED);
    return code;
}
