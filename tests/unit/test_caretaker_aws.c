/* The caretaker on the fake endpoint: its own client and store, within the account's throttle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/dynamodb.h"
#include "contactwatch/ingest.h"
#include "fakes/fake_session.h"
#include "support/caretaker_fixture.h"

struct fixture {
    struct caretaker_fixture caretaker; /* its clock, and how it is run */
    struct fake_aws *fake;
    struct aws_session *session;
};

static int64_t now_of(void *context)
{
    return ((struct fixture *)context)->caretaker.now;
}

static struct store *open_tables(void *context, struct err *err)
{
    struct fixture *f = context;
    return store_open("dynamodb:Contacts", &f->caretaker.options.store, err);
}

static int begin(void **state)
{
    struct fixture *f = mem_zero(sizeof(*f));
    struct err err = {""};
    caretaker_fixture_begin(&f->caretaker);
    f->caretaker.now = clock_now(NULL);
    f->caretaker.clock = (struct clock){now_of, f};
    f->fake = fake_aws_start(NULL);
    f->session = fake_session(f->fake);
    struct caretaker_options *o = &f->caretaker.options;
    o->store.clock = o->clock = &f->caretaker.clock;
    o->store.aws = o->aws = f->session;
    o->open_store = open_tables;
    o->ask = NULL;
    o->test_context = f;
    *state = f;
    return dynamodb_init("Contacts", f->session, NULL, NULL, &err) ? 0 : -1;
}

static int end(void **state)
{
    struct fixture *f = *state;
    aws_session_close(f->session);
    fake_aws_stop(f->fake);
    caretaker_fixture_end(&f->caretaker);
    free(f);
    return 0;
}

static void take(void *context, const char *id, const char *name)
{
    buf_printf(context, "%s=%s;", id, name);
}

static struct buf cached(struct fixture *f)
{
    struct err err = {""};
    struct buf seen = {0};
    struct store *store = open_tables(f, &err);
    assert_non_null(store);
    if (!names_cached(store, take, &seen, &err))
        fail_msg("%s", err.text);
    store_close(store);
    return seen;
}

static void names_go_from_connect_to_the_table(void **state)
{
    static const char *const instances[] = {CARETAKER_INSTANCE, NULL};
    struct fixture *f = *state;
    for (int i = 0; i < 2500; i++) {
        char id[32], name[32];
        snprintf(id, sizeof(id), "u%04d", i);
        snprintf(name, sizeof(name), "agent.%04d", i);
        fake_aws_summary(f->fake, FAKE_USERS, "i-1", id, name);
    }
    fake_aws_summary(f->fake, FAKE_QUEUES, "i-1", "q1", "Billing");
    fake_aws_summary(f->fake, FAKE_QUEUES, "i-1", "q2", NULL);
    f->caretaker.options.instances = instances;
    f->caretaker.options.list_names = true;
    struct caretaker *c = caretaker_fixture_new(&f->caretaker, 1);
    caretaker_run(&f->caretaker, c, f->caretaker.now + MINUTE_MS);
    caretaker_free(c);
    assert_int_equal(fake_aws_requests(f->fake, "ListUsers"), 3);
    assert_int_equal(fake_aws_bad_signatures(f->fake), 0);
    struct buf names = cached(f);
    assert_int_equal(strncmp(buf_str(&names), "q1=Billing;u0000=agent.0000;", 28), 0);
    assert_non_null(strstr(buf_str(&names), "u2499=agent.2499;"));
    buf_free(&names);
}

