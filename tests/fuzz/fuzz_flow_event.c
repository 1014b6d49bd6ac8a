/*
 * Whatever a flow's event is: no crash; what insert accepts is one entry within its caps, and
 * folding that entry again gives the same record; lookup always answers a flat map of texts.
 */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/decode.h"
#include "contactwatch/json.h"
#include "contactwatch/log.h"
#include "contactwatch/lookup.h"
#include "contactwatch/record.h"
#include "lambda/flow_call.h"
#include "lambda/insert_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static char *canonical(const struct event *event)
{
    struct buf out = {0};
    struct record record;
    record_init(&record, event->contact_id);
    record_apply(&record, event);
    record_write(&out, &record, RECORD_CANONICAL);
    demand(record.attributes.count <= ATTRIBUTES_MAX);
    record_free(&record);
    return buf_take(&out);
}

static void check_entry(void *context, const struct event *event)
{
    struct arena *arena = context;
    struct event back;
    if (event->entry.type != LOGTYPE_LAMBDA) /* an event of two shapes: insert passes it over */
        return;
    demand(decode_entry(arena, &event->entry, event->contact_id, &back));
    char *first = canonical(event), *again = canonical(&back);
    demand(strcmp(first, again) == 0);
    demand(json_parse(arena, first, strlen(first), NULL) != NULL);
    free(first);
    free(again);
}

static void check_refusal(void *context, const char *where, const char *why, const char *text,
                          size_t length)
{
    (void)context;
    (void)text;
    (void)length;
    demand(where[0] && why[0]);
}

static void check_insert(const char *text, size_t length)
{
    static const struct decode_options options = {.redact = REDACT_CARDS};
    struct arena arena = {0}, scratch = {0};
    struct flow_event event;
    struct insert_check check;
    const cJSON *root = json_parse(&arena, text, length, NULL);
    if (flow_event_read(&event, &arena, json_get(root, "Details")) && event.contact_id) {
        const char *customer = flow_event_customer(&event, &arena);
        demand(!customer || *customer);
        if (insert_check(&check, &event, &arena)) {
            demand(check.bytes <= INSERT_ALL_MAX && check.count <= INSERT_COUNT_MAX);
            const struct decode_sink sink = {&scratch, check_entry, NULL, check_refusal};
            decode_body(&arena, &options, text, length, INT64_C(1767225600000), &sink);
        } else {
            demand(check.reason && check.names.length <= INSERT_NAMES_SAID);
        }
        insert_check_free(&check);
    }
    arena_free(&arena);
    arena_free(&scratch);
}

/* Where somebody is to be looked for there is no store, and that is answered too. */
static void check_lookup(const char *text, size_t length)
{
    static const struct lambda_setup setup = {.store_spec = "sqlite:/dev/null/none"};
    const struct lambda_invocation invocation = {
        .request_id = "r", .event = text, .length = length, .deadline = INT64_MAX / 2};
    struct lambda_fault fault = {{0}, {0}};
    struct arena arena = {0};
    struct buf answer = {0};
    const cJSON *member = NULL;
    void *state = lambda_lookup.open(&setup, NULL);
    demand(lambda_lookup.handle(state, &invocation, &answer, &fault));
    const cJSON *tree = json_parse(&arena, answer.data, answer.length, NULL);
    demand(cJSON_GetArraySize(tree) == LOOKUP_MEMBER_COUNT && answer.length <= LOOKUP_ANSWER_MAX);
    cJSON_ArrayForEach(member, tree) demand(cJSON_IsString(member));
    lambda_lookup.close(state);
    buf_free(&answer);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_strndup((const char *)data, size);
    log_set_stderr(false);
    check_insert(text, strlen(text));
    check_lookup(text, strlen(text));
    free(text);
    return 0;
}
