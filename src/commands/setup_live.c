/* The live model's settings from options and the [queue NAME] sections. */
#include <stdlib.h>
#include <string.h>

#include "commands/setup.h"

/* "attr.A, attr.B" -> {"A", "B", NULL} */
static const char *const *attribute_names(struct invocation *invocation, const char *list)
{
    if (!list)
        return NULL;
    struct arena *arena = &invocation->arena;
    const char **names = arena_zero(arena, (strlen(list) + 2) * sizeof(*names));
    char *rest = arena_strdup(arena, list), *part;
    size_t count = 0;
    while ((part = strsep(&rest, ",")) != NULL) {
        part += strspn(part, " ");
        part[strcspn(part, " ")] = '\0';
        if (strncmp(part, "attr.", 5) == 0)
            part += 5;
        if (*part)
            names[count++] = part;
    }
    return names;
}

static bool queue_target(struct live *live, const struct config *config,
                         const struct config_item *item, struct err *err)
{
    const struct live_config *settings = live_settings(live);
    const char *sl = config_get(config, "queue", item->name, "sl");
    const char *bar = config_get(config, "queue", item->name, "target");
    int64_t target = settings->sl_target_ms;
    double percent = settings->sl_percent;
    if (strcmp(item->key, "sl") != 0 && strcmp(item->key, "target") != 0)
        return err_set(err, "%s:%d: a queue has sl and target, not '%s'", config->path, item->line,
                       item->key);
    if (sl && !duration_parse(sl, &target))
        return err_set(err, "%s:%d: '%s' is no duration such as 20s", config->path, item->line, sl);
    char *end = NULL;
    if (bar)
        percent = strtod(bar, &end);
    if (bar && (end == bar || *end || !(percent > 0 && percent <= 100)))
        return err_set(err, "%s:%d: target is a percentage from 1 to 100", config->path,
                       item->line);
    live_sl_target(live, *item->name ? item->name : "*", target, percent);
    return true;
}

static bool queue_targets(struct live *live, const struct config *config, struct err *err)
{
    for (size_t i = 0; i < config->count; i++)
        if (strcmp(config->item[i].section, "queue") == 0 &&
            !queue_target(live, config, &config->item[i], err))
            return false;
    return true;
}

struct live *setup_live(struct invocation *invocation, struct err *err)
{
    const struct option_value *value = invocation->value;
    struct live_config config = {
        .customer_from = attribute_names(invocation, value[OPT_CUSTOMER_FROM].text),
        .unsure_flow_ms = value[OPT_UNSURE_FLOW].number,
        .unsure_queue_ms = value[OPT_UNSURE_QUEUE].number,
        .unsure_agent_ms = value[OPT_UNSURE_AGENT].number,
        .unsure_other_ms = value[OPT_UNSURE_OTHER].number,
        .keep_ended_ms = value[OPT_KEEP_ENDED].number,
        .stats_window_ms = value[OPT_STATS_WINDOW].number,
        .retention_ms = value[OPT_RETENTION].number,
        .sl_target_ms = value[OPT_SL_TARGET].number,
        .sl_percent = 80,
        .short_abandon_ms = value[OPT_SHORT_ABANDON].number,
        .sl_answered = value[OPT_SL].number == 1,
        .wait_warn_ms = value[OPT_WAIT_WARN].number,
        .wait_bad_ms = value[OPT_WAIT_BAD].number,
        .utc = option_on(invocation, OPT_UTC),
    };
    struct live *live = live_new(&config);
    if (setup_names(invocation, live_names(live), err) &&
        queue_targets(live, &invocation->config, err))
        return live;
    live_free(live);
    return NULL;
}
