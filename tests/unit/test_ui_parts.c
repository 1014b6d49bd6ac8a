/* The parts of the screen by themselves: themes, colours, keys, the canvas, the prompt, what waits
 * during a pause, exports. */
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include <cmocka.h>

#include "contactwatch/json.h"
#include "contactwatch/rng.h"
#include "contactwatch/text.h"
#include "support/ui_fixture.h"
#include "ui/canvas.h"
#include "ui/keys.h"
#include "ui/pause.h"
#include "ui/screen_colour.h"
#include "ui/theme.h"

#define S(n) ((int64_t)(n)*SECOND_MS)

static char *file_text(const char *path)
{
    struct buf text = {0};
    char chunk[4096];
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s cannot be read", path);
    for (size_t n; (n = fread(chunk, 1, sizeof(chunk), file)) > 0;)
        buf_add(&text, chunk, n);
    fclose(file);
    return text.data ? buf_take(&text) : mem_strdup("");
}

static void shipped_themes_are_the_built_in_ones(void **state)
{
    (void)state;
    size_t count = 0;
    for (; theme_names[count]; count++) {
        char path[128];
        struct theme theme;
        struct err err = {""};
        snprintf(path, sizeof(path), "themes/%s.theme", theme_names[count]);
        char *text = file_text(path);
        assert_string_equal(text, theme_builtin(theme_names[count]));
        free(text);
        if (!theme_load(&theme, theme_names[count], NULL, &err))
            fail_msg("%s", err.text);
        for (int role = 0; role < ROLE_COUNT; role++) /* every role is in every theme */
            assert_non_null(strstr(theme_builtin(theme_names[count]), role_name[role]));
    }
    assert_int_equal(count, 6);
}

static double luminance(int32_t rgb)
{
    double part[3];
    for (int i = 0; i < 3; i++) {
        double value = (rgb >> (16 - 8 * i) & 0xff) / 255.0;
        part[i] = value <= 0.03928 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
    }
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
}

