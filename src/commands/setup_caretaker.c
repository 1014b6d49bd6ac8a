/* The caretaker of an invocation: Connect is asked where there is an AWS session anyway, or
 * --reconcile wants one. */
#include "commands/setup.h"
#include "contactwatch/log.h"

void setup_listed_names(struct store *store, struct names *names)
{
    struct err err = {""};
    if (!names_take_cached(store, names, &err))
        log_debug("names listed from Connect: %s", err.text);
}

static bool asks_connect(const struct invocation *invocation)
{
    return !option_on(invocation, OPT_VIEW_ONLY) && option_text(invocation, OPT_SOURCE);
}

bool setup_caretaker(struct invocation *invocation, const char *store_spec,
                     const struct caretaker_ties *ties, struct caretaker **out, struct err *err)
{
    const struct option_value *value = invocation->value;
    bool asks = asks_connect(invocation);
    bool reconcile = asks && option_on(invocation, OPT_RECONCILE);
    *out = NULL;
    if (reconcile && !setup_aws(invocation, NULL, err))
        return err_wrap(err, "--reconcile");
    struct caretaker_options options = {
        .store_spec = store_spec,
        .aws = asks ? invocation->aws : NULL,
        .instances = value[OPT_INSTANCE].list,
        .list_names = option_on(invocation, OPT_LIST_NAMES),
        .reconcile = reconcile,
        .unsure = {value[OPT_UNSURE_FLOW].number, value[OPT_UNSURE_QUEUE].number,
                   value[OPT_UNSURE_AGENT].number, value[OPT_UNSURE_OTHER].number},
        .decode = {(enum redact)value[OPT_REDACT].number, value[OPT_INSTANCE].list},
        .inbox = ties->inbox,
        .ingest = ties->ingest,
        .committed = ties->committed,
        .context = ties->context,
    };
    bool wanted = options.inbox || (options.aws && (options.list_names || reconcile));
    if (!wanted)
        return true;
    if (!setup_store_options(invocation, store_spec, &options.store, err))
        return false;
    options.store.read_only = !options.aws;
    *out = caretaker_start(&options, err);
    return *out != NULL;
}
