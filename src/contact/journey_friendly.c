/*
 * The friendly story: what the customer lived through, the whole chain, one leg after the other. A
 * leg's cues (opening, stays, blocks, holds, end) are put in order of time and told; most blocks
 * tell nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "contact/journey_tellers.h"

enum cue_kind {
    CUE_EVENT,
    CUE_MILESTONE,
    CUE_INFERRED_QUEUE,
    CUE_INFERRED_FOUND,
    CUE_BLOCK,
    CUE_HOLD,
    CUE_INFERRED_AGENT,
};

struct cue {
    int64_t time;
    enum cue_kind kind;
    uint32_t index; /* of moment, milestone or block */
};

/* A loop is set up up to so long before the queue's own timestamp, and is told behind it. */
enum { LOOP_BEFORE_QUEUE_MS = 5000 };

static int compare_cues(const void *a, const void *b)
{
    const struct cue *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static int64_t block_cue_time(const struct leg_story *leg, const struct block *block)
{
    int64_t time = block->first->time;
    if (block->kind->join != JOIN_LOOP)
        return time;
    for (size_t i = 0; i < leg->milestones; i++) {
        int64_t queued = leg->milestone[i].time;
        if (leg->milestone[i].kind == STAGE_QUEUE && queued > time &&
            queued - time < LOOP_BEFORE_QUEUE_MS)
            return queued;
    }
    return time;
}

static void add_cue(struct cue *cue, size_t *count, int64_t time, enum cue_kind kind, size_t index)
{
    if (time != INSTANT_NONE)
        cue[(*count)++] = (struct cue){time, kind, (uint32_t)index};
}

static size_t gather(const struct leg_story *leg, struct cue *cue)
{
    size_t count = 0;
    add_cue(cue, &count, leg->inferred_queue, CUE_INFERRED_QUEUE, 0);
    add_cue(cue, &count, leg->inferred_found, CUE_INFERRED_FOUND, 0);
    add_cue(cue, &count, leg->inferred_agent, CUE_INFERRED_AGENT, 0);
    for (size_t i = 0; i < leg->moments; i++)
        if (leg->moment[i].type == LOGTYPE_CONTACT)
            add_cue(cue, &count, leg->moment[i].time, CUE_EVENT, i);
    for (size_t i = 0; i < leg->milestones; i++)
        add_cue(cue, &count, leg->milestone[i].time, CUE_MILESTONE, i);
    for (size_t i = 0; i < leg->blocks; i++)
        if (leg->block[i].kind->friendly)
            add_cue(cue, &count, block_cue_time(leg, &leg->block[i]), CUE_BLOCK, i);
    if (leg->holds)
        add_cue(cue, &count, leg->hold[0].start, CUE_HOLD, 0);
    qsort(cue, count, sizeof(*cue), compare_cues);
    return count;
}

static int64_t stay_end(const struct leg_story *leg, size_t milestone)
{
    return milestone + 1 < leg->milestones ? leg->milestone[milestone + 1].time : leg_end(leg);
}

static void tell_wait(struct teller *teller, size_t index)
{
    const struct milestone *queued = &teller->leg->milestone[index];
    int64_t end = stay_end(teller->leg, index);
    if (end) {
        if (leg_is_method(teller->leg, "CALLBACK"))
            return;
        say_words(&teller->did, "Waited ");
        say_ms(&teller->did, PART_DURATION, end - queued->time);
    } else {
        say_words(&teller->did, "Waiting, ");
        say_running(&teller->did, queued->time);
        say_words(&teller->did, " so far");
    }
    struct story_line *line = tell(teller, LINE_WAIT, INSTANT_NONE);
    line->duration = end ? end - queued->time : -1;
    line->told = true;
    line->entry = queued->entry;
    line->entries = 1;
}

/* From one queue to the next without an agent between. */
static bool say_move(struct teller *teller, size_t index)
{
    const struct milestone *queued = &teller->leg->milestone[index], *before = queued - 1;
    if (index == 0 || before->kind != STAGE_QUEUE || !before->who || !queued->who ||
        strcmp(before->who, queued->who) == 0)
        return false;
    say_words(&teller->did, "Was moved from ");
    say_queue(&teller->did, before->who);
    say_words(&teller->did, " to ");
    say_queue(&teller->did, queued->who);
    say_words(&teller->did, " after ");
    say_ms(&teller->did, PART_DURATION, queued->time - before->time);
    return true;
}

static void say_queued(struct teller *teller, const struct milestone *queued)
{
    bool callback = leg_is_method(teller->leg, "CALLBACK");
    say_words(&teller->did, callback                      ? "It waits in "
                            : is_agent_queue(queued->who) ? "Joined the queue of "
                                                          : "Joined the queue ");
    say_queue(&teller->did, queued->who);
    if (callback)
        say_words(&teller->did, ", nobody on the line");
}

static void tell_queue(struct teller *teller, size_t index)
{
    const struct milestone *queued = &teller->leg->milestone[index];
    if (!say_move(teller, index))
        say_queued(teller, queued);
    struct story_line *line = tell(teller, LINE_EVENT, queued->time);
    line->entry = queued->entry;
    line->entries = 1;
    tell_wait(teller, index);
}

static void tell_agent(struct teller *teller, size_t index)
{
    const struct milestone *joined = &teller->leg->milestone[index];
    const struct milestone *queued = leg_queued_before(teller->leg, joined->time);
    struct telling *did = &teller->did;
    if (leg_is_method(teller->leg, "CALLBACK")) {
        say_part(did, joined->who ? PART_AGENT : PART_WORDS, NULL,
                 joined->who ? joined->who : "An agent");
        say_words(did, " took it");
        if (queued) {
            say_words(did, " after ");
            say_ms(did, PART_DURATION, joined->time - queued->time);
        }
        say_words(did, "; dialling");
    } else {
        say_words(did, "Was connected to ");
        say_part(did, joined->who ? PART_AGENT : PART_WORDS, NULL,
                 joined->who ? joined->who : "an agent");
    }
    struct story_line *line = tell(teller, LINE_EVENT, joined->time);
    line->entry = joined->entry;
    line->entries = 1;
}

static void tell_hold(struct teller *teller)
{
    const struct leg_story *leg = teller->leg;
    int64_t sum = 0;
    for (size_t i = 0; i < leg->holds; i++)
        sum += leg->hold[i].end ? leg->hold[i].end - leg->hold[i].start : 0;
    const struct hold *last = &leg->hold[leg->holds - 1];
    if (last->end) {
        say_words(&teller->did, "Was on hold ");
        say_ms(&teller->did, PART_DURATION, sum);
    } else {
        say_words(&teller->did, "On hold, ");
        say_running(&teller->did, last->start - sum);
        say_words(&teller->did, " so far");
    }
    if (leg->holds > 1)
        say_format(teller, &teller->did, " (%zu times)", leg->holds);
    struct story_line *line = tell(teller, LINE_WAIT, leg->hold[0].start);
    line->duration = last->end ? sum : -1;
    line->told = true;
}

static void tell_inferred(struct teller *teller, const struct cue *cue)
{
    if (cue->kind == CUE_INFERRED_QUEUE) {
        say_words(&teller->did, "Joined the queue ");
        say_queue(&teller->did, teller->leg->inferred_queue_arn);
    } else {
        say_words(&teller->did, cue->kind == CUE_INFERRED_FOUND ? "An agent was found"
                                                                : "Was connected to an agent");
    }
    tell(teller, LINE_EVENT, cue->time)->inferred = true;
}

/* Checks that said no explain the next line that is told. */
static void explain(struct teller *teller, size_t lines)
{
    if (!teller->whys || teller->story->count == lines)
        return;
    for (uint32_t i = 0; i < teller->whys; i++) {
        const struct block *block = &teller->leg->block[teller->why[i]];
        const char *type = block->kind->type;
        say_words(&teller->did,
                  strcmp(type, "CheckHoursOfOperation") == 0 ? "why: an hours check said no"
                  : strcmp(type, "CheckStaffing") == 0       ? "why: a staffing check said no"
                                                             : "why: the queue was full");
        struct story_line *line = tell_moment(teller, LINE_NOTE, block->first);
        line->time = INSTANT_NONE;
        line->dim = true;
    }
    teller->whys = 0;
}

static void tell_cue(struct teller *teller, const struct cue *cue)
{
    const struct leg_story *leg = teller->leg;
    size_t lines = teller->story->count;
    switch (cue->kind) {
    case CUE_EVENT: friendly_contact_event(teller, &leg->moment[cue->index]); return;
    case CUE_MILESTONE:
        if (leg->milestone[cue->index].kind == STAGE_QUEUE)
            tell_queue(teller, cue->index);
        else
            tell_agent(teller, cue->index);
        return;
    case CUE_BLOCK: leg->block[cue->index].kind->friendly(teller, &leg->block[cue->index]); break;
    case CUE_HOLD: tell_hold(teller); return;
    default: tell_inferred(teller, cue); return;
    }
    explain(teller, lines);
}

static void tell_rule(struct teller *teller)
{
    const char *id = teller->leg->contact_id ? teller->leg->contact_id : "";
    say_part(&teller->did, PART_QUEUE, NULL, id);
    tell(teller, LINE_LEG, teller->leg->leg->start);
}

static void tell_leg(struct teller *teller)
{
    const struct leg_story *leg = teller->leg;
    if (leg->number > 0)
        tell_rule(teller);
    teller->whys = 0;
    teller->loop_line = SIZE_MAX;
    teller->loop_text = teller->callback_number = NULL;
    friendly_opening(teller);
    if (leg->leg->kind != LEG_MONITOR && leg->leg->kind != LEG_EXTERNAL) {
        struct cue *cue = arena_alloc(
            teller->arena, (leg->moments + leg->milestones + leg->blocks + 8) * sizeof(*cue));
        size_t count = gather(leg, cue);
        for (size_t i = 0; i < count; i++)
            tell_cue(teller, &cue[i]);
    }
    size_t lines = teller->story->count;
    friendly_end(teller);
    explain(teller, lines);
}

void journey_friendly(struct journey *journey, struct teller *teller)
{
    teller->story = &journey->friendly;
    for (size_t i = 0; i < teller->leg_count; i++) {
        teller->leg = &teller->legs[i];
        tell_leg(teller);
    }
}
