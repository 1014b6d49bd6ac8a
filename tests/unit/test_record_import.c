/* Items of the original project: History inline, no Stamps. Rebuilt by folding the History again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/decode.h"
#include "contactwatch/instant.h"
#include "contactwatch/json.h"
#include "contactwatch/record.h"
#include "contactwatch/rng.h"

#define ID       "c0ffee00-1111-4a4a-8b8b-0000000000a2"
#define FIRST_ID "c0ffee00-1111-4a4a-8b8b-0000000000a1"
#define INSTANCE                                                                                   \
    "arn:aws:connect:eu-west-2:111122223333:instance/5d2b0a3e-7f11-4c58-9a0e-3c7f00aa1d01"

static struct arena arena;

static int reset(void **state)
{
    (void)state;
    arena_reset(&arena);
    return 0;
}

/* A transferred chat as the original Lambdas leave it: text order, two flow logs of one moment, an
 * entry twice. */
static const char *const original[] = {
    "{\"Connect_ContactId\":\"" ID
    "\",\"Connect_Channel\":\"CHAT\",\"Connect_InitiationMethod\":\"TRANSFER\",",
    "\"Connect_initialContactId\":\"" FIRST_ID "\",\"Connect_previousContactId\":\"" FIRST_ID "\",",
    "\"Connect_Latest_Contactflow\":{\"ContactFlowId\":\"" INSTANCE
    "/contact-flow/f9\",\"ContactFlowModuleType\":",
    "\"SetQueue\",\"ContactFlowName\":\"stale\",\"ContactId\":\"" ID
    "\",\"LogType\":\"ContactFlowLog\",\"Parameters\":",
    "{\"Queue\":\"q\"},\"Timestamp\":\"2026-01-05T09:00:39.787Z\"},",
    "\"Connect_queueInfo\":{\"enqueueTimestamp\":\"2026-01-05T09:00:41.000Z\",\"queueArn\":"
    "\"" INSTANCE "/queue/"
    "q1\",\"queueType\":\"STANDARD\"},\"DDB_ExpiryEpoch\":1767690000,\"Flag_Queued\":"
    "true,\"Team\":\"North\",",
    "\"Customer_Identifier\":\"C-7\",\"Connect_disconnectTimestamp\":\"1970-01-01T00:00:00.001Z\","
    "\"History\":[",
    "{\"LogType\":\"ContactEvent\",\"Timestamp\":\"2026-01-05T09:00:41Z\",\"channel\":\"CHAT\","
    "\"contactId\":\"" ID "\",\"eventType\":\"QUEUED\",\"initialContactId\":\"" FIRST_ID
    "\",\"previousContactId\":\"" FIRST_ID
    "\",\"initiationMethod\":\"TRANSFER\",\"initiationTimestamp\":\"2026-01-05T09:00:35.885Z\","
    "\"instanceArn\":\"" INSTANCE
    "\",\"queueInfo\":{\"enqueueTimestamp\":\"2026-01-05T09:00:41.416Z\",\"queueArn\":\"" INSTANCE
    "/queue/q2\",\"queueType\":\"STANDARD\"}},",
    "{\"LogType\":\"ContactFlowLog\",\"Timestamp\":\"2026-01-05T09:00:39.787Z\",\"ContactFlowId\":"
    "\"" INSTANCE
    "/contact-flow/f1\",\"ContactFlowModuleType\":\"SetAttributes\",\"ContactFlowName\":\"Queue "
    "transfer\",\"ContactId\":\"" ID "\",\"Parameters\":{\"Key\":\"Tier\",\"Value\":\"gold\"}},",
    "{\"LogType\":\"ContactFlowLog\",\"Timestamp\":\"2026-01-05T09:00:40.100Z\",\"ContactFlowId\":"
    "\"" INSTANCE
    "/contact-flow/f1\",\"ContactFlowModuleType\":\"Transfer\",\"ContactFlowName\":\"Queue "
    "transfer\",\"ContactId\":\"" ID "\",\"Parameters\":{},\"Results\":\"false\"},",
    "{\"LogType\":\"ContactFlowLog\",\"Timestamp\":\"2026-01-05T09:00:40.100Z\",\"ContactFlowId\":"
    "\"" INSTANCE
    "/contact-flow/f1\",\"ContactFlowModuleType\":\"Transfer\",\"ContactFlowName\":\"Queue "
    "transfer\",\"ContactId\":\"" ID "\",\"Parameters\":{},\"Results\":\"false\"},",
    "{\"LogType\":\"ContactFlowLambda\",\"Timestamp\":\"2026-01-05T09:00:40.200Z\",\"ContactId\":"
    "\"" ID "\",\"Parameters\":{\"Flag_VIP\":\"yes\"}},{\"LogType\":\"Unheard of\"},7],",
    "\"Status\":\"INITIATED\",\"Timestamps\":{\"contactflowlogs\":\"2026-01-05T09:00:39.787Z\","
    "\"eventbridge\":",
    "\"2026-01-05T09:00:41Z\"},\"initiationTimestamp\":\"2026-01-05T09:00:35.885Z\"}",
};

