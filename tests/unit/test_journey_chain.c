/* The friendly story of chains: transfers, call-backs, whispers, holds; what is inferred and
 * replaced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/journey_case.h"

#define PROMPT(text) "{\"Text\":\"" text "\",\"TextToSpeechType\":\"text\",\"Voice\":\"Joanna\"}"

static void callbacks(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_event(c, LEG_A, "QUEUED", 8, NULL);
    c->flow = "q|Default customer queue";
    case_block(c, LEG_A, 199, "SetCallBackNumber", "n", "{\"CallBackNumber\":\"+441632961234\"}",
               NULL);
    case_block(c, LEG_A, 200, "CreateCallback", "cb", "{\"InitialDelaySeconds\":\"5\"}", NULL);
    case_event(c, LEG_A, "DISCONNECTED", 201, NULL);
    case_contact(c, LEG_B, "VOICE", "CALLBACK", 201, LEG_A);
    case_event(c, LEG_B, "INITIATED", 201, NULL);
    case_event(c, LEG_B, "QUEUED", 206, NULL);
    case_event(c, LEG_B, "CONNECTED_TO_AGENT", 227, NULL);
    case_event(c, LEG_B, "DISCONNECTED", 300, NULL);
    c->masked = true;
    case_tell(c, 0);
    assert_friendly(c, "Chose a call-back after 3:12 (to •••••1234)");
    assert_friendly(c, "── bbbb2222 ──");
    assert_friendly(c, "A call-back was set up");
    assert_friendly(c, "It waits in Billing, nobody on the line");
    assert_friendly(c, "j.doe took it after 0:21; dialling");
    assert_friendly(c, "The call-back ended (whether answered is not in the data)");
    assert_not_friendly(c, "without reaching anyone");
}

static void transfer(struct journey_case *c, double first_end, double second_end)
{
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_event(c, LEG_A, "QUEUED", 8, NULL);
    case_event(c, LEG_A, "CONNECTED_TO_AGENT", 20, NULL);
    case_contact(c, LEG_B, "VOICE", "TRANSFER", 60, LEG_A);
    case_event(c, LEG_B, "INITIATED", 60, NULL);
    c->flow = "t|Default queue transfer";
    case_block(c, LEG_B, 61, "PlayPrompt", "now", PROMPT("Now transferring."), NULL);
    case_event_at(c, LEG_B, "QUEUED", 65, "queue/sales");
    case_event_at(c, LEG_B, "CONNECTED_TO_AGENT", 80, "agent/roe");
    if (second_end > 0)
        case_event(c, LEG_B, "DISCONNECTED", second_end, NULL);
    if (first_end > 0)
        case_event(c, LEG_A, "DISCONNECTED", first_end, NULL);
    case_tell(c, 0);
}

static void handed_over(void **state)
{
    struct journey_case *c = *state;
    transfer(c, 90, 0);
    assert_friendly(c, "j.doe began a transfer to Sales");
    assert_friendly(c, "Was handed over to Sales");
    assert_friendly(c, "j.doe heard “Now transferring.”");
    assert_friendly(c, "Was connected to m.roe");
    assert_head(
        c, "Call, 10:00: flow 0:08, waited 0:12 in Billing, with j.doe 1:10, handed over to Sales, "
           "waited there 0:15, with m.roe 8:40.");
}

static void consulted(void **state)
{
    struct journey_case *c = *state;
    transfer(c, 0, 120);
    assert_friendly(c, "j.doe consulted Sales for 0:40");
    assert_not_friendly(c, "handed over");
}

static void while_both_legs_go_on_nothing_is_handed_over(void **state)
{
    struct journey_case *c = *state;
    transfer(c, 0, 0);
    assert_friendly(c, "j.doe began a transfer to Sales");
    assert_not_friendly(c, "handed over");
    assert_head(c, "Call, 10:00: flow 0:08, waited 0:12 in Billing, with j.doe 9:40, transferring "
                   "to Sales, waited there 0:15, with m.roe 8:40.");
}

static void menus_of_a_transfer_are_the_agents(void **state)
{
    struct journey_case *c = *state;
    transfer(c, 0, 0);
    c->flow = "t|Default queue transfer";
    case_block(c, LEG_B, 62, "GetUserInput", "which",
               "{\"Text\":\"Which queue?\",\"MaxDigits\":\"1\"}", NULL);
    case_block(c, LEG_B, 64, "GetUserInput", "which", NULL, "3");
    case_tell(c, 0);
    assert_friendly(c, "j.doe was asked “Which queue?” → pressed 3");
}

static void moved_between_queues(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_event(c, LEG_A, "QUEUED", 8, NULL);
    case_event(c, LEG_A, "DISCONNECTED", 200, NULL);
    case_contact(c, LEG_B, "VOICE", "QUEUE_TRANSFER", 200, LEG_A);
    case_event_at(c, LEG_B, "QUEUED", 201, "queue/sales");
    case_tell(c, 0);
    assert_friendly(c, "Was moved from Billing to Sales after 3:12");
    assert_not_friendly(c, "without reaching anyone");
}

static void moved_within_one_contact(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "QUEUED", 8, NULL);
    case_event_at(c, LEG_A, "QUEUED", 68, "queue/sales");
    case_event(c, LEG_A, "CONNECTED_TO_AGENT", 98, NULL);
    case_tell(c, 0);
    assert_friendly(c, "Was moved from Billing to Sales after 1:00");
    assert_friendly(c, "Waited 0:30");
    assert_int_equal(c->journey.stages, 4);
}

static void whispers_are_heard_by_their_side(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_block(c, LEG_A, 1, "SetContactFlow", "w",
               "{\"Type\":\"AgentWhisper\",\"ContactFlowId\":\"x/contact-flow/aw\"}", NULL);
    case_block(c, LEG_A, 1.1, "SetContactFlow", "v",
               "{\"Type\":\"CustomerWhisper\",\"ContactFlowId\":\"x/contact-flow/cw\"}", NULL);
    case_event(c, LEG_A, "QUEUED", 2, NULL);
    c->flow = "aw|To the agent";
    case_block(c, LEG_A, 20, "PlayPrompt", "p", PROMPT("A caller from Billing"), NULL);
    c->flow = "cw|To the customer";
    case_block(c, LEG_A, 20.5, "PlayPrompt", "p", PROMPT("You are being recorded"), NULL);
    case_block(c, LEG_A, 21, "Resume", "r", "{}", NULL);
    case_tell(c, 0);
    assert_friendly(c, "The agent heard “A caller from Billing”");
    assert_friendly(c, "Heard “You are being recorded”");
    assert_friendly(c, "An agent was found (inferred)");
    assert_friendly(c, "Was connected to an agent (inferred)");
    case_event(c, LEG_A, "CONNECTED_TO_AGENT", 22, NULL);
    case_tell(c, 0);
    assert_friendly(c, "j.doe heard “A caller from Billing”");
    assert_friendly(c, "Was connected to j.doe");
    assert_not_friendly(c, "(inferred)");
}

static void logs_alone(void **state)
{
    struct journey_case *c = *state;
    case_block(c, LEG_A, 1, "SetQueue", "q", "{\"Queue\":\"x/queue/billing\"}", NULL);
    case_block(c, LEG_A, 8, "Transfer", "t", "{}", "false");
    c->flow = "q|Default customer queue";
    case_block(c, LEG_A, 8.2, "LoopPrompts", "l", PROMPT("Please hold."), NULL);
    c->flow = "w|Default agent whisper";
    case_block(c, LEG_A, 33, "PlayPrompt", "p", PROMPT("Billing"), NULL);
    case_tell(c, 0);
    assert_friendly(c, "First trace, in flow Main (how it came in is not known)");
    assert_friendly(c, "Joined the queue Billing (inferred)");
    assert_head(
        c, "no contact events seen: flow 0:07, waited about 0:25, joined an agent, end not seen.");
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "QUEUED", 8.4, NULL);
    case_tell(c, 0);
    assert_friendly(c, "Called in");
    assert_friendly(c, "Joined the queue Billing");
    assert_not_friendly(c, "Joined the queue Billing (inferred)");
}

static void holds(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_event(c, LEG_A, "CONNECTED_TO_AGENT", 10, NULL);
    case_agent(c, LEG_A, 20, "CONNECTED_ONHOLD");
    case_agent(c, LEG_A, 60, "CONNECTED");
    case_agent(c, LEG_A, 100, "CONNECTED_ONHOLD");
    case_tell(c, 0);
    assert_friendly(c, "On hold, 9:00 so far (2 times)");
    case_agent(c, LEG_A, 125, "CONNECTED");
    case_tell(c, 0);
    assert_friendly(c, "Was on hold 1:05 (2 times)");
}

static void a_hold_known_only_by_its_sum(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "CONNECTED_TO_AGENT", 10, NULL);
    case_event(c, LEG_A, "DISCONNECTED", 100, NULL);
    case_event(c, LEG_A, "COMPLETED", 101, "\"agentInfo\":{\"agentInitiatedHoldDuration\":65}");
    case_tell(c, 0);
    assert_friendly(c, "Was on hold 1:05 in all");
}

static void transferred_to_a_number(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_block(c, LEG_A, 3, "Transfer", "out",
               "{\"PhoneNumber\":\"+441632965678\",\"TimeLimit\":\"30\"}", NULL);
    c->masked = true;
    case_tell(c, 0);
    assert_friendly(c, "Was transferred to •••••5678");
    assert_techy(c, "Transfer “out” → number •••••5678  limit 30 s");
}

static void side_legs_say_whose_side(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_contact(c, LEG_B, "VOICE", "MONITOR", 30, LEG_A);
    case_event(c, LEG_B, "INITIATED", 30, NULL);
    case_event_at(c, LEG_B, "CONNECTED_TO_AGENT", 31, "agent/roe");
    case_tell(c, 0);
    assert_friendly(c, "A supervisor listened in, on the agent's side");
    assert_not_friendly(c, "m.roe");
}

/* The same lines come in any order and more than once. */
static void order_and_repeats_do_not_matter(void **state)
{
    struct journey_case *c = *state;
    transfer(c, 90, 0);
    char *told = arena_strdup(&c->arena, buf_str(&c->friendly));
    struct journey_case other;
    case_start(&other);
    for (size_t i = c->count; i-- > 0;) {
        for (size_t k = 2 * c->contact[i].history.count; k-- > 0;) {
            struct buf line = {0};
            entry_write_json(&line, &c->contact[i].history.entry[k / 2]);
            case_feed(&other, buf_str(&line), line.length);
            buf_free(&line);
        }
    }
    case_tell(&other, 0);
    assert_string_equal(buf_str(&other.friendly), told);
    case_free(&other);
}

static void nothing_is_nothing(void **state)
{
    struct journey_case *c = *state;
    struct chain none = {0};
    struct journey journey;
    journey_build(&journey, &c->arena, &(struct journey_input){.chain = &none});
    assert_int_equal(
        journey.friendly.count + journey.techy.count + journey.stages + journey.attributes, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, case_setup, case_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(callbacks),
        TEST(handed_over),
        TEST(consulted),
        TEST(while_both_legs_go_on_nothing_is_handed_over),
        TEST(menus_of_a_transfer_are_the_agents),
        TEST(moved_between_queues),
        TEST(moved_within_one_contact),
        TEST(whispers_are_heard_by_their_side),
        TEST(logs_alone),
        TEST(holds),
        TEST(a_hold_known_only_by_its_sum),
        TEST(transferred_to_a_number),
        TEST(side_legs_say_whose_side),
        TEST(order_and_repeats_do_not_matter),
        TEST(nothing_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