static double contrast(int32_t a, int32_t b)
{
    double x = luminance(a), y = luminance(b);
    return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

static void themes_are_legible(void **state)
{
    (void)state;
    for (size_t i = 0; theme_names[i]; i++) {
        struct theme theme;
        theme_load(&theme, theme_names[i], NULL, NULL);
        double least = !strcmp(theme_names[i], "high-contrast") ? 7.0 : 3.9;
        for (int role = 0; role < ROLE_COUNT; role++) {
            const struct style *style = &theme.style[role];
            if (style->fg == COLOUR_DEFAULT || role == ROLE_BORDER)
                continue;
            bool any = style->bg == COLOUR_DEFAULT; /* then on white and on black alike */
            double worst = any ? fmin(contrast(style->fg, 0xffffff), contrast(style->fg, 0))
                               : contrast(style->fg, style->bg);
            if (worst < least)
                fail_msg("%s: %s has a contrast of %.2f", theme_names[i], role_name[role], worst);
        }
    }
}

static void styles_are_parsed(void **state)
{
    struct style style;
    struct err err = {""};
    (void)state;
    assert_true(style_parse("#5fafd7 on #102030 bold underline", &style, &err));
    assert_int_equal(style.fg, 0x5fafd7);
    assert_int_equal(style.bg, 0x102030);
    assert_int_equal(style.attributes, STYLE_BOLD | STYLE_UNDERLINE);
    assert_true(style_parse("on #ffffff", &style, &err));
    assert_int_equal(style.fg, COLOUR_DEFAULT);
    static const char *const wrong[] = {"#12345", "#12345g", "red", "#1234567", "bold,dim"};
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
        assert_false(style_parse(wrong[i], &style, &err));
    assert_int_equal(style.fg, COLOUR_DEFAULT); /* untouched by mistakes */
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void a_theme_file_is_read_again_when_it_changes(void **state)
{
    char path[] = "/tmp/contactwatch-theme-XXXXXX";
    struct theme theme;
    struct err err = {""};
    (void)state;
    close(mkstemp(path));
    write_text(path, "text = #112233\n");
    assert_true(theme_load(&theme, path, NULL, &err));
    assert_int_equal(theme.style[ROLE_TEXT].fg, 0x112233);
    assert_false(theme_reload(&theme, &err));
    write_text(path, "text = #445566\n");
    utime(path, &(struct utimbuf){1000, 1000});
    assert_true(theme_reload(&theme, &err));
    assert_int_equal(theme.style[ROLE_TEXT].fg, 0x445566);
    write_text(path, "text = #445566\nbadd = #000000\n");
    utime(path, &(struct utimbuf){2000, 2000});
    assert_false(theme_reload(&theme, &err));
    assert_non_null(strstr(err.text, "badd"));
    assert_int_equal(theme.style[ROLE_TEXT].fg, 0x445566); /* the last good one stays */
    assert_false(theme_load(&theme, "/nowhere/x.theme", NULL, &err));
    assert_false(theme_load(&theme, "nosuch", "themes", &err));
    unlink(path);
}

static void colours_degrade(void **state)
{
    (void)state;
    assert_int_equal(colour_256(0x0087af), 31);
    assert_int_equal(colour_256(0x000000), 16);
    assert_int_equal(colour_256(0xffffff), 231);
    assert_int_equal(colour_256(0x767676), 243);
    assert_int_equal(colour_8(0xd7005f), 1);
    assert_int_equal(colour_8(0x008700), 2);
    assert_int_equal(colour_8(0x005fff), 4);
    assert_int_equal(colour_8(0xffffff), 7);
    for (int32_t rgb = 0; rgb < 0x1000000; rgb += 4097) {
        assert_in_range(colour_256(rgb), 16, 255);
        assert_in_range(colour_8(rgb), 0, 7);
    }
}

static void keys_have_names_and_one_meaning_each(void **state)
{
    struct keymap map;
    (void)state;
    keymap_init(&map);
    for (size_t i = 0; i < map.count; i++) {
        char name[16];
        assert_int_not_equal(map.binding[i].key, KEY_NONE);
        key_write(map.binding[i].key, name);
        assert_int_equal(key_parse(name), map.binding[i].key);
        for (size_t j = 0; j < i; j++)
            assert_false(map.binding[i].key == map.binding[j].key &&
                         action_spec[map.binding[i].action].context ==
                             action_spec[map.binding[j].action].context);
    }
    for (int action = 1; action < ACTION_COUNT; action++)
        assert_true(*action_spec[action].help && *action_spec[action].name);
    assert_int_equal(keymap_find(&map, '/', CONTEXT_CONTACTS), ACTION_FILTER);
    assert_int_equal(keymap_find(&map, '/', CONTEXT_CONTACT), ACTION_SEARCH);
    assert_int_equal(keymap_find(&map, 'j', CONTEXT_CONTACT), ACTION_DOWN);
    assert_int_equal(keymap_find(&map, 'L', CONTEXT_CONTACTS), ACTION_NONE);
}

static void keys_are_bound_anew(void **state)
{
    struct keymap map;
    struct err err = {""};
    struct buf keys = {0};
    (void)state;
    keymap_init(&map);
    assert_true(keymap_bind(&map, "é", "pause", &err));
    assert_int_equal(keymap_find(&map, 0xe9, CONTEXT_CONTACTS), ACTION_PAUSE);
    assert_true(keymap_bind(&map, "p", "none", &err));
    assert_int_equal(keymap_find(&map, 'p', CONTEXT_CONTACTS), ACTION_NONE);
    keymap_keys(&map, ACTION_PAUSE, &keys);
    assert_string_equal(buf_str(&keys), "é");
    assert_false(keymap_bind(&map, "Hyper-x", "pause", &err));
    assert_false(keymap_bind(&map, "x", "fly", &err));
    buf_free(&keys);
}

static void the_canvas_takes_any_text(void **state)
{
    struct canvas canvas = {0};
    struct buf picture = {0};
    (void)state;
    canvas_resize(&canvas, 3, 10);
    assert_int_equal(canvas_put(&canvas, 0, 0, 10, ROLE_TEXT, "漢字かな交じり"), 9);
    canvas_put(&canvas, 0, 1, 1, ROLE_TEXT, "x"); /* through the middle of a wide one */
    canvas_put(&canvas, 1, 7, 10, ROLE_BAD, "abcdef");
    canvas_put(&canvas, 2, 0, 10, ROLE_TEXT, "e\xcc\x81\033[31m");
    canvas_picture(&canvas, &picture, false);
    assert_string_equal(buf_str(&picture), " x字かな…\n       ab…\ne\xcc\x81<U+001B>…\n");
    buf_free(&picture);
    canvas_free(&canvas);
}

static void random_text_stays_inside_the_canvas(void **state)
{
    struct canvas canvas = {0};
    struct rng rng;
    (void)state;
    print_message("seed 77\n");
    rng_seed(&rng, 77);
    for (int round = 0; round < 3000; round++) {
        canvas_resize(&canvas, 1 + (int)rng_below(&rng, 6), 1 + (int)rng_below(&rng, 12));
        canvas.ascii = rng_below(&rng, 2);
        char text[24];
        for (size_t i = 0; i < sizeof(text) - 1; i++)
            text[i] = (char)(1 + rng_below(&rng, 255));
        text[sizeof(text) - 1] = '\0';
        int row = (int)rng_below(&rng, 10) - 2, column = (int)rng_below(&rng, 20) - 4;
        int width = (int)rng_below(&rng, 20) - 3;
        canvas_fit(&canvas, row, column, width, rng_below(&rng, 2), ROLE_TEXT, text);
        canvas_over(&canvas, row, column, width, OVER_SELECTED);
        canvas_frame(&canvas, (struct box){row, column, width, width}, ROLE_BORDER, text);
        for (int i = 0; i < canvas.rows * canvas.columns; i++) {
            assert_false(text_is_unsafe(canvas.cell[i].code) && canvas.cell[i].code);
            assert_false(canvas.ascii && canvas.cell[i].code > 0x7e);
        }
    }
    canvas_free(&canvas);
}

/* What waited and was put together gives the same rows as what was applied at once. */
static void apply_to(void *context, struct note *note)
{
    live_apply(context, note, UI_T0 + S(100));
    note_free(note);
}

static struct note *random_note(struct rng *rng, int step)
{
    struct note *note = note_new(NOTE_RECORDS);
    note->records = 1 + rng_below(rng, 4);
    note->record = mem_zero(note->records * sizeof(*note->record));
    unsigned first = rng_below(rng, 8);
    for (size_t i = 0; i < note->records; i++) {
        char id[16];
        snprintf(id, sizeof(id), "c%zu", (first + i) % 8);
        int64_t start = UI_T0;
        struct test_leg leg = {.id = id, .start = start, .stamp = UI_T0 + step};
        leg.enqueued = step > 10 ? start + S(1) : 0;
        leg.agent_at = step > 40 ? start + S(2) : 0;
        leg.end = step > 80 ? start + S(3) : 0;
        test_record(&note->record[i], &leg);
    }
    return note;
}

static void a_pause_loses_nothing(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        const struct live_config config = {.utc = 1};
        struct live *straight = live_new(&config), *paused = live_new(&config);
        struct pause pause = {.on = true};
        struct rng a, b;
        rng_seed(&a, seed);
        rng_seed(&b, seed);
        int steps = 5 + (int)(seed * 4);
        for (int step = 0; step < steps; step++) {
            apply_to(straight, random_note(&a, step));
            pause_keep(&pause, random_note(&b, step));
        }
        size_t waiting = 0;
        for (size_t i = 0; i < pause.notes; i++)
            waiting += pause.waiting[i].note->records;
        assert_true(waiting <= 8); /* one record a contact, however long it lasts */
        pause_end(&pause, apply_to, paused);
        assert_int_equal(live_count(straight), live_count(paused));
        for (size_t i = 0; i < live_limit(straight); i++) {
            const struct row *row = live_row(straight, i);
            const struct row *same = row ? live_find(paused, row->id) : NULL;
            if (row && (!same || same->shown != row->shown || same->since != row->since))
                fail_msg("seed %llu: %s differs", (unsigned long long)seed, row->id);
        }
        pause_free(&pause);
        live_free(straight);
        live_free(paused);
    }
}

static struct note *answer(const char *id)
{
    struct note *note = note_new(NOTE_CONTACT);
    note->contact_id = arena_strdup(&note->arena, id);
    note->records = 1;
    note->record = mem_zero(sizeof(*note->record));
    note->history = mem_zero(sizeof(*note->history));
    const struct test_leg leg = {.id = id, .start = UI_T0, .customer = "+442079461234"};
    test_record(note->record, &leg);
    return note;
}

static char *only_file_in(const char *folder)
{
    DIR *dir = opendir(folder);
    char *path = NULL;
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        struct buf text = {0};
        assert_null(path);
        buf_printf(&text, "%s/%s", folder, entry->d_name);
        path = buf_take(&text);
    }
    closedir(dir);
    assert_non_null(path);
    return path;
}

