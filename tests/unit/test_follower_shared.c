/* The follower of a store that others write, on DynamoDB: what it posts, how often it asks, and how
 * it stands an outage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <stdatomic.h>

#include "contactwatch/inbox.h"
#include "contactwatch/ingest.h"
#include "support/dynamodb_fixture.h"
#include "support/inbox_wait.h"
#include "support/store_fixture.h"

struct fixture {
    struct inbox inbox;
    struct follower *follower;
    struct store *writer;
    struct batch batch;
    struct aws_session *session;
    _Atomic int opened;
};

static struct store *open_store(void *context, struct err *err)
{
    struct fixture *f = context;
    const struct store_options options = {.aws = f->session, .read_only = true};
    atomic_fetch_add(&f->opened, 1);
    return store_open("dynamodb:" FIXTURE_TABLE, &options, err);
}

static int setup(void **state)
{
    struct fixture *f = mem_zero(sizeof(*f));
    dynamodb_fixture_fresh();
    f->session = dynamodb_fixture_session();
    f->writer = dynamodb_fixture_open(&(struct store_options){0}, NULL);
    f->inbox.queue = queue_new(64);
    *state = f;
    return f->writer ? 0 : -1;
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
    batch_free(&f->batch);
    store_close(f->writer);
    free(f);
    return 0;
}

static void start(struct fixture *f)
{
    f->follower = follower_start_with(open_store, f, &f->inbox, 0);
}

static void write_one(struct fixture *f, const char *id, unsigned n)
{
    int64_t now = clock_now(NULL);
    batch_clear(&f->batch);
    struct event event = fixture_contact(&f->batch, id, LIFECYCLE_QUEUED, now);
    batch_add(&f->batch, &event);
    event = fixture_flow(&f->batch, id, now, n, MARK_ERROR);
    batch_add(&f->batch, &event);
    batch_store(f->writer, &f->batch);
}

static void write_agent(struct fixture *f, const char *status)
{
    const struct agent_event agent = {
        .agent_arn = "arn:agent/1", .status_name = status, .time = clock_now(NULL)};
    assert_true(f->writer->ops->apply_agents(f->writer, &agent, 1, NULL));
}

static void what_others_write_is_posted(void **state)
{
    struct fixture *f = *state;
    write_one(f, "first", 1);
    write_agent(f, "Lunch");
    start(f);
    struct note *note = inbox_await(&f->inbox, NOTE_RECORDS);
    assert_string_equal(note->record[0].contact_id, "first");
    note_free(note);
    inbox_skip_to(&f->inbox, NOTE_ENTRIES);
    note = inbox_await(&f->inbox, NOTE_AGENTS);
    assert_int_equal(note->agents, 1);
    assert_string_equal(note->agent[0].status_name, "Lunch");
    note_free(note);
    inbox_skip_to(&f->inbox, NOTE_LOADED);
    int64_t before = monotonic_ns();
    write_one(f, "second", 2); /* by another process: nobody wakes the follower */
    note = inbox_await(&f->inbox, NOTE_RECORDS);
    assert_string_equal(note->record[0].contact_id, "second");
    assert_true(monotonic_ns() - before < INT64_C(10) * 1000000000);
    note_free(note);
    write_agent(f, "Available");
    note = inbox_await(&f->inbox, NOTE_AGENTS);
    assert_string_equal(note->agent[0].status_name, "Available");
    note_free(note);
}

static void health_is_posted_with_the_beats(void **state)
{
    struct fixture *f = *state;
    const struct store_beat beat = {.writer = "one", .at = clock_now(NULL), .backlog = 3};
    assert_true(f->writer->ops->beat(f->writer, &beat, NULL));
    start(f);
    struct note *note = inbox_await(&f->inbox, NOTE_HEALTH);
    int64_t read_at = note->health.read_at;
    assert_true(read_at > 0 && read_at <= clock_now(NULL));
    assert_int_equal(note->health.beats, 1);
    assert_string_equal(note->health.beat[0].writer, "one");
    assert_int_equal(note->health.beat[0].backlog, 3);
    note_free(note);
    note = inbox_await(&f->inbox, NOTE_HEALTH);
    assert_true(note->health.read_at > read_at);
    note_free(note);
}