static void feed(struct fixture *f, const char *id, int64_t initiated)
{
    struct err err = {""};
    struct arena arena = {0};
    struct record delta;
    struct history entries = {0};
    struct store *store = open_tables(f, &err);
    assert_non_null(store);
    struct contact_event detail = {.type = "INITIATED",
                                   .state = LIFECYCLE_INITIATED,
                                   .channel = "VOICE",
                                   .method = "INBOUND",
                                   .instance_arn = CARETAKER_INSTANCE,
                                   .initiated = initiated};
    struct event event = {.contact_id = id, .contact = detail};
    event.entry = (struct entry){.time = initiated,
                                 .rank = LIFECYCLE_INITIATED,
                                 .type = LOGTYPE_CONTACT,
                                 .body = "{}",
                                 .length = 2,
                                 .id = hash_bytes(id, strlen(id))};
    record_init(&delta, id);
    record_apply(&delta, &event);
    history_push(&entries, &event.entry);
    struct store_change change = {.delta = &delta, .entries = &entries};
    assert_true(store_apply(store, &change, 1, &err));
    assert_int_equal(change.outcome, STORE_STORED);
    record_free(&delta);
    history_free(&entries);
    store_close(store);
    arena_free(&arena);
}

static bool has_ended(struct fixture *f, const char *id)
{
    struct err err = {""};
    struct arena arena = {0};
    struct record record;
    bool found = false;
    struct store *store = open_tables(f, &err);
    assert_non_null(store);
    assert_true(store_get(store, id, &arena, &record, NULL, &found, &err));
    assert_true(found);
    bool ended = record.flags & FLAG_ENDED;
    record_free(&record);
    arena_free(&arena);
    store_close(store);
    return ended;
}

/* Three processes on one table: each silent contact is asked about once, through throttles. */
static void three_reconcile_as_one(void **state)
{
    struct fixture *f = *state;
    int64_t start = f->caretaker.now;
    char answer[256];
    feed(f, "ended", start - HOUR_MS);
    feed(f, "open", start - HOUR_MS);
    feed(f, "unknown", start - HOUR_MS);
    feed(f, "fresh", start - MINUTE_MS);
    snprintf(answer, sizeof(answer),
             "{\"Id\":\"ended\",\"Channel\":\"VOICE\",\"DisconnectTimestamp\":%.3f}",
             (double)(start - 30 * MINUTE_MS) / 1000);
    fake_aws_contact(f->fake, "i-1", "ended", answer);
    fake_aws_contact(f->fake, "i-1", "open", "{\"Id\":\"open\",\"Channel\":\"VOICE\"}");
    fake_aws_fault(
        f->fake,
        &(struct fake_rule){.operation = "DescribeContact", .fault = FAKE_THROTTLE, .times = 1});
    f->caretaker.options.reconcile = true;
    struct caretaker *three[3];
    for (uint64_t i = 0; i < 3; i++)
        three[i] = caretaker_fixture_new(&f->caretaker, i + 1);
    caretakers_run(&f->caretaker, three, 3, start + 4 * MINUTE_MS);
    for (int i = 0; i < 3; i++)
        caretaker_free(three[i]);
    assert_true(has_ended(f, "ended"));
    assert_false(has_ended(f, "open"));
    assert_false(has_ended(f, "unknown"));
    assert_int_equal(fake_aws_requests(f->fake, "DescribeContact"), 4);
}

/* A call under way is given up: nobody waits for Connect to leave. */
static void the_thread_stops_amid_a_call(void **state)
{
    static const char *const instances[] = {CARETAKER_INSTANCE, NULL};
    struct fixture *f = *state;
    struct err err = {""};
    struct caretaker_options options = f->caretaker.options;
    options.instances = instances;
    options.list_names = true;
    options.clock = options.store.clock = NULL;
    options.open_store = NULL;
    options.store_spec = "dynamodb:Contacts";
    fake_aws_fault(f->fake,
                   &(struct fake_rule){.operation = "ListQueues", .fault = FAKE_SLOW, .ms = 8000});
    struct caretaker *c = caretaker_start(&options, &err);
    assert_non_null(c);
    assert_true(fake_aws_wait_requests(f->fake, "ListQueues", 1, 20000));
    int64_t before = monotonic_ns();
    assert_true(caretaker_stop(c));
    assert_true(monotonic_ns() - before < INT64_C(3000000000));
}

#define AWS_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AWS_TEST(names_go_from_connect_to_the_table),
        AWS_TEST(three_reconcile_as_one),
        AWS_TEST(the_thread_stops_amid_a_call),
    };
    return cmocka_run_group_tests(tests, sqlite_folder_begin, sqlite_folder_end);
}
