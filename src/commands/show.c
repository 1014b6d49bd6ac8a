/* show: one contact as text (masked, sanitised) or as JSON (raw). */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "commands/bundle.h"
#include "commands/commands.h"
#include "commands/setup.h"
#include "contactwatch/journey.h"
#include "contactwatch/json.h"
#include "contactwatch/text.h"

struct showing {
    struct invocation *invocation;
    struct bundle bundle;
    struct names names;
    struct mask mask;
    struct story_style style;
    struct journey journey;
    enum chain_end end;
    bool dated; /* something of the call has a time */
};

static void put_clock(struct buf *out, const struct showing *show, int64_t ms, bool exact)
{
    struct tm tm = instant_split(ms, option_on(show->invocation, OPT_UTC));
    buf_printf(out, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
    if (exact)
        buf_printf(out, ".%03d", (int)(ms % 1000));
}

static void print_safe(const struct showing *show, const struct buf *line)
{
    struct buf safe = {0};
    text_sanitise(&safe, buf_str(line), line->length, show->style.ascii);
    puts(buf_str(&safe));
    buf_free(&safe);
}

static void print_line(const struct showing *show, const struct story_line *line, bool techy)
{
    enum { DELTA_WIDTH = 10 };
    struct buf text = {0}, right = {0};
    if (line->time != INSTANT_NONE)
        put_clock(&text, show, line->time, techy);
    else
        buf_pad(&text, ' ', techy ? 12 : 8);
    buf_text(&text, "  ");
    if (techy) {
        struct buf delta = {0};
        story_delta(&delta, line);
        text_fit(&text, buf_str(&delta), DELTA_WIDTH, false, true);
        buf_free(&delta);
    }
    story_left(&text, line, &show->style, techy);
    story_right(&right, line, &show->style, techy);
    if (right.length)
        buf_printf(&text, "  %s", buf_str(&right));
    print_safe(show, &text);
    buf_free(&text);
    buf_free(&right);
}

static void print_story(const struct showing *show, const struct story *story, bool techy)
{
    for (size_t i = 0; i < story->count; i++)
        print_line(show, &story->line[i], techy);
}

/* A chain that is not live any more is told as of its last word, and says so. */
static void settle_time(struct showing *show)
{
    int64_t now = clock_now(NULL);
    int64_t silence = records_silence(show->bundle.chain.record, show->bundle.chain.count, now);
    for (size_t i = 0; i < show->bundle.chain.count; i++)
        show->dated |= record_newest(&show->bundle.chain.record[i]) != INSTANT_NONE;
    show->style.now = silence == INSTANT_NONE ? now : silence;
}

static void print_silence(const struct showing *show)
{
    const struct record *record = &show->bundle.chain.record[show->bundle.leg];
    char when[INSTANT_TEXT];
    if (record->flags & FLAG_ENDED || record_is_live(record, clock_now(NULL)))
        return;
    if (!show->dated) {
        puts("Its end was not seen; nothing of its call has a time.");
        return;
    }
    instant_format(show->style.now, when);
    printf("Its end was not seen; the last word of its call is of %s.\n", when);
}

static void print_head(const struct showing *show)
{
    struct buf text = {0};
    const struct record *record = &show->bundle.chain.record[show->bundle.leg];
    buf_printf(&text, "%s  ", record->contact_id);
    struct record_facts facts;
    struct arena arena = {0};
    record_facts(&facts, record, &arena);
    buf_printf(&text, "%s by %s  %s", facts.channel ? facts.channel : "–",
               facts.method ? facts.method : "–", lifecycle_name[facts.status]);
    print_safe(show, &text);
    buf_clear(&text);
    story_parts(&text, show->journey.head, show->journey.head_parts, &show->style);
    print_safe(show, &text);
    printf("(%s)\n", chain_end_text(show->end));
    print_silence(show);
    if (!show->mask.off)
        fputs("(personal data masked; --unmask shows it)\n", stderr);
    buf_free(&text);
    arena_free(&arena);
}

/* An entry that is no tree (larger than the parser takes) is masked as text. */
static void print_raw(const struct showing *show)
{
    const struct history *history = &show->bundle.chain.history[show->bundle.leg];
    struct buf json = {0}, masked = {0}, safe = {0};
    struct arena arena = {0};
    for (size_t i = 0; i < history->count; i++) {
        buf_clear(&json);
        buf_clear(&masked);
        buf_clear(&safe);
        arena_reset(&arena);
        entry_write_json(&json, &history->entry[i]);
        const cJSON *tree = json_parse(&arena, buf_str(&json), json.length, NULL);
        if (tree)
            mask_json(&masked, &show->mask, tree, 0);
        else
            mask_text(&masked, &show->mask, NULL, buf_str(&json));
        json_write_safe(&safe, buf_str(&masked), masked.length);
        puts(buf_str(&safe));
    }
    buf_free(&json);
    buf_free(&masked);
    buf_free(&safe);
    arena_free(&arena);
}

static void print_json(const struct showing *show)
{
    struct buf json = {0}, safe = {0};
    size_t leg = show->bundle.leg;
    record_write_item(&json, &show->bundle.chain.record[leg], &show->bundle.chain.history[leg],
                      option_on(show->invocation, OPT_CANONICAL) ? RECORD_CANONICAL
                                                                 : RECORD_STORED);
    json_write_safe(&safe, buf_str(&json), json.length);
    puts(buf_str(&safe));
    buf_free(&json);
    buf_free(&safe);
}

static void learn(struct showing *show)
{
    struct arena arena = {0};
    for (size_t leg = 0; leg < show->bundle.chain.count; leg++)
        for (size_t i = 0; i < show->bundle.chain.history[leg].count; i++) {
            const struct entry *entry = &show->bundle.chain.history[leg].entry[i];
            const cJSON *body = json_parse(&arena, entry->body, entry->length, NULL);
            mask_learn_json(&show->mask, body);
            names_learn(&show->names, body);
            arena_reset(&arena);
        }
    arena_free(&arena);
}

static void tell(struct showing *show, const regex_t *hide)
{
    struct arena arena = {0};
    struct chain chain;
    const struct record **records =
        arena_alloc(&arena, show->bundle.chain.count * sizeof(*records));
    for (size_t i = 0; i < show->bundle.chain.count; i++)
        records[i] = &show->bundle.chain.record[i];
    chain_build(&chain, &arena, records, show->bundle.chain.count);
    struct history *history = arena_alloc(&arena, chain.count * sizeof(*history));
    struct journey_input input = {&chain, history, 0, show->style.now, hide};
    for (size_t i = 0; i < chain.count; i++) {
        size_t at = (size_t)(chain.leg[i].record - show->bundle.chain.record);
        history[i] = show->bundle.chain.history[at];
        if (at == show->bundle.leg)
            input.leg = i;
    }
    journey_build(&show->journey, &arena, &input);
    show->end = chain_state(&chain, clock_now(NULL));
    bool techy = option_on(show->invocation, OPT_TECHY);
    bool raw = option_on(show->invocation, OPT_RAW);
    print_head(show);
    if (option_on(show->invocation, OPT_FRIENDLY) || (!techy && !raw))
        print_story(show, &show->journey.friendly, false);
    if (techy)
        print_story(show, &show->journey.techy, true);
    if (raw)
        print_raw(show);
    arena_free(&arena);
}

static bool prepare(struct showing *show, regex_t *hide, bool *hides, struct err *err)
{
    struct invocation *invocation = show->invocation;
    const char *pattern = option_text(invocation, OPT_HIDE_PROMPTS);
    *hides = false;
    if (pattern && regcomp(hide, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return err_set(err, "--hide-prompts: '%s' is no regular expression", pattern);
    *hides = pattern != NULL;
    if (!setup_names(invocation, &show->names, err) || !setup_mask(invocation, &show->mask, err))
        return false;
    learn(show);
    show->style = (struct story_style){
        .names = &show->names,
        .mask = &show->mask,
        .ascii = setup_ascii(invocation),
    };
    settle_time(show);
    return true;
}

int run_show(struct invocation *invocation)
{
    struct err err = {""};
    struct showing show = {.invocation = invocation};
    const char *spec = setup_store(invocation, &err);
    struct store_options options;
    if (!spec || !setup_store_options(invocation, spec, &options, &err))
        return command_failed(&err);
    options.read_only = true;
    struct store *store = setup_archived_store(invocation, spec, &options, &err);
    if (!store)
        return command_failed(&err);
    regex_t hide;
    bool hides = false;
    bool fine = bundle_load(&show.bundle, store, invocation->argument[0], &err);
    if (fine && option_on(invocation, OPT_JSON)) {
        print_json(&show);
    } else if (fine) {
        setup_listed_names(store, &show.names);
        fine = prepare(&show, &hide, &hides, &err);
        if (fine)
            tell(&show, hides ? &hide : NULL);
        mask_free(&show.mask);
    }
    if (hides)
        regfree(&hide);
    names_free(&show.names);
    bundle_free(&show.bundle);
    store_close(store);
    return fine ? EXIT_DONE : command_failed(&err);
}
