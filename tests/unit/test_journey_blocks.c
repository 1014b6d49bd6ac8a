/* The techy story: entries of one block join, durations and errors follow the rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/journey_case.h"

#define LAMBDA "\"FunctionArn\":\"arn:aws:lambda:eu-west-2:111122223333:function:handler:live\""

static void attributes_join_and_say_what_changed(void **state)
{
    struct journey_case *c = *state;
    case_block(c, LEG_A, 1, "SetAttributes", "a", "{\"Key\":\"tier\",\"Value\":\"silver\"}", NULL);
    case_block(c, LEG_A, 2, "SetAttributes", "b", "{\"Key\":\"lang\",\"Value\":\"en\"}", NULL);
    case_block(c, LEG_A, 2.001, "SetAttributes", "b", "{\"Key\":\"tier\",\"Value\":\"gold\"}",
               NULL);
    case_block(c, LEG_A, 2.002, "SetAttributes", "b", "{\"Key\":\"vip\",\"Value\":\"yes\"}", NULL);
    case_tell(c, 0);
    assert_techy(c, "SetAttributes “b” ×3  lang=en  tier: silver → gold  vip=yes");
    assert_techy(c, "· tier: silver → gold");
    assert_int_equal(c->journey.attributes, 4);
    assert_string_equal(c->journey.attribute[2].before, "silver");
    assert_string_equal(c->journey.attribute[2].block_id, "b");
    assert_null(c->journey.attribute[1].before);
}

static void a_second_pass_is_a_block_of_its_own(void **state)
{
    struct journey_case *c = *state;
    case_block(c, LEG_A, 1, "SetFlowAttributes", "n", "{\"Key\":\"turn\",\"Value\":\"1\"}", NULL);
    case_block(c, LEG_A, 2, "SetFlowAttributes", "n", "{\"Key\":\"turn\",\"Value\":\"2\"}", NULL);
    case_tell(c, 0);
    assert_techy(c, "turn=1");
    assert_techy(c, "turn: 1 → 2");
    assert_int_equal(c->journey.attributes, 0); /* they belong to the flow, not to the contact */
}

static void conditions_tried_are_folded(void **state)
{
    struct journey_case *c = *state;
    case_block(c, LEG_A, 1, "CheckAttribute", "lang",
               "{\"Value\":\"ko\",\"SecondValue\":\"en\",\"ComparisonMethod\":\"Equals\"}",
               "false");
    case_block(c, LEG_A, 1.001, "CheckAttribute", "lang",
               "{\"Value\":\"ko\",\"SecondValue\":\"ko\",\"ComparisonMethod\":\"Equals\"}", "true");
    case_block(c, LEG_A, 1.002, "CheckAttribute", "lang",
               "{\"Value\":\"ko\",\"SecondValue\":\"en\",\"ComparisonMethod\":\"Equals\"}",
               "false");
    case_tell(c, 0);
    assert_techy(c, "\"ko\" Equals \"ko\"  (2 tried) → true");
    assert_techy(c, "· \"ko\" Equals \"en\" → false");
    assert_techy(c, "CheckAttribute “lang” \"ko\" Equals \"en\" → false");
}

static void a_lambda_lasts_until_the_next_entry_of_its_run(void **state)
{
    struct journey_case *c = *state;
    static const char *const parameters =
        "{" LAMBDA ",\"Parameters\":{\"requestType\":\"prompt\"},\"TimeLimit\":\"4000\"}";
    case_block_more(c, LEG_A, 1, "InvokeExternalResource", "Chat_Get_Prompt", parameters,
                    "\"ExternalResults\":{\"a\":\"1\",\"isSuccess\":\"true\",\"b\":\"2\"}");
    case_block(c, LEG_A, 1.15, "PlayPrompt", "p", "{\"Text\":\"Hi\"}", NULL);
    case_block_more(c, LEG_A, 3, "InvokeExternalResource", "slow", parameters,
                    "\"ExternalResults\":{\"isSuccess\":\"true\"}");
    case_block(c, LEG_A, 6.5, "PlayPrompt", "p", "{\"Text\":\"Hi\"}", NULL);
    case_block_more(c, LEG_A, 7, "InvokeExternalResource", "last", parameters,
                    "\"ExternalResults\":{\"isSuccess\":\"false\"}");
    c->flow = "other|Other";
    case_block(c, LEG_A, 50, "Resume", "r", "{}", NULL);
    case_tell(c, 0);
    assert_techy(c, "InvokeExternalResource “Chat_Get_Prompt” handler:live {requestType=prompt}  "
                    "≤ 150 ms of 4000 → isSuccess=true, 2 more");
    assert_techy(c, "InvokeExternalResource “slow” handler:live {requestType=prompt}  ≤ 3.500 s "
                    "of 4000 → isSuccess=true  !");
    assert_techy(c, "InvokeExternalResource “last” handler:live {requestType=prompt}  limit 4000 "
                    "ms → isSuccess=false  !");
    assert_techy(c, "“Hi”  ≤ 1.850 s");
    assert_techy(c, "3 Lambdas, Σ ≤ 3.650 s, slowest handler:live ≤ 3.500 s");
    assert_int_equal(c->journey.warnings, 2);
    assert_int_equal(c->journey.errors, 0);
}

