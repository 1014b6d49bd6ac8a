/* lookup: what the Lambda function of this name would answer a flow about a customer. */
#include <string.h>

#include "commands/commands.h"
#include "commands/setup.h"
#include "contactwatch/flow_event.h"
#include "contactwatch/json.h"
#include "contactwatch/lookup.h"
#include "contactwatch/text.h"

static const char *name_of(void *context, const char *arn)
{
    return names_find(context, arn);
}

static void print_text(const struct invocation *invocation, const struct lookup_result *result)
{
    enum { NAME_WIDTH = 25 };
    bool ascii = setup_ascii(invocation);
    for (int i = 0; i < LOOKUP_MEMBER_COUNT; i++) {
        struct buf line = {0};
        text_fit(&line, lookup_member_name[i], NAME_WIDTH, false, ascii);
        const char *text = *result->text[i] ? result->text[i] : ascii ? "-" : "–";
        text_sanitise(&line, text, strlen(text), ascii);
        puts(buf_str(&line));
        buf_free(&line);
    }
}

static void print_json(const struct lookup_result *result)
{
    struct buf json = {0}, safe = {0};
    lookup_write(&json, result);
    json_write_safe(&safe, json.data, json.length);
    puts(buf_str(&safe));
    buf_free(&json);
    buf_free(&safe);
}

static bool look_up(struct invocation *invocation, struct store *store, struct names *names,
                    struct err *err)
{
    const struct option_value *value = invocation->value;
    const struct lookup_options options = {
        .recent_ms = value[OPT_RECENT].number,
        .active_within_ms = value[OPT_ACTIVE_WITHIN].number,
        .callback_within_ms = value[OPT_CALLBACK_WITHIN].number,
        .name = name_of,
        .name_context = names,
    };
    const struct lookup_request request = {
        .customer = customer_named(&invocation->arena, invocation->argument[0]),
        .now = clock_now(NULL),
    };
    struct lookup_result result;
    struct arena arena = {0};
    bool fine = lookup_find(store, &options, &request, &arena, &result, err);
    if (fine && option_on(invocation, OPT_JSON))
        print_json(&result);
    else if (fine)
        print_text(invocation, &result);
    arena_free(&arena);
    return fine;
}

int run_lookup(struct invocation *invocation)
{
    struct err err = {""};
    struct store_options options;
    struct names names = {.by_id = {0}};
    const char *spec = setup_store(invocation, &err);
    if (!spec || !setup_store_options(invocation, spec, &options, &err))
        return command_failed(&err);
    options.read_only = true;
    struct store *store = store_open(spec, &options, &err);
    if (!store)
        return command_failed(&err);
    setup_listed_names(store, &names);
    bool fine = setup_names(invocation, &names, &err) && look_up(invocation, store, &names, &err);
    names_free(&names);
    store_close(store);
    return fine ? EXIT_DONE : command_failed(&err);
}
