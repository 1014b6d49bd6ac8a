/* ingest: which events it takes, and which messages it says are not settled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "contactwatch/json.h"
#include "support/pack.h"
#include "support/taking.h"

#define LINE(contact, token)                                                                       \
    "{\"ContactId\":\"" contact "\",\"ContactFlowId\":\"arn:aws:connect:eu-west-2:1:instance/i/"   \
    "contact-flow/f\",\"ContactFlowModuleType\":\"PlayPrompt\",\"Timestamp\":"                     \
    "\"2025-12-31T23:59:59.000Z\",\"Parameters\":{\"T\":\"" token "\"}}"
#define AGENT                                                                                      \
    "{\"AgentARN\":\"arn:aws:connect:eu-west-2:1:instance/i/agent/a\",\"EventId\":\"e\","          \
    "\"EventTimestamp\":\"2025-12-31T23:59:59.000Z\",\"EventType\":\"STATE_CHANGE\","              \
    "\"Version\":\"2017-10-01\",\"CurrentAgentSnapshot\":{\"AgentStatus\":{\"Name\":"              \
    "\"Available\",\"Type\":\"ROUTABLE\",\"StartTimestamp\":\"2025-12-31T23:59:58.000Z\"},"        \
    "\"Configuration\":{\"Username\":\"j.doe\"},\"Contacts\":[]}}"
#define BRIDGE(contact)                                                                            \
    "{\"version\":\"0\",\"id\":\"e1\",\"detail-type\":\"Amazon Connect Contact Event\","           \
    "\"source\":\"aws.connect\",\"time\":\"2025-12-31T23:59:59Z\",\"detail\":{\"eventType\":"      \
    "\"INITIATED\",\"contactId\":\"" contact "\",\"channel\":\"VOICE\",\"initiationMethod\":"      \
    "\"INBOUND\",\"instanceArn\":\"arn:aws:connect:eu-west-2:1:instance/i\","                      \
    "\"initiationTimestamp\":\"2025-12-31T23:59:58.000Z\"}}"

#define SQS_X "{\"eventSource\":\"aws:sqs\",\"messageId\":\"m\",\"body\":\"x\"}"

static bool stored(const struct taking *t, unsigned from, unsigned to)
{
    for (unsigned token = from; token < to; token++)
        if (!t->store.stored[token])
            return false;
    return true;
}

static void a_batch_is_settled(void **state)
{
    struct taking *t = *state;
    char id[8];
    for (unsigned i = 0; i < 10; i++) {
        snprintf(id, sizeof(id), "m%u", i);
        taking_lines(t, id, i % 3, 2 * i, 2 * i + 2);
    }
    taking_expect(t, "");
    assert_string_equal(t->answer.data, "{\"batchItemFailures\":[]}");
    assert_true(stored(t, 0, 20));
    assert_int_equal(t->store.applies, 1); /* one write for all, a contact once */
    assert_int_equal(t->store.entries, 20);
}

static void kinesis_record(struct buf *out, const char *sequence, const char *data)
{
    buf_text(out, out->length ? "," : "{\"Records\":[");
    buf_printf(out,
               "{\"kinesis\":{\"kinesisSchemaVersion\":\"1.0\",\"partitionKey\":\"p\","
               "\"sequenceNumber\":\"%s\",\"data\":\"",
               sequence);
    pack_base64(out, data, strlen(data));
    buf_text(out, "\",\"approximateArrivalTimestamp\":1767225600.123},\"eventSource\":"
                  "\"aws:kinesis\",\"eventID\":\"shard-0:1\",\"eventSourceARN\":"
                  "\"arn:aws:kinesis:eu-west-2:1:stream/agents\"}");
}

static void a_stream_is_answered_by_sequence_number(void **state)
{
    struct taking *t = *state;
    kinesis_record(&t->event, "4959", AGENT);
    kinesis_record(&t->event, "4960", LINE("c1", "1"));
    kinesis_record(&t->event, "4961", "{\"broken\":");
    t->store.fail_agents = 1000;
    taking_expect(t, "4959");
    assert_true(stored(t, 1, 2));
    /* One bad record does not hold up the stream: it is kept aside. */
    assert_non_null(strstr(buf_str(&t->store.lines), "kinesis 4961"));
    t->store.fail_agents = 0;
    kinesis_record(&t->event, "4959", AGENT);
    taking_expect(t, "");
    assert_string_equal(buf_str(&t->store.agents), "j.doe Available\n");
}

