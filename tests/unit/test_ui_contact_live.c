/* The contact view while things happen: growth, days, masks, answers that come late or never. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/contact_fixture.h"
#include "ui/contact_view.h"

static const struct ui_setup wide = {.rows = 40, .columns = 140, .allow_unmask = true};

static void assert_selected(struct contact_fixture *t, const char *text)
{
    char *line = contact_selected(t);
    if (!strstr(line, text))
        fail_msg("“%s” is not selected, but: %s", text, line);
    free(line);
}

static void place_is_kept_as_it_grows(void **state)
{
    struct contact_fixture t;
    (void)state;
    contact_begin(&t, &wide, 100);
    contact_prompt(&t, 10, "one");
    contact_prompt(&t, 20, "two");
    contact_prompt(&t, 30, "three");
    contact_open(&t, LEG_A);
    ui_fixture_has(&t.f, "Friendly · following");
    assert_selected(&t, "three");
    ui_fixture_keys(&t.f, "k");
    assert_selected(&t, "two");
    ui_fixture_lacks(&t.f, "following");
    contact_prompt(&t, 5, "half");
    contact_answer(&t, LEG_A);
    assert_selected(&t, "two");
    contact_prompt(&t, 40, "four");
    contact_answer(&t, LEG_A);
    assert_selected(&t, "two");
    ui_fixture_keys(&t.f, "t");
    assert_selected(&t, "two");
    contact_prompt(&t, 15, "later than one");
    contact_answer(&t, LEG_A);
    assert_selected(&t, "two");
    ui_fixture_keys(&t.f, "f G");
    assert_selected(&t, "four");
    contact_prompt(&t, 50, "five");
    contact_answer(&t, LEG_A);
    assert_selected(&t, "five");
    ui_fixture_has(&t.f, "Friendly · following");
    contact_stop(&t);
}

static void keys_after_a_note_act_on_the_new_rows(void **state)
{
    struct contact_fixture t;
    (void)state;
    contact_begin(&t, &wide, 100);
    contact_prompt(&t, 10, "one");
    contact_prompt(&t, 20, "two");
    contact_open(&t, LEG_A);
    ui_fixture_keys(&t.f, "g");
    for (int i = 0; i < 50; i++)
        contact_prompt(&t, 30 + i, "more");
    contact_prompt(&t, 90, "last");
    t.f.ui->pause.on = false;
    contact_answer(&t, LEG_A);
    ui_fixture_keys(&t.f, "G");
    assert_selected(&t, "last");
    contact_stop(&t);
}

static void midnight_has_a_rule(void **state)
{
    struct contact_fixture t;
    (void)state;
    contact_begin(&t, &wide, 14 * 3600 + 60);
    contact_prompt(&t, 14 * 3600 - 2, "good evening");
    contact_prompt(&t, 14 * 3600 + 2, "good morning");
    contact_open(&t, LEG_A);
    ui_fixture_keys(&t.f, "g");
    ui_fixture_golden(&t.f, "contact-midnight-140x40", false);
    contact_stop(&t);
}

static void personal_data_is_hidden_everywhere(void **state)
{
    static const char *const secrets[] = {"Quux", "Zanzibar", "4711", "O\\\"Hara",
                                          "Hara", "Geheim",   "8899"};
    struct contact_fixture t;
    (void)state;
    contact_begin(&t, &wide, 100);
    case_block_more(&t.c, LEG_A, 1, "GetCustomerProfile", "profile",
                    "{\"address\":{\"street\":[\"Zanzibar\",{\"no\":4711}]},"
                    "\"fields\":[\"FirstName=Quux\",\"kept=plain\",\"IdentifierName=Phone\","
                    "\"IdentifierValue=8899\"],"
                    "\"last_name\":\"O\\\"Hara\"}",
                    "\"Results\":\"none\"");
    case_block(&t.c, LEG_A, 2, "SetAttributes", "a", "{\"Key\":\"passport\",\"Value\":\"Geheim\"}",
               NULL);
    contact_prompt(&t, 3, "Hello Quux, welcome from Zanzibar");
    contact_open(&t, LEG_A);
    const char *const panes[] = {"f", "t", "a", "r", "t g j j r", "f t g j j j r", "t G k k r"};
    for (size_t i = 0; i < ARRAY_SIZE(panes); i++) {
        ui_fixture_keys(&t.f, panes[i]);
        for (size_t k = 0; k < ARRAY_SIZE(secrets); k++)
            ui_fixture_lacks(&t.f, secrets[k]);
    }
    ui_fixture_keys(&t.f, "t g j j r");
    ui_fixture_has(&t.f, "\"kept=plain\"");
    ui_fixture_has(&t.f, "\"FirstName=••••\"");
    ui_fixture_keys(&t.f, "m"); /* raw is told anew where it stands */
    ui_fixture_has(&t.f, "FirstName=Quux");
    ui_fixture_has(&t.f, "O\\\"Hara");
    ui_fixture_has(&t.f, "4711");
    ui_fixture_keys(&t.f, "m");
    ui_fixture_lacks(&t.f, "Quux");
    contact_stop(&t);
}