static void a_long_gap_is_capped_by_the_limit(void **state)
{
    struct journey_case *c = *state;
    case_block_more(c, LEG_A, 1, "InvokeExternalResource", "f",
                    "{" LAMBDA ",\"TimeLimit\":\"3000\"}", "\"ExternalResults\":{}");
    case_block(c, LEG_A, 100, "PlayPrompt", "p", "{\"Text\":\"Hi\"}", NULL);
    case_tell(c, 0);
    assert_techy(c, "InvokeExternalResource “f” handler:live  ≤ 11.000 s of 3000  !");
}

static void entries_of_one_lambda_are_one_block(void **state)
{
    struct journey_case *c = *state;
    case_block(c, LEG_A, 1, "InvokeExternalResource", "f", "{" LAMBDA "}",
               "The Lambda Function Returned An Error.");
    case_block_more(c, LEG_A, 2, "InvokeExternalResource", "f", "{" LAMBDA "}",
                    "\"ExternalResults\":{\"ok\":\"1\"}");
    case_tell(c, 0);
    assert_techy(c, "×2  handler:live → ok=1  ✗");
    assert_techy(c, "· → The Lambda Function Returned An Error.");
    assert_techy(c, "2 Lambdas");
}

static void a_prompt_ends_with_its_success(void **state)
{
    struct journey_case *c = *state;
    case_block(c, LEG_A, 1, "PlayPrompt", "p", "{\"Text\":\"Hi\"}", NULL);
    case_block(c, LEG_A, 2.3, "PlayPrompt", "p", NULL, "Success");
    case_block(c, LEG_A, 9, "PlayPrompt", "p", "{\"Text\":\"Hi\"}", NULL);
    case_tell(c, 0);
    assert_techy(c, "PlayPrompt “p” “Hi” → Success  1.300 s");
}

static void an_input_lasts_until_its_result(void **state)
{
    struct journey_case *c = *state;
    case_block(c, LEG_A, 1, "GetUserInput", NULL, "{\"Text\":\"Press\",\"MaxDigits\":\"1\"}", NULL);
    case_event(c, LEG_A, "CONTACT_DATA_UPDATED", 2, "\"updatedProperties\":[\"Tags\"]");
    case_block(c, LEG_A, 3.258, "GetUserInput", NULL, NULL, "1");
    case_tell(c, 0);
    assert_techy(c, "━━ CONTACT_DATA_UPDATED [\"Tags\"] ━━");
    assert_techy(c, "└ 1  2.258 s");
}

static void a_menu_error_on_chat_is_a_warning(void **state)
{
    struct journey_case *c = *state;
    static const char *const channels[] = {"CHAT", "VOICE"};
    for (size_t i = 0; i < 2; i++) {
        case_free(c);
        case_start(c);
        case_contact(c, LEG_A, channels[i], "INBOUND", 0, NULL);
        case_event(c, LEG_A, "INITIATED", 0, NULL);
        case_block(c, LEG_A, 1, "GetUserInput", NULL, "{\"Text\":\"Press\",\"MaxDigits\":\"1\"}",
                   NULL);
        case_block(c, LEG_A, 2, "GetUserInput", NULL, NULL, "Error");
        case_tell(c, 0);
        assert_int_equal(c->journey.warnings, i == 0);
        assert_int_equal(c->journey.errors, i == 1);
        assert_techy(c, i == 0 ? "└ Error  1.000 s  !" : "└ Error  1.000 s  ✗");
    }
}

