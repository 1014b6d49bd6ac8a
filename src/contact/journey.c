/* Builds a journey: each leg is parsed and understood, then both stories, head, stages and
 * attributes are told. */
#include <string.h>

#include "contact/journey_internal.h"

static void understand(struct leg_story *leg, struct arena *arena,
                       const struct journey_input *input, size_t number)
{
    leg->leg = &input->chain->leg[number];
    leg->number = number;
    leg_parse(leg, arena, &input->history[number]);
    leg_find_runs(leg, arena);
    leg_join_blocks(leg, arena);
    leg_find_milestones(leg, arena);
    leg_infer(leg, input->now);
}

static void count_marks(struct journey *journey, const struct leg_story *leg)
{
    for (size_t i = 0; i < leg->blocks; i++) {
        journey->errors += leg->block[i].mark == LINE_ERROR;
        journey->warnings +=
            leg->block[i].mark == LINE_WARNING || leg->block[i].mark == LINE_NEAR_LIMIT;
    }
}

void journey_build(struct journey *journey, struct arena *arena, const struct journey_input *input)
{
    *journey = (struct journey){0};
    size_t count = input->chain->count;
    struct leg_story *legs = arena_zero(arena, (count + 1) * sizeof(*legs));
    for (size_t i = 0; i < count; i++) {
        understand(&legs[i], arena, input, i);
        count_marks(journey, &legs[i]);
    }
    for (size_t i = 0; i < count; i++) {
        int previous = legs[i].leg->previous;
        if (previous >= 0 && (size_t)previous < count)
            legs[i].left_alone = legs[previous].disconnected;
    }
    struct teller *teller = arena_zero(arena, sizeof(*teller));
    teller->arena = arena;
    teller->input = input;
    teller->legs = legs;
    teller->leg_count = count;
    journey_stages(journey, arena, legs, count);
    journey_attributes(journey, arena, legs, count);
    journey_friendly(journey, teller);
    journey_techy(journey, teller);
    journey_head(journey, teller);
    journey_sort_stages(journey);
}
