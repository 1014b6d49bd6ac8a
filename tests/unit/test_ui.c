/* The screen as pictures and by keys: Contacts, its header, prompts, menus, pause, masks, what is
 * sent to the terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/rng.h"
#include "support/ui_fixture.h"
#include "ui/ui_internal.h"

#define S(n) ((int64_t)(n)*SECOND_MS)

static void contacts_at_80x24(void **state)
{
    struct ui_fixture f = {0};
    (void)state;
    ui_fixture_open(&f, &(struct ui_setup){.filter = "wait>30"});
    ui_fixture_floor(&f, 20);
    ui_fixture_keys(&f, "Down Up");
    f.now += S(1);
    ui_step(f.ui);
    ui_fixture_golden(&f, "contacts-80x24", false);
    ui_fixture_close(&f);
}

static void contacts_in_colour_at_140x40(void **state)
{
    struct ui_fixture f = {0};
    (void)state;
    ui_fixture_open(&f, &(struct ui_setup){.rows = 40, .columns = 140, .colours = 256});
    ui_fixture_floor(&f, 60);
    ui_fixture_keys(&f, "j Space");
    ui_fixture_golden(&f, "contacts-140x40-roles", true);
    ui_fixture_close(&f);
}

static void contacts_in_ascii_at_40x10(void **state)
{
    struct ui_fixture f = {0};
    (void)state;
    ui_fixture_open(&f, &(struct ui_setup){.rows = 10, .columns = 40, .ascii = true});
    ui_fixture_floor(&f, 5);
    ui_fixture_golden(&f, "contacts-40x10-ascii", false);
    struct buf picture = {0};
    ui_picture(f.ui, &picture, false);
    for (size_t i = 0; i < picture.length; i++)
        assert_true((unsigned char)picture.data[i] < 0x7f);
    buf_free(&picture);
    ui_resize(f.ui, 7, 39);
    ui_fixture_golden(&f, "too-small-ascii", false);
    ui_fixture_close(&f);
}

static void empty_says_why(void **state)
{
    struct ui_fixture f = {0};
    (void)state;
    ui_fixture_open(&f, &(struct ui_setup){0});
    ui_step(f.ui);
    ui_fixture_has(&f, "Loading");
    ui_fixture_has(&f, "WAITING –");
    ui_fixture_loaded(&f);
    ui_step(f.ui);
    ui_fixture_has(&f, "No events yet.");
    snprintf(f.metrics.source_error, sizeof(f.metrics.source_error), "the queue does not exist");
    f.metrics.last_receive = f.now - S(45);
    ui_fixture_pass(&f, 1);
    ui_fixture_has(&f, "No events: the queue does not exist");
    ui_fixture_has(&f, "● the queue does not exist");
    f.metrics.source_error[0] = '\0';
    ui_fixture_pass(&f, 1);
    ui_fixture_has(&f, "last poll 47s ago");
    f.metrics.last_receive = 0;
    ui_fixture_floor(&f, 0);
    ui_fixture_keys(&f, "/");
    ui_fixture_type(&f, "agent=nobody");
    ui_fixture_keys(&f, "Enter");
    f.now += S(6);
    ui_step(f.ui);
    ui_fixture_has(&f, "0 of 3");
    ui_fixture_error(&f, "no such table");
    ui_step(f.ui);
    ui_fixture_has(&f, "● no such table");
    ui_fixture_error(&f, "");
    ui_step(f.ui);
    ui_fixture_has(&f, "● LIVE");
    ui_fixture_close(&f);
}

/* As it is while the program answers keys faster than it draws. */
static void keys_behind_a_new_filter_act_on_its_rows(void **state)
{
    struct ui_fixture f = {0};
    (void)state;
    ui_fixture_open(&f, &(struct ui_setup){.filter = "agent=nobody"});
    ui_fixture_floor(&f, 5);
    ui_fixture_has(&f, "0 of 8");
    f.ui->answering = true;
    ui_fixture_keys(&f, "/");
    f.ui->answering = true;
    ui_fixture_keys(&f, "^U Enter");
    f.ui->answering = true;
    ui_fixture_keys(&f, "Down");
    f.ui->answering = true;
    ui_fixture_keys(&f, "Enter");
    assert_non_null(f.opened);
    ui_fixture_close(&f);
}

