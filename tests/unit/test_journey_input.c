/* The friendly story: what was heard, asked, answered and typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/journey_case.h"

#define PROMPT(text) "{\"Text\":\"" text "\",\"TextToSpeechType\":\"text\",\"Voice\":\"Joanna\"}"
#define MENU(text)                                                                                 \
    "{\"Text\":\"" text "\",\"TextToSpeechType\":\"text\",\"MaxDigits\":\"1\",\"Timeout\":"        \
    "\"5000\"}"

static void prompts_by_channel(void **state)
{
    struct journey_case *c = *state;
    static const struct {
        const char *channel, *words;
    } ways[] = {{"VOICE", "Heard “Hello there”"},
                {"CHAT", "Was sent “Hello there”"},
                {NULL, "Was told “Hello there”"}};
    for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
        case_free(c);
        case_start(c);
        case_contact(c, LEG_A, ways[i].channel, "INBOUND", 0, NULL);
        case_event(c, LEG_A, "INITIATED", 0, NULL);
        case_block(c, LEG_A, 1, "PlayPrompt", "p",
                   "{\"Text\":\"<speak>Hello<break "
                   "time='1s'/>there</speak>\",\"TextToSpeechType\":\"ssml\"}",
                   NULL);
        case_tell(c, 0);
        assert_friendly(c, ways[i].words);
    }
}

static void recordings_and_hidden_prompts(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_block(c, LEG_A, 1, "PlayPrompt", "p",
               "{\"AudioPrompt\":\"arn:aws:connect:x:1:instance/i/prompt/chime\"}", NULL);
    case_block(c, LEG_A, 2, "PlayPrompt", "s3",
               "{\"PromptSource\":\"S3\",\"PromptLocation\":\"https://bucket/a/welcome.wav\"}",
               NULL);
    case_block(c, LEG_A, 3, "PlayPrompt", "t", PROMPT("##STATE=7"), NULL);
    c->hide = "^##";
    case_tell(c, 0);
    assert_friendly(c, "Heard the recording Chime");
    assert_friendly(c, "Heard the recording welcome.wav");
    assert_not_friendly(c, "STATE");
    assert_techy(c, "PlayPrompt “t” “##STATE=7”  voice Joanna");
}

static void ask(struct journey_case *c, const char *channel, const char *result, bool ended)
{
    case_free(c);
    case_start(c);
    case_contact(c, LEG_A, channel, "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_block(c, LEG_A, 1, "GetUserInput", "menu", MENU("Press one or two."), NULL);
    if (result)
        case_block(c, LEG_A, 4, "GetUserInput", "menu", NULL, result);
    if (ended)
        case_event(c, LEG_A, "DISCONNECTED", 6, NULL);
    case_tell(c, 0);
}

static void menus(void **state)
{
    struct journey_case *c = *state;
    static const struct {
        const char *channel, *result, *words;
        bool ended;
    } cases[] = {
        {"VOICE", "2", "Was asked “Press one or two.” → pressed 2", false},
        {"VOICE", "BookRoom", "Was asked “Press one or two.” → was understood as “BookRoom”",
         false},
        {"VOICE", "Fallbackintent", "Was asked “Press one or two.” → was not understood", false},
        {"VOICE", "Timeout", "Was asked “Press one or two.” → did not answer", false},
        {"VOICE", "NoMatch", "Was asked “Press one or two.” → chose something not offered", false},
        {"VOICE", "Error", "Was asked “Press one or two.” → the menu failed  ✗", false},
        {"CHAT", "Error", "Reached a key-press menu “Press one or two.”, which chat cannot answer",
         false},
        {"VOICE", NULL, "Was asked “Press one or two.” → hung up or was cut off", true},
        {"CHAT", NULL, "Was asked “Press one or two.” → left", true},
        {"VOICE", NULL, "Was asked “Press one or two.”", false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        ask(c, cases[i].channel, cases[i].result, cases[i].ended);
        assert_friendly(c, cases[i].words);
    }
}

static void typed_digits_are_masked(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_block(c, LEG_A, 1, "StoreUserInput", "pin", PROMPT("Your number, please."), NULL);
    case_block(c, LEG_A, 7, "StoreUserInput", "pin", NULL, "246810");
    case_block(c, LEG_A, 7.1, "SetAttributes", "keep", "{\"Key\":\"code\",\"Value\":\"246810\"}",
               NULL);
    c->masked = true;
    case_tell(c, 0);
    assert_friendly(c, "Was asked “Your number, please.”");
    assert_friendly(c, "Entered •••••• (6 digits)");
    assert_techy(c, "└ ••••••  6.000 s");
    assert_techy(c, "code=••••");
    c->masked = false;
    case_tell(c, 0);
    assert_friendly(c, "Entered 246810 (6 digits)");
    c->masked = c->ascii = true;
    case_tell(c, 0);
    assert_friendly(c, "Entered ****** (6 digits)");
    assert_friendly(c, "Was asked \"Your number, please.\"");
}

static void loops_while_waiting(void **state)
{
    struct journey_case *c = *state;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    case_event(c, LEG_A, "QUEUED", 8, NULL);
    c->flow = "q|Default customer queue";
    for (int round = 0; round < 3; round++) {
        double at = 7.9 + round * 30;
        case_block(c, LEG_A, at, "LoopPrompts", "loop", PROMPT("Please hold."), NULL);
        case_block(c, LEG_A, at + 0.01, "LoopPrompts", "loop",
                   "{\"AudioPrompt\":\"arn:aws:connect:x:1:instance/i/prompt/chime\"}", NULL);
        case_block(c, LEG_A, at + 0.02, "LoopPrompts", "loop", "{}", NULL);
    }
    case_tell(c, 0);
    assert_friendly(c, "While waiting heard “Please hold.”, the recording Chime ×3");
    assert_true(strstr(buf_str(&c->friendly), "Joined") <
                strstr(buf_str(&c->friendly), "While waiting"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, case_setup, case_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(prompts_by_channel),      TEST(recordings_and_hidden_prompts), TEST(menus),
        TEST(typed_digits_are_masked), TEST(loops_while_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
