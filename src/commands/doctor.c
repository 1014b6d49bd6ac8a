/* doctor: the command. */
#include "commands/doctor.h"

#include <string.h>

#include "commands/commands.h"
#include "commands/setup.h"

static bool needs_aws(const struct invocation *invocation, const char *store)
{
    const char *source = option_text(invocation, OPT_SOURCE);
    return strncmp(store, "dynamodb:", 9) == 0 || (source && strncmp(source, "sqs:", 4) == 0) ||
           invocation->value[OPT_INSTANCE].list;
}

int run_doctor(struct invocation *invocation)
{
    const struct option_value *value = invocation->value;
    struct err err = {""};
    struct ui_terminal terminal;
    struct doctor doctor;
    const char *store = setup_store(invocation, &err);
    if (!store)
        return command_failed(&err);
    ui_terminal_look(&terminal);
    struct doctor_options options = {
        .store = store,
        .source = option_text(invocation, OPT_SOURCE),
        .instances = value[OPT_INSTANCE].list,
        .retention_ms = value[OPT_RETENTION].number,
        .stats_window_ms = value[OPT_STATS_WINDOW].number,
        .view_only = option_on(invocation, OPT_VIEW_ONLY),
        .terminal = &terminal,
    };
    if (needs_aws(invocation, store)) {
        options.aws = setup_aws(invocation, NULL, &err);
        options.aws_error = options.aws ? NULL : err.text;
    }
    doctor_examine(&doctor, &options);
    if (option_on(invocation, OPT_JSON))
        doctor_print_json(stdout, &doctor);
    else
        doctor_print(stdout, &doctor, setup_ascii(invocation));
    bool failed = doctor_count(&doctor, FINDING_FAILED) > 0;
    doctor_free(&doctor);
    return failed ? EXIT_FAILED : EXIT_DONE;
}
