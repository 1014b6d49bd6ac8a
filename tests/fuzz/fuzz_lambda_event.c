/*
 * Whatever Lambda hands to ingest: no crash, and either an error with a reason, or an answer, which
 * names each message once at most. The first byte says what the store does.
 */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"
#include "contactwatch/log.h"
#include "lambda/ingest_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STORE_FAILS = 1, STORE_REFUSES = 2, STORE_KEEPS_NONE = 4, STORE_LATE = 8 };

static unsigned mood;
static int64_t now;

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static bool apply(struct store *store, struct store_change *change, size_t count, struct err *err)
{
    (void)store;
    for (size_t i = 0; i < count; i++) {
        demand(change[i].entries->count > 0 && change[i].delta->contact_id[0]);
        change[i].outcome = mood & STORE_REFUSES          ? STORE_REFUSED
                            : mood & STORE_FAILS && i % 2 ? STORE_RETRY
                                                          : STORE_STORED;
    }
    err_set(err, "it does not want to");
    return true;
}

static bool apply_agents(struct store *store, const struct agent_event *agent, size_t count,
                         struct err *err)
{
    (void)store;
    (void)agent;
    (void)count;
    return !(mood & STORE_FAILS) || err_set(err, "it wants no agents");
}

static bool keep(struct store *store, const char *lines, size_t length, struct err *err)
{
    (void)store;
    demand(length > 0 && lines[length - 1] == '\n');
    return !(mood & STORE_KEEPS_NONE) || err_set(err, "it keeps nothing");
}

static void close_store(struct store *store)
{
    (void)store;
}

static const struct store_ops ops = {.name = "fuzz",
                                     .apply = apply,
                                     .apply_agents = apply_agents,
                                     .quarantine = keep,
                                     .close = close_store};

static struct store *open_store(void *context, const struct store_options *options, struct err *err)
{
    static struct store store = {.ops = &ops};
    (void)context;
    (void)options;
    (void)err;
    return &store;
}

static void pass_time(void *context, int64_t ms)
{
    (void)context;
    now += ms;
}

static int64_t tell(void *context)
{
    (void)context;
    return now;
}

static void check_answer(const struct buf *answer)
{
    struct arena arena = {0};
    struct map named = {0};
    const cJSON *tree = json_parse_texts(&arena, answer->data, answer->length, NULL), *item = NULL;
    demand(cJSON_IsObject(tree));
    cJSON_ArrayForEach(item, json_get(tree, "batchItemFailures"))
    {
        const char *id = json_text(item, "itemIdentifier");
        demand(id && !map_set(&named, id, &named));
    }
    map_free(&named, NULL);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct clock clock = {tell, NULL};
    static const struct lambda_setup setup = {.store_spec = "dynamodb:Contacts", .clock = &clock};
    struct buf event = {0}, answer = {0};
    struct lambda_fault fault = {{0}, {0}};
    if (size == 0)
        return 0;
    log_set_stderr(false);
    mood = data[0];
    now = INT64_C(1767225600000);
    buf_add(&event, data + 1, size - 1);
    void *state = lambda_ingest.open(&setup, NULL);
    ingest_function_inject(state, &(struct ingest_seams){open_store, pass_time, NULL});
    const struct lambda_invocation invocation = {
        .request_id = "r",
        .event = buf_str(&event),
        .length = event.length,
        .received = now,
        .deadline = now + (mood & STORE_LATE ? 0 : 2000),
    };
    if (lambda_ingest.handle(state, &invocation, &answer, &fault))
        check_answer(&answer);
    else
        demand(fault.type[0] && fault.message[0]);
    lambda_ingest.close(state);
    buf_free(&event);
    buf_free(&answer);
    return 0;
}
