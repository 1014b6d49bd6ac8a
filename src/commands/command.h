/*
 * Commands and their options. Options are declared once, in options.def: the parser, --help, the
 * man page, the completions and the sample configuration all come from it.
 */
#ifndef COMMANDS_COMMAND_H
#define COMMANDS_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "contactwatch/config.h"
#include "contactwatch/err.h"
#include "contactwatch/mem.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* One bit per command, for the options it takes. */
enum command_bit {
    ON_WATCH = 1 << 0,
    ON_DEMO = 1 << 1,
    ON_INGEST = 1 << 2,
    ON_REPLAY = 1 << 3,
    ON_SIMULATE = 1 << 4,
    ON_LIST = 1 << 5,
    ON_SHOW = 1 << 6,
    ON_INIT = 1 << 7,
    ON_DOCTOR = 1 << 8,
    ON_FORGET = 1 << 9,
    ON_LOOKUP = 1 << 10,
    ON_ARCHIVE = 1 << 11,
    ON_LAMBDA = 1 << 12,
    ON_ALL = (1 << 13) - 1,
    ON_SCREEN = ON_WATCH | ON_DEMO,
    ON_PIPELINE = ON_WATCH | ON_DEMO | ON_INGEST | ON_REPLAY,
    ON_STORE = ON_PIPELINE | ON_LIST | ON_SHOW | ON_INIT | ON_DOCTOR | ON_FORGET | ON_LOOKUP |
               ON_ARCHIVE | ON_LAMBDA,
    ON_SIM = ON_WATCH | ON_DEMO | ON_INGEST | ON_SIMULATE,
    ON_ROWS = ON_WATCH | ON_DEMO | ON_LIST,
    ON_ARCHIVED = ON_WATCH | ON_SHOW | ON_FORGET | ON_ARCHIVE,
};

enum option_type {
    OPTION_FLAG,
    OPTION_TEXT,
    OPTION_NUMBER,   /* whole, minimum … maximum */
    OPTION_REAL,     /* minimum … maximum */
    OPTION_DURATION, /* as duration_parse reads it, ms */
    OPTION_MINUTES,  /* a bare number is minutes; with a unit any duration; ms */
    OPTION_CHOICE,   /* one of `choices`, separated by '|' */
    OPTION_LIST,     /* may be repeated */
};

enum option_id {
#define OPTION(id, ...) OPT_##id,
#include "commands/options.def"
#undef OPTION
    OPTION_COUNT
};

struct option_spec {
    const char *name; /* long name without -- */
    char letter;      /* 0 = none */
    enum option_type type;
    const char *argument;    /* what help calls its value; NULL for flags */
    const char *initial;     /* default, as text; NULL = none */
    const char *choices;     /* OPTION_CHOICE */
    double minimum, maximum; /* of numbers */
    const char *variable;    /* environment besides CONTACTWATCH_NAME; NULL */
    uint32_t commands;       /* enum command_bit */
    const char *help;
};
extern const struct option_spec option_specs[OPTION_COUNT];

struct option_value {
    const char *text; /* as given, or the default; NULL = not given */
    int64_t number;   /* numbers; ms of durations; 0/1 of flags; index of choices */
    double real;
    const char **list; /* OPTION_LIST, NULL-terminated; NULL = none */
    const char *from;  /* "--store", "CONTACTWATCH_STORE", "config.ini:12"; NULL = the default */
};

struct command;
struct aws_session;
struct invocation {
    const struct command *command;
    struct option_value value[OPTION_COUNT];
    struct config config;
    const char **argument; /* NULL-terminated */
    int arguments;
    struct arena arena;      /* texts of the above */
    struct aws_session *aws; /* setup_aws's; NULL until asked for */
    int argc;                /* as main had them, to read it all again */
    char **argv;
};

struct command {
    const char *name;
    uint32_t bit;          /* its options; 0 = only the common ones */
    const char *arguments; /* "FILE", "ID" for help; "" if none */
    int least, most;       /* how many arguments */
    const char *summary;   /* one line */
    const char *text;      /* a paragraph for the man page */
    int (*run)(struct invocation *invocation);
};
extern const struct command commands[]; /* ended by a NULL name */
const struct command *command_find(const char *name);

/*
 * Reads argv, environment and configuration file into *invocation. False with err set on a usage
 * error; *exit_code is set (and nothing is left to do) when --help or --version was answered, else
 * -1.
 */
bool invocation_read(struct invocation *invocation, int argc, char **argv, int *exit_code,
                     struct err *err);
void invocation_free(struct invocation *invocation);

/* What is generated from the tables. */
void write_help(FILE *out, const struct command *command); /* NULL = of the program */
void write_man(FILE *out);
void write_completion_bash(FILE *out);
void write_completion_zsh(FILE *out);
void write_sample_config(FILE *out);

static inline bool option_on(const struct invocation *invocation, enum option_id id)
{
    return invocation->value[id].number != 0;
}
static inline const char *option_text(const struct invocation *invocation, enum option_id id)
{
    return invocation->value[id].text;
}

#endif