/* A record of 1 MiB is larger than a message once it is base64. */
static void the_largest_record_of_a_stream_is_taken(void **state)
{
    struct taking *t = *state;
    struct buf lines = {0};
    while (lines.length < DECODE_MAX_BODY - 1000)
        fake_line(&lines, 1, 7, 7);
    kinesis_record(&t->event, "1", lines.data);
    taking_expect(t, "");
    assert_int_equal(t->store.lines.length, 0);
    assert_true(stored(t, 7, 8));
    buf_free(&lines);
}

static void what_comes_alone_is_taken_too(void **state)
{
    struct taking *t = *state;
    struct buf event = {0}, message = {0};
    pack_log_message(&message, "DATA_MESSAGE", LINE("c1", "1"), 1);
    pack_awslogs(&event, message.data);
    assert_true(taking_event(t, event.data));
    assert_true(taking_event(t, BRIDGE("c2")));
    assert_true(taking_event(t, LINE("c3", "3")));
    assert_true(taking_event(t, AGENT));
    assert_true(taking_event(t, "{\"Records\":[{\"EventSource\":\"aws:sns\",\"Sns\":{\"Type\":"
                                "\"Notification\",\"TopicArn\":\"a\",\"Message\":\"{"
                                "\\\"ContactId\\\":\\\"c4\\\",\\\"ContactFlowId\\\":\\\"f\\\","
                                "\\\"ContactFlowModuleType\\\":\\\"PlayPrompt\\\","
                                "\\\"Timestamp\\\":\\\"2025-12-31T23:59:59.000Z\\\","
                                "\\\"Parameters\\\":{\\\"T\\\":\\\"4\\\"}}\"}}]}"));
    assert_true(t->answer.length > 0);
    assert_true(stored(t, 1, 2) && stored(t, 3, 5));
    assert_int_equal(t->store.entries, 4);
    assert_string_equal(buf_str(&t->store.agents), "j.doe Available\n");
    buf_free(&event);
    buf_free(&message);
}

static void what_nobody_knows_is_an_error(void **state)
{
    static const char *const events[] = {
        "",
        "null",
        "{}",
        "[]",
        "\"hello\"",
        "{\"Records\":[]}",
        "{\"Records\":{}}",
        "{\"Records\":[{}]}",
        "{\"Records\":[{\"eventSource\":\"aws:s3\",\"s3\":{\"bucket\":{}}}]}",
        "{\"Records\":[{\"eventSource\":\"aws:sqs\"}]}",
        "{\"Records\":[{\"eventSource\":\"aws:sqs\",\"messageId\":\"\",\"body\":\"x\"}]}",
        "{\"Records\":[{\"eventSource\":\"aws:sqs\",\"messageId\":\"m\",\"body\":\"x\"},7]}",
        "{\"Records\":[" SQS_X ",{\"eventSource\":\"aws:kinesis\"}]}",
        "{\"Records\":[" SQS_X " : " SQS_X "]}",
        "{\"Records\":[{\"eventSource\":\"aws:kinesis\",\"kinesis\":{\"data\":\"e30=\"}}]}",
        "{\"awslogs\":{\"data\":\"H4sIAAAA\"}}",
        "{\"awslogs\":{}}",
        "{\"key1\":\"value1\",\"key2\":\"value2\"}",
    };
    struct taking *t = *state;
    for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
        if (taking_event(t, events[i]))
            fail_msg("%s is answered by %s", events[i], t->answer.data);
        assert_int_equal(strncmp(t->fault.type, "Contactwatch.", 13), 0);
        assert_true(t->fault.message[0]);
        assert_null(strstr(t->fault.message, "value1"));
    }
    /* … but not what is rightly passed over. */
    assert_true(taking_event(t, "{\"source\":\"aws.ec2\",\"detail-type\":\"x\",\"detail\":{}}"));
}

static void a_poisoned_message_comes_again_alone(void **state)
{
    struct taking *t = *state;
    char id[8];
    for (unsigned i = 0; i < 10; i++) {
        snprintf(id, sizeof(id), "m%u", i);
        if (i == 4)
            taking_message(t, id, "{\"broken\":", NULL);
        else
            taking_lines(t, id, i, i, i + 1);
    }
    taking_expect(t, "m4");
    assert_true(stored(t, 0, 4) && stored(t, 5, 10));
    assert_int_equal(t->store.lines.length, 0); /* its queue's redrive keeps it */
}