static const char *joined_text(const char *const *part, size_t count)
{
    struct buf text = {0};
    for (size_t i = 0; i < count; i++)
        buf_text(&text, part[i]);
    const char *copy = arena_strdup(&arena, buf_str(&text));
    buf_free(&text);
    return copy;
}

static struct record read_item(const char *text, struct history *history)
{
    struct record record = {0};
    struct err err = {""};
    const cJSON *item = json_parse(&arena, text, strlen(text), &err);
    if (!item || !record_read(&record, &arena, item, history, &err))
        fail_msg("%s", err.text);
    return record;
}

static const char *value(const struct record *record, enum record_field field)
{
    return record->field[field].value;
}

static void an_original_item_shows_correctly(void **state)
{
    (void)state;
    struct history history = {0};
    struct record record = read_item(joined_text(original, ARRAY_SIZE(original)), &history);
    assert_string_equal(value(&record, FIELD_STATUS), "QUEUED");
    assert_non_null(strstr(value(&record, FIELD_QUEUE_INFO), "/queue/q2"));
    assert_non_null(strstr(value(&record, FIELD_LATEST_FLOW), "\"Transfer\""));
    assert_string_equal(value(&record, FIELD_PREVIOUS_ID), FIRST_ID);
    assert_string_equal(record_chain_root(&record), FIRST_ID);
    assert_int_equal(record.flags, FLAG_QUEUED);
    assert_string_equal(record.flags_set.item[0].name, "Flag_VIP");
    assert_string_equal(record.attributes.item[0].reg.value, "gold");
    int64_t queued;
    assert_true(instant_parse("2026-01-05T09:00:41.416Z", &queued));
    assert_true(record.last[LOGTYPE_CONTACT] == queued);
    history_free(&history);
    record_free(&record);
}

static void what_only_the_item_says_is_kept_at_stamp_0(void **state)
{
    (void)state;
    struct record record = read_item(joined_text(original, ARRAY_SIZE(original)), NULL);
    assert_string_equal(value(&record, FIELD_CUSTOMER), "C-7");
    assert_true(record.field[FIELD_CUSTOMER].stamp == 0);
    assert_null(value(&record, FIELD_DISCONNECTED)); /* a sentinel */
    assert_string_equal(record.other.item[0].name, "Team");
    assert_string_equal(record.other.item[0].reg.value, "\"North\"");
    assert_true(record.expiry == 1767690000);
    struct record bare = read_item(
        "{\"Connect_ContactId\":\"" ID "\",\"Connect_Latest_Contactflow\":{\"Parameters\":"
        "{\"Text\":\"long\"},\"ContactFlowName\":\"Main\"},\"Status\":\"QUEUED\"}",
        NULL);
    assert_string_equal(value(&bare, FIELD_LATEST_FLOW), "{\"ContactFlowName\":\"Main\"}");
    assert_string_equal(value(&bare, FIELD_STATUS), "QUEUED");
    record_free(&bare);
    record_free(&record);
}

static void its_history_is_sorted_and_without_doubles(void **state)
{
    (void)state;
    struct history history = {0};
    struct record record = read_item(joined_text(original, ARRAY_SIZE(original)), &history);
    assert_int_equal(history.count, 4);
    for (size_t i = 1; i < history.count; i++)
        assert_true(entry_compare(&history.entry[i - 1], &history.entry[i]) < 0);
    assert_int_equal(history.entry[0].type, LOGTYPE_FLOW);
    assert_int_equal(history.entry[3].type, LOGTYPE_CONTACT);
    history_free(&history);
    record_free(&record);
}

/* Written by this program, read again with its Stamps: the same; the history comes along. */
static void an_imported_item_becomes_our_own(void **state)
{
    (void)state;
    struct history history = {0}, again = {0};
    struct record record = read_item(joined_text(original, ARRAY_SIZE(original)), &history), back;
    struct buf once = {0}, twice = {0};
    record_write_item(&once, &record, &history, RECORD_STORED);
    back = read_item(once.data, &again);
    record_write_item(&twice, &back, &again, RECORD_STORED);
    assert_string_equal(once.data, twice.data);
    buf_free(&once);
    buf_free(&twice);
    history_free(&history);
    history_free(&again);
    record_free(&record);
    record_free(&back);
}

/* ---- any item of ours, its Stamps lost: the History gives the same record back */

struct fold {
    struct record *record;
    struct history *history;
};

static void keep(void *context, const struct event *event)
{
    struct fold *fold = context;
    record_apply(fold->record, event);
    history_push(fold->history, &event->entry);
}

static void refuse(void *context, const char *where, const char *why, const char *text,
                   size_t length)
{
    (void)context;
    fail_msg("%s: %s: %.*s", where, why, (int)length, text);
}

