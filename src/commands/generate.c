/* The man page and the shell completions, from the same tables. */
#include <string.h>

#include "commands/command.h"
#include "contactwatch/metrics.h"
#include "contactwatch/ui.h"

/* roff: a leading dot or quote would be a request, a backslash an escape, and '-' a hyphen. */
static void roff(FILE *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        if ((*p == '.' || *p == '\'') && (p == text || p[-1] == '\n'))
            fputs("\\&", out);
        if (*p == '-' || *p == '\\')
            fputc('\\', out);
        fputc(*p == '\\' ? 'e' : *p, out);
    }
}

static void man_option(FILE *out, const struct option_spec *spec)
{
    fputs(".TP\n.B ", out);
    if (spec->letter)
        fprintf(out, "\\-%c, ", spec->letter);
    fputs("\\-\\-", out);
    roff(out, spec->name);
    if (spec->argument)
        fprintf(out, " \\fI%s\\fR", spec->argument);
    fputc('\n', out);
    roff(out, spec->help);
    if (spec->initial && strcmp(spec->initial, "0") != 0) {
        fputs(". Default: ", out);
        roff(out, spec->initial);
    }
    if (spec->commands != ON_ALL) {
        fputs(".\nTaken by:", out);
        for (const struct command *c = commands; c->name; c++)
            if (c->bit & spec->commands)
                fprintf(out, " %s", c->name);
    }
    fputs(".\n", out);
}

static void man_metrics(FILE *out)
{
    static const char *const type[] = {"counter", "gauge", "summary"};
    fputs(".SH METRICS\nWith \\-\\-metrics, http://ADDR:PORT/metrics has, where they apply:\n",
          out);
    for (size_t i = 0; i < metric_spec_count; i++) {
        const struct metric_spec *spec = &metric_specs[i];
        if (!*spec->help)
            continue;
        fputs(".TP\n.B ", out);
        roff(out, spec->family);
        fprintf(out, " (%s)\n", type[spec->type]);
        roff(out, spec->help);
        fputc('\n', out);
    }
    fputs(".PP\nand contactwatch_build_info, process_cpu_seconds_total and "
          "process_resident_memory_bytes. /healthz answers 200 ok, or 503 with the reason.\n",
          out);
}

static const char man_signals[] =
    ".SH SIGNALS\n.TP\n.B SIGTERM, SIGINT\nend ingest in order: what was received is stored and "
    "settled, what is unread goes back, within 10 s; a second one ends it at once, and what was "
    "not "
    "settled comes again\n.TP\n.B SIGHUP\nmakes ingest read its configuration again and open the "
    "log file anew; log\\-level, log\\-file, log\\-json, redact, instance and linger take effect "
    "at "
    "once, and the log says what needs a restart. A configuration with a mistake changes "
    "nothing.\n";

void write_man(FILE *out)
{
    fputs(".TH CONTACTWATCH 1 \"\" \"contactwatch " CONTACTWATCH_VERSION "\" \"User Commands\"\n"
          ".SH NAME\ncontactwatch \\- a live monitor for Amazon Connect contacts\n"
          ".SH SYNOPSIS\n.B contactwatch\n[\\fICOMMAND\\fR] [\\fIoptions\\fR]\n.SH COMMANDS\n",
          out);
    for (const struct command *c = commands; c->name; c++) {
        fprintf(out, ".TP\n.B %s", c->name);
        if (*c->arguments)
            fprintf(out, " \\fI%s\\fR", c->arguments);
        fputc('\n', out);
        roff(out, c->text);
        fputc('\n', out);
    }
    fputs(".SH OPTIONS\n", out);
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        man_option(out, &option_specs[id]);
    struct buf keys = {0};
    ui_describe_keys(&keys);
    fputs(".SH KEYS\n.nf\n", out);
    roff(out, buf_str(&keys));
    buf_free(&keys);
    fputs(".fi\n.SH ENVIRONMENT\nEvery option can be set by CONTACTWATCH_NAME, in capitals and "
          "with _ for \\-; "
          "also:\n",
          out);
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (option_specs[id].variable)
            fprintf(out, ".TP\n.B %s\nas \\-\\-%s\n", option_specs[id].variable,
                    option_specs[id].name);
    fputs(".TP\n.B NO_COLOR\nno colours, if set and not empty\n"
          ".TP\n.B NOTIFY_SOCKET, WATCHDOG_USEC\nthe service manager's: ingest tells it READY, "
          "RELOADING, STOPPING and signs of life\n",
          out);
    fputs(man_signals, out);
    man_metrics(out);
    fputs(".SH EXIT STATUS\n0 done (also when a signal ended it in order), 1 failed, 2 usage "
          "error.\n.SH FILES\n~/.config/contactwatch/config.ini, "
          "~/.local/share/contactwatch/contacts.db\n",
          out);
}