static void a_message_without_a_body_is_reported(void **state)
{
    struct taking *t = *state;
    assert_true(
        taking_event(t, "{\"Records\":[{\"eventSource\":\"aws:sqs\",\"messageId\":\"m\"}]}"));
    assert_string_equal(t->answer.data, "{\"batchItemFailures\":[{\"itemIdentifier\":\"m\"}]}");
}

static void what_is_refused_of_a_message_is_kept(void **state)
{
    struct taking *t = *state;
    taking_message(t, "m1", LINE("c1", "1") "\n{\"broken\":\n" LINE("c1", "2"), NULL);
    taking_lines(t, "m2", 2, 3, 4);
    taking_expect(t, "");
    assert_true(stored(t, 1, 4));
    assert_non_null(strstr(buf_str(&t->store.lines), "\"where\":\"sqs m1, line 2\""));
    t->store.fail_lines = 1;
    taking_message(t, "m1", LINE("c1", "5") "\n{\"broken\":", NULL);
    taking_lines(t, "m2", 2, 6, 7);
    taking_expect(t, "m1");
    assert_true(stored(t, 5, 7));
}

/* A store that keeps no refused lines has a file beside it, or nothing is settled. */
static void without_a_quarantine_in_the_store_a_file_is_one(void **state)
{
    struct taking *t = *state;
    char folder[] = "/tmp/cw-taking-XXXXXX", spec[64], path[96];
    struct stat st;
    t->store.shared = false;
    taking_message(t, "m1", LINE("c1", "1") "\n{\"broken\":", NULL);
    taking_expect(t, "m1");
    assert_non_null(mkdtemp(folder));
    snprintf(spec, sizeof(spec), "sqlite:%s/contacts.db", folder);
    snprintf(path, sizeof(path), "%s/contacts.db.quarantine", folder);
    lambda_ingest.close(t->state);
    t->state = NULL;
    t->setup.store_spec = spec;
    taking_message(t, "m1", LINE("c1", "1") "\n{\"broken\":", NULL);
    taking_expect(t, "");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(st.st_size > 0);
    unlink(path);
    rmdir(folder);
}

static void what_the_store_refuses_is_kept(void **state)
{
    struct taking *t = *state;
    taking_lines(t, "m1", 1, 1, 2);
    taking_lines(t, "m2", 666, 2, 4);
    taking_expect(t, "");
    assert_non_null(strstr(buf_str(&t->store.lines), "\"where\":\"c666\""));
    t->store.fail_lines = 1;
    taking_lines(t, "m1", 1, 5, 6);
    taking_lines(t, "m2", 666, 6, 7);
    taking_lines(t, "m3", 666, 7, 8);
    taking_lines(t, "m4", 2, 8, 9);
    taking_expect(t, "m2 m3");
    assert_true(stored(t, 5, 6) && stored(t, 8, 9));
}

static void a_store_that_comes_back_is_waited_for(void **state)
{
    struct taking *t = *state;
    t->store.fail_next = 3;
    taking_lines(t, "m1", 1, 1, 4);
    taking_expect(t, "");
    assert_true(stored(t, 1, 4));
    assert_int_equal(t->pauses, 3);
    assert_int_equal(t->now, TAKING_NOW + 100 + 200 + 400);
    t->store.fail_agents = 2;
    taking_message(t, "m2", AGENT, NULL);
    taking_expect(t, "");
    assert_int_equal(t->pauses, 5);
}

static void a_store_that_does_not_is_left_in_time(void **state)
{
    struct taking *t = *state;
    t->store.fail_all = true;
    taking_lines(t, "m1", 1, 1, 4);
    taking_message(t, "m2", AGENT, NULL);
    t->store.fail_agents = 1000;
    taking_lines(t, "m3", 2, 4, 5);
    taking_expect(t, "m1 m2 m3");
    assert_true(t->now < TAKING_NOW + t->time_ms);
    assert_true(t->pauses > 2);
    t->store.cannot_open = true;
    lambda_ingest.close(t->state);
    t->state = NULL;
    taking_lines(t, "m1", 1, 1, 4);
    taking_lines(t, "m2", 1, 1, 4);
    taking_expect(t, "m1 m2");
    assert_false(taking_event(t, BRIDGE("c2")));
    assert_string_equal(t->fault.type, "Contactwatch.NotStored");
}