static void selection_stays_on_its_contact(void **state)
{
    struct ui_fixture f = {0};
    (void)state;
    ui_fixture_open(&f, &(struct ui_setup){.sort = "-in_state"});
    ui_fixture_floor(&f, 8);
    ui_fixture_keys(&f, "j j");
    char *before = ui_fixture_line(&f, 7);
    assert_non_null(strstr(before, "▶"));
    char id[9];
    snprintf(id, sizeof(id), "%.8s", before + strlen(before) - 8);
    free(before);
    ui_fixture_keys(&f, "I"); /* inverted: the row moves, the choice with it */
    f.now += S(6);
    ui_step(f.ui);
    bool found = false;
    for (int row = 5; row < 22; row++) {
        char *line = ui_fixture_line(&f, row);
        bool selected = strstr(line, "▶") != NULL;
        if (selected)
            assert_non_null(strstr(line, id));
        found |= selected;
        free(line);
    }
    assert_true(found);
    ui_fixture_close(&f);
}

static void the_first_row_is_selected_until_a_key_chooses(void **state)
{
    struct ui_fixture f = {0};
    (void)state;
    ui_fixture_open(&f, &(struct ui_setup){.sort = "-total"});
    ui_fixture_floor(&f, 3);
    ui_step(f.ui);
    const struct test_leg older[] = {{.id = "0ld00000-1", .start = UI_T0 - S(5000)},
                                     {.id = "0ld00000-2", .start = UI_T0 - S(6000)}};
    for (size_t i = 0; i < 2; i++) {
        ui_fixture_put(&f, &older[i]);
        ui_fixture_pass(&f, 1);
        char *first = ui_fixture_line(&f, 5);
        assert_non_null(strstr(first, "▶"));
        assert_non_null(strstr(first, "0ld00000"));
        free(first);
        if (!i)
            ui_fixture_keys(&f, "g");
    }
    ui_fixture_pass(&f, 6); /* chosen by then, the row moves and stays selected */
    char *second = ui_fixture_line(&f, 6);
    assert_non_null(strstr(second, "▶"));
    free(second);
    ui_fixture_close(&f);
}

static void order_is_held_while_keys_come_and_says_so(void **state)
{
    struct ui_fixture f = {0};
    (void)state;
    ui_fixture_open(&f, &(struct ui_setup){.sort = "-total"});
    ui_fixture_floor(&f, 3);
    ui_fixture_keys(&f, "j");
    ui_fixture_has(&f, "ORDER HELD 5s");
    char *second = ui_fixture_line(&f, 6);
    const struct test_leg older = {.id = "0ld00000-1", .start = UI_T0 - S(5000)};
    ui_fixture_put(&f, &older);
    ui_fixture_pass(&f, 2);
    ui_fixture_has(&f, "ORDER HELD 3s");
    char *now = ui_fixture_line(&f, 6);
    assert_string_equal(now + strlen(now) - 8, second + strlen(second) - 8);
    ui_fixture_pass(&f, 4);
    ui_fixture_lacks(&f, "ORDER HELD");
    char *first = ui_fixture_line(&f, 5);
    assert_non_null(strstr(first, "0ld00000"));
    ui_fixture_keys(&f, "o");
    ui_fixture_pass(&f, 60);
    ui_fixture_has(&f, "ORDER HELD");
    ui_fixture_keys(&f, "o");
    ui_fixture_lacks(&f, "ORDER HELD");
    free(second);
    free(now);
    free(first);
    ui_fixture_close(&f);
}

static void filter_is_live_and_esc_restores(void **state)
{
    struct ui_fixture f = {0};
    (void)state;
    ui_fixture_open(&f, &(struct ui_setup){0});
    ui_fixture_floor(&f, 10);
    ui_fixture_keys(&f, "g"); /* a contact chosen stays, though outside the filter */
    ui_fixture_keys(&f, "/");
    ui_fixture_type(&f, "queue=sales and");
    ui_fixture_golden(&f, "filter-mistake-80x24", false);
    ui_fixture_keys(&f, "BackSpace BackSpace BackSpace");
    ui_fixture_has(&f, " of 13");
    ui_fixture_keys(&f, "Esc");
    ui_fixture_has(&f, "13 contacts");
    ui_fixture_keys(&f, "/");
    ui_fixture_type(&f, "queue=billing");
    ui_fixture_keys(&f, "Enter");
    ui_fixture_has(&f, "filter: queue=billing");
    ui_fixture_keys(&f, "/ ^U");
    ui_fixture_type(&f, "sta");
    ui_fixture_keys(&f, "Tab");
    ui_fixture_has(&f, "filter: sta");
    ui_fixture_keys(&f, "^U Up Enter");
    ui_fixture_has(&f, "filter: queue=billing");
    ui_fixture_close(&f);
}

