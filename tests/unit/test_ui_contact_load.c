/* The contact view under load: hostile texts, 5,000 entries, random keys; its export; what a
 * ticking picture sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "contactwatch/rng.h"
#include "support/contact_fixture.h"
#include "ui/contact_view.h"

static const struct ui_setup wide = {.rows = 40, .columns = 140, .allow_unmask = true};

static void hostile_texts_do_no_harm(void **state)
{
    struct contact_fixture t;
    struct buf picture = {0}, parameters = {0};
    (void)state;
    contact_begin(&t, &wide, 100);
    contact_prompt(&t, 1, "\\u001b[2J\\u0007\\u202eevil\\u200b\\u0000 \\ud800");
    case_block(&t.c, LEG_A, 2, "\\u001b]0;x\\u0007", "\\u009b31m", "{\"\\u001b[1m\":\"\\n\\r\\t\"}",
               "\\u001b");
    buf_text(&parameters, "{\"Text\":\"");
    for (int i = 0; i < 20000; i++)
        buf_text(&parameters, i % 7 ? "界" : "e\\u0301\\u0301\\u0301");
    buf_text(&parameters, "\"}");
    case_block(&t.c, LEG_A, 3, "PlayPrompt", "long", buf_str(&parameters), NULL);
    contact_open(&t, LEG_A);
    const char *const panes[] = {"f g", "j j G", "t g", "j j j r", "Esc G k k r", "l l l", "a"};
    for (size_t i = 0; i < ARRAY_SIZE(panes); i++) {
        ui_fixture_keys(&t.f, panes[i]);
        buf_clear(&picture);
        ui_picture(t.f.ui, &picture, false);
        for (size_t k = 0; k < picture.length; k++)
            assert_true((unsigned char)picture.data[k] >= 0x20 || picture.data[k] == '\n');
        assert_null(strstr(buf_str(&picture), "\xe2\x80\xae"));
    }
    buf_free(&picture);
    buf_free(&parameters);
    contact_stop(&t);
}

static double cpu_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static double cost_of_key(struct contact_fixture *t, const char *key)
{
    double start = cpu_ms();
    ui_fixture_keys(&t->f, key);
    return cpu_ms() - start;
}

static void many_entries(struct contact_fixture *t, int count)
{
    char parameters[128];
    for (int i = 0; i < count; i++) {
        double at = 1 + i * 0.05;
        snprintf(parameters, sizeof(parameters), "{\"Key\":\"k%d\",\"Value\":\"v%d\"}", i % 50, i);
        if (i % 3 == 0)
            case_block(&t->c, LEG_A, at, "SetAttributes", "s", parameters, NULL);
        else if (i % 3 == 1)
            contact_prompt(
                t, at, "Hello, this is a prompt of some length that has to be wrapped for sure");
        else
            case_block(&t->c, LEG_A, at, "CheckAttribute", "c",
                       "{\"Value\":\"a\",\"SecondValue\":\"a\",\"ComparisonMethod\":\"Equals\"}",
                       "true");
    }
}

/* Against the cost of telling it all anew, on the same machine at the same time: keys and ticks
 * walk what is seen, not all entries. */
static void five_thousand_entries_are_quick(void **state)
{
    struct contact_fixture t;
    (void)state;
    contact_begin(&t, &wide, 400);
    many_entries(&t, 5000);
    contact_open(&t, LEG_A);
    double key = 0;
    const char *const keys[] = {"j", "k", "PgUp", "g", "G", "t", "PgUp", "x", "l", "h"};
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        double cost = cost_of_key(&t, keys[i]);
        key = cost > key ? cost : key;
    }
    double start = cpu_ms();
    ui_fixture_pass(&t.f, 20);
    double tick = (cpu_ms() - start) / 20;
    double attributes = cost_of_key(&t, "a");
    ui_fixture_keys(&t.f, "a f");
    contact_prompt(&t, 300, "and one more");
    struct contact_view *view = (struct contact_view *)ui_top(t.f.ui);
    struct note *note = view->note;
    start = cpu_ms();
    contact_learn(view, note);
    double learn = cpu_ms() - start;
    start = cpu_ms();
    contact_build(view);
    ui_draw(t.f.ui);
    double grow = cpu_ms() - start + learn;
    print_message("5,000 entries: key %.2f ms, tick %.2f ms, attributes %.2f ms, learn again "
                  "%.2f ms, an entry more %.2f ms\n",
                  key, tick, attributes, learn, grow);
    assert_true(key * 3 < grow);
    assert_true(tick * 8 < grow);
    assert_true(learn * 4 < grow);
    assert_true(attributes < grow * 3);
    contact_stop(&t);
}

