/* The follower of a real SQLite store: what it posts, when, and what it survives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/inbox.h"
#include "contactwatch/map.h"
#include "support/feed_file.h"
#include "support/inbox_wait.h"

struct fixture {
    struct feed_folder folder;
    struct inbox inbox;
    struct follower *follower;
    _Atomic int failures; /* opens that fail */
};

static int setup(void **state)
{
    struct fixture *f = mem_zero(sizeof(*f));
    feed_folder_make(&f->folder);
    *state = f;
    return 0;
}

static void release_note(void *note)
{
    note_free(note);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    follower_stop(f->follower);
    queue_free(f->inbox.queue, release_note);
    feed_folder_remove(&f->folder);
    free(f);
    return 0;
}

static void start(struct fixture *f, size_t room)
{
    struct err err = {""};
    f->inbox.queue = queue_new(room);
    f->follower = follower_start(f->folder.store, &(struct store_options){0}, &f->inbox, 0, &err);
    assert_non_null(f->follower);
}

static unsigned ingest_contacts(struct fixture *f, unsigned from, unsigned to)
{
    struct buf text = {0};
    for (unsigned i = from; i < to; i++) {
        char id[32];
        snprintf(id, sizeof(id), "contact-%u", i);
        feed_contact(&text, id, "INITIATED", NULL, i % 600);
    }
    unsigned stored = feed_ingest(&f->folder, &text);
    buf_free(&text);
    return stored;
}

static void the_live_index_comes_first(void **state)
{
    struct fixture *f = *state;
    struct buf text = {0};
    struct map seen = {0};
    size_t marked = 0;
    ingest_contacts(f, 0, 1200);
    feed_flow(&text, "contact-5", "CreateCallback", 1, 30);
    feed_ingest(&f->folder, &text);
    buf_free(&text);
    start(f, 2); /* less than there is to post */
    for (bool loaded = false; !loaded;) {
        struct note *note = queue_pop(f->inbox.queue, INBOX_PATIENCE_MS);
        assert_non_null(note);
        for (size_t i = 0; i < note->records; i++)
            map_set(&seen, note->record[i].contact_id, f);
        for (size_t i = 0; i < note->entries; i++)
            marked += (note->entry[i].entry.marks & MARK_CALLBACK) != 0;
        loaded = note->kind == NOTE_LOADED;
        note_free(note);
    }
    assert_int_equal(seen.count, 1200);
    assert_int_equal(marked, 1);
    map_free(&seen, NULL);
}

static void changes_follow_a_wake(void **state)
{
    struct fixture *f = *state;
    ingest_contacts(f, 0, 3);
    start(f, 16);
    inbox_skip_to(&f->inbox, NOTE_LOADED);
    ingest_contacts(f, 3, 4);
    follower_wake(f->follower);
    struct note *note = inbox_await(&f->inbox, NOTE_RECORDS);
    assert_int_equal(note->records, 1);
    assert_string_equal(note->record[0].contact_id, "contact-3");
    note_free(note);
    note = inbox_await(&f->inbox, NOTE_ENTRIES);
    assert_int_equal(note->entries, 1);
    assert_string_equal(note->entry[0].contact_id, "contact-3");
    assert_non_null(strstr(note->entry[0].entry.body, "INITIATED"));
    note_free(note);
}

static void changes_of_others_are_seen_without_a_wake(void **state)
{
    struct fixture *f = *state;
    ingest_contacts(f, 0, 1);
    start(f, 16);
    inbox_skip_to(&f->inbox, NOTE_LOADED);
    ingest_contacts(f, 1, 2);
    inbox_skip_to(&f->inbox, NOTE_RECORDS);
}

static void a_contact_opens_with_its_chain(void **state)
{
    struct fixture *f = *state;
    struct buf text = {0};
    feed_contact(&text, "first", "INITIATED", NULL, 1);
    feed_flow(&text, "first", "PlayPrompt", 1, 2);
    feed_flow(&text, "first", "PlayPrompt", 2, 2);
    feed_contact(&text, "second", "INITIATED", "first", 9);
    feed_contact(&text, "stranger", "INITIATED", NULL, 9);
    feed_ingest(&f->folder, &text);
    start(f, 16);
    follower_open(f->follower, "second");
    struct note *note = inbox_await(&f->inbox, NOTE_CONTACT);
    assert_string_equal(note->contact_id, "second");
    assert_int_equal(note->records, 2);
    for (size_t i = 0; i < 2; i++) {
        bool first = strcmp(note->record[i].contact_id, "first") == 0;
        assert_true(first || strcmp(note->record[i].contact_id, "second") == 0);
        assert_int_equal(note->history[i].count, first ? 3 : 1);
    }
    note_free(note);
    buf_free(&text);
}

