/* Friendly: prompts, loops, transfers and call-backs; who heard them. */
#include <string.h>

#include "contact/journey_tellers.h"

static const char *heard_words(const struct leg_story *leg, const struct moment *moment)
{
    bool hold = leg->run[moment->run].role == ROLE_CUSTOMER_HOLD;
    switch (leg->channel) {
    case CHANNEL_VOICE: return hold ? "On hold, heard " : "Heard ";
    case CHANNEL_CHAT: return "Was sent ";
    default: return "Was told ";
    }
}

static struct story_line *tell_block(struct teller *teller, const struct block *block)
{
    struct story_line *line = tell_moment(teller, LINE_BLOCK, block->first);
    line->entries = block_span(block);
    return line;
}

static bool heard_by_nobody(const struct leg_story *leg)
{
    return leg->channel == CHANNEL_TASK || leg->channel == CHANNEL_EMAIL;
}

void friendly_prompt(struct teller *teller, const struct block *block)
{
    const struct leg_story *leg = teller->leg;
    enum hearer hearer = hearer_of(leg, block->first);
    if (heard_by_nobody(leg) || block->mark == LINE_ERROR ||
        block_prompt_hidden(teller, block->first))
        return;
    if (hearer == HEARD_BY_CUSTOMER) {
        say_words(&teller->did, heard_words(leg, block->first));
    } else {
        say_hearer(teller, hearer);
        say_words(&teller->did, leg->channel == CHANNEL_CHAT ? " was sent " : " heard ");
    }
    if (!say_prompt_of(teller, &teller->did, block->first)) {
        teller->did.count = 0;
        return;
    }
    struct story_line *line = tell_block(teller, block);
    line->dim = hearer != HEARD_BY_CUSTOMER;
    line->duration = block->duration;
    line->at_most = block->at_most;
}

void friendly_message(struct teller *teller, const struct block *block)
{
    say_words(&teller->did, "Was sent a message");
    if (moment_param(block->first, "Text")) {
        say_words(&teller->did, ": ");
        say_prompt_of(teller, &teller->did, block->first);
    }
    tell_block(teller, block);
}

/* All prompts of a loop as one phrase; what it says is remembered so that a repeat only counts. */
static bool say_loop(struct teller *teller, const struct block *block)
{
    bool any = false;
    for (const struct moment *moment = block->first; moment; moment = moment->joined) {
        if (block_prompt_hidden(teller, moment))
            continue;
        uint32_t before = teller->did.count;
        if (any)
            say_words(&teller->did, ", ");
        if (say_prompt_of(teller, &teller->did, moment))
            any = true;
        else
            teller->did.count = before;
    }
    return any;
}

static const char *loop_key(struct teller *teller, const struct block *block)
{
    struct buf key = {0};
    for (const struct moment *moment = block->first; moment; moment = moment->joined) {
        const char *text = moment_param(moment, "Text"),
                   *audio = moment_param(moment, "AudioPrompt");
        buf_text(&key, text ? text : audio ? audio : "");
        buf_char(&key, '\n');
    }
    const char *copy = arena_strdup(teller->arena, buf_str(&key));
    buf_free(&key);
    return copy;
}

static void count_again(struct teller *teller, const struct block *block)
{
    struct story_line *line = &teller->story->line[teller->loop_line];
    teller->loop_times++;
    struct part *part = arena_alloc(teller->arena, (line->parts + 1) * sizeof(*part));
    bool counted = teller->loop_times > 2;
    uint32_t parts = line->parts - counted;
    memcpy(part, line->part, parts * sizeof(*part));
    part[parts] = (struct part){.kind = PART_WORDS,
                                .text = arena_printf(teller->arena, " ×%u", teller->loop_times)};
    line->part = part;
    line->parts = parts + 1;
    line->entries = block->last->index - line->entry + 1;
}

void friendly_loop(struct teller *teller, const struct block *block)
{
    const struct leg_story *leg = teller->leg;
    if (leg->channel != CHANNEL_VOICE)
        return;
    enum hearer hearer = hearer_of(leg, block->first);
    const char *key = loop_key(teller, block);
    if (teller->loop_line != SIZE_MAX && strcmp(key, teller->loop_text) == 0) {
        count_again(teller, block);
        return;
    }
    bool hold = leg->run[block->first->run].role == ROLE_CUSTOMER_HOLD;
    if (hearer == HEARD_BY_CUSTOMER) {
        say_words(&teller->did, hold ? "On hold heard " : "While waiting heard ");
    } else {
        say_hearer(teller, hearer);
        say_words(&teller->did, " heard, waiting, ");
    }
    if (!say_loop(teller, block)) {
        teller->did.count = 0;
        return;
    }
    tell_block(teller, block)->dim = hearer != HEARD_BY_CUSTOMER;
    teller->loop_line = teller->story->count - 1;
    teller->loop_text = key;
    teller->loop_times = 1;
}

static void note_why(struct teller *teller, const struct block *block)
{
    if (teller->whys < ARRAY_SIZE(teller->why))
        teller->why[teller->whys++] = block->index;
}

void friendly_check(struct teller *teller, const struct block *block)
{
    if (block->first->results && strcasecmp(block->first->results, "false") == 0)
        note_why(teller, block);
}

void friendly_transfer(struct teller *teller, const struct block *block)
{
    const char *number = moment_param(block->first, "PhoneNumber");
    const char *results = block->first->results;
    if (number && block->mark != LINE_ERROR) {
        say_words(&teller->did, "Was transferred to ");
        say_part(&teller->did, PART_PHONE, NULL, number);
        tell_block(teller, block);
    } else if (!number && results && strcasecmp(results, "true") == 0) {
        note_why(teller, block);
    }
}

void friendly_callback_number(struct teller *teller, const struct block *block)
{
    const char *number = moment_param(block->first, "CallBackNumber");
    if (!number)
        number = moment_param(block->first, "CallbackNumber");
    if (number && number[strspn(number, "+0123456789 ()-.")] == '\0')
        teller->callback_number = number;
}

void friendly_callback(struct teller *teller, const struct block *block)
{
    if (block->mark == LINE_ERROR)
        return;
    int64_t time = block->first->time;
    const struct milestone *queued = leg_queued_before(teller->leg, time);
    say_words(&teller->did, "Chose a call-back");
    if (queued) {
        say_words(&teller->did, " after ");
        say_ms(&teller->did, PART_DURATION, time - queued->time);
    }
    if (teller->callback_number) {
        say_words(&teller->did, " (to ");
        say_part(&teller->did, PART_PHONE, NULL, teller->callback_number);
        say_words(&teller->did, ")");
    }
    tell_block(teller, block);
}

/* A contact event tells the end better; without one the block is all there is. */
void friendly_disconnect(struct teller *teller, const struct block *block)
{
    if (teller->leg->disconnected || role_is_agents(teller->leg->run[block->first->run].role))
        return;
    say_words(&teller->did, "The flow ended the contact");
    tell_block(teller, block)->inferred = true;
}
