/* The simulated contact centre: repeatable, believable, and every message in a form the decoder
 * takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "contactwatch/hash.h"
#include "contactwatch/source.h"
#include "support/sim_fixture.h"

static uint64_t fingerprint(uint64_t seed)
{
    struct sim_options options = sim_plain(60);
    options.seed = seed;
    options.duplicates = options.disorder = options.late = 0.05;
    struct err err;
    struct sim *sim = sim_new(&options, &err);
    assert_non_null(sim);
    struct buf body = {0};
    int64_t due;
    uint64_t all = 0;
    for (int i = 0; i < 4000; i++) {
        assert_int_equal(sim_due(sim) != INT64_MAX, sim_next(sim, &body, &due));
        all = all * 31 + hash_text(body.data) + (uint64_t)due;
    }
    buf_free(&body);
    sim_free(sim);
    return all;
}

static void a_seed_gives_the_same_bytes(void **state)
{
    (void)state;
    assert_true(fingerprint(1) == fingerprint(1));
    assert_true(fingerprint(1) != fingerprint(2));
}

static void check_links(struct sim_seen *centre)
{
    size_t position = 0;
    for (struct map_slot *slot; (slot = map_next(&centre->contacts, &position));) {
        const struct seen *seen = slot->value;
        for (int i = 0; i < 3; i++)
            if (seen->link[i][0])
                assert_non_null(map_get(&centre->contacts, seen->link[i]));
    }
}

static void check_order(const struct sim_seen *centre)
{
    size_t position = 0;
    for (struct map_slot *slot; (slot = map_next(&centre->contacts, &position));) {
        const struct seen *seen = slot->value;
        int64_t at[] = {SIM_START, seen->initiated, seen->enqueued, seen->answered, seen->ended},
                last = 0;
        assert_true(seen->initiated > 0); /* its log came, and so did its events */
        for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
            assert_true(!at[i] || at[i] >= last);
            last = at[i] ? at[i] : last;
        }
    }
}

static void every_message_decodes_and_lives_are_consistent(void **state)
{
    (void)state;
    struct sim_seen centre = {0};
    struct sim_options options = sim_plain(60);
    options.contacts = 800;
    sim_watch(&centre, &options, 0);
    assert_int_equal(centre.refused, 0);
    assert_true(centre.agents > 1000 && centre.events > 20000);
    check_links(&centre);
    check_order(&centre);
    size_t roots = 0, position = 0;
    for (struct map_slot *slot; (slot = map_next(&centre.contacts, &position));) {
        const struct seen *seen = slot->value;
        assert_true(seen->ended > 0); /* the end waits for every contact */
        roots += !seen->link[1][0];
    }
    /* A call by an agent does not happen when nobody is free. */
    assert_true(roots <= 800 && roots > 760);
    assert_int_equal(centre.twice, 0);
    sim_leave(&centre);
}

/* What an hour of a contact centre brings. */
static const char *const of_an_hour[] = {
    "VOICE INBOUND",
    "VOICE OUTBOUND",
    "VOICE API",
    "VOICE WEBRTC_API",
    "VOICE TRANSFER",
    "VOICE QUEUE_TRANSFER",
    "VOICE CALLBACK",
    "VOICE DISCONNECT",
    "VOICE MONITOR",
    "VOICE EXTERNAL_OUTBOUND",
    "CHAT API",
    "CHAT TRANSFER",
    "TASK API",
    "EMAIL INBOUND",
    "EMAIL AGENT_REPLY",
    "event INITIATED",
    "event CONNECTED_TO_SYSTEM",
    "event QUEUED",
    "event CONNECTED_TO_AGENT",
    "event PAUSED",
    "event RESUMED",
    "event DISCONNECTED",
    "event COMPLETED",
    "event CONTACT_DATA_UPDATED",
    "event AMD_DISABLED",
    "state CONNECTING",
    "state CONNECTED",
    "state CONNECTED_ONHOLD",
    "state ENDED",
    "state MISSED",
    "state PAUSED",
    "state GONE",
    "block CheckAttribute",
    "block StoreUserInput",
    "block InvokeFlowModule",
    "block ReturnFromFlowModule",
    "block CreateCallback",
    "block SetCallBackNumber",
    "block AddToPlayLoop",
    "block LoopPrompts",
    "block GetCustomerProfile",
    "block TagContact",
    "block GetMetricData",
    "block CheckStaffing",
    "block CheckHoursOfOperation",
    "block SetContactFlow",
    "block Disconnect",
    "block Resume",
    "result Timeout",
    "result NoMatch",
    "result Error",
    "result FallbackIntent",
    "result The Lambda Function Returned An Error.",
    "result Success",
    NULL,
};