static char *take_export(const char *folder)
{
    struct stat status;
    char *path = only_file_in(folder);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    char *text = file_text(path);
    unlink(path);
    free(path);
    return text;
}

static void contacts_are_exported_as_items(void **state)
{
    char folder[] = "/tmp/contactwatch-export-XXXXXX";
    struct ui_fixture f = {0};
    struct arena arena = {0};
    struct err err = {""};
    (void)state;
    assert_non_null(mkdtemp(folder));
    ui_fixture_open(&f, &(struct ui_setup){.export_dir = folder});
    ui_fixture_floor(&f, 0);
    ui_fixture_keys(&f, "g Space Space e");
    for (int i = 0; i < 2; i++) {
        assert_non_null(f.opened);
        queue_push(f.inbox.queue, answer(f.opened));
        ui_step(f.ui);
    }
    ui_fixture_has(&f, "exported 2 contacts");
    assert_int_equal(f.closed, 1);
    char *text = take_export(folder);
    const cJSON *items = json_parse(&arena, text, strlen(text), &err);
    assert_true(cJSON_IsArray(items));
    assert_int_equal(cJSON_GetArraySize(items), 2);
    assert_non_null(json_text(items->child, "Connect_ContactId"));
    assert_string_equal(json_text(items->child, "Customer_Identifier"), "+442079461234"); /* raw */
    assert_true(cJSON_IsArray(json_get(items->child, "History")));
    free(text);
    ui_fixture_keys(&f, "U e"); /* one that never comes is given up */
    ui_fixture_pass(&f, 20);
    ui_fixture_has(&f, "nothing was exported");
    arena_free(&arena);
    rmdir(folder);
    ui_fixture_close(&f);
}