/* Messages and contacts cross: what is reported is what has something that is not stored. */
static void exactly_the_unsettled_are_reported(void **state)
{
    struct taking *t = *state;
    enum { MESSAGES = 60 };
    struct buf named = {0};
    char id[8];
    unsigned reported = 0;
    t->store.retry_share = 0.9;
    t->time_ms = 1500; /* a few attempts */
    for (unsigned i = 0; i < MESSAGES; i++) {
        struct buf body = {0};
        snprintf(id, sizeof(id), "m%02u", i);
        fake_line(&body, i % 20, 2 * i, i);
        fake_line(&body, (i + 7) % 20, 2 * i + 1, i);
        taking_message(t, id, body.data, NULL);
        buf_free(&body);
    }
    assert_true(taking_invoke(t));
    taking_named(t->answer.data, &named);
    for (unsigned i = 0; i < MESSAGES; i++) {
        snprintf(id, sizeof(id), "m%02u", i);
        bool told = strstr(buf_str(&named), id) != NULL;
        assert_int_equal(told, !stored(t, 2 * i, 2 * i + 2));
        reported += told;
    }
    assert_true(reported > 0 && reported < MESSAGES);
    buf_free(&named);
}

static void near_the_deadline_nothing_is_begun(void **state)
{
    struct taking *t = *state;
    taking_lines(t, "m1", 1, 1, 2);
    taking_expect(t, "");
    t->time_ms = 300;
    taking_lines(t, "m2", 1, 2, 3);
    taking_lines(t, "m3", 1, 3, 4);
    taking_expect(t, "m2 m3");
    assert_int_equal(t->store.applies, 1);
    assert_false(taking_event(t, BRIDGE("c2")));
    assert_string_equal(t->fault.type, "Contactwatch.NotStored");
}

/* More contacts than one write takes, and time for two writes. */
static void what_there_is_no_time_for_is_reported(void **state)
{
    struct taking *t = *state;
    enum { MESSAGES = 300 };
    struct buf named = {0};
    char id[8];
    unsigned reported = 0;
    t->apply_ms = 4000;
    for (unsigned i = 0; i < MESSAGES; i++) {
        snprintf(id, sizeof(id), "m%03u", i);
        taking_lines(t, id, 1000 + i, i, i + 1);
    }
    assert_true(taking_invoke(t));
    taking_named(t->answer.data, &named);
    for (unsigned i = 0; i < MESSAGES; i++) {
        snprintf(id, sizeof(id), "m%03u", i);
        bool told = strstr(buf_str(&named), id) != NULL;
        assert_int_equal(told, !stored(t, i, i + 1));
        reported += told;
    }
    assert_int_equal(t->store.applies, 2);
    assert_true(reported > 0 && reported < MESSAGES / 2);
    assert_true(t->now < TAKING_NOW + t->time_ms);
    /* One slow write does not end all: the next invocation begins one, if its time is short. */
    t->time_ms = 3000;
    taking_lines(t, "m", 1, 1, 2);
    taking_expect(t, "");
    buf_free(&named);
}

static void what_comes_twice_is_named_once(void **state)
{
    struct taking *t = *state;
    taking_lines(t, "m1", 1, 1, 3);
    taking_lines(t, "m2", 1, 1, 3);
    taking_lines(t, "m1", 1, 1, 3);
    taking_expect(t, "");
    assert_int_equal(t->store.entries, 2);
    t->store.fail_all = true;
    t->time_ms = 600;
    taking_lines(t, "m1", 1, 4, 5);
    taking_lines(t, "m1", 1, 4, 5);
    taking_message(t, "m\"3", LINE("c1", "6"), NULL);
    taking_expect(t, "m1 m\"3");
}

static void a_group_of_a_fifo_queue_keeps_its_order(void **state)
{
    struct taking *t = *state;
    taking_message(t, "m1", "{\"broken\":", "g1");
    taking_message(t, "m2", LINE("c1", "1"), "g1");
    taking_expect(t, "m1"); /* a group alone makes no queue a FIFO one */
    t->queue = TAKING_QUEUE ".fifo";
    taking_message(t, "m1", LINE("c1", "2"), "g1");
    taking_message(t, "m2", "{\"broken\":", "g1");
    taking_message(t, "m3", LINE("c2", "3"), "g2");
    taking_message(t, "m4", LINE("c1", "4"), "g1");
    taking_message(t, "m5", LINE("c2", "5"), "g2");
    taking_message(t, "m6", LINE("c3", "6"), "g1");
    taking_expect(t, "m2 m4 m6");
}

