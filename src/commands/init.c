/* init: makes the tables of a DynamoDB store. */
#include <string.h>

#include "commands/commands.h"
#include "commands/setup.h"
#include "contactwatch/dynamodb.h"

static void say(void *context, const char *text)
{
    (void)context;
    puts(text);
    fflush(stdout);
}

int run_init(struct invocation *invocation)
{
    static const char scheme[] = "dynamodb:";
    const char *spec = setup_store_said(invocation);
    struct err err = {0};
    if (!spec || strncmp(spec, scheme, strlen(scheme)) != 0) {
        err_set(&err, "init makes the tables of a DynamoDB store: say --store dynamodb:TABLE; "
                      "other stores need no making");
        return command_misused(&err);
    }
    struct aws_session *session = setup_aws(invocation, NULL, &err);
    if (!session || !dynamodb_init(spec + strlen(scheme), session, say, NULL, &err))
        return command_failed(&err);
    puts("ready. This is for development: in production the CloudFormation template makes the "
         "tables, with backups, encryption and roles.");
    return EXIT_DONE;
}
