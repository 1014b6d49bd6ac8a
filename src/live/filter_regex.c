/*
 * What the C library's compiler expands, or its matcher backtracks over, without bound is refused:
 * it turns x+ into xx* and x{n} into n copies, so that ((x+)+)+ doubles with each level; a
 * back-reference makes matching exponential.
 */
#include <stdlib.h>
#include <string.h>

#include "live/filter_internal.h"

enum { COST_MAX = 4096, GROUPS_MAX = 64 };

struct cost {
    long outer[GROUPS_MAX]; /* atoms of the groups around this one */
    int depth;
    long sum, last; /* atoms of this group; of its last element */
};

/* Behind a bracket expression that starts at p; at the end of the text if it is not closed. */
static const char *skip_bracket(const char *p)
{
    p += p[1] == '^' ? 2 : 1;
    if (*p == ']')
        p++;
    for (; *p && *p != ']'; p++) {
        if (*p != '[' || !p[1] || !strchr(":.=", p[1]))
            continue;
        char kind = *++p;
        while (p[1] && !(p[1] == kind && p[2] == ']'))
            p++;
        p += p[1] ? 2 : 0;
    }
    return *p ? p : p - 1;
}

static void repeat(struct cost *cost, long times)
{
    long more = times > 1 ? times - 1 : 0;
    if (times > COST_MAX || cost->last * more > COST_MAX)
        more = cost->last = COST_MAX;
    cost->sum += cost->last * more;
    cost->last += cost->last * more;
    if (cost->sum > COST_MAX)
        cost->sum = COST_MAX + 1;
}

static void repeat_counted(struct cost *cost, const char *brace)
{
    char *end;
    long low = strtol(brace + 1, &end, 10);
    long high = *end == ',' ? strtol(end + 1, NULL, 10) : low;
    repeat(cost, high > low ? high : low);
}

static void open_group(struct cost *cost)
{
    cost->outer[cost->depth++] = cost->sum;
    cost->sum = 0;
}

static void close_group(struct cost *cost)
{
    if (!cost->depth)
        return;
    cost->last = cost->sum + 1;
    cost->sum = cost->outer[--cost->depth] + cost->last;
}

static void count(struct cost *cost, const char *p, bool escaped)
{
    if (!escaped && *p == '(') {
        open_group(cost);
    } else if (!escaped && *p == ')') {
        close_group(cost);
    } else if (!escaped && *p == '+') {
        repeat(cost, 2);
    } else if (!escaped && *p == '{') {
        repeat_counted(cost, p);
    } else {
        cost->last = 1;
        cost->sum++;
    }
}

const char *filter_regex_danger(const char *pattern)
{
    struct cost cost = {.sum = 0};
    if (strlen(pattern) > FILTER_REGEX_MAX)
        return "is too long";
    for (const char *p = pattern; *p; p++) {
        bool escaped = *p == '\\' && p[1];
        p += escaped;
        if (escaped && *p >= '1' && *p <= '9')
            return "has a back-reference";
        if (!escaped && *p == '(' && cost.depth == GROUPS_MAX)
            return "is nested too deep";
        if (!escaped && *p == '[')
            p = skip_bracket(p);
        count(&cost, p, escaped);
        if (cost.sum > COST_MAX)
            return "repeats too often";
    }
    return NULL;
}
