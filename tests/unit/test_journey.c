/* The friendly story of one contact: how it comes in, waits, is answered and ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/journey_case.h"

#define PROMPT(text) "{\"Text\":\"" text "\",\"TextToSpeechType\":\"text\",\"Voice\":\"Joanna\"}"

static void ways_in(void **state)
{
    struct journey_case *c = *state;
    static const struct {
        const char *channel, *method, *words;
    } ways[] = {
        {"VOICE", "INBOUND", "Called in"},
        {"CHAT", "INBOUND", "Started a chat"},
        {"EMAIL", "INBOUND", "Wrote an e-mail"},
        {"TASK", "API", "A task was created"},
        {"VOICE", "API", "Was being called"},
        {"CHAT", "API", "Started a chat"},
        {"VOICE", "OUTBOUND", "Was being called"},
        {"VOICE", "WEBRTC_API", "Called in from the app"},
        {"VOICE", "CALLBACK", "A call-back was set up"},
        {"VOICE", "SOMETHING_NEW", "Came in by SOMETHING_NEW"},
        {"EMAIL", "AGENT_REPLY", "Was answered by e-mail"},
        {"Voice", "INBOUND", "Called in"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
        case_free(c);
        case_start(c);
        case_contact(c, LEG_A, ways[i].channel, ways[i].method, 1, NULL);
        case_event(c, LEG_A, "INITIATED", 1, NULL);
        case_tell(c, 0);
        assert_friendly(c, ways[i].words);
    }
}

static void a_task_has_its_name(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "TASK", "API", 1, NULL);
    case_event(c, LEG_A, "INITIATED", 1, "\"name\":\"Refund 12\"");
    case_tell(c, 0);
    assert_friendly(c, "Task “Refund 12” was created");
}

static void an_outbound_call_names_the_agent_once_known(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "OUTBOUND", 1, NULL);
    case_event(c, LEG_A, "INITIATED", 1, NULL);
    case_event(c, LEG_A, "CONNECTED_TO_SYSTEM", 4, NULL);
    case_event(c, LEG_A, "CONNECTED_TO_AGENT", 5, NULL);
    case_tell(c, 0);
    assert_friendly(c, "Was being called by j.doe");
    assert_friendly(c, "The line was answered");
}

static void queued_answered_ended(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_event(c, LEG_A, "QUEUED", 8, NULL);
    case_tell(c, 0);
    assert_friendly(c, "Joined the queue Billing");
    assert_friendly(c, "Waiting, 9:52 so far");
    assert_head(c, "Call, 10:00: flow 0:08, waiting 9:52 in Billing.");
    case_event(c, LEG_A, "CONNECTED_TO_AGENT", 200, NULL);
    case_event(c, LEG_A, "DISCONNECTED", 512, NULL);
    case_event(c, LEG_A, "COMPLETED", 552,
               "\"agentInfo\":{\"agentArn\":\"x/agent/doe\",\"afterContactWorkDuration\":40}");
    case_tell(c, 0);
    assert_friendly(c, "Waited 3:12");
    assert_friendly(c, "Was connected to j.doe");
    assert_friendly(c, "Ended 5:12 after j.doe joined");
    assert_friendly(c, "j.doe finished the paperwork in 0:40");
    assert_not_friendly(c, "so far");
    assert_head(c, "Call, 8:32: flow 0:08, waited 3:12 in Billing, with j.doe 5:12.");
}

static void a_known_reason_is_said(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_event(c, LEG_A, "CONNECTED_TO_AGENT", 5, NULL);
    case_event(c, LEG_A, "DISCONNECTED", 65,
               "\"disconnectReason\":"
               "\"CUSTOMER_DISCONNECT\"");
    case_tell(c, 0);
    assert_friendly(c, "Ended 1:00 after j.doe joined (the customer hung up)");
}

static void abandoned_in_the_queue(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_event(c, LEG_A, "QUEUED", 8, NULL);
    case_event(c, LEG_A, "DISCONNECTED", 200, NULL);
    case_tell(c, 0);
    assert_friendly(c, "Left Billing after 3:12 without reaching anyone");
    assert_head(c, "Call, 3:20: flow 0:08, waited 3:12 in Billing, reached nobody.");
}

static void the_queue_flow_ends_it(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_event(c, LEG_A, "QUEUED", 8, NULL);
    c->flow = "q|Default customer queue";
    case_block(c, LEG_A, 199.9, "Disconnect", "end", "{}", NULL);
    case_event(c, LEG_A, "DISCONNECTED", 200, NULL);
    case_tell(c, 0);
    assert_friendly(c, "The flow ended the contact after 3:12 in Billing");
}

static void ended_in_the_flow(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_block(c, LEG_A, 1, "CheckHoursOfOperation", "hours", "{}", "false");
    case_block(c, LEG_A, 1.1, "PlayPrompt", "closed", PROMPT("We are closed."), NULL);
    case_block(c, LEG_A, 4, "Disconnect", "end", "{}", NULL);
    case_event(c, LEG_A, "DISCONNECTED", 4.1, NULL);
    case_tell(c, 0);
    assert_friendly(c, "Heard “We are closed.”");
    assert_friendly(c, "why: an hours check said no");
    assert_friendly(c, "Ended in the flow, after “We are closed.”");
    const char *heard = strstr(buf_str(&c->friendly), "Heard"),
               *why = strstr(buf_str(&c->friendly), "why:");
    assert_true(heard && why && heard < why);
}

static void cut_off_by_an_error(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_block(c, LEG_A, 1, "InvokeExternalResource", "look up",
               "{\"FunctionArn\":\"arn:aws:lambda:eu-west-2:111122223333:function:find\","
               "\"TimeLimit\":\"3000\"}",
               "The Lambda Function Returned An Error.");
    case_event(c, LEG_A, "DISCONNECTED", 4, NULL);
    case_tell(c, 0);
    assert_friendly(c, "Was cut off by an error in Main  ✗");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, case_setup, case_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ways_in),
        TEST(a_task_has_its_name),
        TEST(an_outbound_call_names_the_agent_once_known),
        TEST(queued_answered_ended),
        TEST(a_known_reason_is_said),
        TEST(abandoned_in_the_queue),
        TEST(the_queue_flow_ends_it),
        TEST(ended_in_the_flow),
        TEST(cut_off_by_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
