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

#include "contactwatch/decode.h"
#include "contactwatch/hash.h"
#include "contactwatch/map.h"
#include "contactwatch/sim.h"
#include "contactwatch/source.h"

enum { SEED = 20251113 };
static const int64_t start = INT64_C(1763026200000); /* 2025-11-13T09:30:00Z */

struct seen {
    int64_t initiated, enqueued, answered, ended;
    bool voice_or_chat, callback;
    char link[3][64]; /* initial, previous, related */
};

/* What was seen of one run. */
struct centre {
    struct map contacts; /* id -> struct seen */
    struct map kinds;    /* "VOICE INBOUND", "event QUEUED", "state CONNECTED", "block SetQueue" */
    struct map bodies;   /* hash of a message -> not NULL */
    bool keep_arns;
    struct map arns;          /* every ARN named in an entry */
    const char *const *until; /* NULL-terminated kinds: when all were seen, that is enough */
    struct sim *sim;
    uint64_t messages, twice, events, refused, agents, contact_events, slow, very_slow;
    int64_t due;
};

static char mark;

static void note_kind(struct centre *centre, const char *what, const char *name)
{
    char key[128];
    snprintf(key, sizeof(key), "%s %s", what, name ? name : "-");
    map_set(&centre->kinds, key, &mark);
}

static struct seen *seen_of(struct centre *centre, const char *id)
{
    struct seen *seen = map_get(&centre->contacts, id);
    if (!seen) {
        seen = calloc(1, sizeof(*seen));
        map_set(&centre->contacts, id, seen);
    }
    return seen;
}

static void keep(char link[64], const char *id)
{
    if (id)
        snprintf(link, 64, "%s", id);
}

static void on_contact(struct centre *centre, const struct event *event)
{
    const struct contact_event *contact = &event->contact;
    struct seen *seen = seen_of(centre, event->contact_id);
    note_kind(centre, contact->channel, contact->method);
    note_kind(centre, "event", contact->type);
    seen->initiated = contact->initiated;
    seen->callback |= strcmp(contact->method, "CALLBACK") == 0;
    seen->voice_or_chat = contact->channel[0] == 'V' || contact->channel[0] == 'C';
    seen->enqueued = contact->enqueued ? contact->enqueued : seen->enqueued;
    seen->answered = contact->connected_to_agent ? contact->connected_to_agent : seen->answered;
    seen->ended = contact->disconnected ? contact->disconnected : seen->ended;
    keep(seen->link[0], contact->initial_id);
    keep(seen->link[1], contact->previous_id);
    keep(seen->link[2], contact->related_id);
    centre->contact_events++;
    centre->slow += centre->due - event->entry.time > 1000;
    centre->very_slow += centre->due - event->entry.time > MINUTE_MS;
}

static void note_arns(struct centre *centre, const char *body)
{
    for (const char *p = body; (p = strstr(p, "\"arn:aws:"));) {
        p++;
        char arn[512];
        snprintf(arn, sizeof(arn), "%.*s", (int)strcspn(p, "\""), p);
        map_set(&centre->arns, arn, &mark);
    }
}

static bool enough(const struct centre *centre)
{
    for (const char *const *kind = centre->until; kind && *kind; kind++)
        if (!map_get(&centre->kinds, *kind))
            return false;
    return centre->until != NULL;
}

static void on_event(void *context, const struct event *event)
{
    struct centre *centre = context;
    centre->events++;
    if (centre->keep_arns)
        note_arns(centre, event->entry.body);
    if (event->entry.type == LOGTYPE_CONTACT)
        on_contact(centre, event);
    else if (event->entry.type == LOGTYPE_FLOW) {
        note_kind(centre, "block", event->flow.block_type);
        note_kind(centre, "result", event->flow.results);
        seen_of(centre, event->contact_id)->callback |=
            strcmp(event->flow.block_type, "CreateCallback") == 0;
    } else if (event->entry.type == LOGTYPE_AGENT) {
        note_kind(centre, "state", event->agent.state);
        note_kind(centre, "agent", event->agent.event_type);
    }
}

static void on_agent(void *context, const struct agent_event *agent)
{
    struct centre *centre = context;
    (void)agent;
    centre->agents++;
}

static void on_refused(void *context, const char *where, const char *why, const char *text,
                       size_t length)
{
    struct centre *centre = context;
    print_message("refused %s: %s: %.*s\n", where, why, (int)(length < 300 ? length : 300), text);
    centre->refused++;
}

static struct sim_options plain(double rate)
{
    return (struct sim_options){.seed = SEED, .start = start, .rate = rate};
}