static void modules_nest_and_are_one_run(void **state)
{
    struct journey_case *c = *state;
    case_block(c, LEG_A, 1, "InvokeFlowModule", "call", "{\"FlowModuleId\":\"greet\"}", NULL);
    c->flow = "main|Main|greet";
    case_block(c, LEG_A, 1.1, "PlayPrompt", "p", "{\"Text\":\"Hi\"}", NULL);
    case_block(c, LEG_A, 2, "ReturnFromFlowModule", "r", "{}", NULL);
    c->flow = "main|Main";
    case_block(c, LEG_A, 2.1, "Disconnect", "d", "{}", NULL);
    case_tell(c, 0);
    assert_techy(c, "InvokeFlowModule “call” module greet");
    assert_techy(c, "│ PlayPrompt “p” “Hi”  ≤ 900 ms");
    assert_techy(c, "│ ReturnFromFlowModule “r” leaves greet");
    assert_techy(c, "─ flow Main ─");
    const char *first = strstr(buf_str(&c->techy), "─ flow");
    assert_null(strstr(first + 1, "─ flow"));
    assert_techy(c, "0 attributes set, 1 module entered");
}

static void a_queue_is_the_one_set_last(void **state)
{
    struct journey_case *c = *state;
    case_block(c, LEG_A, 1, "SetQueue", "a", "{\"Queue\":\"x/queue/sales\"}", NULL);
    case_block(c, LEG_A, 2, "SetQueue", "b", "{\"Queue\":\"x/queue/billing\"}", NULL);
    case_block(c, LEG_A, 3, "Transfer", "t", "{}", "false");
    case_tell(c, 0);
    assert_techy(c, "Transfer “t” → queue Billing");
}

static void gaps_and_missing_events_are_in_the_foot(void **state)
{
    struct journey_case *c = *state;
    case_block(c, LEG_A, 1, "SetLoggingBehavior", "off", "{\"LoggingBehavior\":\"Disable\"}", NULL);
    case_block(c, LEG_A, 41, "SetLoggingBehavior", "on", "{\"LoggingBehavior\":\"Enable\"}", NULL);
    case_block(c, LEG_A, 136, "Wait", "w", "{\"TimeoutSeconds\":\"60\"}", NULL);
    case_event(c, LEG_A, "CONNECTED_TO_AGENT", 140, NULL);
    case_event(c, LEG_A, "DISCONNECTED", 400, NULL);
    case_tell(c, 0);
    assert_techy(c, "logging was off for 0:40");
    assert_techy(c, "silence of 1:35");
    assert_techy(c, "events missing: QUEUED");
    assert_techy(c, "6 entries, 0 folded · 0 errors, 0 warnings");
}

static void ascii_has_no_other_sign(void **state)
{
    struct journey_case *c = *state;
    case_block(c, LEG_A, 1, "SetAttributes", "b", "{\"Key\":\"a\",\"Value\":\"1\"}", NULL);
    case_block(c, LEG_A, 1.1, "SetAttributes", "b", "{\"Key\":\"b\",\"Value\":\"é2\"}", NULL);
    case_block(c, LEG_A, 2, "InvokeExternalResource", "f", "{" LAMBDA ",\"TimeLimit\":\"3000\"}",
               NULL);
    case_block(c, LEG_A, 3, "GetUserInput", "m", "{\"Text\":\"Press\"}", "Timeout");
    c->ascii = true;
    case_tell(c, 0);
    assert_techy(c, "x2  a=1  b=?2");
    assert_techy(c, "handler:live  <= 1.000 s of 3000");
    assert_techy(c, "== INITIATED INBOUND ==");
    assert_techy(c, "\"Press\" -> Timeout  x");
}

static void what_a_flow_put_on_the_record_is_told(void **state)
{
    struct journey_case *c = *state;
    static const char line[] = "{\"LogType\":\"ContactFlowLambda\",\"ContactId\":\"" LEG_A
                               "\",\"Timestamp\":\"2026-03-02T10:00:05.000Z\",\"tier\":\"gold\"}";
    case_feed(c, line, sizeof(line) - 1);
    case_tell(c, 0);
    assert_techy(c, "━━ RECORD tier=gold ━━");
    assert_int_equal(c->journey.attributes, 1);
    assert_string_equal(c->journey.attribute[0].value, "gold");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, case_call_setup, case_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(attributes_join_and_say_what_changed),
        TEST(a_second_pass_is_a_block_of_its_own),
        TEST(conditions_tried_are_folded),
        TEST(a_lambda_lasts_until_the_next_entry_of_its_run),
        TEST(a_long_gap_is_capped_by_the_limit),
        TEST(entries_of_one_lambda_are_one_block),
        TEST(a_prompt_ends_with_its_success),
        TEST(an_input_lasts_until_its_result),
        TEST(a_menu_error_on_chat_is_a_warning),
        TEST(modules_nest_and_are_one_run),
        TEST(a_queue_is_the_one_set_last),
        TEST(gaps_and_missing_events_are_in_the_foot),
        TEST(ascii_has_no_other_sign),
        TEST(what_a_flow_put_on_the_record_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