static void pause_fixes_the_picture(void **state)
{
    struct ui_fixture f = {0};
    (void)state;
    ui_fixture_open(&f, &(struct ui_setup){0});
    ui_fixture_floor(&f, 2);
    ui_fixture_keys(&f, "p");
    struct buf before = {0}, after = {0};
    ui_picture(f.ui, &before, true);
    ui_fixture_pass(&f, 3);
    ui_picture(f.ui, &after, true);
    assert_string_equal(buf_str(&before), buf_str(&after));
    long sent = ui_fixture_sent(&f);
    ui_fixture_pass(&f, 30);
    assert_int_equal(ui_fixture_sent(&f), sent); /* the clock stands: nothing is written */
    struct test_leg leg = {.id = "nnnnnnnn-1", .start = UI_T0};
    ui_fixture_put(&f, &leg);
    leg.enqueued = UI_T0 + S(1);
    ui_fixture_put(&f, &leg);
    ui_fixture_pass(&f, 1);
    ui_fixture_has(&f, "PAUSED +2");
    ui_fixture_lacks(&f, "nnnnnnnn");
    ui_fixture_keys(&f, "p");
    ui_fixture_lacks(&f, "PAUSED");
    ui_fixture_has(&f, "nnnnnnnn");
    assert_int_equal(live_find(f.live, "nnnnnnnn-1")->shown, SHOWN_QUEUED);
    buf_free(&before);
    buf_free(&after);
    ui_fixture_close(&f);
}

static void personal_data_is_hidden(void **state)
{
    struct ui_fixture f = {0};
    (void)state;
    ui_fixture_open(&f, &(struct ui_setup){.allow_unmask = true, .list = "customer,contact"});
    ui_fixture_floor(&f, 0);
    ui_fixture_lacks(&f, "20794");
    ui_fixture_has(&f, "1234");
    ui_fixture_keys(&f, "m");
    ui_fixture_has(&f, "+442079461234");
    ui_fixture_has(&f, "UNMASKED");
    ui_fixture_pass(&f, 299);
    ui_fixture_has(&f, "UNMASKED");
    ui_fixture_pass(&f, 2);
    ui_fixture_lacks(&f, "UNMASKED");
    ui_fixture_lacks(&f, "20794");
    ui_fixture_close(&f);
    ui_fixture_open(&f, &(struct ui_setup){0});
    ui_fixture_keys(&f, "m");
    ui_fixture_has(&f, "allow_unmask");
    ui_fixture_lacks(&f, "UNMASKED");
    ui_fixture_close(&f);
}

static void help_is_made_from_the_table(void **state)
{
    static const char *const bind[] = {"T", "pause", "p", "none", NULL};
    struct ui_fixture f = {0};
    (void)state;
    ui_fixture_open(&f, &(struct ui_setup){.rows = 120, .columns = 100, .bind = bind});
    ui_fixture_floor(&f, 0);
    ui_fixture_has(&f, "T pause");
    ui_fixture_keys(&f, "?");
    ui_fixture_has(&f, "T               pause, resume");
    ui_fixture_lacks(&f, "compare the two"); /* what is not on offer is not promised */
    ui_fixture_has(&f, "Filter");
    ui_fixture_has(&f, ":theme NAME|PATH");
    ui_fixture_keys(&f, "Esc");
    ui_fixture_has(&f, "IN STATE");
    ui_fixture_keys(&f, "d");
    ui_fixture_has(&f, "not available");
    ui_fixture_keys(&f, "p");
    ui_fixture_lacks(&f, "PAUSED");
    ui_fixture_keys(&f, "T");
    ui_fixture_has(&f, "PAUSED");
    ui_fixture_close(&f);
}

static void columns_are_chosen_and_kept(void **state)
{
    struct ui_fixture f = {0};
    (void)state;
    ui_fixture_open(&f, &(struct ui_setup){0});
    const struct test_leg gold = {
        .id = "g01d0000-1", .start = UI_T0, .attribute = "tier", .value = "gold"};
    ui_fixture_put(&f, &gold);
    ui_fixture_floor(&f, 0);
    ui_fixture_keys(&f, ":");
    ui_fixture_type(&f, "columns status,attr.tier,contact");
    ui_fixture_keys(&f, "Enter");
    ui_fixture_has(&f, "gold");
    assert_string_equal(map_get(&f.state, "columns"), "status,attr.tier,contact");
    ui_fixture_keys(&f, "c");
    ui_fixture_golden(&f, "columns-menu-80x24", false);
    ui_fixture_keys(&f, "Space Esc");
    ui_fixture_has(&f, "STATUS");
    ui_fixture_keys(&f, "c Space Enter");
    ui_fixture_lacks(&f, "STATUS");
    assert_string_equal(map_get(&f.state, "columns"), "attr.tier,contact");
    ui_fixture_close(&f);
}