static const char *random_line(struct rng *rng)
{
    static const char *const type[] = {"INITIATED",    "QUEUED",    "CONNECTED_TO_AGENT",
                                       "DISCONNECTED", "COMPLETED", "CONTACT_DATA_UPDATED"};
    static const char *const block[] = {"PlayPrompt", "SetAttributes", "InvokeExternalResource",
                                        "CreateCallback"};
    unsigned second = rng_below(rng, 50) + 10, ms = rng_below(rng, 3) * 100;
    if (rng_chance(rng, 0.5))
        return arena_printf(&arena,
                            "{\"eventType\":\"%s\",\"contactId\":\"" ID
                            "\",\"channel\":\"VOICE\",\"instanceArn\":\"" INSTANCE
                            "\",\"initiationMethod\":\"INBOUND\",\"initiationTimestamp\":\"2026-01-"
                            "05T09:00:00.%03uZ\","
                            "\"disconnectTimestamp\":\"1970-01-01T00:00:00.001Z\",\"queueInfo\":{"
                            "\"queueArn\":\"q%u\","
                            "\"enqueueTimestamp\":\"2026-01-05T09:00:%02u.%03uZ\"},\"agentInfo\":{"
                            "\"agentArn\":\"a%u\","
                            "\"connectedToAgentTimestamp\":\"2026-01-05T09:00:%02u.%03uZ\"}}",
                            type[rng_below(rng, 6)], ms, rng_below(rng, 3), second, ms,
                            rng_below(rng, 2), second, ms);
    return arena_printf(&arena,
                        "{%s\"ContactId\":\"" ID "\",\"ContactFlowId\":\"" INSTANCE
                        "/contact-flow/f%u\","
                        "\"ContactFlowModuleType\":\"%s\",\"Timestamp\":\"2026-01-05T09:00:%02u.%"
                        "03uZ\",\"Parameters\":"
                        "{\"Key\":\"k%u\",\"Value\":\"v%u\"}}",
                        rng_chance(rng, 0.2) ? "\"Results\":\"Error\"," : "", rng_below(rng, 2),
                        block[rng_below(rng, 4)], second, ms, rng_below(rng, 3), rng_below(rng, 9));
}

static void fold_random(struct fold *fold, struct rng *rng)
{
    static const struct decode_options options = {.redact = REDACT_NONE};
    const struct decode_sink sink = {.context = fold, .event = keep, .refused = refuse};
    record_init(fold->record, ID);
    for (int i = 0; i < 25; i++) {
        const char *line = random_line(rng);
        decode_body(&arena, &options, line, strlen(line), INT64_C(1767690000000), &sink);
    }
    history_sort(fold->history);
}

/* The item with History only: what a History of the original would hold. */
static const char *history_alone(const struct record *record, const struct history *history)
{
    struct buf item = {0}, out = {0};
    record_write_item(&item, record, history, RECORD_CANONICAL);
    const cJSON *tree = json_parse(&arena, item.data, item.length, NULL);
    buf_text(&out, "{\"Connect_ContactId\":\"" ID "\",\"History\":");
    json_canonical(&out, json_get(tree, "History"), NULL);
    buf_char(&out, '}');
    const char *text = arena_strdup(&arena, out.data);
    buf_free(&item);
    buf_free(&out);
    return text;
}

static void a_history_holds_the_whole_record(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct rng rng;
        struct record record, back;
        struct history history = {0};
        struct buf before = {0}, after = {0};
        rng_seed(&rng, seed);
        fold_random(&(struct fold){&record, &history}, &rng);
        struct record from_history;
        record_init(&from_history, ID);
        for (size_t i = 0; i < history.count;
             i++) { /* of conflicting bodies the history keeps one */
            struct event event;
            assert_true(decode_entry(&arena, &history.entry[i], ID, &event));
            record_apply(&from_history, &event);
        }
        back = read_item(history_alone(&record, &history), NULL);
        record_write(&before, &from_history, RECORD_CANONICAL);
        record_write(&after, &back, RECORD_CANONICAL);
        if (strcmp(before.data, after.data) != 0)
            fail_msg("seed %llu:\n%s\n%s", (unsigned long long)seed, before.data, after.data);
        assert_false(record_join(&record, &back)); /* nothing in it that was not seen */
        buf_free(&before);
        buf_free(&after);
        history_free(&history);
        record_free(&record);
        record_free(&from_history);
        record_free(&back);
        arena_reset(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_original_item_shows_correctly, reset),
        cmocka_unit_test_setup(what_only_the_item_says_is_kept_at_stamp_0, reset),
        cmocka_unit_test_setup(its_history_is_sorted_and_without_doubles, reset),
        cmocka_unit_test_setup(an_imported_item_becomes_our_own, reset),
        cmocka_unit_test_setup(a_history_holds_the_whole_record, reset),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
