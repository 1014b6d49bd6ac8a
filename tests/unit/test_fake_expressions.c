/* Conditions and updates as the fake understands them, each against what the service documents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fakes/fake_expr.h"

static const char item_json[] =
    "{\"pk\":{\"S\":\"k\"},\"s\":{\"S\":\"hello\"},\"n\":{\"N\":\"5\"},\"t\":{\"BOOL\":true},"
    "\"l\":{\"L\":[{\"S\":\"a\"},{\"N\":\"1\"}]},\"ss\":{\"SS\":[\"x\",\"y\"]},"
    "\"ns\":{\"NS\":[\"1\",\"2\"]},\"m\":{\"M\":{\"mid\":{\"M\":{\"deep\":{\"S\":\"v\"}}}}},"
    "\"z\":{\"NULL\":true}}";
static const char names_and_values[] =
    "{\"ExpressionAttributeNames\":{\"#n\":\"n\",\"#st\":\"Status\"},"
    "\"ExpressionAttributeValues\":{\":hello\":{\"S\":\"hello\"},\":he\":{\"S\":\"he\"},"
    "\":5\":{\"N\":\"5.0\"},\":7\":{\"N\":\"7\"},\":x\":{\"S\":\"x\"},\":one\":{\"N\":\"1\"},"
    "\":S\":{\"S\":\"S\"},\":list\":{\"L\":[{\"S\":\"new\"}]},\":set\":{\"SS\":[\"y\",\"z\"]},"
    "\":v\":{\"S\":\"v\"}}}";

struct trial {
    struct arena arena;
    struct expr_context context;
    struct av item;
};

static const struct jv *parsed(struct arena *arena, const char *json)
{
    char *text = arena_strdup(arena, json);
    return jv_parse(arena, text, strlen(text));
}

static struct trial *trial_open(void)
{
    struct trial *t = mem_zero(sizeof(*t));
    const char *error;
    assert_true(expr_open(&t->context, &t->arena, parsed(&t->arena, names_and_values)));
    assert_true(av_read_map(&t->item, parsed(&t->arena, item_json), &error));
    return t;
}

static void trial_close(struct trial *t)
{
    expr_close(&t->context);
    av_free(&t->item);
    arena_free(&t->arena);
    free(t);
}

static const struct {
    const char *text;
    bool holds;
} conditions[] = {
    {"s = :hello", true},
    {"s <> :hello", false},
    {"nosuch <> :hello", true},
    {"nosuch = :hello", false},
    {"nosuch < :7", false},
    {"#n = :5", true},
    {"n >= :5 AND n < :7", true},
    {"n > :5", false},
    {"s > :7", false}, /* types differ */
    {"n BETWEEN :one AND :7", true},
    {"n BETWEEN :7 AND :one", false},
    {"n IN (:one, :5)", true},
    {"n IN (:one)", false},
    {"attribute_exists(s)", true},
    {"attribute_exists(m.mid.deep)", true},
    {"attribute_exists(m.mid.nowhere)", false},
    {"attribute_not_exists(#st)", true},
    {"attribute_exists(l[1])", true},
    {"attribute_exists(l[2])", false},
    {"attribute_type(s, :S)", true},
    {"attribute_type(n, :S)", false},
    {"begins_with(s, :he)", true},
    {"begins_with(s, :x)", false},
    {"contains(s, :he)", true},
    {"contains(ss, :x)", true},
    {"contains(l, :one)", true},
    {"contains(ss, :hello)", false},
    {"size(s) = :5", true},
    {"size(l) < :one OR size(l) > :one", true},
    {"size(nosuch) = :5", false},
    {"NOT s = :hello", false},
    {"not (s = :x) and (n = :5 or n = :7)", true},
    {"s = :x OR s = :hello AND n = :7", false}, /* AND binds closer */
    {"(s = :x OR s = :hello) AND n = :5", true},
    {"m.mid.deep = :v", true},
    {"l[0] = :v", false},
};

static void conditions_hold_or_do_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(conditions); i++) {
        struct trial *t = trial_open();
        const struct expr *c =
            expr_condition(&t->context, "ConditionExpression", conditions[i].text);
        if (!c || expr_holds(c, &t->item) != conditions[i].holds)
            fail_msg("%s: %s", conditions[i].text, t->context.error);
        trial_close(t);
    }
}

/* What is under the attribute afterwards, or the mistake; "" = it is gone. */
static char *updated(struct trial *t, const char *text, const char *attribute)
{
    struct buf out = {0};
    const struct expr_action *actions = expr_update(&t->context, text);
    if (!actions || !expr_apply(&t->context, actions, &t->item)) {
        buf_text(&out, t->context.error);
        return buf_take(&out);
    }
    const struct av *value = av_get(&t->item, attribute);
    if (value)
        av_write(&out, value);
    return buf_take(&out);
}

