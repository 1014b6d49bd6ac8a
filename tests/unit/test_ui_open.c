/* A contact that need not be in the table is opened by its id, or the beginning of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/contact_fixture.h"

static const struct ui_setup narrow = {.rows = 24, .columns = 80};

static void answer_found(struct contact_fixture *t, const char *asked, const char *found)
{
    struct note *note = note_new(NOTE_CONTACT);
    note->contact_id = arena_strdup(&note->arena, asked);
    note->found = arena_strdup(&note->arena, found);
    note->records = t->c.count;
    note->record = mem_zero((t->c.count + 1) * sizeof(*note->record));
    note->history = mem_zero((t->c.count + 1) * sizeof(*note->history));
    for (size_t i = 0; i < t->c.count; i++)
        record_copy(&note->record[i], &t->c.contact[i].record);
    assert_true(queue_try_push(t->f.inbox.queue, note));
    ui_step(t->f.ui);
}

static void answer_why(struct contact_fixture *t, const char *asked, const char *why)
{
    struct note *note = note_new(NOTE_CONTACT);
    note->contact_id = arena_strdup(&note->arena, asked);
    note->text = arena_strdup(&note->arena, why);
    assert_true(queue_try_push(t->f.inbox.queue, note));
    ui_step(t->f.ui);
}

static void the_beginning_of_an_id_opens_a_contact(void **state)
{
    struct contact_fixture t;
    (void)state;
    contact_start(&t, &narrow, 200);
    contact_call(&t, 200);
    ui_fixture_loaded(&t.f);
    ui_step(t.f.ui);
    ui_fixture_keys(&t.f, "O");
    ui_fixture_type(&t.f, " aaaa1 ");
    ui_fixture_golden(&t.f, "open-contact-80x24", false);
    ui_fixture_keys(&t.f, "Enter");
    assert_string_equal(t.f.opened, "aaaa1");
    ui_fixture_has(&t.f, "Reading its history");
    answer_found(&t, "aaaa1", LEG_A);
    ui_fixture_has(&t.f, "aaaa1111   VOICE");
    ui_fixture_lacks(&t.f, "Reading its history");
    contact_answer(&t, LEG_A); /* later ones come under the whole id */
    ui_fixture_has(&t.f, "queue");
    ui_fixture_keys(&t.f, "Esc");
    assert_int_equal(t.f.closed, 1);
    contact_stop(&t);
}

static void what_is_not_found_says_so(void **state)
{
    struct contact_fixture t;
    (void)state;
    contact_start(&t, &narrow, 200);
    ui_fixture_loaded(&t.f);
    ui_fixture_keys(&t.f, "O");
    ui_fixture_type(&t.f, "abc");
    ui_fixture_keys(&t.f, "Enter");
    assert_null(t.f.opened);
    ui_fixture_has(&t.f, "give at least 4 characters of the id");
    ui_fixture_keys(&t.f, "O Enter");
    assert_null(t.f.opened);
    ui_fixture_keys(&t.f, "O");
    ui_fixture_type(&t.f, "abcd");
    ui_fixture_keys(&t.f, "Enter");
    answer_why(&t, "abcd", "More than one contact begins with abcd: give more of its id.");
    ui_fixture_has(&t.f, "More than one contact begins with abcd");
    ui_fixture_keys(&t.f, "O Up"); /* the line typed before comes again */
    ui_fixture_type(&t.f, "e");
    ui_fixture_keys(&t.f, "Enter");
    assert_string_equal(t.f.opened, "abcde");
    answer_why(&t, "abcde", "There is no contact abcde in the store or the archive.");
    ui_fixture_has(&t.f, "There is no contact abcde in the store or the archive.");
    ui_fixture_keys(&t.f, "Esc");
    ui_fixture_lacks(&t.f, "There is no contact");
    contact_stop(&t);
}

static void one_contact_is_open_at_a_time(void **state)
{
    struct contact_fixture t;
    (void)state;
    contact_start(&t, &narrow, 200);
    contact_call(&t, 200);
    contact_open(&t, LEG_A);
    ui_fixture_keys(&t.f, "O");
    ui_fixture_type(&t.f, LEG_C);
    ui_fixture_keys(&t.f, "Enter");
    assert_string_equal(t.f.opened, LEG_C);
    assert_int_equal(t.f.closed, 1);
    contact_answer(&t, LEG_C);
    ui_fixture_has(&t.f, "cccc3333");
    ui_fixture_keys(&t.f, "Esc");
    assert_int_equal(t.f.closed, 2);
    ui_fixture_lacks(&t.f, "Friendly");
    contact_stop(&t);
}

static void help_names_the_key(void **state)
{
    struct contact_fixture t;
    (void)state;
    contact_start(&t, &(struct ui_setup){.rows = 60, .columns = 140}, 200);
    ui_fixture_keys(&t.f, "?");
    ui_fixture_has(&t.f, "open a contact by its id");
    contact_stop(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_beginning_of_an_id_opens_a_contact),
        cmocka_unit_test(what_is_not_found_says_so),
        cmocka_unit_test(one_contact_is_open_at_a_time),
        cmocka_unit_test(help_names_the_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
