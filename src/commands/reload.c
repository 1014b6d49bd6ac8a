#include "commands/reload.h"

#include <stdlib.h>
#include <string.h>

#include "commands/option_value.h"
#include "commands/setup.h"
#include "contactwatch/log.h"

/* Those that take effect at once. */
static const enum option_id tunable[] = {OPT_LOG_LEVEL, OPT_LOG_FILE, OPT_LOG_JSON,
                                         OPT_REDACT,    OPT_INSTANCE, OPT_LINGER};

static bool is_tunable(enum option_id id)
{
    for (size_t i = 0; i < ARRAY_SIZE(tunable); i++)
        if (tunable[i] == id)
            return true;
    return false;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_value(const struct option_value *a, const struct option_value *b)
{
    for (size_t i = 0; a->list && b->list && same_text(a->list[i], b->list[i]); i++)
        if (!a->list[i])
            return true;
    return !a->list && !b->list && same_text(a->text, b->text);
}

static const char *shown(const struct option_value *value)
{
    return value->text ? value->text : "–";
}

static void tell(const struct reload *reload, const struct invocation *now)
{
    const struct invocation *before = reload->last ? reload->last : reload->running;
    struct buf changed = {0}, waiting = {0};
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        const struct option_value *value = &now->value[id];
        bool tuned = is_tunable(id);
        const struct option_value *old = &(tuned ? before : reload->running)->value[id];
        if (!option_taken(now, id) || same_value(old, value))
            continue;
        struct buf *out = tuned ? &changed : &waiting;
        buf_printf(out, "%s%s", out->length ? ", " : "", option_specs[id].name);
        if (tuned)
            buf_printf(out, " %s → %s", shown(old), shown(value));
    }
    log_info("the configuration was read again: %s", changed.length ? changed.data : "no change");
    if (waiting.length)
        log_warning("only a restart changes: %s", waiting.data);
    buf_free(&changed);
    buf_free(&waiting);
}

static void forget_last(struct reload *reload)
{
    if (!reload->last)
        return;
    invocation_free(reload->last);
    free(reload->last);
    reload->last = NULL;
}

static bool read_again(const struct reload *reload, struct invocation *now)
{
    struct err err = {""};
    int code = -1;
    if (invocation_read(now, reload->running->argc, reload->running->argv, &code, &err))
        return true;
    log_error("the configuration stays as it was: %s", err.text);
    return false;
}

static void apply(const struct reload *reload, const struct invocation *now)
{
    const struct decode_options decode = {(enum redact)now->value[OPT_REDACT].number,
                                          now->value[OPT_INSTANCE].list};
    struct err err = {""};
    if (!setup_log(now, &err))
        log_error("the log goes on where it was: %s", err.text);
    ingest_tune(reload->ingest, &decode, now->value[OPT_LINGER].number);
}

bool reload_now(struct reload *reload)
{
    struct invocation *now = mem_zero(sizeof(*now));
    bool good = read_again(reload, now);
    if (good) {
        apply(reload, now);
        tell(reload, now);
        forget_last(reload);
        reload->last = now;
    } else {
        invocation_free(now);
        free(now);
    }
    return good;
}

void reload_free(struct reload *reload)
{
    forget_last(reload);
}