static void the_story_is_exported_as_text(void **state)
{
    struct contact_fixture t;
    char folder[] = "/tmp/contactwatch-text-XXXXXX", path[128], text[8192];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "export text %s/told", folder);
    contact_start(&t, &wide, 160);
    contact_call(&t, 160);
    ui_fixture_keys(&t.f, ":");
    ui_fixture_type(&t.f, path);
    ui_fixture_keys(&t.f, "Enter");
    ui_fixture_has(&t.f, "Enter opens one");
    contact_open(&t, LEG_A);
    ui_fixture_keys(&t.f, ":");
    ui_fixture_type(&t.f, path);
    ui_fixture_keys(&t.f, "Enter");
    ui_fixture_has(&t.f, "exported both stories, masked");
    FILE *file = fopen(path + strlen("export text "), "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    assert_non_null(strstr(text, "10:00:10  Heard “Thank you, ••••.”\n"));
    assert_non_null(strstr(text, "tier=gold")); /* folded on the screen */
    assert_null(strstr(text, "Ludwig"));
    remove(path + strlen("export text "));
    remove(folder);
    contact_stop(&t);
}

/* The bar grows with the seconds, and little else is sent. */
static void the_bar_grows_frugally(void **state)
{
    struct contact_fixture t;
    (void)state;
    contact_start(&t, &(struct ui_setup){.rows = 40, .columns = 140}, 60);
    contact_call(&t, 60);
    contact_open(&t, LEG_A);
    ui_fixture_has(&t.f, "agent j.doe █████████ 0:10");
    ui_fixture_pass(&t.f, 2);
    long before = ui_fixture_sent(&t.f);
    ui_fixture_pass(&t.f, 50);
    print_message("an open contact ticking: %ld B/s\n", (ui_fixture_sent(&t.f) - before) / 50);
    assert_in_range((ui_fixture_sent(&t.f) - before) / 50, 1, 800);
    ui_fixture_has(&t.f, "agent j.doe ███████████████");
    ui_fixture_has(&t.f, " 1:02");
    ui_fixture_has(&t.f, "… total 1:52");
    contact_stop(&t);
}

static void random_keys_and_notes_do_no_harm(void **state)
{
    static const char *const keys[] = {"j", "k", "PgUp", "PgDn",  "g",     "G",     "h",   "l",
                                       "f", "t", "r",    "a",     "J",     "K",     "x",   "X",
                                       "z", "H", "n",    "N",     "Tab",   "S-Tab", "^U",  "^D",
                                       "m", "p", "y",    "Enter", "Enter", "?",     "Esc", "!"};
    struct contact_fixture t;
    struct rng rng;
    uint64_t seed = 20260302;
    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_seed(&rng, seed);
    contact_start(&t, &(struct ui_setup){.colours = 8, .read_only = true}, 160);
    contact_call(&t, 160);
    contact_open(&t, LEG_A);
    for (int i = 0; i < 6000; i++) {
        uint64_t dice = rng_next(&rng);
        ui_fixture_keys(&t.f, keys[dice % ARRAY_SIZE(keys)]);
        if (t.f.ui->depth == 1)
            ui_fixture_keys(&t.f, "Enter");
        if (dice % 61 == 0)
            ui_resize(t.f.ui, 1 + (int)(rng_next(&rng) % 50), 1 + (int)(rng_next(&rng) % 170));
        if (dice % 83 == 0 && i < 3000)
            contact_prompt(&t, (double)(rng_next(&rng) % 160000) / 1000,
                           "Some words that may be wrapped");
        if (dice % 17 == 0)
            contact_answer(&t, t.f.opened);
        if (dice % 101 == 0)
            contact_answer_none(&t, t.f.opened);
        if (dice % 29 == 0)
            ui_fixture_pass(&t.f, 1);
    }
    contact_stop(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_texts_do_no_harm),
        cmocka_unit_test(five_thousand_entries_are_quick),
        cmocka_unit_test(the_story_is_exported_as_text),
        cmocka_unit_test(the_bar_grows_frugally),
        cmocka_unit_test(random_keys_and_notes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
