/* The contact view as pictures and by keys: its panes at several sizes, folds, legs, search. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/contact_fixture.h"
#include "ui/ui_internal.h"

static void open_call(struct contact_fixture *t, const struct ui_setup *setup, double at)
{
    contact_start(t, setup, at);
    contact_call(t, at);
    contact_open(t, LEG_A);
}

static void assert_selected(struct contact_fixture *t, const char *text)
{
    char *line = contact_selected(t);
    if (!strstr(line, text))
        fail_msg("“%s” is not selected, but: %s", text, line);
    free(line);
}

static void one_pane_at_80x24(void **state)
{
    struct contact_fixture t;
    (void)state;
    open_call(&t, &(struct ui_setup){0}, 60);
    ui_fixture_golden(&t.f, "contact-friendly-80x24", false);
    ui_fixture_keys(&t.f, "t");
    ui_fixture_golden(&t.f, "contact-techy-80x24", false);
    assert_string_equal(map_get(&t.f.state, "contact-pane"), "techy");
    ui_fixture_keys(&t.f, "x");
    assert_selected(&t, "Look up");
    ui_fixture_keys(&t.f, "r");
    ui_fixture_golden(&t.f, "contact-raw-80x24", false);
    ui_fixture_keys(&t.f, "a");
    ui_fixture_golden(&t.f, "contact-attributes-80x24", false);
    ui_fixture_keys(&t.f, "Esc");
    ui_fixture_has(&t.f, "┌ Techy");
    contact_stop(&t);
}

static void side_by_side_in_colour_at_140x40(void **state)
{
    struct contact_fixture t;
    (void)state;
    open_call(&t, &(struct ui_setup){.rows = 40, .columns = 140, .colours = 256}, 160);
    ui_fixture_golden(&t.f, "contact-chain-140x40-roles", true);
    ui_fixture_keys(&t.f, "J g");
    ui_fixture_golden(&t.f, "contact-chain-second-leg-140x40", false);
    contact_stop(&t);
}

static void ascii_at_40x10(void **state)
{
    struct contact_fixture t;
    struct buf picture = {0};
    (void)state;
    open_call(&t, &(struct ui_setup){.rows = 10, .columns = 40, .ascii = true}, 160);
    ui_fixture_golden(&t.f, "contact-friendly-40x10-ascii", false);
    ui_fixture_keys(&t.f, "t g j");
    ui_fixture_golden(&t.f, "contact-techy-40x10-ascii", false);
    ui_picture(t.f.ui, &picture, false);
    for (size_t i = 0; i < picture.length; i++)
        assert_true((unsigned char)picture.data[i] < 0x7f);
    buf_free(&picture);
    contact_stop(&t);
}

static void every_size_stands(void **state)
{
    static const char *const panes[] = {"f", "t", "r", "a"};
    struct contact_fixture t;
    (void)state;
    open_call(&t, &(struct ui_setup){0}, 160);
    for (int rows = 1; rows < 50; rows += 3)
        for (int wide = 1; wide < 170; wide += 7) {
            ui_resize(t.f.ui, rows, wide);
            ui_fixture_keys(&t.f, panes[(rows + wide) % 4]);
            ui_fixture_keys(&t.f, "PgDn Up l h z H x J");
        }
    contact_stop(&t);
}

static void the_same_key_again_shows_both(void **state)
{
    struct contact_fixture t;
    (void)state;
    open_call(&t, &(struct ui_setup){.rows = 40, .columns = 140}, 60);
    ui_fixture_has(&t.f, "Friendly");
    ui_fixture_has(&t.f, "Techy");
    ui_fixture_keys(&t.f, "f");
    ui_fixture_lacks(&t.f, "Techy");
    ui_fixture_keys(&t.f, "t");
    ui_fixture_lacks(&t.f, "Friendly");
    ui_fixture_keys(&t.f, "t");
    ui_fixture_has(&t.f, "Friendly");
    ui_fixture_has(&t.f, "Techy");
    ui_fixture_keys(&t.f, "r");
    ui_fixture_lacks(&t.f, "Techy");
    ui_fixture_keys(&t.f, "r");
    ui_fixture_has(&t.f, "Techy");
    ui_resize(t.f.ui, 24, 80);
    ui_fixture_keys(&t.f, "t");
    ui_fixture_has(&t.f, "need 120 columns");
    contact_stop(&t);
}

static void both_scroll_together_by_time(void **state)
{
    struct contact_fixture t;
    (void)state;
    open_call(&t, &(struct ui_setup){.rows = 40, .columns = 140}, 60);
    ui_fixture_keys(&t.f, "f g");
    assert_selected(&t, "Called in");
    for (int i = 0; i < 30; i++)
        ui_fixture_keys(&t.f, "j");
    ui_fixture_keys(&t.f, "t");
    assert_selected(&t, "CONNECTED_TO_AGENT");
    ui_fixture_keys(&t.f, "g f");
    assert_selected(&t, "Called in");
    contact_stop(&t);
}

static void folds_open_and_close(void **state)
{
    struct contact_fixture t;
    (void)state;
    open_call(&t, &(struct ui_setup){.rows = 40, .columns = 140}, 60);
    ui_fixture_keys(&t.f, "t t t g");
    ui_fixture_keys(&t.f, "/");
    ui_fixture_type(&t.f, "who");
    ui_fixture_keys(&t.f, "Enter");
    assert_selected(&t, "SetAttributes");
    ui_fixture_lacks(&t.f, "   tier=gold");
    ui_fixture_keys(&t.f, "Enter");
    assert_selected(&t, "SetAttributes");
    ui_fixture_has(&t.f, "   tier=gold");
    ui_fixture_keys(&t.f, "Enter");
    ui_fixture_lacks(&t.f, "   tier=gold");
    ui_fixture_keys(&t.f, "z");
    ui_fixture_has(&t.f, "   tier=gold");
    assert_selected(&t, "SetAttributes");
    ui_fixture_keys(&t.f, "j");
    ui_fixture_keys(&t.f, "z"); /* its line is gone: the fold it was in is selected */
    assert_selected(&t, "SetAttributes");
    ui_fixture_keys(&t.f, "H");
    ui_fixture_lacks(&t.f, "SetAttributes ");
    ui_fixture_lacks(&t.f, "CheckAttribute");
    ui_fixture_has(&t.f, "checks and attributes hidden");
    ui_fixture_keys(&t.f, "H");
    ui_fixture_has(&t.f, "CheckAttribute");
    contact_stop(&t);
}