static void updates_do_what_they_say(void **state)
{
    (void)state;
    static const struct {
        const char *text, *attribute, *expected; /* "" = gone */
    } cases[] = {
        {"SET s = :x", "s", "{\"S\":\"x\"}"},
        {"SET n = n + :7", "n", "{\"N\":\"12\"}"},
        {"SET n = :one - n", "n", "{\"N\":\"-4\"}"},
        {"SET c = if_not_exists(c, :one) + :one", "c", "{\"N\":\"2\"}"},
        {"SET n = if_not_exists(n, :one) + :one", "n", "{\"N\":\"6\"}"},
        {"SET l = list_append(l, :list)", "l",
         "{\"L\":[{\"S\":\"a\"},{\"N\":\"1\"},{\"S\":\"new\"}]}"},
        {"SET l = list_append(if_not_exists(nol, :list), l)", "l",
         "{\"L\":[{\"S\":\"new\"},{\"S\":\"a\"},{\"N\":\"1\"}]}"},
        {"SET l[0] = :x, l[9] = :v", "l", "{\"L\":[{\"S\":\"x\"},{\"N\":\"1\"},{\"S\":\"v\"}]}"},
        {"SET m.mid.deep = :x", "m", "{\"M\":{\"mid\":{\"M\":{\"deep\":{\"S\":\"x\"}}}}}"},
        {"SET a = s, s = :x", "a", "{\"S\":\"hello\"}"}, /* of the item as it was */
        {"SET #st = :x", "Status", "{\"S\":\"x\"}"},
        {"REMOVE s", "s", ""},
        {"REMOVE l[0]", "l", "{\"L\":[{\"N\":\"1\"}]}"},
        {"REMOVE l[0], l[1]", "l", "{\"L\":[]}"},
        {"REMOVE nosuch", "s", "{\"S\":\"hello\"}"},
        {"ADD n :7", "n", "{\"N\":\"12\"}"},
        {"ADD fresh :7", "fresh", "{\"N\":\"7\"}"},
        {"ADD ss :set", "ss", "{\"SS\":[\"x\",\"y\",\"z\"]}"},
        {"DELETE ss :set", "ss", "{\"SS\":[\"x\"]}"},
        {"set s = :x remove n add fresh :one delete ss :set", "s", "{\"S\":\"x\"}"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct trial *t = trial_open();
        char *is = updated(t, cases[i].text, cases[i].attribute);
        if (strcmp(is, cases[i].expected) != 0)
            fail_msg("%s: %s", cases[i].text, is);
        free(is);
        trial_close(t);
    }
}

static void mistakes_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", "can not be empty"},
        {"SET Status = :x", "reserved keyword: Status"},
        {"SET a = :nosuch", "attribute value: :nosuch"},
        {"SET #nosuch = :x", "attribute name: #nosuch"},
        {"SET a = :x, a = :v", "Two document paths overlap"},
        {"SET m.mid = :x REMOVE m.mid.deep", "Two document paths overlap"},
        {"SET a = :x SET b = :x", "can only be used once"},
        {"SET a :x", "Syntax error"},
        {"SET a = :x REMOVE", "Syntax error"},
        {"PUT a = :x", "Syntax error"},
        {"SET a = unknown(s)", "Invalid function name"},
        {"SET a = nosuch", "refers to an attribute that does not exist"},
        {"SET a.b = :x", "document path provided in the update expression is invalid"},
        {"SET n = n + :x", "incorrect data type"},
        {"ADD s :one", "incorrect data type"},
        {"ADD fresh :x", "Incorrect operand type"},
        {"DELETE n :set", "incorrect data type"},
        {"SET l = list_append(l, :x)", "incorrect data type"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct trial *t = trial_open();
        char *is = updated(t, cases[i].text, "none");
        if (!strstr(is, cases[i].words))
            fail_msg("%s: %s", cases[i].text, is);
        free(is);
        trial_close(t);
    }
}

static void conditions_with_mistakes_are_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",          "s =",       "s = :x AND",   "(s = :x",
        "s = :x)",   "foo(s)",    "s :x",         "NOT",
        "size(s)",   "s IN ()",   "s = = :x",     "attribute_exists()",
        "a..b = :x", "l[x] = :x", "s BETWEEN :x", "begins_with(s)",
        "s = :nope", "@ = :x",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct trial *t = trial_open();
        if (expr_condition(&t->context, "ConditionExpression", cases[i]) || !*t->context.error)
            fail_msg("taken: %s", cases[i]);
        trial_close(t);
    }
}

static void what_is_not_used_is_refused(void **state)
{
    (void)state;
    struct trial *t = trial_open();
    assert_non_null(expr_update(&t->context, "SET s = :x"));
    assert_false(expr_all_used(&t->context));
    assert_non_null(strstr(t->context.error, "unused in expressions"));
    trial_close(t);
}

static void projections_keep_their_places(void **state)
{
    (void)state;
    struct trial *t = trial_open();
    size_t count;
    const struct expr_path *path =
        expr_projection(&t->context, "#n, m.mid.deep, l[1], nosuch", &count);
    assert_non_null(path);
    struct av shown = expr_project(path, count, &t->item);
    struct buf text = {0};
    av_write_map(&text, &shown);
    assert_string_equal(text.data, "{\"n\":{\"N\":\"5\"},\"m\":{\"M\":{\"mid\":{\"M\":{\"deep\":{"
                                   "\"S\":\"v\"}}}}},\"l\":{\"L\":[{\"N\":\"1\"}]}}");
    buf_free(&text);
    av_free(&shown);
    trial_close(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_hold_or_do_not),
        cmocka_unit_test(updates_do_what_they_say),
        cmocka_unit_test(mistakes_are_told),
        cmocka_unit_test(conditions_with_mistakes_are_refused),
        cmocka_unit_test(what_is_not_used_is_refused),
        cmocka_unit_test(projections_keep_their_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