static void an_open_contact_is_posted_again_when_its_chain_changes(void **state)
{
    struct fixture *f = *state;
    struct buf text = {0};
    feed_contact(&text, "first", "INITIATED", NULL, 1);
    feed_ingest(&f->folder, &text);
    start(f, 16);
    follower_open(f->follower, "first");
    inbox_skip_to(&f->inbox, NOTE_CONTACT);
    feed_contact(&text, "second", "INITIATED", "first", 9); /* a leg it did not know */
    feed_ingest(&f->folder, &text);
    follower_wake(f->follower);
    struct note *note = inbox_await(&f->inbox, NOTE_CONTACT);
    assert_int_equal(note->records, 2);
    note_free(note);
    follower_close_contact(f->follower);
    buf_free(&text);
}

static void an_unknown_contact_is_answered_too(void **state)
{
    struct fixture *f = *state;
    ingest_contacts(f, 0, 1);
    start(f, 16);
    follower_open(f->follower, "nobody");
    struct note *note = inbox_await(&f->inbox, NOTE_CONTACT);
    assert_string_equal(note->contact_id, "nobody");
    assert_int_equal(note->records, 0);
    note_free(note);
}

/* The answer is to what was asked, and tells the whole id, under which it is posted from then on.
 */
static void a_contact_is_found_by_the_beginning_of_its_id(void **state)
{
    struct fixture *f = *state;
    struct buf text = {0};
    feed_contact(&text, "abcd-first", "INITIATED", NULL, 1);
    feed_contact(&text, "abce-other", "INITIATED", NULL, 2);
    feed_ingest(&f->folder, &text);
    start(f, 16);
    follower_find(f->follower, "ABCD");
    struct note *note = inbox_await(&f->inbox, NOTE_CONTACT);
    assert_string_equal(note->contact_id, "ABCD");
    assert_string_equal(note->found, "abcd-first");
    assert_int_equal(note->records, 1);
    note_free(note);
    feed_flow(&text, "abcd-first", "PlayPrompt", 1, 2);
    feed_ingest(&f->folder, &text);
    follower_wake(f->follower);
    note = inbox_await(&f->inbox, NOTE_CONTACT);
    assert_string_equal(note->contact_id, "abcd-first");
    assert_null(note->found);
    note_free(note);
    const char *const none[] = {"abc", "nobody", "abc-"};
    for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
        follower_find(f->follower, none[i]);
        note = inbox_await(&f->inbox, NOTE_CONTACT);
        assert_string_equal(note->contact_id, none[i]);
        assert_int_equal(note->records, 0);
        assert_non_null(strstr(note->text, "There is no contact"));
        note_free(note);
    }
    feed_contact(&text, "abcd-second", "INITIATED", NULL, 1);
    feed_ingest(&f->folder, &text);
    follower_find(f->follower, "abcd");
    note = inbox_await(&f->inbox, NOTE_CONTACT);
    assert_non_null(strstr(note->text, "More than one contact begins with abcd"));
    note_free(note);
    buf_free(&text);
}

static struct store *open_late(void *context, struct err *err)
{
    struct fixture *f = context;
    if (atomic_fetch_sub(&f->failures, 1) > 0) {
        err_set(err, "not there yet");
        return NULL;
    }
    return store_open(f->folder.store, &(struct store_options){0}, err);
}

static void a_store_that_cannot_be_opened_is_said_and_tried_again(void **state)
{
    struct fixture *f = *state;
    ingest_contacts(f, 0, 1);
    f->failures = 2;
    f->inbox.queue = queue_new(16);
    f->follower = follower_start_with(open_late, f, &f->inbox, 0);
    struct note *note = inbox_await(&f->inbox, NOTE_ERROR);
    assert_string_equal(note->text, "not there yet");
    note_free(note);
    inbox_skip_to(&f->inbox, NOTE_LOADED);
    note = inbox_await(&f->inbox, NOTE_ERROR);
    assert_string_equal(note->text, "");
    note_free(note);
}

static void stopping_does_not_wait_for_a_full_inbox(void **state)
{
    struct fixture *f = *state;
    ingest_contacts(f, 0, 1200);
    start(f, 1);
    follower_stop(f->follower);
    f->follower = NULL;
    assert_true(queue_count(f->inbox.queue) <= 1);
}

#define FOLLOWER_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLLOWER_TEST(the_live_index_comes_first),
        FOLLOWER_TEST(changes_follow_a_wake),
        FOLLOWER_TEST(changes_of_others_are_seen_without_a_wake),
        FOLLOWER_TEST(a_contact_opens_with_its_chain),
        FOLLOWER_TEST(an_open_contact_is_posted_again_when_its_chain_changes),
        FOLLOWER_TEST(an_unknown_contact_is_answered_too),
        FOLLOWER_TEST(a_contact_is_found_by_the_beginning_of_its_id),
        FOLLOWER_TEST(a_store_that_cannot_be_opened_is_said_and_tried_again),
        FOLLOWER_TEST(stopping_does_not_wait_for_a_full_inbox),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
