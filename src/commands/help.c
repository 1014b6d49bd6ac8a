/* --help, and the sample configuration. Words wrap at 100 columns. */
#include <string.h>

#include "commands/command.h"

enum { HELP_INDENT = 28, HELP_WIDTH = 100 };

static void wrap(FILE *out, const char *text, int column)
{
    while (*text) {
        size_t room = (size_t)(HELP_WIDTH - column), length = strlen(text);
        if (length > room) {
            length = room;
            while (length && text[length] != ' ')
                length--;
            if (!length)
                length = strcspn(text, " ");
        }
        fprintf(out, "%.*s\n", (int)length, text);
        text += length;
        while (*text == ' ')
            text++;
        if (*text)
            fprintf(out, "%*s", column, "");
    }
}

static void write_option(FILE *out, const struct option_spec *spec)
{
    char left[80];
    int used = snprintf(left, sizeof(left), "  %c%c%s --%s%s%s", spec->letter ? '-' : ' ',
                        spec->letter ? spec->letter : ' ', spec->letter ? "," : " ", spec->name,
                        spec->argument ? " " : "", spec->argument ? spec->argument : "");
    fprintf(out, "%s", left);
    if (used >= HELP_INDENT)
        fprintf(out, "\n%*s", HELP_INDENT, "");
    else
        fprintf(out, "%*s", HELP_INDENT - used, "");
    char text[512];
    bool shown =
        spec->initial && strcmp(spec->initial, "-") != 0 && strcmp(spec->initial, "0") != 0;
    snprintf(text, sizeof(text), "%s%s%s%s", spec->help, shown ? " [" : "",
             shown ? spec->initial : "", shown ? "]" : "");
    wrap(out, text, HELP_INDENT);
}

static void write_options(FILE *out, const struct command *command)
{
    fputs("\nOptions:\n", out);
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        uint32_t on = option_specs[id].commands;
        if (on == ON_ALL || (on & command->bit))
            write_option(out, &option_specs[id]);
    }
}

void write_help(FILE *out, const struct command *command)
{
    if (command) {
        fprintf(out, "contactwatch %s [options]%s%s\n\n", command->name,
                *command->arguments ? " " : "", command->arguments);
        wrap(out, command->text, 0);
        write_options(out, command);
        return;
    }
    fputs(
        "contactwatch: a live monitor for Amazon Connect contacts\n\nusage: contactwatch [COMMAND] "
        "[options]\n\nCommands:\n",
        out);
    for (const struct command *c = commands; c->name; c++) {
        char left[80];
        snprintf(left, sizeof(left), "%s %s", c->name, c->arguments);
        fprintf(out, "  %-*s", HELP_INDENT - 2, left);
        wrap(out, c->summary, HELP_INDENT);
    }
    fputs("\nWithout a command: watch. `contactwatch COMMAND --help` lists a command's options; "
          "each can also be\n"
          "set by the variable CONTACTWATCH_NAME, or by a line `name = value` in the configuration "
          "file.\n",
          out);
}

void write_sample_config(FILE *out)
{
    fputs(
        "# contactwatch configuration. Command line and environment are stronger than this file;\n"
        "# a setting without a value is as if it were not there.\n",
        out);
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        const struct option_spec *spec = &option_specs[id];
        if (id == OPT_HELP || id == OPT_VERSION || id == OPT_CONFIG)
            continue;
        fprintf(out, "\n# %s\n#%s = %s\n", spec->help, spec->name,
                spec->initial               ? spec->initial
                : spec->type == OPTION_FLAG ? "no"
                                            : "");
    }
    fputs(
        "\n# Service level of one queue, by name, id or ARN (* = all):\n#[queue Billing]\n#sl = "
        "30s\n"
        "#target = 80\n\n# Names for ids, stronger than any other source:\n#[names]\n"
        "#b1111a60-0000-4000-8000-000000000001 = Billing\n\n# Keys of the screen, see `?` there:\n"
        "#[keys]\n#f5 = redraw\n",
        out);
}
