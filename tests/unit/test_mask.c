/* Masking: by key, by shape, by recurrence; and what is never hidden. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/json.h"
#include "contactwatch/mask.h"

static struct mask mask;

static int start(void **state)
{
    (void)state;
    return mask_init(&mask, NULL, NULL) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    mask_free(&mask);
    return 0;
}

static void learn(const char *json)
{
    struct arena arena = {0};
    const cJSON *value = json_parse(&arena, json, strlen(json), NULL);
    assert_non_null(value);
    mask_learn_json(&mask, value);
    arena_free(&arena);
}

static void shows(const char *key, const char *text, const char *shown)
{
    struct buf out = {0};
    mask_text(&out, &mask, key, text);
    assert_string_equal(buf_str(&out), shown);
    buf_free(&out);
}

static void by_key(void **state)
{
    (void)state;
    shows("FirstName", "Ada", "••••");
    shows("FName", "Ada", "••••");
    shows("customer_name", "Ada", "••••");
    shows("EmailAddress", "x", "••••");
    shows("iban", "GB33", "••••");
    shows("Passport", "X1", "••••");
    shows("CustomerPhone", "+441632961234", "•••••1234");
    shows("mobile", "12", "••••");
    shows("name", "Ada", "Ada");
    shows("tier", "gold", "gold");
    shows("FirstName", "", "");
    shows("EmailVerified", "true", "true");
    shows(NULL, "Ada", "Ada");
}

static void by_shape(void **state)
{
    (void)state;
    shows("x", "write to ada.l@example.co.uk, please", "write to ••••, please");
    shows("x", "no 1234567 yes", "no •••• yes");
    shows("x", "no 123456 yes", "no 123456 yes");
    shows("x", "a1234567b", "a••••b");
    shows("x", "call +441632961234!", "call •••••1234!");
    shows("x", "call +44 1632 961-234.", "call •••••1234.");
    shows("x", "a@b", "a@b");
    shows("x", "@home", "@home");
}

static void not_inside_ids_and_times(void **state)
{
    (void)state;
    static const char *const plain[] = {
        "12345678-1234-1234-1234-123456789012",
        "id 12345678-1234-1234-1234-123456789012 end",
        "arn:aws:connect:eu-west-2:111122223333:instance/12345678-1234-1234/queue/1",
        "arn:aws:lambda:eu-west-2:111122223333:function:f:12345678",
        "2026-03-02T10:00:00.000Z",
        "2026-03-02T10:00:00.123456789Z",
        "20260302T100000Z",
        "at 2026-03-02T10:00:00+01:00.",
    };
    for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
        shows("x", plain[i], plain[i]);
    shows("x", "12345678-1234-1234-1234-1234567890123", "••••-1234-1234-1234-••••");
}

static void wherever_it_recurs(void **state)
{
    (void)state;
    learn("{\"Parameters\":{\"Key\":\"CustomerName\",\"Value\":\"Ada Lovelace\"}}");
    learn("{\"ExternalResults\":{\"firstName\":\"Ada\",\"emailFound\":\"true\",\"iban\":\"ab\"}}");
    shows("x", "Hello Ada Lovelace, hello ADA.", "Hello ••••, hello ••••.");
    shows("x", "Adam and Nada", "Adam and Nada");
    shows("x", "true ab", "true ab");
    shows("x", "Ada님", "••••님");
    mask_forget(&mask);
    shows("x", "Hello Ada", "Hello Ada");
}

static void names_in_arrays_and_profiles(void **state)
{
    (void)state;
    learn("{\"Parameters\":{\"ProfileRequestData\":[\"IdentifierName=_account\",\"IdentifierValue="
          "AC-77\","
          "\"City=Paris\",\"LastName=Turing\"]}}");
    shows("x", "AC-77 Turing Paris", "•••• •••• Paris");
}

static void nested_values_and_shapes_are_learnt(void **state)
{
    (void)state;
    learn(
        "{\"customerName\":{\"given\":[\"Grace\"],\"n\":1},\"free\":\"card 4111111111111111 ok\"}");
    shows("x", "Grace", "••••");
    shows("x", "4111111111111111", "••••");
}

static void typed_digits_are_learnt(void **state)
{
    (void)state;
    learn("{\"ContactFlowModuleType\":\"StoreUserInput\",\"Results\":\"2468\"}");
    learn("{\"ContactFlowModuleType\":\"StoreUserInput\",\"Results\":\"Timeout\"}");
    shows("x", "pin 2468 Timeout", "pin •••• Timeout");
}

static void agent_names_stay(void **state)
{
    (void)state;
    mask_safe(&mask, "ada.l@example.com");
    mask_safe(&mask, "Grace");
    learn("{\"firstName\":\"Grace\"}");
    shows("agentMail", "ada.l@example.com", "ada.l@example.com");
    shows("x", "hi Grace", "hi Grace");
}

static void phones_and_digits(void **state)
{
    (void)state;
    static const struct {
        const char *number, *shown;
    } phones[] = {{"+441632961234", "•••••1234"},
                  {"1234", "••••"},
                  {"", "••••"},
                  {"tel: 16 32-96", "•••••3296"}};
    for (size_t i = 0; i < ARRAY_SIZE(phones); i++) {
        struct buf out = {0};
        mask_phone(&out, &mask, phones[i].number);
        assert_string_equal(buf_str(&out), phones[i].shown);
        buf_free(&out);
    }
    struct buf out = {0};
    mask_digits(&out, &mask, "7");
    mask_digits(&out, &mask, "42");
    mask_digits(&out, NULL, "42");
    mask_phone(&out, NULL, "42");
    assert_string_equal(buf_str(&out), "7••4242");
    buf_free(&out);
}

static void unmasked_passes_everything(void **state)
{
    (void)state;
    learn("{\"firstName\":\"Ada\"}");
    mask.off = true;
    shows("firstName", "Ada 1234567 a@b.cd", "Ada 1234567 a@b.cd");
    struct buf out = {0};
    mask_text(&out, NULL, "firstName", "Ada");
    assert_string_equal(buf_str(&out), "Ada");
    buf_free(&out);
}

static void shows_json(const char *json, unsigned indent, const char *shown)
{
    struct arena arena = {0};
    struct buf out = {0};
    const cJSON *value = json_parse(&arena, json, strlen(json), NULL);
    assert_non_null(value);
    mask_json(&out, &mask, value, indent);
    assert_string_equal(buf_str(&out), shown);
    buf_free(&out);
    arena_free(&arena);
}

static void json_hides_by_the_place_of_a_value(void **state)
{
    (void)state;
    shows_json("{\"firstName\":{\"a\":[\"x\",7,true,null]},\"b\":\"y\"}", 0,
               "{\"firstName\":{\"a\":[\"••••\",\"••••\",true,null]},\"b\":\"y\"}");
    shows_json("{\"Key\":\"FirstName\",\"Value\":\"Ada\"}", 0,
               "{\"Key\":\"FirstName\",\"Value\":\"••••\"}");
    shows_json(
        "[\"FirstName=Ada\",\"tier=gold\",\"IdentifierName=iban\",\"IdentifierValue=x1\"]", 0,
        "[\"FirstName=••••\",\"tier=gold\",\"IdentifierName=iban\",\"IdentifierValue=••••\"]");
    shows_json("{\"ContactFlowModuleType\":\"StoreUserInput\",\"Results\":\"4711\"}", 0,
               "{\"ContactFlowModuleType\":\"StoreUserInput\",\"Results\":\"••••\"}");
    shows_json("{\"note\":\"call \\u002b441632961234\"}", 0, "{\"note\":\"call •••••1234\"}");
    mask.off = true;
    shows_json("{\"firstName\":[\"Ada\",7]}", 0, "{\"firstName\":[\"Ada\",7]}");
}

static void json_may_be_indented(void **state)
{
    (void)state;
    shows_json("{\"a\":[1,{\"iban\":\"x\"}],\"b\":{},\"c\":[]}", 2,
               "{\n  \"a\": [\n    1,\n    {\n      \"iban\": \"••••\"\n    }\n  ],\n"
               "  \"b\": {},\n  \"c\": []\n}");
}

static void a_pattern_of_ones_own(void **state)
{
    (void)state;
    struct err err = {0};
    struct mask own;
    assert_false(mask_init(&own, "(", &err));
    assert_non_null(strstr(err.text, "mask_keys"));
    mask_free(&mask);
    assert_true(mask_init(&mask, "^secret$", &err));
    shows("SECRET", "x", "••••");
    shows("FirstName", "Ada", "Ada");
}

static void hostile_texts_do_no_harm(void **state)
{
    (void)state;
    char *deep = mem_alloc(4096);
    memset(deep, '+', 4095);
    deep[4095] = '\0';
    struct buf out = {0};
    mask_text(&out, &mask, NULL, deep);
    mask_text(&out, &mask, NULL, "\xff\xfe+\x80@\xc3.\xc3");
    assert_true(out.length >= 4095);
    buf_free(&out);
    struct buf json = {0};
    buf_text(&json, "{\"mail\":");
    for (int i = 0; i < 90; i++)
        buf_text(&json, "[");
    for (int i = 0; i < 90; i++)
        buf_text(&json, "]");
    buf_text(&json, "}");
    learn(buf_str(&json));
    buf_free(&json);
    for (size_t i = 0; i < 300; i++)
        deep[i] = 'a';
    deep[300] = '\0';
    mask_safe(&mask, deep);
    shows("mail", deep, "••••");
    free(deep);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(by_key),
        TEST(by_shape),
        TEST(not_inside_ids_and_times),
        TEST(wherever_it_recurs),
        TEST(names_in_arrays_and_profiles),
        TEST(nested_values_and_shapes_are_learnt),
        TEST(typed_digits_are_learnt),
        TEST(agent_names_stay),
        TEST(phones_and_digits),
        TEST(unmasked_passes_everything),
        TEST(json_hides_by_the_place_of_a_value),
        TEST(json_may_be_indented),
        TEST(a_pattern_of_ones_own),
        TEST(hostile_texts_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