static void an_answer_without_records_says_so(void **state)
{
    struct contact_fixture t;
    (void)state;
    contact_begin(&t, &wide, 100);
    contact_rows(&t);
    ui_fixture_keys(&t.f, "Enter");
    ui_fixture_has(&t.f, "Reading its history…");
    ui_fixture_keys(&t.f, "j G x z H a r J t f Enter / Esc l n");
    contact_answer_none(&t, LEG_A);
    ui_fixture_has(&t.f, "This contact is not in the store.");
    ui_fixture_keys(&t.f, "j G x z H a r J t f Enter / Esc l n ^D g");
    ui_fixture_pass(&t.f, 2);
    contact_answer(&t, LEG_A); /* it comes after all */
    ui_fixture_lacks(&t.f, "not in the store");
    ui_fixture_keys(&t.f, "f");
    ui_fixture_has(&t.f, "Called in");
    contact_answer_none(&t, LEG_A); /* and expires: its last picture stays */
    ui_fixture_has(&t.f, "Called in");
    ui_fixture_has(&t.f, "NOT IN THE STORE ANY MORE");
    contact_stop(&t);
}

static void late_answers_disturb_nothing(void **state)
{
    struct contact_fixture t;
    (void)state;
    contact_begin(&t, &wide, 100);
    contact_rows(&t);
    ui_fixture_keys(&t.f, "Enter q");
    contact_answer(&t, LEG_A); /* nobody waits any more */
    ui_fixture_has(&t.f, "IN STATE");
    assert_int_equal(t.f.closed, 1);
    case_contact(&t.c, LEG_C, "CHAT", "API", 5, NULL);
    case_event(&t.c, LEG_C, "INITIATED", 5, NULL);
    contact_rows(&t);
    ui_fixture_keys(&t.f, "g Enter");
    char *first = mem_strdup(t.f.opened);
    ui_fixture_keys(&t.f, "q G Enter");
    assert_string_not_equal(first, t.f.opened);
    contact_answer(&t, first);
    ui_fixture_has(&t.f, "Reading its history…");
    contact_answer(&t, t.f.opened);
    ui_fixture_lacks(&t.f, "Reading its history…");
    free(first);
    contact_stop(&t);
}

static void a_pause_holds_the_open_contact(void **state)
{
    struct contact_fixture t;
    (void)state;
    contact_begin(&t, &wide, 100);
    contact_prompt(&t, 10, "one");
    contact_open(&t, LEG_A);
    ui_fixture_keys(&t.f, "p");
    contact_prompt(&t, 20, "two");
    contact_answer(&t, LEG_A);
    ui_fixture_pass(&t.f, 5);
    ui_fixture_lacks(&t.f, "“two”");
    ui_fixture_keys(&t.f, "p");
    ui_fixture_has(&t.f, "“two”");
    ui_fixture_keys(&t.f, "p q Enter"); /* opened while paused: its first answer is shown */
    contact_answer(&t, LEG_A);
    ui_fixture_has(&t.f, "“two”");
    contact_stop(&t);
}

static void sentences_grow_with_the_time(void **state)
{
    struct contact_fixture t;
    (void)state;
    contact_begin(&t, &wide, 60);
    case_event(&t.c, LEG_A, "CONNECTED_TO_AGENT", 20, NULL);
    case_agent(&t.c, LEG_A, 50, "CONNECTED_ONHOLD");
    contact_open(&t, LEG_A);
    ui_fixture_has(&t.f, "(0:10 of it on hold)");
    ui_fixture_keys(&t.f, "k");
    char *before = contact_selected(&t);
    ui_fixture_pass(&t.f, 5);
    ui_fixture_has(&t.f, "(0:15 of it on hold)");
    char *after = contact_selected(&t);
    assert_string_equal(before, after);
    free(before);
    free(after);
    contact_stop(&t);
}

static void each_body_is_learnt_once_and_none_missed(void **state)
{
    struct contact_fixture t;
    (void)state;
    contact_begin(&t, &wide, 100);
    contact_prompt(&t, 10, "This is Persephone");
    contact_open(&t, LEG_A);
    struct contact_view *view = (struct contact_view *)ui_top(t.f.ui);
    ui_fixture_has(&t.f, "Persephone");
    assert_int_equal(view->learnt.count, 2);
    contact_answer(&t, LEG_A);
    assert_int_equal(view->learnt.count, 2);
    case_block(&t.c, LEG_A, 5, "SetAttributes", "a",
               "{\"Key\":\"first_name\",\"Value\":\"Persephone\"}", NULL);
    contact_answer(&t, LEG_A);
    assert_int_equal(view->learnt.count, 3);
    ui_fixture_lacks(&t.f, "Persephone");
    contact_stop(&t);
}

static void an_export_of_another_leg_keeps_it_alive(void **state)
{
    struct contact_fixture t;
    (void)state;
    contact_start(&t, &wide, 160);
    contact_call(&t, 160);
    contact_open(&t, LEG_A);
    ui_fixture_keys(&t.f, "J");
    case_event(&t.c, LEG_C, "DISCONNECTED", 159, NULL);
    contact_answer(&t, LEG_B); /* asked for anew under the id of the leg shown */
    ui_fixture_has(&t.f, "● bbbb2222");
    ui_fixture_has(&t.f, "Left Billing");
    contact_stop(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(place_is_kept_as_it_grows),
        cmocka_unit_test(keys_after_a_note_act_on_the_new_rows),
        cmocka_unit_test(midnight_has_a_rule),
        cmocka_unit_test(personal_data_is_hidden_everywhere),
        cmocka_unit_test(an_answer_without_records_says_so),
        cmocka_unit_test(late_answers_disturb_nothing),
        cmocka_unit_test(a_pause_holds_the_open_contact),
        cmocka_unit_test(sentences_grow_with_the_time),
        cmocka_unit_test(each_body_is_learnt_once_and_none_missed),
        cmocka_unit_test(an_export_of_another_leg_keeps_it_alive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
