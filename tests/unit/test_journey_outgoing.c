/* Calls to the customer, legs that reach nobody, and who is left on the line: what the head and the
 * friendly story may claim of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/journey_case.h"

static void a_call_is_dialled_before_it_is_anywhere(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "OUTBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    c->now = 5;
    case_tell(c, 0);
    assert_head(c, "Call, 0:05: dialling 0:05.");
    case_event(c, LEG_A, "CONNECTED_TO_SYSTEM", 14, NULL);
    case_event(c, LEG_A, "CONNECTED_TO_AGENT", 14, NULL);
    case_event(c, LEG_A, "DISCONNECTED", 74, NULL);
    case_tell(c, 0);
    assert_head(c, "Call, 1:14: dialled 0:14, with j.doe 1:00.");
}

static void unanswered(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "API", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_event(c, LEG_A, "DISCONNECTED", 30, "\"disconnectReason\":\"TELECOM_UNANSWERED\"");
    case_tell(c, 0);
    assert_head(c, "Call, 0:30: dialled 0:30.");
    assert_friendly(c, "Ended (nobody answered)");
}

/* Calls through the API tell of no answer: the flow that runs then does. */
static void answered_once_a_flow_runs(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "API", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_block(c, LEG_A, 10, "PlayPrompt", "p", "{\"Text\":\"Hello\"}", NULL);
    case_event(c, LEG_A, "DISCONNECTED", 25, NULL);
    case_tell(c, 0);
    assert_head(c, "Call, 0:25: dialled 0:10, flow 0:15.");
}

static void to_an_agents_own_queue(struct journey_case *c, double agent)
{
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_event(c, LEG_A, "CONNECTED_TO_AGENT", 20, NULL);
    case_contact(c, LEG_B, "VOICE", "TRANSFER", 60, LEG_A);
    case_event(c, LEG_B, "INITIATED", 60, NULL);
    case_event_at(c, LEG_B, "QUEUED", 65, "queue/agent/roe");
    if (agent > 0)
        case_event_at(c, LEG_B, "CONNECTED_TO_AGENT", agent, "agent/roe");
    case_event(c, LEG_B, "DISCONNECTED", 100, NULL);
    case_event(c, LEG_A, "DISCONNECTED", 120, NULL);
    case_tell(c, 0);
}

static void a_consultation_that_reached_nobody(void **state)
{
    struct journey_case *c = *state;
    to_an_agents_own_queue(c, 0);
    assert_friendly(c, "j.doe began a transfer to m.roe");
    assert_friendly(c, "Joined the queue of m.roe");
    assert_friendly(c, "The transfer to m.roe was given up");
    assert_head(c, "Call, 2:00: flow 0:20, with j.doe 1:40, tried to reach m.roe, waited 0:35 for "
                   "m.roe.");
}

static void a_consultation(void **state)
{
    struct journey_case *c = *state;
    to_an_agents_own_queue(c, 80);
    assert_head(c, "Call, 2:00: flow 0:20, with j.doe 1:40, consulted m.roe, waited 0:15 for "
                   "m.roe, with m.roe 0:20.");
}

/* The agent has gone: what the transfer's flows say from then on is said to the customer. */
static void once_handed_over_the_customer_hears(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_event(c, LEG_A, "CONNECTED_TO_AGENT", 20, NULL);
    case_contact(c, LEG_B, "VOICE", "TRANSFER", 60, LEG_A);
    case_event(c, LEG_B, "INITIATED", 60, NULL);
    case_block(c, LEG_B, 61, "PlayPrompt", "p", "{\"Text\":\"Now transferring.\"}", NULL);
    case_event(c, LEG_A, "DISCONNECTED", 63, NULL);
    case_block(c, LEG_B, 64, "PlayPrompt", "q", "{\"Text\":\"Please wait.\"}", NULL);
    case_tell(c, 0);
    assert_friendly(c, "j.doe heard “Now transferring.”");
    assert_friendly(c, "Heard “Please wait.”");
}

static void a_move_between_queues_is_told_once(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_event(c, LEG_A, "QUEUED", 8, NULL);
    case_event(c, LEG_A, "DISCONNECTED", 20, NULL);
    case_contact(c, LEG_B, "VOICE", "QUEUE_TRANSFER", 20, LEG_A);
    case_event(c, LEG_B, "INITIATED", 20, NULL);
    case_event_at(c, LEG_B, "QUEUED", 20.2, "queue/sales");
    case_event(c, LEG_B, "DISCONNECTED", 40, NULL);
    case_tell(c, 0);
    assert_friendly(c, "Was moved from Billing to Sales after 0:12");
    assert_not_friendly(c, "Moved on");
    assert_head(c, "Call, 0:40: flow 0:08, waited 0:12 in Billing, moved to Sales, waited there "
                   "0:19, reached nobody.");
}

static void a_reply_hands_nothing_over(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "EMAIL", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_event(c, LEG_A, "CONNECTED_TO_AGENT", 3, NULL);
    case_event(c, LEG_A, "DISCONNECTED", 60, NULL);
    case_contact(c, LEG_B, "EMAIL", "AGENT_REPLY", 55, LEG_A);
    case_event(c, LEG_B, "INITIATED", 55, NULL);
    case_event(c, LEG_B, "DISCONNECTED", 57, NULL);
    case_tell(c, 0);
    assert_head(c, "E-mail, 1:00: flow 0:03, with j.doe 0:57, answered by e-mail.");
}

/* Card numbers are taken out before anything is stored: their length is still known. */
static void what_was_redacted_was_entered(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_block(c, LEG_A, 1, "StoreUserInput", "card", "{\"Text\":\"Your card?\"}", NULL);
    case_block(c, LEG_A, 9, "StoreUserInput", "card", NULL, "xxxxxxxxxxxxxxxx");
    c->masked = true;
    case_tell(c, 0);
    assert_friendly(c, "Entered •••••••••••••••• (16 digits)");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, case_setup, case_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_call_is_dialled_before_it_is_anywhere),
        TEST(unanswered),
        TEST(answered_once_a_flow_runs),
        TEST(a_consultation_that_reached_nobody),
        TEST(a_consultation),
        TEST(once_handed_over_the_customer_hears),
        TEST(a_move_between_queues_is_told_once),
        TEST(a_reply_hands_nothing_over),
        TEST(what_was_redacted_was_entered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