static void search_goes_round(void **state)
{
    struct contact_fixture t;
    (void)state;
    open_call(&t, &(struct ui_setup){0}, 60);
    ui_fixture_keys(&t.f, "n");
    ui_fixture_has(&t.f, "/ searches");
    ui_fixture_keys(&t.f, "g /");
    ui_fixture_type(&t.f, "WITH YOU");
    ui_fixture_keys(&t.f, "Enter"); /* it stands in a later piece of a wrapped line */
    assert_selected(&t, "Was asked");
    ui_fixture_keys(&t.f, "t g /");
    ui_fixture_type(&t.f, "ted");
    ui_fixture_keys(&t.f, "Enter");
    assert_selected(&t, "CONNECTED_TO_AGENT");
    ui_fixture_keys(&t.f, "n");
    assert_selected(&t, "INITIATED");
    ui_fixture_keys(&t.f, "N");
    assert_selected(&t, "CONNECTED_TO_AGENT");
    ui_fixture_keys(&t.f, "/");
    ui_fixture_type(&t.f, "nowhere");
    ui_fixture_keys(&t.f, "Enter");
    ui_fixture_has(&t.f, "not found: nowhere");
    ui_fixture_has(&t.f, "· /nowhere");
    ui_fixture_keys(&t.f, "Esc");
    ui_fixture_lacks(&t.f, "nowhere");
    ui_fixture_has(&t.f, "┌ Techy");
    ui_fixture_keys(&t.f, "Esc");
    ui_fixture_has(&t.f, "IN STATE");
    contact_stop(&t);
}

