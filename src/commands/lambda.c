/* lambda: serves AWS Lambda's invocations with one handler. */
#include <stdlib.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/setup.h"
#include "contactwatch/archive.h"
#include "contactwatch/lambda.h"
#include "contactwatch/log.h"

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

/* What Lambda says of logs, where LOG_LEVEL and --log-json do not. */
static void set_up_log(const struct invocation *invocation)
{
    static const struct {
        const char *lambda;
        enum log_level level;
    } levels[] = {{"TRACE", LOG_DEBUG},  {"DEBUG", LOG_DEBUG}, {"INFO", LOG_INFO},
                  {"WARN", LOG_WARNING}, {"ERROR", LOG_ERROR}, {"FATAL", LOG_ERROR}};
    const char *format = variable("AWS_LAMBDA_LOG_FORMAT");
    const char *level = variable("AWS_LAMBDA_LOG_LEVEL");
    if (format && strcmp(format, "JSON") == 0)
        log_set_json(true);
    log_set_json_time("timestamp");
    for (size_t i = 0; level && i < ARRAY_SIZE(levels); i++)
        if (!invocation->value[OPT_LOG_LEVEL].from && strcmp(level, levels[i].lambda) == 0)
            log_set_level(levels[i].level);
}

static bool needs_aws(const struct lambda_setup *setup)
{
    return (setup->store_spec && strcmp(setup_store_kind(setup->store_spec), "dynamodb") == 0) ||
           (setup->archive && archive_needs_aws(setup->archive)) || setup->queue;
}

static bool make_setup(struct invocation *invocation, const struct lambda_handler *handler,
                       struct lambda_setup *out, struct err *err)
{
    const struct option_value *value = invocation->value;
    *out = (struct lambda_setup){
        .decode = {(enum redact)value[OPT_REDACT].number, value[OPT_INSTANCE].list},
        .queue = option_text(invocation, OPT_QUEUE),
        .archive = option_text(invocation, OPT_ARCHIVE),
        .recent_ms = value[OPT_RECENT].number,
        .active_within_ms = value[OPT_ACTIVE_WITHIN].number,
        .callback_within_ms = value[OPT_CALLBACK_WITHIN].number,
    };
    if (!handler->no_store) {
        out->store_spec = setup_store_said(invocation);
        if (!out->store_spec)
            return err_set(err, "say where records live: CONTACTWATCH_STORE=dynamodb:TABLE, or "
                                "DDB_TABLENAME");
        if (!setup_store_options(invocation, out->store_spec, &out->store, err))
            return false;
    }
    if (needs_aws(out))
        out->aws = setup_aws(invocation, NULL, err);
    return out->aws || !needs_aws(out);
}

static unsigned threads(void)
{
    const char *text = variable("AWS_LAMBDA_MAX_CONCURRENCY");
    long count = text ? strtol(text, NULL, 10) : 1;
    return count < 1 ? 1 : count > LAMBDA_THREADS_MAX ? LAMBDA_THREADS_MAX : (unsigned)count;
}

static const char *handler_names(struct invocation *invocation)
{
    char *names = arena_strdup(&invocation->arena, "");
    for (const struct lambda_handler *const *h = lambda_handlers; *h; h++)
        names = arena_printf(&invocation->arena, "%s%s%s", names, *names ? ", " : "", (*h)->name);
    return names;
}

static int no_runtime(struct invocation *invocation)
{
    struct err err;
    err_set(&err,
            "AWS_LAMBDA_RUNTIME_API is not set: this command is what an AWS Lambda function runs. "
            "Lambda, or its runtime interface emulator, starts it as the bootstrap, with the "
            "handler (%s) in _HANDLER",
            handler_names(invocation));
    return command_misused(&err);
}

static int no_handler(struct invocation *invocation, const char *api, const char *name)
{
    struct err err;
    if (name)
        err_set(&err, "there is no handler '%.80s': %s", name, handler_names(invocation));
    else
        err_set(&err, "_HANDLER names no handler: %s", handler_names(invocation));
    return lambda_init_failed(api, "Runtime.NoSuchHandler", err.text);
}

int run_lambda(struct invocation *invocation)
{
    const char *api = variable("AWS_LAMBDA_RUNTIME_API");
    const char *name = invocation->arguments ? invocation->argument[0] : variable("_HANDLER");
    struct lambda_setup setup;
    struct err err = {0};
    if (!api)
        return no_runtime(invocation);
    set_up_log(invocation);
    const struct lambda_handler *handler = name ? lambda_handler_find(name) : NULL;
    if (!handler)
        return no_handler(invocation, api, name);
    if (!make_setup(invocation, handler, &setup, &err))
        return lambda_init_failed(api, "Runtime.ConfigInvalid", err.text);
    return lambda_serve(handler, &setup, api, threads());
}