static void other_instances_are_passed_over(void **state)
{
    static const char *const wanted[] = {"arn:aws:connect:eu-west-2:1:instance/other", NULL};
    struct taking *t = *state;
    t->setup.decode.instances = wanted;
    taking_message(t, "m1", BRIDGE("c1"), NULL);
    taking_expect(t, "");
    assert_int_equal(t->store.entries, 0);
    assert_true(taking_event(t, BRIDGE("c1")));
}

static void it_tells_that_it_is_there(void **state)
{
    struct taking *t = *state;
    char first[64];
    taking_lines(t, "m1", 1, 1, 3);
    taking_expect(t, "");
    assert_int_equal(t->store.beats, 1);
    assert_true(t->store.last_beat.on_demand);
    assert_int_equal(t->store.last_beat.events, 2);
    assert_int_equal(t->store.last_beat.backlog, -1);
    snprintf(first, sizeof(first), "%s", t->store.last_beat.writer);
    t->now += 4999;
    taking_lines(t, "m2", 1, 3, 4);
    taking_expect(t, "");
    assert_int_equal(t->store.beats, 1);
    t->now += 1;
    taking_lines(t, "m3", 1, 4, 5);
    taking_expect(t, "");
    assert_int_equal(t->store.beats, 2);
    assert_string_equal(t->store.last_beat.writer, first);
    /* Another environment is another writer, on whatever machine. */
    lambda_ingest.close(t->state);
    t->state = NULL;
    assert_false(t->store.last_beat.stopping);
    taking_lines(t, "m4", 1, 5, 6);
    taking_expect(t, "");
    assert_int_equal(t->store.beats, 3);
    assert_string_not_equal(t->store.last_beat.writer, first);
}

/* The time an earlier invocation had is over. */
static void it_tells_it_where_nothing_is_written_too(void **state)
{
    static const char *const wanted[] = {"arn:aws:connect:eu-west-2:1:instance/other", NULL};
    struct taking *t = *state;
    taking_lines(t, "m1", 1, 1, 3);
    taking_expect(t, "");
    const int64_t before = t->store.beat_give_up;
    t->now += 5000;
    t->setup.decode.instances = wanted;
    taking_message(t, "m2", BRIDGE("c1"), NULL);
    taking_expect(t, "");
    assert_int_equal(t->store.beats, 2);
    assert_true(t->store.beat_give_up > before);
}

/* The largest batch there is has more values than one document may have. */
static void a_batch_of_ten_thousand_is_read(void **state)
{
    struct taking *t = *state;
    enum { MESSAGES = 10000 };
    char id[16];
    for (unsigned i = 0; i < MESSAGES; i++) {
        snprintf(id, sizeof(id), "m%u", i);
        taking_lines(t, id, i % 500, i % FAKE_TOKENS, i % FAKE_TOKENS + 1);
    }
    taking_message(t, "last", "{\"broken\":", NULL);
    taking_expect(t, "last");
    assert_int_equal(t->store.applies, 4);
}

int main(void)
{
#define TAKING_TEST(test) cmocka_unit_test_setup_teardown(test, taking_setup, taking_teardown)
    const struct CMUnitTest tests[] = {
        TAKING_TEST(a_batch_is_settled),
        TAKING_TEST(a_stream_is_answered_by_sequence_number),
        TAKING_TEST(the_largest_record_of_a_stream_is_taken),
        TAKING_TEST(what_comes_alone_is_taken_too),
        TAKING_TEST(what_nobody_knows_is_an_error),
        TAKING_TEST(a_poisoned_message_comes_again_alone),
        TAKING_TEST(a_message_without_a_body_is_reported),
        TAKING_TEST(what_is_refused_of_a_message_is_kept),
        TAKING_TEST(without_a_quarantine_in_the_store_a_file_is_one),
        TAKING_TEST(what_the_store_refuses_is_kept),
        TAKING_TEST(a_store_that_comes_back_is_waited_for),
        TAKING_TEST(a_store_that_does_not_is_left_in_time),
        TAKING_TEST(exactly_the_unsettled_are_reported),
        TAKING_TEST(near_the_deadline_nothing_is_begun),
        TAKING_TEST(what_there_is_no_time_for_is_reported),
        TAKING_TEST(what_comes_twice_is_named_once),
        TAKING_TEST(a_group_of_a_fifo_queue_keeps_its_order),
        TAKING_TEST(other_instances_are_passed_over),
        TAKING_TEST(it_tells_that_it_is_there),
        TAKING_TEST(it_tells_it_where_nothing_is_written_too),
        TAKING_TEST(a_batch_of_ten_thousand_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