void write_completion_bash(FILE *out)
{
    fputs("# bash completion for contactwatch\n_contactwatch() {\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=watch\n"
          "    [[ ${COMP_WORDS[1]} != -* && $COMP_CWORD -gt 1 ]] && command=${COMP_WORDS[1]}\n"
          "    case $prev in\n",
          out);
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        const struct option_spec *spec = &option_specs[id];
        if (spec->type != OPTION_CHOICE)
            continue;
        char words[128];
        snprintf(words, sizeof(words), "%s", spec->choices);
        for (char *p = words; *p; p++)
            *p = *p == '|' ? ' ' : *p;
        fprintf(out, "    --%s) mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$cur\"); return ;;\n",
                spec->name, words);
    }
    fputs("    esac\n    if [[ $cur != -* ]]; then\n        if ((COMP_CWORD == 1)); then\n"
          "            mapfile -t COMPREPLY < <(compgen -W '",
          out);
    for (const struct command *c = commands; c->name; c++)
        fprintf(out, "%s%s", c == commands ? "" : " ", c->name);
    fputs("' -- \"$cur\")\n        else\n            mapfile -t COMPREPLY < <(compgen -f -- "
          "\"$cur\")\n        fi\n"
          "        return\n    fi\n    case $command in\n",
          out);
    for (const struct command *c = commands; c->name; c++) {
        fprintf(out, "    %s) mapfile -t COMPREPLY < <(compgen -W '", c->name);
        for (enum option_id id = 0; id < OPTION_COUNT; id++)
            if (option_specs[id].commands == ON_ALL || (option_specs[id].commands & c->bit))
                fprintf(out, "--%s ", option_specs[id].name);
        fputs("' -- \"$cur\") ;;\n", out);
    }
    fputs("    esac\n}\ncomplete -F _contactwatch contactwatch\n", out);
}

/* In a zsh spec brackets and colons of the words must be escaped, quotes doubled. */
static void zsh_words(FILE *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (strchr("[]:\\", *p))
            fputc('\\', out);
        if (*p == '\'')
            fputs("'\\'", out);
        fputc(*p, out);
    }
}

static void zsh_option(FILE *out, const struct option_spec *spec)
{
    fprintf(out, " \\\n        '%s--%s[", spec->type == OPTION_LIST ? "*" : "", spec->name);
    zsh_words(out, spec->help);
    fputc(']', out);
    if (spec->type == OPTION_CHOICE) {
        fprintf(out, ":%s:(", spec->name);
        for (const char *p = spec->choices; *p; p++)
            fputc(*p == '|' ? ' ' : *p, out);
        fputc(')', out);
    } else if (spec->argument) {
        fprintf(out, ":%s:_files", spec->name);
    }
    fputc('\'', out);
}

void write_completion_zsh(FILE *out)
{
    fputs("#compdef contactwatch\n_contactwatch() {\n    local -a names\n    names=(\n", out);
    for (const struct command *c = commands; c->name; c++) {
        fprintf(out, "        '%s:", c->name);
        zsh_words(out, c->summary);
        fputs("'\n", out);
    }
    fputs("    )\n    if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then\n        _describe "
          "command names\n"
          "        return\n    fi\n    case $words[2] in\n",
          out);
    for (const struct command *c = commands; c->name; c++) {
        fprintf(out, "    %s%s) _arguments", c->name, strcmp(c->name, "watch") == 0 ? "|-*" : "");
        for (enum option_id id = 0; id < OPTION_COUNT; id++)
            if (option_specs[id].commands == ON_ALL || (option_specs[id].commands & c->bit))
                zsh_option(out, &option_specs[id]);
        fputs(" '*:file:_files' ;;\n", out);
    }
    fputs("    esac\n}\n_contactwatch \"$@\"\n", out);
}