static void views_are_saved_by_name(void **state)
{
    struct ui_fixture f = {0};
    (void)state;
    ui_fixture_open(&f, &(struct ui_setup){.filter = "queue=sales", .sort = "-total"});
    ui_fixture_floor(&f, 0);
    ui_fixture_keys(&f, "S");
    ui_fixture_type(&f, "sales");
    ui_fixture_keys(&f, "Enter");
    assert_string_equal(map_get(&f.state, "views"), "sales");
    assert_string_equal(map_get(&f.state, "view.sales"), "-total||queue=sales");
    ui_fixture_keys(&f, ":");
    ui_fixture_type(&f, "filter");
    ui_fixture_keys(&f, "Enter s Enter");
    ui_fixture_has(&f, "3 contacts");
    ui_fixture_keys(&f, "V Enter");
    ui_fixture_has(&f, "filter: queue=sales");
    ui_fixture_has(&f, "sort TOTAL▼");
    ui_fixture_keys(&f, "V Del Esc");
    assert_null(map_get(&f.state, "view.sales"));
    assert_null(map_get(&f.state, "views"));
    ui_fixture_close(&f);
}

static void marks_sort_and_tiles(void **state)
{
    struct ui_fixture f = {0};
    (void)state;
    ui_fixture_open(&f, &(struct ui_setup){0});
    ui_fixture_floor(&f, 6);
    ui_fixture_keys(&f, "g Space");
    char *line = ui_fixture_line(&f, 5);
    assert_non_null(strstr(line, " +"));
    free(line);
    ui_fixture_keys(&f, "Esc g");
    line = ui_fixture_line(&f, 5);
    assert_null(strstr(line, "▶+"));
    free(line);
    ui_fixture_keys(&f, ">");
    ui_fixture_has(&f, "sort TOTAL");
    ui_fixture_keys(&f, "< <");
    ui_fixture_has(&f, "sort CH");
    ui_fixture_keys(&f, "0 Right Right Right Enter");
    ui_fixture_has(&f, "filter: status='with agent'");
    ui_fixture_close(&f);
}

static void leaving_asks_once_when_ingesting(void **state)
{
    struct ui_fixture f = {0};
    (void)state;
    ui_fixture_open(&f, &(struct ui_setup){.ingests = true});
    ui_fixture_floor(&f, 0);
    ui_fixture_keys(&f, "q");
    ui_fixture_has(&f, "this process ingests");
    ui_fixture_keys(&f, "j q");
    ui_fixture_has(&f, "this process ingests");
    ui_fixture_keys(&f, "q");
    assert_int_equal(ui_run(f.ui), 0); /* returns at once */
    ui_fixture_close(&f);
}

static void a_gone_terminal_ends_the_program(void **state)
{
    struct ui_fixture f = {0};
    (void)state;
    ui_fixture_open(&f, &(struct ui_setup){0});
    assert_int_equal(ui_run(f.ui), 0); /* /dev/null is at its end */
    ui_fixture_close(&f);
}

static char *sent_text(struct ui_fixture *f, long from)
{
    long length = ui_fixture_sent(f) - from;
    char *text = mem_zero((size_t)length + 1);
    fseek(f->out, from, SEEK_SET);
    assert_int_equal(fread(text, 1, (size_t)length, f->out), length);
    fseek(f->out, 0, SEEK_END);
    return text;
}

static void copies_go_by_osc_52(void **state)
{
    struct ui_fixture f = {0};
    (void)state;
    ui_fixture_open(&f, &(struct ui_setup){.console = "https://x.my.connect.aws/"});
    const struct test_leg leg = {.id = "abc", .start = UI_T0};
    ui_fixture_put(&f, &leg);
    ui_fixture_loaded(&f);
    ui_step(f.ui);
    long from = ui_fixture_sent(&f);
    ui_fixture_keys(&f, "y");
    char *text = sent_text(&f, from);
    assert_non_null(strstr(text, "\033]52;c;YWJj\a"));
    free(text);
    from = ui_fixture_sent(&f);
    ui_fixture_keys(&f, "Y");
    text = sent_text(&f, from);
    assert_non_null(strstr(
        text,
        "\033]52;c;aHR0cHM6Ly94Lm15LmNvbm5lY3QuYXdzL2NvbnRhY3QtdHJhY2UtcmVjb3Jkcy9kZXRhaWxzL2FiYw=="
        "\a"));
    free(text);
    ui_fixture_close(&f);
}

