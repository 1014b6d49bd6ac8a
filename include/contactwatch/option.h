/*
 * Options, declared once (commands/options.c): parser, --help, man page, completion and sample config come from the table.
 * A value comes from the command line, else CONTACTWATCH_NAME or the option's own variable, else the config file, else
 * the default.
 */
#ifndef CONTACTWATCH_OPTION_H
#define CONTACTWATCH_OPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "contactwatch/config.h"
#include "contactwatch/err.h"

enum option_type {
    OPTION_FLAG,
    OPTION_TEXT,
    OPTION_NUMBER,   /* whole number between minimum and maximum */
    OPTION_REAL,
    OPTION_DURATION, /* duration_parse, into ms */
    OPTION_CHOICE,   /* one of choices, separated by '|' */
    OPTION_LIST,     /* repeatable text */
};

struct option_spec {
    const char *name;        /* long name, without -- */
    char letter;             /* 0 = none */
    enum option_type type;
    const char *argument;    /* "PATH" in help; NULL for flags */
    const char *initial;     /* default as text; NULL = none */
    const char *choices;     /* OPTION_CHOICE */
    double minimum, maximum; /* numbers; both 0 = unbounded */
    const char *environment; /* variables besides CONTACTWATCH_NAME, comma-separated; NULL */
    uint32_t commands;       /* bit per command that takes it */
    const char *help;
};

struct option_value {
    const char *text;  /* as given, or the default; NULL = not given */
    int64_t number;    /* numbers, ms of durations, 0/1 of flags */
    double real;
    const char **list; /* OPTION_LIST, NULL-terminated */
    const char *from;  /* "--store", "CONTACTWATCH_STORE", "config.ini:12", "default" */
};

#endif
