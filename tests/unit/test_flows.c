/* The example flows: sound in the flow language, and asking for nothing that lookup does not
 * answer. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/json.h"
#include "contactwatch/lookup.h"
#include "contactwatch/record.h"

static const char folder[] = "docs/flows";

/* Action types used, what each must have, and the errors that it may and must handle. */
static const struct kind {
    const char *type;
    const char *parameter[4]; /* required */
    const char *error[4];     /* all of them, by the documentation */
    bool terminal;
} kinds[] = {
    {"UpdateFlowLoggingBehavior", {"FlowLoggingBehavior"}, {NULL}, false},
    {"InvokeLambdaFunction",
     {"LambdaFunctionARN", "InvocationTimeLimitSeconds", "ResponseValidation"},
     {"NoMatchingError"},
     false},
    {"Compare", {"ComparisonValue"}, {"NoMatchingCondition"}, false},
    {"GetParticipantInput",
     {"Text", "StoreInput", "InputTimeLimitSeconds"},
     {"InputTimeLimitExceeded", "NoMatchingCondition", "NoMatchingError"},
     false},
    {"MessageParticipant", {"Text"}, {"NoMatchingError"}, false},
    {"UpdateContactTargetQueue", {"QueueId"}, {"NoMatchingError"}, false},
    {"TransferContactToQueue", {NULL}, {"QueueAtCapacity", "NoMatchingError"}, false},
    {"DisconnectParticipant", {NULL}, {NULL}, true},
};

struct flow {
    const char *name;
    struct arena arena;
    const cJSON *root, *actions;
    bool reached[64];
};

static void wrong(const struct flow *flow, const char *action, const char *what)
{
    fail_msg("%s: %s: %s", flow->name, action, what);
}

static int index_of(const struct flow *flow, const char *id)
{
    const cJSON *action = NULL;
    int i = 0;
    cJSON_ArrayForEach(action, flow->actions)
    {
        const char *own = json_text(action, "Identifier");
        if (own && id && strcmp(own, id) == 0)
            return i;
        i++;
    }
    return -1;
}

static const struct kind *kind_of(const cJSON *action)
{
    const char *type = json_text(action, "Type");
    for (size_t i = 0; type && i < ARRAY_SIZE(kinds); i++)
        if (strcmp(kinds[i].type, type) == 0)
            return &kinds[i];
    return NULL;
}

static void reach(struct flow *flow, const char *id, const char *from)
{
    int at = index_of(flow, id);
    if (at < 0)
        wrong(flow, from, "goes to an action that is not there");
    if (flow->reached[at])
        return;
    flow->reached[at] = true;
    const cJSON *next = NULL,
                *transitions = json_get(cJSON_GetArrayItem(flow->actions, at), "Transitions");
    if (json_get(transitions, "NextAction"))
        reach(flow, json_text(transitions, "NextAction"), id);
    cJSON_ArrayForEach(next, json_get(transitions, "Conditions"))
        reach(flow, json_text(next, "NextAction"), id);
    cJSON_ArrayForEach(next, json_get(transitions, "Errors"))
        reach(flow, json_text(next, "NextAction"), id);
}

static bool handles(const cJSON *errors, const char *type)
{
    const cJSON *error = NULL;
    cJSON_ArrayForEach(error, errors)
    {
        const char *handled = json_text(error, "ErrorType");
        if (handled && strcmp(handled, type) == 0)
            return true;
    }
    return false;
}

static void check_transitions(const struct flow *flow, const char *id, const struct kind *kind,
                              const cJSON *transitions)
{
    const cJSON *errors = json_get(transitions, "Errors"), *condition = NULL;
    int count = 0;
    if (kind->terminal && transitions->child)
        wrong(flow, id, "a terminal action has transitions");
    if (!kind->terminal && !json_text(transitions, "NextAction"))
        wrong(flow, id, "has no NextAction");
    for (; kind->error[count]; count++)
        if (!handles(errors, kind->error[count]))
            wrong(flow, id, kind->error[count]);
    if (cJSON_GetArraySize(errors) != count)
        wrong(flow, id, "handles an error that it cannot have");
    cJSON_ArrayForEach(condition, json_get(transitions, "Conditions"))
    {
        const cJSON *test = json_get(condition, "Condition");
        assert_string_equal(json_text(test, "Operator"), "Equals");
        assert_int_equal(cJSON_GetArraySize(json_get(test, "Operands")), 1);
    }
}

/* The characters and the length that the language allows. */
static void check_identifier(const struct flow *flow, const char *id)
{
    assert_non_null(id);
    if (strlen(id) > 50 || strpbrk(id, "%:(\\/)=$,;[]{}"))
        wrong(flow, id, "is no identifier");
}