static void every_kind_of_contact_appears_within_an_hour(void **state)
{
    (void)state;
    struct sim_seen centre = {0};
    struct sim_options options = sim_plain(60);
    centre.until = of_an_hour;
    sim_watch(&centre, &options, 60);
    for (size_t i = 0; of_an_hour[i]; i++) {
        if (!map_get(&centre.kinds, of_an_hour[i]))
            fail_msg("none of: %s", of_an_hour[i]);
    }
    sim_leave(&centre);
}

static void an_hour_looks_like_a_contact_centre(void **state)
{
    (void)state;
    struct sim_seen centre = {0};
    struct sim_options options = sim_plain(20);
    sim_watch(&centre, &options, 90);
    unsigned queued = 0, in_time = 0, left = 0;
    size_t position = 0;
    for (struct map_slot *slot; (slot = map_next(&centre.contacts, &position));) {
        const struct seen *seen = slot->value;
        if (!seen->enqueued || seen->callback || !seen->voice_or_chat ||
            (!seen->answered && !seen->ended))
            continue;
        queued++;
        in_time += (seen->answered ? seen->answered : seen->ended) - seen->enqueued <= 20000;
        left += !seen->answered;
    }
    print_message("queued %u, within 20 s %u, left %u\n", queued, in_time, left);
    assert_true(queued > 2000);
    assert_in_range(in_time * 100 / queued, 75, 95);
    assert_in_range(left * 1000 / queued, 15, 80);
    sim_leave(&centre);
}

static double share(uint64_t part, uint64_t whole)
{
    return (double)part / (double)whole;
}

static void duplicates_disorder_and_lateness_come_in_their_shares(void **state)
{
    (void)state;
    struct sim_seen centre = {0};
    struct sim_options options = sim_plain(20);
    options.duplicates = 0.10;
    sim_watch(&centre, &options, 30);
    assert_true(share(centre.twice, centre.messages) > 0.08 &&
                share(centre.twice, centre.messages) < 0.10);
    sim_leave(&centre);
    options = sim_plain(20);
    options.disorder = 0.20;
    sim_watch(&centre, &options, 30);
    assert_true(share(centre.slow, centre.contact_events) > 0.17);
    assert_true(share(centre.slow, centre.contact_events) < 0.28);
    assert_int_equal(centre.twice, 0);
    sim_leave(&centre);
    options = sim_plain(20);
    options.late = 0.05;
    sim_watch(&centre, &options, 60);
    assert_true(share(centre.very_slow, centre.contact_events) > 0.03);
    assert_true(share(centre.very_slow, centre.contact_events) < 0.06);
    sim_leave(&centre);
}

/* Every queue, agent, flow, module, prompt and function named in the bodies has a line in the
 * names. */
static void check_names(const struct map *arns, const struct map *names)
{
    static const char *const known[] = {"/queue/",       "/agent/",  "/contact-flow/",
                                        "/flow-module/", "/prompt/", ":function:"};
    unsigned found[ARRAY_SIZE(known)] = {0};
    size_t position = 0;
    for (struct map_slot *slot; (slot = map_next(arns, &position));) {
        char arn[512];
        snprintf(arn, sizeof(arn), "%s", slot->key);
        char *agent_queue = strstr(arn, "/queue/agent/");
        if (agent_queue)
            memmove(agent_queue, agent_queue + 6, strlen(agent_queue + 6) + 1);
        for (size_t k = 0; k < ARRAY_SIZE(known); k++) {
            if (!strstr(arn, known[k]))
                continue;
            found[k]++;
            if (!map_get(names, arn))
                fail_msg("no name for %s", arn);
        }
    }
    for (size_t k = 0; k < ARRAY_SIZE(known); k++)
        assert_true(found[k] > 0);
}

