#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/json.h"
#include "support/decoded.h"

static struct decoded got;

static int release(void **state)
{
    (void)state;
    decoded_free(&got);
    return 0;
}

static const char *body_of(enum redact redact, const char *body)
{
    const struct decode_options options = {.redact = redact};
    decoded_body(&got, &options, body, strlen(body));
    assert_int_equal(got.result.events, 1);
    return got.event[0].entry.body;
}

/* The text of a prompt after redaction. */
static const char *prompt(enum redact redact, const char *text)
{
    struct buf body = {0};
    buf_text(
        &body,
        "{\"ContactId\":\"c\",\"ContactFlowModuleType\":\"PlayPrompt\",\"Parameters\":{\"Text\":");
    json_quote(&body, text);
    buf_text(&body, "}}");
    body_of(redact, body.data);
    buf_free(&body);
    cJSON *line = json_parse(&got.arena, got.event[0].entry.body, got.event[0].entry.length, NULL);
    return json_text(json_get(line, "Parameters"), "Text");
}

static void cards(void **state)
{
    (void)state;
    static const struct {
        const char *text, *redacted;
    } sample[] = {
        {"4111111111111111", "xxxxxxxxxxxxxxxx"},
        {"card 4111 1111 1111 1111, thanks", "card xxxx xxxx xxxx xxxx, thanks"},
        {"4111-1111-1111-1111", "xxxx-xxxx-xxxx-xxxx"},
        {"378282246310005", "xxxxxxxxxxxxxxx"},
        {"30569309025904", "xxxxxxxxxxxxxx"},
        {"4222222222222", "xxxxxxxxxxxxx"},
        {"6304000000000000000", "xxxxxxxxxxxxxxxxxxx"},
        {"4111111111111111 4111111111111111", "xxxxxxxxxxxxxxxx xxxxxxxxxxxxxxxx"},
        {"a long text before it, whatever its length: 5555555555554444",
         "a long text before it, whatever its length: xxxxxxxxxxxxxxxx"},
        {"on 2025-12-30 5555555555554444", "on 2025-12-30 xxxxxxxxxxxxxxxx"},
        {"4111111111111112", NULL},        /* not valid by Luhn */
        {"411111111111", NULL},            /* twelve digits */
        {"12345678901234567890123", NULL}, /* too long */
        {"4111  1111  1111  1111", NULL},  /* two blanks: not one number */
        {"x4111111111111111", NULL},       /* an identifier */
        {"4111111111111111abc", NULL},
        {"1767225600009", NULL},  /* epoch ms, valid by Luhn */
        {"20251230100005", NULL}, /* a time, valid by Luhn */
        {"00000000-0000-0000-0000-000000000000", NULL},
        {"see 00000000-0000-0000-0000-000000000000 there", NULL},
        {"arn:aws:connect:eu-west-2:1:queue/4111111111111111", NULL},
        {"+44 20 7183 8750", NULL},
    };
    for (size_t i = 0; i < ARRAY_SIZE(sample); i++) {
        const char *redacted = sample[i].redacted ? sample[i].redacted : sample[i].text;
        assert_string_equal(prompt(REDACT_CARDS, sample[i].text), redacted);
        assert_string_equal(prompt(REDACT_NONE, sample[i].text), sample[i].text);
    }
}

static void cards_in_other_places(void **state)
{
    (void)state;
    const char *body = body_of(
        REDACT_CARDS, "{\"ContactId\":\"c\",\"ContactFlowModuleType\":\"InvokeExternalResource\","
                      "\"ExternalResults\":{\"pan\":4111111111111111,\"n\":[4111111111111112]},"
                      "\"Results\":\"4111111111111111\"}");
    assert_non_null(strstr(body, "\"pan\":\"xxxxxxxxxxxxxxxx\""));
    assert_non_null(strstr(body, "[4111111111111112]"));
    assert_non_null(strstr(body, "\"Results\":\"xxxxxxxxxxxxxxxx\""));
    body = body_of(REDACT_CARDS, "{\"eventType\":\"QUEUED\",\"contactId\":\"4111111111111111\","
                                 "\"tags\":{\"x\":\"4111111111111111\"}}");
    assert_non_null(strstr(body, "\"contactId\":\"4111111111111111\""));
    assert_non_null(strstr(body, "\"x\":\"xxxxxxxxxxxxxxxx\""));
}

static const char *input(enum redact redact, const char *type, const char *results)
{
    char body[256];
    snprintf(body, sizeof(body),
             "{\"ContactId\":\"c\",\"ContactFlowModuleType\":\"%s\",\"Results\":\"%s\"}", type,
             results);
    body_of(redact, body);
    return got.event[0].flow.results;
}

static void inputs(void **state)
{
    (void)state;
    assert_string_equal(input(REDACT_CARDS, "StoreUserInput", "1234"), "1234");
    assert_string_equal(input(REDACT_INPUTS, "StoreUserInput", "1234"), "xxxx");
    assert_string_equal(input(REDACT_INPUTS, "StoreUserInput", "7"), "x");
    assert_string_equal(input(REDACT_INPUTS, "StoreUserInput", "Timeout"), "Timeout");
    assert_string_equal(input(REDACT_INPUTS, "GetUserInput", "1"), "1");
    assert_string_equal(input(REDACT_INPUTS, "GetUserInput", "12"), "xx");
    assert_string_equal(input(REDACT_INPUTS, "GetUserInput", "Book2"), "Book2");
    assert_string_equal(input(REDACT_ALL, "GetUserInput", "12"), "xx");
}

static void everything(void **state)
{
    (void)state;
    assert_string_equal(prompt(REDACT_ALL, "Hello Jane"), "[redacted]");
    const char *body = body_of(
        REDACT_ALL,
        "{\"ContactId\":\"c\",\"ContactFlowModuleType\":\"InvokeExternalResource\","
        "\"ExternalResults\":{\"name\":\"Jane\",\"list\":[{\"a\":1}]},\"Parameters\":"
        "{\"FunctionArn\":\"arn:f\",\"Parameters\":{\"phone\":\"1\"},\"TimeLimit\":\"3000\"}}");
    assert_string_equal(
        body, "{\"ContactFlowModuleType\":\"InvokeExternalResource\",\"ContactId\":\"c\","
              "\"ExternalResults\":"
              "{\"list\":[{\"a\":\"[redacted]\"}],\"name\":\"[redacted]\"},\"Parameters\":{"
              "\"FunctionArn\":"
              "\"arn:f\",\"Parameters\":{\"phone\":\"[redacted]\"},\"TimeLimit\":\"3000\"}}");
    body_of(REDACT_ALL, "{\"ContactId\":\"c\",\"ContactFlowModuleType\":\"SetAttributes\","
                        "\"Parameters\":{\"Key\":\"k\",\"Value\":\"v\"}}");
    assert_string_equal(got.event[0].flow.key, "k");
    assert_string_equal(got.event[0].flow.value, "[redacted]");
    body = body_of(
        REDACT_ALL,
        "{\"eventType\":\"QUEUED\",\"contactId\":\"c\",\"tags\":{\"aws:x\":\"1\",\"mine\":\"2\"}}");
    assert_non_null(strstr(body, "\"aws:x\":\"1\",\"mine\":\"[redacted]\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cards),
        cmocka_unit_test(cards_in_other_places),
        cmocka_unit_test(inputs),
        cmocka_unit_test(everything),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