/* Bytes a second of a full screen whose clocks tick; the first frames do not count. */
static long bytes_a_second(int colours)
{
    struct ui_fixture f = {0};
    ui_fixture_open(&f, &(struct ui_setup){.rows = 40, .columns = 140, .colours = colours});
    ui_fixture_floor(&f, 60);
    ui_fixture_pass(&f, 3);
    long before = ui_fixture_sent(&f);
    ui_fixture_pass(&f, 20);
    long sent = ui_fixture_sent(&f) - before;
    ui_fixture_close(&f);
    return sent / 20;
}

static void output_is_frugal(void **state)
{
    (void)state;
    long mono = bytes_a_second(0), colour = bytes_a_second(256);
    print_message("140x40 ticking: %ld B/s mono, %ld B/s in 256 colours\n", mono, colour);
    assert_in_range(mono, 1, 800);
    assert_in_range(colour, 1, 1500);
}

/* Whatever is pressed, at whatever size, with whatever coming in: the screen stands. */
static void random_keys_do_no_harm(void **state)
{
    static const char *const keys[] = {
        "Up",  "Down",  "PgUp", "PgDn", "g",         "G",     "Left", "Right", "Enter", "Esc",
        "0",   "1",     "2",    ":",    "?",         "Space", "U",    "y",     "Y",     "m",
        "p",   "/",     "s",    "<",    ">",         "I",     "c",    "o",     "S",     "V",
        "Tab", "S-Tab", "a",    "=",    "BackSpace", "Del",   "^W",   "^L",    "é",     "Home",
        "End", "t",     "x",    "^U",   "^D",        "\"",    "(",    "~",     "1",     "F1",
    };
    struct ui_fixture f = {0};
    struct rng rng;
    uint64_t seed = 20230110;
    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_seed(&rng, seed);
    ui_fixture_open(&f, &(struct ui_setup){.colours = 256, .read_only = true});
    ui_fixture_floor(&f, 30);
    for (int i = 0; i < 20000; i++) {
        uint64_t dice = rng_next(&rng);
        ui_press(f.ui, keys[dice % ARRAY_SIZE(keys)]);
        if (dice % 97 == 0)
            ui_resize(f.ui, 1 + (int)(rng_next(&rng) % 60), 1 + (int)(rng_next(&rng) % 200));
        if (dice % 13 == 0)
            ui_fixture_pass(&f, 1);
        if (dice % 31 == 0) {
            char id[16];
            snprintf(id, sizeof(id), "r%u", (unsigned)(rng_next(&rng) % 50));
            struct test_leg leg = {.id = id, .start = f.now - S(9), .enqueued = f.now};
            leg.end = dice % 62 == 0 ? f.now : 0;
            ui_fixture_put(&f, &leg);
        }
    }
    ui_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contacts_at_80x24),
        cmocka_unit_test(contacts_in_colour_at_140x40),
        cmocka_unit_test(contacts_in_ascii_at_40x10),
        cmocka_unit_test(empty_says_why),
        cmocka_unit_test(keys_behind_a_new_filter_act_on_its_rows),
        cmocka_unit_test(selection_stays_on_its_contact),
        cmocka_unit_test(the_first_row_is_selected_until_a_key_chooses),
        cmocka_unit_test(order_is_held_while_keys_come_and_says_so),
        cmocka_unit_test(filter_is_live_and_esc_restores),
        cmocka_unit_test(pause_fixes_the_picture),
        cmocka_unit_test(personal_data_is_hidden),
        cmocka_unit_test(help_is_made_from_the_table),
        cmocka_unit_test(columns_are_chosen_and_kept),
        cmocka_unit_test(views_are_saved_by_name),
        cmocka_unit_test(marks_sort_and_tiles),
        cmocka_unit_test(leaving_asks_once_when_ingesting),
        cmocka_unit_test(a_gone_terminal_ends_the_program),
        cmocka_unit_test(copies_go_by_osc_52),
        cmocka_unit_test(output_is_frugal),
        cmocka_unit_test(random_keys_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
