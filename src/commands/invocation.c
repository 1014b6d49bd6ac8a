/* From argv, environment and configuration file to one set of values; the earlier is the stronger.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "commands/option_value.h"
#include "contactwatch/aws.h"

enum { LETTERLESS = 256 }; /* getopt's value of an option: LETTERLESS + its id */

static const char *upper_name(struct arena *arena, const char *name)
{
    char *variable = arena_printf(arena, "CONTACTWATCH_%s", name);
    for (char *p = variable; *p; p++)
        *p = *p == '-' ? '_' : (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
    return variable;
}

static bool from_variables(struct invocation *invocation, enum option_id id, struct err *err)
{
    const struct option_spec *spec = &option_specs[id];
    char *names =
        arena_printf(&invocation->arena, "%s,%s", upper_name(&invocation->arena, spec->name),
                     spec->variable ? spec->variable : "");
    char *rest = names, *name;
    while ((name = strsep(&rest, ",")) != NULL) {
        const char *text = *name ? getenv(name) : NULL;
        if (text && *text)
            return option_set(invocation, id, text, name, err);
    }
    return true;
}

static bool from_environment(struct invocation *invocation, struct err *err)
{
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        if (!option_taken(invocation, id) || id == OPT_HELP || id == OPT_VERSION)
            continue;
        if (!from_variables(invocation, id, err))
            return false;
    }
    return true;
}

static bool from_item(struct invocation *invocation, const struct config_item *item,
                      struct err *err)
{
    const char *path = invocation->config.path;
    char *from = arena_printf(&invocation->arena, "%s:%d", path, item->line);
    enum option_id id = 0;
    while (id < OPTION_COUNT && strcmp(option_specs[id].name, item->key) != 0)
        id++;
    if (id == OPTION_COUNT)
        return err_set(err, "%s: there is no setting '%s'", from, item->key);
    if (!option_taken(invocation, id) || !*item->value)
        return true;
    const char *before = invocation->value[id].from;
    if (before && strncmp(before, path, strlen(path)) != 0)
        return true;
    return option_set(invocation, id, item->value, from, err);
}

static bool from_config(struct invocation *invocation, struct err *err)
{
    for (size_t i = 0; i < invocation->config.count; i++) {
        const struct config_item *item = &invocation->config.item[i];
        if (!*item->section && !from_item(invocation, item, err))
            return false;
    }
    return true;
}

struct getopt_tables {
    struct option longs[OPTION_COUNT + 1];
    char letters[OPTION_COUNT * 2 + 3];
};

static void fill_tables(const struct invocation *invocation, struct getopt_tables *tables)
{
    size_t n = 0, letter = 0;
    memset(tables, 0, sizeof(*tables));
    tables->letters[letter++] = ':';
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        const struct option_spec *spec = &option_specs[id];
        if (!option_taken(invocation, id))
            continue;
        bool flag = spec->type == OPTION_FLAG;
        tables->longs[n++] = (struct option){spec->name, flag ? no_argument : required_argument,
                                             NULL, LETTERLESS + (int)id};
        if (!spec->letter)
            continue;
        tables->letters[letter++] = spec->letter;
        if (!flag)
            tables->letters[letter++] = ':';
    }
}

static enum option_id option_got(const struct invocation *invocation, int got)
{
    if (got >= LETTERLESS)
        return (enum option_id)(got - LETTERLESS);
    enum option_id id = 0;
    while (option_specs[id].letter != got || !option_taken(invocation, id))
        id++;
    return id;
}

static bool from_arguments(struct invocation *invocation, int argc, char **argv, struct err *err)
{
    struct getopt_tables tables;
    fill_tables(invocation, &tables);
    opterr = 0;
    optind = 0;
    int got;
    while ((got = getopt_long(argc, argv, tables.letters, tables.longs, NULL)) != -1) {
        const char *given = argv[optind - 1];
        const char letter[] = {'-', (char)optopt, '\0'}; /* one of several behind one dash */
        if (got == '?')
            return err_set(err, "unknown option %s; see contactwatch %s --help",
                           *given == '-' ? given : letter, invocation->command->name);
        if (got == ':')
            return err_set(err, "option %s needs a value", given);
        enum option_id id = option_got(invocation, got);
        char *from = arena_printf(&invocation->arena, "--%s", option_specs[id].name);
        if (!option_set(invocation, id, optarg ? optarg : "", from, err))
            return false;
    }
    invocation->argument = (const char **)(argv + optind);
    invocation->arguments = argc - optind;
    return true;
}

static char *default_config(struct arena *arena)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (base && *base == '/')
        return arena_printf(arena, "%s/contactwatch/config.ini", base);
    return home ? arena_printf(arena, "%s/.config/contactwatch/config.ini", home) : NULL;
}

static bool gather(struct invocation *invocation, int argc, char **argv, struct err *err)
{
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (option_specs[id].initial &&
            !option_set(invocation, id, option_specs[id].initial, NULL, err))
            return false;
    if (!from_environment(invocation, err) || !from_arguments(invocation, argc, argv, err))
        return false;
    const char *path = option_text(invocation, OPT_CONFIG);
    bool given = path != NULL;
    if (!given)
        path = default_config(&invocation->arena);
    if (path && !config_load(&invocation->config, path, !given, err))
        return false;
    return !path || from_config(invocation, err);
}

static bool answered(const struct invocation *invocation, bool named)
{
    if (option_on(invocation, OPT_HELP))
        write_help(stdout, named ? invocation->command : NULL);
    else if (option_on(invocation, OPT_VERSION))
        puts("contactwatch " CONTACTWATCH_VERSION);
    else
        return false;
    return true;
}

bool invocation_read(struct invocation *invocation, int argc, char **argv, int *exit_code,
                     struct err *err)
{
    *invocation = (struct invocation){.argc = argc, .argv = argv};
    *exit_code = -1;
    bool named = argc > 1 && argv[1][0] != '-';
    const struct command *command = command_find(named ? argv[1] : "watch");
    invocation->command = command;
    if (!command)
        return err_set(err, "there is no command '%s'; see contactwatch --help", argv[1]);
    if (!gather(invocation, argc - named, argv + named, err))
        return false;
    if (answered(invocation, named)) {
        *exit_code = EXIT_DONE;
        return true;
    }
    if (invocation->arguments < command->least || invocation->arguments > command->most)
        return err_set(err, "usage: contactwatch %s [options]%s%s", command->name,
                       *command->arguments ? " " : "", command->arguments);
    return true;
}

void invocation_free(struct invocation *invocation)
{
    aws_session_close(invocation->aws);
    config_free(&invocation->config);
    arena_free(&invocation->arena);
}