static void an_open_contact_is_posted_again_for_an_entry_alone(void **state)
{
    struct fixture *f = *state;
    write_one(f, "a", 1);
    start(f);
    follower_open(f->follower, "a");
    struct note *note = inbox_await(&f->inbox, NOTE_CONTACT);
    assert_int_equal(note->records, 1);
    size_t entries = note->history[0].count;
    note_free(note);
    write_one(f, "a", 2);
    do {
        note = inbox_await(&f->inbox, NOTE_CONTACT);
        entries = note->history[0].count;
        note_free(note);
    } while (entries < 4);
}

static void an_outage_keeps_the_picture_and_ages_it(void **state)
{
    struct fixture *f = *state;
    write_one(f, "a", 1);
    start(f);
    struct note *note = inbox_await(&f->inbox, NOTE_HEALTH);
    int64_t read_at = note->health.read_at;
    note_free(note);
    fake_aws_fault(fixture_fake, &(struct fake_rule){.operation = "Query",
                                                     .fault = FAKE_ERROR_CODE,
                                                     .code = "AccessDeniedException"});
    note = inbox_await(&f->inbox, NOTE_ERROR);
    assert_string_not_equal(note->text, "");
    note_free(note);
    note = inbox_await(&f->inbox, NOTE_HEALTH);
    assert_true(note->health.read_at >= read_at);
    read_at = note->health.read_at;
    note_free(note);
    note = inbox_await(&f->inbox, NOTE_HEALTH);
    assert_int_equal(note->health.read_at, read_at);
    note_free(note);
    write_one(f, "b", 2);
    fake_aws_faults_clear(fixture_fake);
    note = inbox_await(&f->inbox, NOTE_RECORDS);
    assert_int_equal(note->records, 1);
    assert_string_equal(note->record[0].contact_id, "b"); /* and not all of it again */
    note_free(note);
    note = inbox_await(&f->inbox, NOTE_ERROR);
    assert_string_equal(note->text, "");
    note_free(note);
    assert_int_equal(f->opened, 1);
}

static void wakes_do_not_make_it_ask_more_often_than_it_should(void **state)
{
    struct fixture *f = *state;
    start(f);
    inbox_skip_to(&f->inbox, NOTE_LOADED);
    inbox_skip_to(&f->inbox, NOTE_HEALTH);
    uint64_t before = fake_aws_requests(fixture_fake, "Query");
    int64_t began = monotonic_ns();
    for (unsigned seen = 0; seen < 2;) {
        follower_wake(f->follower);
        struct note *note = queue_pop(f->inbox.queue, 5);
        seen += note && note->kind == NOTE_HEALTH;
        note_free(note);
    }
    double seconds = (double)(monotonic_ns() - began) / 1e9;
    double asked = (double)(fake_aws_requests(fixture_fake, "Query") - before);
    assert_true(asked <= (seconds + 1) * 5 * 5); /* 5 looks of 4 questions, and a beat's */
    assert_true(asked >= seconds * 4);           /* and it does ask */
}

#define SHARED_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        SHARED_TEST(what_others_write_is_posted),
        SHARED_TEST(health_is_posted_with_the_beats),
        SHARED_TEST(an_open_contact_is_posted_again_for_an_entry_alone),
        SHARED_TEST(an_outage_keeps_the_picture_and_ages_it),
        SHARED_TEST(wakes_do_not_make_it_ask_more_often_than_it_should),
    };
    return cmocka_run_group_tests(tests, dynamodb_fixture_begin, dynamodb_fixture_end);
}