/* Runs the centre for some minutes, or to its end when 0. */
static void watch(struct centre *centre, const struct sim_options *options, int64_t minutes)
{
    struct err err;
    struct arena arena = {0};
    struct buf body = {0};
    struct decode_options decode = {.redact = REDACT_NONE};
    struct decode_sink sink = {centre, on_event, on_agent, on_refused};
    print_message("seed %llu\n", (unsigned long long)options->seed);
    centre->sim = sim_new(options, &err);
    assert_non_null(centre->sim);
    int64_t last = 0;
    while (sim_next(centre->sim, &body, &centre->due)) {
        if (minutes && centre->due > start + minutes * MINUTE_MS)
            break;
        assert_true(centre->due >= last); /* in order of delivery */
        last = centre->due;
        centre->messages++;
        char key[20];
        snprintf(key, sizeof(key), "%016llx", (unsigned long long)hash_text(body.data));
        centre->twice += map_set(&centre->bodies, key, &mark) != NULL;
        decode_body(&arena, &decode, body.data, body.length, centre->due, &sink);
        arena_reset(&arena);
        if (centre->messages % 1000 == 0 && enough(centre))
            break;
    }
    arena_free(&arena);
    buf_free(&body);
}

static void leave(struct centre *centre)
{
    map_free(&centre->contacts, free);
    map_free(&centre->kinds, NULL);
    map_free(&centre->bodies, NULL);
    map_free(&centre->arns, NULL);
    sim_free(centre->sim);
    memset(centre, 0, sizeof(*centre));
}

static uint64_t fingerprint(uint64_t seed)
{
    struct sim_options options = plain(60);
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

static void check_links(struct centre *centre)
{
    size_t position = 0;
    for (struct map_slot *slot; (slot = map_next(&centre->contacts, &position));) {
        const struct seen *seen = slot->value;
        for (int i = 0; i < 3; i++)
            if (seen->link[i][0])
                assert_non_null(map_get(&centre->contacts, seen->link[i]));
    }
}

static void check_order(const struct centre *centre)
{
    size_t position = 0;
    for (struct map_slot *slot; (slot = map_next(&centre->contacts, &position));) {
        const struct seen *seen = slot->value;
        int64_t at[] = {start, seen->initiated, seen->enqueued, seen->answered, seen->ended},
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
    struct centre centre = {0};
    struct sim_options options = plain(60);
    options.contacts = 800;
    watch(&centre, &options, 0);
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
    leave(&centre);
}

static void every_kind_of_contact_appears_within_an_hour(void **state)
{
    (void)state;
    static const char *const want[] = {
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
    struct centre centre = {0};
    struct sim_options options = plain(60);
    centre.until = want;
    watch(&centre, &options, 60);
    for (size_t i = 0; want[i]; i++) {
        if (!map_get(&centre.kinds, want[i]))
            fail_msg("none of: %s", want[i]);
    }
    leave(&centre);
}

static void an_hour_looks_like_a_contact_centre(void **state)
{
    (void)state;
    struct centre centre = {0};
    struct sim_options options = plain(20);
    watch(&centre, &options, 90);
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
    leave(&centre);
}

static double share(uint64_t part, uint64_t whole)
{
    return (double)part / (double)whole;
}

static void duplicates_disorder_and_lateness_come_in_their_shares(void **state)
{
    (void)state;
    struct centre centre = {0};
    struct sim_options options = plain(20);
    options.duplicates = 0.10;
    watch(&centre, &options, 30);
    assert_true(share(centre.twice, centre.messages) > 0.08 &&
                share(centre.twice, centre.messages) < 0.10);
    leave(&centre);
    options = plain(20);
    options.disorder = 0.20;
    watch(&centre, &options, 30);
    assert_true(share(centre.slow, centre.contact_events) > 0.17);
    assert_true(share(centre.slow, centre.contact_events) < 0.28);
    assert_int_equal(centre.twice, 0);
    leave(&centre);
    options = plain(20);
    options.late = 0.05;
    watch(&centre, &options, 60);
    assert_true(share(centre.very_slow, centre.contact_events) > 0.03);
    assert_true(share(centre.very_slow, centre.contact_events) < 0.06);
    leave(&centre);
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
    struct centre centre = {0};
    struct sim_options options = plain(30);
    centre.keep_arns = true;
    watch(&centre, &options, 20);
    struct buf text = {0};
    struct map names = {0};
    sim_write_names(centre.sim, &text);
    assert_int_equal(strncmp(buf_str(&text), "[names]\n", 8), 0);
    for (char *line = text.data + 8; *line;) {
        char *end = strchr(line, '\n'), *equal = strstr(line, " = ");
        assert_true(equal && end > equal);
        *equal = *end = '\0';
        map_set(&names, line, &mark);
        line = end + 1;
    }
    check_names(&centre.arns, &names);
    map_free(&names, NULL);
    buf_free(&text);
    leave(&centre);
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
    struct sim_options options = plain(30);
    options.names_file = path;
    struct centre centre = {0};
    watch(&centre, &options, 10);
    assert_int_equal(centre.refused, 0);
    struct buf names = {0};
    sim_write_names(centre.sim, &names);
    static const char *const want[] = {" = Pensions\n", " = Care \"24\"\n", " = m.curie\n",
                                       " = Front door\n", " = who-is-it\n"};
    for (size_t i = 0; i < ARRAY_SIZE(want); i++)
        assert_non_null(strstr(buf_str(&names), want[i]));
    assert_null(strstr(buf_str(&names), " = Billing\n"));
    buf_free(&names);
    leave(&centre);
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
    int64_t now = start;
    const struct clock clock = {now_of, &now};
    struct source_options options = {
        .clock = &clock, .seed = SEED, .history_ms = HOUR_MS / 2, .contacts = 300};
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
