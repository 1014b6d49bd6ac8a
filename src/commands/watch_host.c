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

static void find_contact(void *context, const char *beginning)
{
    follower_find(((struct watch *)context)->follower, beginning);
}

static void show_metrics(void *context, struct metrics_view *out)
{
    struct watch *watch = context;
    if (watch->ingest)
        ingest_metrics(watch->ingest, out);
    else
        metrics_view_init(out, INSTANT_NONE);
}

static bool save_state(void *context, const char *key, const char *value)
{
    return state_save(&((struct watch *)context)->state, key, value);
}

static const char *load_state(void *context, const char *key)
{
    return state_find(&((struct watch *)context)->state, key);
}

bool watch_listen(struct watch *watch, struct err *err)
{
    const struct listener_options options = {
        .address = option_text(watch->invocation, OPT_METRICS),
        .info = {watch->source_kind, setup_store_kind(watch->store)},
        .metrics = show_metrics,
        .context = watch,
    };
    if (options.address)
        watch->listener = listener_start(&options, err);
    return !options.address || watch->listener;
}

void watch_host(struct watch *watch, struct ui_host *out)
{
    *out = (struct ui_host){
        .context = watch,
        .open_contact = open_contact,
        .close_contact = close_contact,
        .find_contact = find_contact,
        .metrics = show_metrics,
        .save_state = option_on(watch->invocation, OPT_READ_ONLY) ? NULL : save_state,
        .load_state = load_state,
    };
}