static void names_cover_what_is_emitted(void **state)
{
    (void)state;
    struct sim_seen centre = {0};
    struct sim_options options = sim_plain(30);
    centre.keep_arns = true;
    sim_watch(&centre, &options, 20);
    struct buf text = {0};
    struct map names = {0};
    sim_write_names(centre.sim, &text);
    assert_int_equal(strncmp(buf_str(&text), "[names]\n", 8), 0);
    for (char *line = text.data + 8; *line;) {
        char *end = strchr(line, '\n'), *equal = strstr(line, " = ");
        assert_true(equal && end > equal);
        *equal = *end = '\0';
        map_set(&names, line, &names);
        line = end + 1;
    }
    check_names(&centre.arns, &names);
    map_free(&names, NULL);
    buf_free(&text);
    sim_leave(&centre);
}

static void write_file(char path[64], const char *text)
{
    snprintf(path, 64, "/tmp/contactwatch-sim-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void a_names_file_shapes_the_centre(void **state)
{
    (void)state;
    char path[64];
    write_file(path,
               "[sim]\nqueue = Pensions\nqueue = Care \"24\"\nagent = m.curie\nflow = Front door\n"
               "lambda = who-is-it\n[names]\nx = y\n");
    struct sim_options options = sim_plain(30);
    options.names_file = path;
    struct sim_seen centre = {0};
    sim_watch(&centre, &options, 10);
    assert_int_equal(centre.refused, 0);
    struct buf names = {0};
    sim_write_names(centre.sim, &names);
    static const char *const want[] = {" = Pensions\n", " = Care \"24\"\n", " = m.curie\n",
                                       " = Front door\n", " = who-is-it\n"};
    for (size_t i = 0; i < ARRAY_SIZE(want); i++)
        assert_non_null(strstr(buf_str(&names), want[i]));
    assert_null(strstr(buf_str(&names), " = Billing\n"));
    buf_free(&names);
    sim_leave(&centre);
    unlink(path);

    struct err err = {{0}};
    write_file(path, "[sim]\nqeue = Pensions\n");
    assert_null(sim_new(&options, &err));
    assert_non_null(strstr(err.text, ":2: \"qeue\""));
    unlink(path);
    assert_null(sim_new(&options, &err));
}

static int64_t now_of(void *context)
{
    return *(int64_t *)context;
}

static void the_source_plays_the_past_then_the_present(void **state)
{
    (void)state;
    int64_t now = SIM_START;
    const struct clock clock = {now_of, &now};
    struct source_options options = {
        .clock = &clock, .seed = SIM_SEED, .history_ms = HOUR_MS / 2, .contacts = 300};
    struct err err;
    assert_null(source_open("sim:fast", &options, &err));
    struct source *source = source_open("sim:30", &options, &err);
    assert_non_null(source);
    struct message message[32];
    size_t count, past = 0;
    int64_t last = 0;
    while (source->ops->receive(source, message, 32, 0, &count, &err) == RECEIVE_OK && count) {
        for (size_t i = 0; i < count; i++) {
            assert_true(message[i].sent >= last && message[i].sent <= now);
            assert_int_equal(strlen(message[i].body), message[i].length);
            assert_int_equal(message[i].position, ++past);
            last = message[i].sent;
        }
        source->ops->settle(source, message, count, SETTLE_DONE);
    }
    assert_true(past > 1000);
    source->ops->wake(source); /* a wait of an hour ends at once */
    assert_int_equal(source->ops->receive(source, message, 32, 3600000, &count, &err), RECEIVE_OK);
    assert_int_equal(count, 0);
    now += DAY_MS;
    enum receive got;
    while ((got = source->ops->receive(source, message, 32, 0, &count, &err)) == RECEIVE_OK)
        source->ops->settle(source, message, count, SETTLE_RELEASE);
    assert_int_equal(got, RECEIVE_END);
    source->ops->close(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_gives_the_same_bytes),
        cmocka_unit_test(every_message_decodes_and_lives_are_consistent),
        cmocka_unit_test(every_kind_of_contact_appears_within_an_hour),
        cmocka_unit_test(an_hour_looks_like_a_contact_centre),
        cmocka_unit_test(duplicates_disorder_and_lateness_come_in_their_shares),
        cmocka_unit_test(names_cover_what_is_emitted),
        cmocka_unit_test(a_names_file_shapes_the_centre),
        cmocka_unit_test(the_source_plays_the_past_then_the_present),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