static void the_table_is_exported_masked(void **state)
{
    char folder[] = "/tmp/contactwatch-export-XXXXXX";
    struct ui_fixture f = {0};
    (void)state;
    assert_non_null(mkdtemp(folder));
    ui_fixture_open(&f,
                    &(struct ui_setup){.export_dir = folder, .list = "contact,customer,attr.note"});
    ui_fixture_floor(&f, 0);
    const struct test_leg evil = {
        .id = "eeee", .start = UI_T0, .attribute = "note", .value = "=cmd(),\"x\""};
    ui_fixture_put(&f, &evil);
    ui_step(f.ui);
    ui_fixture_keys(&f, ":");
    ui_fixture_type(&f, "export csv");
    ui_fixture_keys(&f, "Enter");
    char *text = take_export(folder);
    assert_non_null(strstr(text, "CONTACT,CUSTOMER,note\n"));
    assert_null(strstr(text, "20794"));
    assert_non_null(strstr(text, ",\"'=cmd(),\"\"x\"\"\"\n"));
    free(text);
    rmdir(folder);
    ui_fixture_close(&f);
    ui_fixture_open(&f, &(struct ui_setup){.read_only = true});
    ui_fixture_floor(&f, 0);
    ui_fixture_keys(&f, "e");
    ui_fixture_has(&f, "read-only");
    ui_fixture_close(&f);
}

static void commands_complete_and_complain(void **state)
{
    struct ui_fixture f = {0};
    (void)state;
    ui_fixture_open(&f, &(struct ui_setup){0});
    ui_fixture_floor(&f, 0);
    ui_fixture_keys(&f, ": t Tab");
    ui_fixture_has(&f, ":theme");
    ui_fixture_type(&f, "sol");
    ui_fixture_keys(&f, "Tab Enter");
    assert_string_equal(map_get(&f.state, "theme"), "solarized");
    ui_fixture_keys(&f, ":");
    ui_fixture_type(&f, "sort nothing");
    ui_fixture_keys(&f, "Enter");
    ui_fixture_has(&f, "no column is named “nothing”");
    ui_fixture_keys(&f, ":");
    ui_fixture_type(&f, "fly");
    ui_fixture_keys(&f, "Enter");
    ui_fixture_has(&f, "no command is named “fly”");
    ui_fixture_keys(&f, ":");
    ui_fixture_type(&f, "utc");
    ui_fixture_keys(&f, "Enter");
    ui_fixture_has(&f, "16:36:40 UTC");
    ui_fixture_keys(&f, ": é Left a End BackSpace");
    char *line = ui_fixture_line(&f, 22);
    assert_string_equal(line, ":a");
    free(line);
    ui_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_themes_are_the_built_in_ones),
        cmocka_unit_test(themes_are_legible),
        cmocka_unit_test(styles_are_parsed),
        cmocka_unit_test(a_theme_file_is_read_again_when_it_changes),
        cmocka_unit_test(colours_degrade),
        cmocka_unit_test(keys_have_names_and_one_meaning_each),
        cmocka_unit_test(keys_are_bound_anew),
        cmocka_unit_test(the_canvas_takes_any_text),
        cmocka_unit_test(random_text_stays_inside_the_canvas),
        cmocka_unit_test(a_pause_loses_nothing),
        cmocka_unit_test(contacts_are_exported_as_items),
        cmocka_unit_test(the_table_is_exported_masked),
        cmocka_unit_test(commands_complete_and_complain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
