/* A contact of 5,000 entries opened: masks learnt, both stories built, a screen of words. Median of
 * several rounds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/decode.h"
#include "contactwatch/instant.h"
#include "contactwatch/journey.h"
#include "contactwatch/json.h"
#include "support/bench.h"

enum { ENTRIES = 5000, ROUNDS = 9, SCREEN_LINES = 60, BAR_MS = 50 };

#define CONTACT "515c5c7e-036e-44f0-baa2-562b6216982a"
#define INSTANCE                                                                                   \
    "arn:aws:connect:eu-west-2:111122223333:instance/5e11c0de-0000-4000-8000-0000000000aa"

static const struct {
    const char *type, *members;
} mix[] = {
    {"CheckAttribute",
     "\"Results\":\"true\",\"Parameters\":{\"Value\":\"gold\",\"SecondValue\":\"gold\","
     "\"ComparisonMethod\":\"Equals\"}"},
    {"SetAttributes", "\"Parameters\":{\"Value\":\"v%d\",\"AddAttributeToRelatedContact\":"
                      "\"false\",\"Key\":\"k%d\"}"},
    {"PlayPrompt",
     "\"Parameters\":{\"TextToSpeechType\":\"ssml\",\"Text\":\"<speak>Hello, this is prompt "
     "%d<break time='1s'/>of many, number %d.</speak>\",\"Voice\":\"Joanna\"}"},
    {"InvokeExternalResource",
     "\"ExternalResults\":{\"isSuccess\":\"true\",\"customerName\":\"Ada "
     "%d\",\"tier\":\"gold\"},\"Parameters\":{"
     "\"FunctionArn\":\"arn:aws:lambda:eu-west-2:111122223333:function:crm:live\",\"Parameters\":{"
     "\"requestType\":"
     "\"lookup%d\"},\"ResponseValidation\":\"ResponseType=STRING_MAP\",\"TimeLimit\":\"3000\"}"},
    {"GetUserInput", "\"Parameters\":{\"Text\":\"Press one of %d or "
                     "%d\",\"MaxDigits\":\"1\",\"Timeout\":\"5000\"}"},
    {"GetUserInput", "\"Results\":\"1\""},
};

struct history_of {
    struct arena arena;
    struct record record;
    struct history history;
};

static void take(void *context, const struct event *event)
{
    struct history_of *to = context;
    struct entry entry = event->entry;
    entry.body = arena_strndup(&to->arena, entry.body, entry.length);
    record_apply(&to->record, event);
    mem_grow(to->history.entry, to->history.count, to->history.capacity);
    to->history.entry[to->history.count++] = entry;
}

static void refuse(void *context, const char *where, const char *why, const char *text,
                   size_t length)
{
    (void)context, (void)length;
    fprintf(stderr, "%s: %s: %s\n", where, why, text);
    exit(1);
}

static void make(struct history_of *to)
{
    struct decode_sink sink = {.context = to, .event = take, .refused = refuse};
    struct decode_options options = {.redact = REDACT_NONE};
    struct arena scratch = {0};
    struct buf line = {0};
    int64_t time = INT64_C(1767225600000);
    record_init(&to->record, CONTACT);
    for (int i = 0; i < ENTRIES; i++, time += 37) {
        char stamp[INSTANT_TEXT], members[512];
        size_t kind = (size_t)i % ARRAY_SIZE(mix);
        instant_format(time, stamp);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(members, sizeof(members), mix[kind].members, i % 97, i % 50);
#pragma GCC diagnostic pop
        buf_clear(&line);
        buf_printf(
            &line,
            "{\"ContactId\":\"" CONTACT "\",\"ContactFlowId\":\"" INSTANCE "/contact-flow/main\","
            "\"ContactFlowName\":\"Main\",\"ContactFlowModuleType\":\"%s\",\"Identifier\":\"b%d\","
            "\"Timestamp\":\"%s\",%s}",
            mix[kind].type, kind == 5 ? i - 1 : i, stamp, members);
        decode_body(&scratch, &options, buf_str(&line), line.length, time, &sink);
        arena_reset(&scratch);
    }
    history_sort(&to->history);
    buf_free(&line);
    arena_free(&scratch);
}

static double learn(struct mask *mask, const struct history *history)
{
    int64_t start = bench_cpu_ns();
    struct arena arena = {0};
    for (size_t i = 0; i < history->count; i++) {
        mask_learn_json(mask,
                        json_parse(&arena, history->entry[i].body, history->entry[i].length, NULL));
        arena_reset(&arena);
    }
    arena_free(&arena);
    return bench_cpu_ms(&start);
}

static double words(const struct journey *journey, const struct mask *mask, int64_t now)
{
    int64_t start = bench_cpu_ns();
    struct story_style style = {.mask = mask, .now = now};
    struct buf out = {0};
    for (size_t i = 0; i < SCREEN_LINES && i < journey->techy.count; i++)
        story_text(&out, &journey->techy.line[journey->techy.count - 1 - i], &style);
    buf_free(&out);
    return bench_cpu_ms(&start);
}

int main(void)
{
    struct history_of made = {0};
    double build[ROUNDS], learnt[ROUNDS], shown[ROUNDS], all[ROUNDS];
    make(&made);
    const struct record *records[] = {&made.record};
    int64_t now = made.history.entry[made.history.count - 1].time;
    for (int i = 0; i < ROUNDS; i++) {
        struct arena arena = {0};
        struct mask mask;
        struct chain chain;
        struct journey journey;
        mask_init(&mask, NULL, NULL);
        learnt[i] = learn(&mask, &made.history);
        int64_t start = bench_cpu_ns();
        chain_build(&chain, &arena, records, 1);
        journey_build(
            &journey, &arena,
            &(struct journey_input){.chain = &chain, .history = &made.history, .now = now});
        build[i] = bench_cpu_ms(&start);
        shown[i] = words(&journey, &mask, now);
        all[i] = learnt[i] + build[i] + shown[i];
        mask_free(&mask);
        arena_free(&arena);
    }
    bench_figure("5,000 entries: both stories built", bench_median(build, ROUNDS), "ms",
                 BENCH_NO_BAR, 0);
    bench_figure("5,000 entries: masks learnt", bench_median(learnt, ROUNDS), "ms", BENCH_NO_BAR,
                 0);
    bench_figure("5,000 entries: masks, stories and a screen of words", bench_median(all, ROUNDS),
                 "ms", BENCH_AT_MOST, BAR_MS);
    history_free(&made.history);
    record_free(&made.record);
    arena_free(&made.arena);
    return 0;
}
