/* What a block says to someone: text without SSML, or a recording. */
#include <string.h>

#include "contact/journey_internal.h"

enum { PROMPT_MAX = 1000 };

static void fold_blanks(struct buf *out, const char *text)
{
    bool blank = false;
    for (const char *p = text; *p; p++) {
        if (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r') {
            blank = out->length > 0;
            continue;
        }
        if (blank)
            buf_char(out, ' ');
        blank = false;
        buf_char(out, *p);
    }
}

/* Cuts at a character, not inside one. */
static char *cut(struct teller *teller, const char *text)
{
    size_t length = strlen(text);
    if (length <= PROMPT_MAX)
        return arena_strndup(teller->arena, text, length);
    length = PROMPT_MAX;
    while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
        length--;
    return arena_printf(teller->arena, "%.*s…", (int)length, text);
}

const char *prompt_text(struct teller *teller, const struct moment *moment)
{
    const char *text = moment_param(moment, "Text");
    if (!text)
        return NULL;
    const char *type = moment_param(moment, "TextToSpeechType");
    bool ssml = (type && strcasecmp(type, "ssml") == 0) || strstr(text, "<speak");
    struct buf clean = {0};
    if (ssml)
        ssml_to_text(&clean, text);
    else
        fold_blanks(&clean, text);
    const char *told = clean.length ? cut(teller, buf_str(&clean)) : NULL;
    buf_free(&clean);
    return told;
}

static const char *recording_of(const struct moment *moment)
{
    static const char *const names[] = {"AudioPrompt", "PromptLocation", "PromptId", "Media"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (moment_param(moment, names[i]))
            return moment_param(moment, names[i]);
    return NULL;
}

bool say_prompt_of(struct teller *teller, struct telling *telling, const struct moment *moment)
{
    const char *text = prompt_text(teller, moment), *recording = recording_of(moment);
    if (text)
        say_prompt(telling, text);
    else if (recording) {
        say_words(telling, "the recording ");
        say_part(telling, PART_RECORDING, NULL, recording);
    }
    return text || recording;
}

bool block_prompt_hidden(struct teller *teller, const struct moment *moment)
{
    const regex_t *hide = teller->input->hide_prompts;
    if (!hide)
        return false;
    const char *text = prompt_text(teller, moment);
    return text && regexec(hide, text, 0, NULL, 0) == 0;
}
