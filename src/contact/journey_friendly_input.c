/* Friendly: what was asked, and what came back. */
#include <string.h>

#include "contact/journey_tellers.h"
#include "contactwatch/decode.h"

static struct story_line *tell_asked(struct teller *teller, const struct block *block)
{
    struct story_line *line = tell_moment(teller, LINE_BLOCK, block->first);
    line->entries = block_span(block);
    line->duration = block->duration;
    line->dim = hearer_of(teller->leg, block->first) != HEARD_BY_CUSTOMER;
    return line;
}

static bool is_keys(const char *text)
{
    return *text && text[strspn(text, "0123456789*#")] == '\0';
}

/* What was redacted before it was stored keeps its length. */
static bool is_redacted(const char *text)
{
    return *text && text[strspn(text, "x")] == '\0';
}

static bool is_key_menu(const struct moment *moment)
{
    return moment_param(moment, "MaxDigits") && !moment_param(moment, "BotName") &&
           !moment_param(moment, "BotAliasArn");
}

/* Nothing came back and the contact is over: it ended while it was asked. */
static bool ended_while_asked(const struct leg_story *leg, const struct block *block)
{
    return leg->disconnected && !block->result && block->count == 1 && !block->last->next_flow;
}

static const struct {
    const char *results, *words;
} answers[] = {
    {"Timeout", "did not answer"},
    {"NoMatch", "chose something not offered"},
    {"Error", "the menu failed"},
    {"FallbackIntent", "was not understood"},
    {"AMAZON.FallbackIntent", "was not understood"},
};

static bool say_common_answer(struct teller *teller, const struct block *block)
{
    if (!block->result) {
        if (ended_while_asked(teller->leg, block))
            say_words(&teller->result,
                      teller->leg->channel == CHANNEL_VOICE ? "hung up or was cut off" : "left");
        return true;
    }
    for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
        if (strcasecmp(block->result->results, answers[i].results) == 0) {
            say_words(&teller->result, answers[i].words);
            return true;
        }
    }
    return false;
}

static void say_menu_answer(struct teller *teller, const struct block *block)
{
    if (say_common_answer(teller, block) || !block->result)
        return;
    const char *results = block->result->results;
    if (is_keys(results)) {
        say_words(&teller->result, "pressed ");
        say_part(&teller->result, PART_INPUT, NULL, results);
    } else {
        say_words(&teller->result, "was understood as “");
        say_part(&teller->result, PART_VALUE, NULL, results);
        say_words(&teller->result, "”");
    }
}

static void say_asked(struct teller *teller, const struct moment *moment)
{
    enum hearer hearer = hearer_of(teller->leg, moment);
    if (hearer != HEARD_BY_CUSTOMER)
        say_hearer(teller, hearer);
    say_words(&teller->did, hearer == HEARD_BY_CUSTOMER ? "Was asked " : " was asked ");
    if (!say_prompt_of(teller, &teller->did, moment))
        say_words(&teller->did, "for a choice");
}

void friendly_menu(struct teller *teller, const struct block *block)
{
    const struct moment *asked = block->first;
    bool failed = block->result && strcmp(block->result->results, "Error") == 0;
    if (block_prompt_hidden(teller, asked))
        return;
    if (failed && teller->leg->channel == CHANNEL_CHAT && is_key_menu(asked)) {
        say_words(&teller->did, "Reached a key-press menu ");
        say_prompt_of(teller, &teller->did, asked);
        say_words(&teller->did, ", which chat cannot answer");
        tell_asked(teller, block)->mark = LINE_WARNING;
        return;
    }
    say_asked(teller, asked);
    say_menu_answer(teller, block);
    struct story_line *line = tell_asked(teller, block);
    if (block->mark == LINE_ERROR)
        line->mark = failed ? LINE_ERROR : LINE_WARNING;
}

static bool is_encrypted(const struct moment *moment)
{
    const char *encrypt = moment_param(moment, "EncryptEntry");
    return encrypt && strcasecmp(encrypt, "true") == 0;
}

static void say_entered(struct teller *teller, const struct block *block)
{
    const char *results = block->result->results;
    size_t digits = strlen(results);
    say_words(&teller->did, "Entered ");
    if (is_encrypted(block->first) || !(is_keys(results) || is_redacted(results))) {
        say_words(&teller->did, is_encrypted(block->first) ? "something (encrypted)" : "something");
        return;
    }
    say_part(&teller->did, PART_INPUT, NULL, results);
    if (digits == 1)
        say_words(&teller->did, " (1 digit)");
    else
        say_format(teller, &teller->did, " (%zu digits)", digits);
}

void friendly_entry(struct teller *teller, const struct block *block)
{
    const struct moment *asked = block->first;
    bool prompt = (moment_param(asked, "Text") || moment_param(asked, "AudioPrompt")) &&
                  !block_prompt_hidden(teller, asked);
    bool told = say_common_answer(teller, block);
    if (prompt || told) {
        say_asked(teller, asked);
        struct story_line *line = tell_asked(teller, block);
        line->mark = block->mark == LINE_ERROR ? LINE_WARNING : LINE_OK;
    }
    if (told || !block->result)
        return;
    say_entered(teller, block);
    struct story_line *line = tell_moment(teller, LINE_BLOCK, block->result);
    line->duration = prompt ? -1 : block->duration;
}

void friendly_sign_in(struct teller *teller, const struct block *block)
{
    say_words(&teller->did, "Was asked to sign in");
    if (block->result)
        say_part(&teller->result, PART_VALUE, NULL, block->result->results);
    tell_asked(teller, block);
}
