/* The command table. */
#include "commands/commands.h"

#include <string.h>

static int run_completion(struct invocation *invocation)
{
    if (strcmp(invocation->argument[0], "bash") == 0) {
        write_completion_bash(stdout);
    } else if (strcmp(invocation->argument[0], "zsh") == 0) {
        write_completion_zsh(stdout);
    } else {
        fputs("contactwatch: completion is there for bash and zsh\n", stderr);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static int run_man(struct invocation *invocation)
{
    (void)invocation;
    write_man(stdout);
    return EXIT_DONE;
}

static int run_sample_config(struct invocation *invocation)
{
    (void)invocation;
    write_sample_config(stdout);
    return EXIT_DONE;
}

const struct command commands[] = {
    {"watch", ON_WATCH, "", 0, 0, "the live monitor (also without a command)",
     "Shows the contacts of a store live: a table with flags, and the story of each contact. With "
     "--source a background thread ingests events at the same time; with --view-only nothing is "
     "written. The key O opens a contact by its id, also one that only --archive has any more.",
     run_watch},
    {"demo", ON_DEMO, "", 0, 0, "the monitor on a simulated contact centre, nothing else needed",
     "Opens the monitor on a simulated contact centre that has been at work for an hour. Records "
     "live in a temporary store that is removed at the end, unless --store names one.",
     run_demo},
    {"ingest", ON_INGEST, "", 0, 0, "ingest without a screen",
     "Takes events from --source and writes records to --store until the source ends or a signal "
     "comes. Any number may run side by side on one store.",
     run_ingest},
    {"replay", ON_REPLAY, "FILE|ARCHIVE", 1, 1,
     "a recorded feed or an archive into a store, at its own pace or faster",
     "Plays the events of FILE (- for standard input) into the store at the pace of their own "
     "times; --speed 10 plays ten times faster, --speed max as fast as possible. ARCHIVE is "
     "s3://BUCKET[/PREFIX] or the folder of an archive, with /dt=YYYY-MM-DD behind it for a single "
     "day: the entries of its contacts are played in the order of their times.",
     run_replay},
    {"simulate", ON_SIMULATE, "", 0, 0, "write the events of a simulated contact centre",
     "Writes the messages of a simulated contact centre in their wire forms, one a line, as fast "
     "as possible. The same seed gives the same bytes; --contacts bounds it.",
     run_simulate},
    {"list", ON_LIST, "", 0, 0, "the table once, for scripts",
     "Prints the contacts of a store: as text, as CSV, or with --json one record a line without "
     "history.",
     run_list},
    {"show", ON_SHOW, "ID", 1, 1, "one contact",
     "Prints one contact, named by its id or the first 4 or more characters of it: --friendly what "
     "the customer lived through, --techy what the flow executed, --raw the history, --json the "
     "whole document. What is not in the store any more is looked for in --archive.",
     run_show},
    {"lookup", ON_LOOKUP, "CUSTOMER", 1, 1, "what a flow would be told about a customer",
     "Prints what the Lambda function of this name would answer a flow: the other contacts of the "
     "customer with this Customer_Identifier, active call-backs and channels, the last queue, and "
     "what to suggest. --json prints the answer itself.",
     run_lookup},
    {"init", ON_INIT, "", 0, 0, "make the tables of a DynamoDB store, for development",
     "Makes what is missing of the three tables of --store dynamodb:TABLE[,HISTORY[,FEED]]: the "
     "tables, billed on demand, their indexes and TTL; waits until all is ready. What is there is "
     "left as it is, so it may be run again. In production the CloudFormation template makes them.",
     run_init},
    {"doctor", ON_DOCTOR, "", 0, 0, "check everything a mode needs, and say what to fix",
     "Looks at credentials and whose they are, region, clock, queue, tables, permissions, "
     "retention, other writers, Connect and the terminal, with the options that the mode itself "
     "would get (--source, --store, --view-only, --instance). It changes nothing. Each finding "
     "says what was seen and what to do; the status is 1 if one has failed.",
     run_doctor},
    {"forget", ON_FORGET, "CONTACT|CUSTOMER", 1, 1, "remove a contact, or all of a customer",
     "Removes the contact of this id, or every contact whose Customer_Identifier is this, with its "
     "history, from the store, and with --archive from there too, and says what went from where. "
     "Asks first, unless --yes. Events of it that are still in a queue bring it back.",
     run_forget},
    {"archive", ON_ARCHIVE, "", 0, 0, "take expired contacts out of the store into the archive",
     "Puts every contact that has expired and still lies in the store into --archive, with its "
     "history, and removes it from the store once it is written. Runs beside ingesters, may be "
     "stopped at any time and run again. An SQLite file that is archived is no longer swept: what "
     "has expired waits for the next run, up to 30 days.",
     run_archive},
    {"lambda", ON_LAMBDA, "[HANDLER]", 0, 1, "serve as an AWS Lambda function",
     "Asks Lambda's runtime API (AWS_LAMBDA_RUNTIME_API) for invocations and hands them to "
     "HANDLER, "
     "by default the one that _HANDLER names: ingest, forward, insert, lookup or archive. It is "
     "what the function's bootstrap runs; options "
     "come from the environment. A handler that cannot begin says why as an init error.",
     run_lambda},
    {"completion", 0, "bash|zsh", 1, 1, "print a shell completion",
     "Prints the completion for bash or zsh.", run_completion},
    {"man", 0, "", 0, 0, "print the man page", "Prints this page as roff.", run_man},
    {"sample-config", 0, "", 0, 0, "print a configuration file to start from",
     "Prints a configuration file with every setting, commented out.", run_sample_config},
    {0},
};

const struct command *command_find(const char *name)
{
    for (const struct command *c = commands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}