static void errors_are_sought(void **state)
{
    struct contact_fixture t;
    (void)state;
    open_call(&t, &(struct ui_setup){0}, 60);
    ui_fixture_keys(&t.f, "t x");
    assert_selected(&t, "Look up");
    ui_fixture_keys(&t.f, "G X");
    assert_selected(&t, "Look up");
    ui_fixture_keys(&t.f, "f x");
    ui_fixture_has(&t.f, "no error here; t: techy tells of 1");
    contact_stop(&t);
}

static void legs_are_walked(void **state)
{
    struct contact_fixture t;
    (void)state;
    open_call(&t, &(struct ui_setup){0}, 160);
    ui_fixture_has(&t.f, "● aaaa1111");
    ui_fixture_keys(&t.f, "t J");
    ui_fixture_has(&t.f, "● bbbb2222");
    ui_fixture_has(&t.f, "QUEUED Sales");
    assert_selected(&t, "INITIATED TRANSFER");
    ui_fixture_keys(&t.f, "J");
    ui_fixture_has(&t.f, "● cccc3333");
    ui_fixture_keys(&t.f, "J");
    ui_fixture_has(&t.f, "● aaaa1111");
    ui_fixture_keys(&t.f, "K");
    ui_fixture_has(&t.f, "● cccc3333");
    ui_fixture_keys(&t.f, "q");
    ui_fixture_has(&t.f, "IN STATE");
    contact_stop(&t);
}

static void sideways_leaves_the_time(void **state)
{
    struct contact_fixture t;
    (void)state;
    open_call(&t, &(struct ui_setup){0}, 60);
    ui_fixture_keys(&t.f, "t g j j");
    assert_selected(&t, "SetLoggingBehavior");
    ui_fixture_keys(&t.f, "l");
    assert_selected(&t, "10:00:01.000");
    assert_selected(&t, "gBehavior");
    ui_fixture_lacks(&t.f, "SetLoggingBehavior");
    ui_fixture_keys(&t.f, "h h");
    assert_selected(&t, "SetLoggingBehavior");
    contact_stop(&t);
}

static void the_mouse_chooses_rows(void **state)
{
    struct contact_fixture t;
    (void)state;
    open_call(&t, &(struct ui_setup){.rows = 40, .columns = 140}, 60);
    struct key_press press = {KEY_POINTER, POINTER_PRESS, 7, 80};
    ui_key(t.f.ui, &press);
    ui_draw(t.f.ui);
    assert_selected(&t, "SetLoggingBehavior");
    ui_fixture_lacks(&t.f, "following");
    press = (struct key_press){KEY_POINTER, POINTER_WHEEL_DOWN, 7, 80};
    ui_key(t.f.ui, &press);
    ui_draw(t.f.ui);
    assert_selected(&t, "CheckAttribute");
    press = (struct key_press){KEY_POINTER, POINTER_DOUBLE, 9, 80};
    ui_key(t.f.ui, &press);
    ui_draw(t.f.ui);
    ui_fixture_has(&t.f, "\"Identifier\": \"Look up\"");
    contact_stop(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_pane_at_80x24),
        cmocka_unit_test(side_by_side_in_colour_at_140x40),
        cmocka_unit_test(ascii_at_40x10),
        cmocka_unit_test(every_size_stands),
        cmocka_unit_test(the_same_key_again_shows_both),
        cmocka_unit_test(both_scroll_together_by_time),
        cmocka_unit_test(folds_open_and_close),
        cmocka_unit_test(search_goes_round),
        cmocka_unit_test(errors_are_sought),
        cmocka_unit_test(legs_are_walked),
        cmocka_unit_test(sideways_leaves_the_time),
        cmocka_unit_test(the_mouse_chooses_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
