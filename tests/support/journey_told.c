/* Stories of a case as text, and what is asserted of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/json.h"
#include "support/journey_case.h"

static void put_clock(struct buf *out, int64_t ms, bool exact)
{
    char text[INSTANT_TEXT];
    instant_format(ms, text);
    if (ms == INSTANT_NONE)
        buf_pad(out, ' ', exact ? 12 : 8);
    else
        buf_add(out, text + 11, exact ? 12 : 8);
}

static void put_columns(struct buf *out, const struct story_line *line)
{
    char delta[32] = "";
    if (line->delta >= 0)
        snprintf(delta, sizeof(delta), "+%lld.%03d", (long long)(line->delta / 1000),
                 (int)(line->delta % 1000));
    buf_printf(out, "%9s  ", delta);
    for (int i = 0; i < line->depth; i++)
        buf_text(out, "│ ");
    if (line->kind == LINE_BLOCK)
        buf_printf(out, "%s ", line->block_type);
    if (line->kind == LINE_BLOCK && line->block_id)
        buf_printf(out, "“%s” ", line->block_id);
    if (line->kind == LINE_RESULT || line->kind == LINE_DETAIL)
        buf_text(out, line->kind == LINE_RESULT ? "└ " : "· ");
}

static void put_line(struct buf *out, const struct story_line *line,
                     const struct story_style *style, bool techy)
{
    static const char *const marks[] = {"", "  !", "  !", "  ✗"};
    const char *rule = techy || line->kind == LINE_LEG ? story_rule(line->kind, style->ascii) : "";
    put_clock(out, line->time, techy);
    buf_text(out, "  ");
    if (techy)
        put_columns(out, line);
    buf_printf(out, "%s%s", rule, *rule ? " " : "");
    story_text(out, line, style);
    buf_printf(out, "%s%s", *rule ? " " : "", rule);
    if (techy && line->duration >= 0 && !line->told) {
        buf_text(out, "  ");
        story_exact(out, line->duration, line->at_most, style->ascii);
    }
    if (techy || line->mark == LINE_ERROR)
        buf_text(out, style->ascii && line->mark == LINE_ERROR ? "  x" : marks[line->mark]);
    while (out->length && out->data[out->length - 1] == ' ')
        out->data[--out->length] = '\0';
    buf_char(out, '\n');
}

static int64_t now_of(const struct journey_case *c)
{
    return INT64_C(1772445600000) + (int64_t)(c->now * 1000);
}

static void learn(struct journey_case *c, const struct history *history)
{
    struct arena arena = {0};
    for (size_t i = 0; i < history->count; i++)
        mask_learn_json(&c->mask,
                        json_parse(&arena, history->entry[i].body, history->entry[i].length, NULL));
    arena_free(&arena);
}

static void make_chain(struct journey_case *c, struct chain *chain, struct history *histories)
{
    const struct record *records[CASE_CONTACTS];
    for (size_t i = 0; i < c->count; i++) {
        records[i] = &c->contact[i].record;
        history_sort(&c->contact[i].history);
        learn(c, &c->contact[i].history);
    }
    chain_build(chain, &c->arena, records, c->count);
    for (size_t leg = 0; leg < chain->count; leg++)
        for (size_t i = 0; i < c->count; i++)
            if (chain->leg[leg].record == records[i])
                histories[leg] = c->contact[i].history;
}

void case_tell(struct journey_case *c, size_t leg)
{
    struct chain chain;
    struct history histories[CASE_CONTACTS] = {0};
    regex_t hide;
    make_chain(c, &chain, histories);
    if (c->hide)
        assert_int_equal(regcomp(&hide, c->hide, REG_EXTENDED | REG_NOSUB), 0);
    struct journey_input input = {.chain = &chain,
                                  .history = histories,
                                  .leg = leg,
                                  .now = now_of(c),
                                  .hide_prompts = c->hide ? &hide : NULL};
    journey_build(&c->journey, &c->arena, &input);
    if (c->hide)
        regfree(&hide);
    struct story_style style = {.names = &c->names,
                                .mask = c->masked ? &c->mask : NULL,
                                .now = now_of(c),
                                .ascii = c->ascii};
    buf_clear(&c->head);
    buf_clear(&c->friendly);
    buf_clear(&c->techy);
    story_parts(&c->head, c->journey.head, c->journey.head_parts, &style);
    for (size_t i = 0; i < c->journey.friendly.count; i++)
        put_line(&c->friendly, &c->journey.friendly.line[i], &style, false);
    for (size_t i = 0; i < c->journey.techy.count; i++)
        put_line(&c->techy, &c->journey.techy.line[i], &style, true);
}

void case_write(struct journey_case *c, struct buf *out)
{
    static const char *const stages[] = {"flow", "queue", "agent", "paperwork"};
    for (size_t leg = 0; leg < c->count; leg++) {
        case_tell(c, leg);
        if (leg == 0)
            buf_printf(out, "%s\n\n%s", buf_str(&c->head), buf_str(&c->friendly));
        buf_printf(out, "\n%s", buf_str(&c->techy));
    }
    buf_char(out, '\n');
    for (size_t i = 0; i < c->journey.stages; i++) {
        const struct stage *stage = &c->journey.stage[i];
        put_clock(out, stage->start, true);
        buf_printf(out, "  %.8s %s ", stage->contact_id, stages[stage->kind]);
        put_clock(out, stage->end, true);
        buf_char(out, '\n');
    }
    for (size_t i = 0; i < c->journey.attributes; i++) {
        const struct attribute_change *change = &c->journey.attribute[i];
        put_clock(out, change->time, true);
        buf_printf(out, "  %s: %s -> %s\n", change->name,
                   change->before ? change->before : "(not set)", change->value);
    }
    buf_printf(out, "errors %u, warnings %u\n", c->journey.errors, c->journey.warnings);
}

/* A line that ends with these words, behind what stands in front of them in columns. */
static bool has_line(const struct buf *story, const char *words)
{
    size_t length = strlen(words);
    for (const char *p = buf_str(story); (p = strstr(p, words)); p++) {
        bool starts = p == buf_str(story) || p[-1] == ' ' || p[-1] == '\n';
        if (starts && (p[length] == '\n' || p[length] == '\0'))
            return true;
    }
    return false;
}

void assert_friendly(struct journey_case *c, const char *line)
{
    if (!has_line(&c->friendly, line))
        fail_msg("not told: %s\nin:\n%s", line, buf_str(&c->friendly));
}

void assert_not_friendly(struct journey_case *c, const char *words)
{
    if (strstr(buf_str(&c->friendly), words))
        fail_msg("told: %s\nin:\n%s", words, buf_str(&c->friendly));
}

void assert_techy(struct journey_case *c, const char *line)
{
    if (!has_line(&c->techy, line))
        fail_msg("not told: %s\nin:\n%s", line, buf_str(&c->techy));
}

void assert_head(struct journey_case *c, const char *sentence)
{
    assert_string_equal(buf_str(&c->head), sentence);
}
