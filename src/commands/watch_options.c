/* The screen's options, from those of the program. */
#include <stdlib.h>
#include <string.h>

#include "commands/watch.h"

static int colours(const struct invocation *invocation)
{
    static const int of_choice[] = {-1, 0, 8, 256, 1 << 24};
    const char *no_color = getenv("NO_COLOR");
    if (!invocation->value[OPT_COLOURS].from && no_color && *no_color)
        return 0;
    return of_choice[invocation->value[OPT_COLOURS].number];
}

/* "file→sqlite": the kinds of source and store, without their paths. */
static const char *path_shown(struct watch *watch)
{
    struct invocation *invocation = watch->invocation;
    const char *store = strchr(watch->store, ':') ? watch->store : "sqlite:";
    const char *source = option_text(invocation, OPT_SOURCE);
    if (invocation->command->bit == ON_DEMO)
        source = "sim";
    else if (source && !strchr(source, ':'))
        source = strcmp(source, "-") == 0 ? "stdin" : "file";
    const char *arrow = !source ? "" : setup_ascii(invocation) ? "->" : "→";
    return arena_printf(&invocation->arena, "%.*s%s%.*s", source ? (int)strcspn(source, ":") : 0,
                        source ? source : "", arrow, (int)strcspn(store, ":"), store);
}

/* [keys] sections as "key action" pairs. */
static const char *const *key_bindings(struct invocation *invocation)
{
    const struct config *config = &invocation->config;
    const char **bind = arena_zero(&invocation->arena, (config->count * 2 + 1) * sizeof(*bind));
    size_t n = 0;
    for (size_t i = 0; i < config->count; i++) {
        if (strcmp(config->item[i].section, "keys") != 0)
            continue;
        bind[n++] = config->item[i].key;
        bind[n++] = config->item[i].value;
    }
    return bind;
}

void watch_ui_options(struct watch *watch, struct ui_options *out, const struct clock *clock)
{
    const struct invocation *invocation = watch->invocation;
    *out = (struct ui_options){
        .title = option_text(invocation, OPT_TITLE)    ? option_text(invocation, OPT_TITLE)
                 : invocation->command->bit == ON_DEMO ? "demo"
                                                       : "contacts",
        .path = path_shown(watch),
        .theme = option_text(invocation, OPT_THEME),
        .theme_dir = CONTACTWATCH_PREFIX "/share/contactwatch/themes",
        .filter = option_text(invocation, OPT_FILTER),
        .columns = option_text(invocation, OPT_COLUMNS),
        .sort = option_text(invocation, OPT_SORT),
        .mask_keys = option_text(invocation, OPT_MASK_KEYS),
        .hide_prompts = option_text(invocation, OPT_HIDE_PROMPTS),
        .export_dir = option_text(invocation, OPT_EXPORT_DIR),
        .console = option_text(invocation, OPT_CONSOLE),
        .allow_unmask = option_on(invocation, OPT_ALLOW_UNMASK),
        .unmask = option_on(invocation, OPT_UNMASK),
        .ascii = setup_ascii(invocation),
        .utc = option_on(invocation, OPT_UTC),
        .mouse = !option_on(invocation, OPT_NO_MOUSE),
        .read_only = option_on(invocation, OPT_READ_ONLY),
        .ingests = watch->ingest != NULL && invocation->command->bit != ON_DEMO,
        .colours = colours(invocation),
        .clock = clock,
        .bind = key_bindings(watch->invocation),
    };
}