static void check_action(const struct flow *flow, const cJSON *action, int at)
{
    const char *id = json_text(action, "Identifier");
    const struct kind *kind = kind_of(action);
    const cJSON *parameters = json_get(action, "Parameters"),
                *transitions = json_get(action, "Transitions");
    check_identifier(flow, id);
    if (index_of(flow, id) != at)
        wrong(flow, id, "is there twice");
    if (!kind)
        wrong(flow, id, "is of no known type");
    if (!cJSON_IsObject(parameters) || !cJSON_IsObject(transitions))
        wrong(flow, id, "has no Parameters or Transitions");
    for (size_t i = 0; i < ARRAY_SIZE(kind->parameter) && kind->parameter[i]; i++)
        if (!json_get(parameters, kind->parameter[i]))
            wrong(flow, id, kind->parameter[i]);
    check_transitions(flow, id, kind, transitions);
    if (!flow->reached[at])
        wrong(flow, id, "is never reached");
}

static bool is_member(const char *name, size_t length)
{
    for (int i = 0; i < LOOKUP_MEMBER_COUNT; i++)
        if (strlen(lookup_member_name[i]) == length &&
            strncmp(lookup_member_name[i], name, length) == 0)
            return true;
    return false;
}

static void check_external(const struct flow *flow, const char *text)
{
    static const char path[] = "$.External.";
    size_t uses = 0;
    for (const char *at = text; (at = strstr(at, path)); uses++) {
        at += strlen(path);
        size_t length =
            strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
        if (!is_member(at, length))
            fail_msg("%s: lookup answers no %.*s", flow->name, (int)length, at);
    }
    assert_true(uses > 1);
}

static int seconds_of(const cJSON *parameters)
{
    return (int)strtol(json_text(parameters, "InvocationTimeLimitSeconds"), NULL, 10);
}

/* Asked with enough time, by names that insert takes; the answer is a flat map. */
static void check_lambdas(const struct flow *flow)
{
    const cJSON *action = NULL, *attribute = NULL;
    int lambdas = 0;
    cJSON_ArrayForEach(action, flow->actions)
    {
        const cJSON *parameters = json_get(action, "Parameters");
        const char *arn = json_text(parameters, "LambdaFunctionARN");
        if (!arn)
            continue;
        lambdas++;
        assert_in_range(seconds_of(parameters), strstr(arn, "lookup") ? 3 : 8, 8);
        assert_string_equal(json_text(json_get(parameters, "ResponseValidation"), "ResponseType"),
                            "STRING_MAP");
        cJSON_ArrayForEach(attribute, json_get(parameters, "LambdaInvocationAttributes"))
            assert_false(record_reserved(attribute->string));
    }
    assert_true(lambdas >= 2);
}

static char *read_file(const char *name)
{
    static char text[65536];
    char path[320];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t length = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[length] = '\0';
    return text;
}

static void check_flow(const char *name)
{
    struct err err = {""};
    struct flow flow = {.name = name};
    const char *text = read_file(name);
    flow.root = json_parse(&flow.arena, text, strlen(text), &err);
    if (!flow.root)
        fail_msg("%s: %s", name, err.text);
    flow.actions = json_get(flow.root, "Actions");
    assert_string_equal(json_text(flow.root, "Version"), "2019-10-30");
    assert_in_range(cJSON_GetArraySize(flow.actions), 5, ARRAY_SIZE(flow.reached));
    reach(&flow, json_text(flow.root, "StartAction"), "StartAction");
    const cJSON *action = NULL;
    int at = 0;
    cJSON_ArrayForEach(action, flow.actions) check_action(&flow, action, at++);
    check_external(&flow, text);
    check_lambdas(&flow);
    arena_free(&flow.arena);
}

static void every_example_is_sound(void **state)
{
    (void)state;
    int flows = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (const struct dirent *entry; (entry = readdir(directory));)
        if (strstr(entry->d_name, ".json")) {
            check_flow(entry->d_name);
            flows++;
        }
    closedir(directory);
    assert_int_equal(flows, 3);
}

static void every_member_is_told_of(void **state)
{
    (void)state;
    const char *text = read_file("README.md");
    for (int i = 0; i < LOOKUP_MEMBER_COUNT; i++) {
        char name[64];
        snprintf(name, sizeof(name), "`%s`", lookup_member_name[i]);
        if (!strstr(text, name))
            fail_msg("README.md does not tell of %s", name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_example_is_sound),
                                       cmocka_unit_test(every_member_is_told_of)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
