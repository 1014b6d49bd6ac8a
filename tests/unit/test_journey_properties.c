/*
 * Journeys of a whole simulated contact centre: every entry is told, words are sound in both
 * alphabets, nothing personal shows, and neither order nor repetition of what came matters.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/journey.h"
#include "contactwatch/json.h"
#include "contactwatch/text.h"
#include "support/centre.h"

enum { SEED = 20260302, CONTACTS = 120 };

struct telling_of {
    struct chain chain;
    struct history history[MEMBERS_MAX];
    struct mask mask;
    struct arena arena;
    int64_t now;
};

static void prepare(struct telling_of *of, const struct members *members)
{
    const struct record *records[MEMBERS_MAX];
    *of = (struct telling_of){0};
    assert_true(mask_init(&of->mask, NULL, NULL));
    for (size_t i = 0; i < members->count; i++)
        records[i] = &members->life[i]->record;
    chain_build(&of->chain, &of->arena, records, members->count);
    for (size_t leg = 0; leg < of->chain.count; leg++)
        for (size_t i = 0; i < members->count; i++)
            if (of->chain.leg[leg].record == records[i])
                of->history[leg] = members->life[i]->history;
    for (size_t leg = 0; leg < of->chain.count; leg++)
        for (size_t i = 0; i < of->history[leg].count; i++) {
            const struct entry *entry = &of->history[leg].entry[i];
            mask_learn_json(&of->mask, json_parse(&of->arena, entry->body, entry->length, NULL));
            of->now = entry->time > of->now ? entry->time : of->now;
        }
}

static void build(struct telling_of *of, size_t leg, struct journey *journey)
{
    journey_build(
        journey, &of->arena,
        &(struct journey_input){
            .chain = &of->chain, .history = of->history, .leg = leg, .now = of->now + 1000});
}

static void words_of(const struct telling_of *of, const struct story *story, bool ascii,
                     struct buf *out)
{
    struct story_style style = {.mask = &of->mask, .now = of->now + 1000, .ascii = ascii};
    for (size_t i = 0; i < story->count; i++) {
        story_text(out, &story->line[i], &style);
        buf_char(out, '\n');
    }
}

static void every_entry_is_told(const struct story *techy, const struct history *history)
{
    bool *told = mem_zero(history->count + 1);
    for (size_t i = 0; i < techy->count; i++) {
        const struct story_line *line = &techy->line[i];
        assert_true(line->kind == LINE_FOOT || line->entry + line->entries <= history->count);
        for (uint32_t k = 0; line->kind != LINE_FOOT && k < line->entries; k++)
            told[line->entry + k] = true;
    }
    for (size_t i = 0; i < history->count; i++)
        assert_true(told[i]);
    free(told);
}

static void stages_follow_each_other(const struct journey *journey)
{
    for (size_t i = 0; i < journey->stages; i++) {
        const struct stage *stage = &journey->stage[i];
        assert_true(stage->start > 0 && (stage->end == INSTANT_NONE || stage->end >= stage->start));
        assert_true(i == 0 || stage->start >= journey->stage[i - 1].start);
    }
}

/* The values whose names say that they are personal, as the flow set them. */
static void hides_the_person(const struct journey *journey, const struct buf *words)
{
    for (size_t i = 0; i < journey->attributes; i++) {
        const struct attribute_change *change = &journey->attribute[i];
        bool personal =
            strcmp(change->name, "first_name") == 0 || strcmp(change->name, "phone") == 0;
        if (personal && strlen(change->value) >= 3 && strstr(buf_str(words), change->value))
            fail_msg("%s shows: %s", change->name, change->value);
    }
}

static void is_sound(const struct buf *words, bool ascii)
{
    assert_true(text_valid_utf8(buf_str(words), words->length));
    for (size_t i = 0; ascii && i < words->length; i++)
        assert_true((unsigned char)words->data[i] < 0x80);
    const char *arn = strstr(buf_str(words), "arn:aws");
    if (arn)
        fail_msg("an ARN shows: %.100s", arn);
}

static void journeys_of_a_centre(void **state)
{
    (void)state;
    struct centre centre;
    struct map_slot *slot;
    size_t legs = 0;
    struct message_list messages = {0};
    messages_simulate(&messages, SEED, CONTACTS);
    centre_run(&centre, &messages, 1);
    messages_free(&messages);
    for (size_t i = 0; (slot = map_next(&centre.by_root, &i));) {
        struct telling_of of;
        prepare(&of, slot->value);
        for (size_t leg = 0; leg < of.chain.count; leg++, legs++) {
            struct journey journey;
            struct buf words = {0};
            build(&of, leg, &journey);
            every_entry_is_told(&journey.techy, &of.history[leg]);
            stages_follow_each_other(&journey);
            words_of(&of, &journey.friendly, leg % 2, &words);
            words_of(&of, &journey.techy, leg % 2, &words);
            is_sound(&words, leg % 2);
            hides_the_person(&journey, &words);
            assert_true(journey.head_parts > 0);
            buf_free(&words);
        }
        mask_free(&of.mask);
        arena_free(&of.arena);
    }
    assert_true(legs >= CONTACTS);
    centre_close(&centre);
}

static void order_and_repetition_do_not_matter(void **state)
{
    (void)state;
    struct centre tidy, untidy;
    struct map_slot *slot;
    struct message_list messages = {0};
    messages_simulate(&messages, SEED, CONTACTS);
    centre_run(&tidy, &messages, 1);
    messages_shuffle(&messages, SEED);
    centre_run(&untidy, &messages, 2);
    messages_free(&messages);
    for (size_t i = 0; (slot = map_next(&tidy.by_root, &i));) {
        const struct members *same = map_get(&untidy.by_root, slot->key);
        struct telling_of of, other;
        struct journey a, b;
        struct buf first = {0}, second = {0};
        assert_non_null(same);
        prepare(&of, slot->value);
        prepare(&other, same);
        build(&of, 0, &a);
        build(&other, 0, &b);
        words_of(&of, &a.friendly, false, &first);
        words_of(&other, &b.friendly, false, &second);
        assert_string_equal(buf_str(&first), buf_str(&second));
        buf_free(&first);
        buf_free(&second);
        mask_free(&of.mask);
        mask_free(&other.mask);
        arena_free(&of.arena);
        arena_free(&other.arena);
    }
    centre_close(&tidy);
    centre_close(&untidy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(journeys_of_a_centre),
        cmocka_unit_test(order_and_repetition_do_not_matter),
    };
    printf("seed %d\n", SEED);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
