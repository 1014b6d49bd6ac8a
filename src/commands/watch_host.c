/* What the screen asks of the program around it. */
#include "commands/watch.h"

static void open_contact(void *context, const char *contact_id)
{
    follower_open(((struct watch *)context)->follower, contact_id);
}

static void close_contact(void *context)
{
    follower_close_contact(((struct watch *)context)->follower);
}

static void show_metrics(void *context, struct metrics_view *out)
{
    struct watch *watch = context;
    if (watch->ingest)
        ingest_metrics(watch->ingest, out);
    else
        *out = (struct metrics_view){0};
}

static bool save_state(void *context, const char *key, const char *value)
{
    return state_save(&((struct watch *)context)->state, key, value);
}

static const char *load_state(void *context, const char *key)
{
    return state_find(&((struct watch *)context)->state, key);
}

void watch_host(struct watch *watch, struct ui_host *out)
{
    *out = (struct ui_host){
        .context = watch,
        .open_contact = open_contact,
        .close_contact = close_contact,
        .metrics = show_metrics,
        .save_state = option_on(watch->invocation, OPT_READ_ONLY) ? NULL : save_state,
        .load_state = load_state,
    };
}
