#include "support/exposition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/map.h"
#include "contactwatch/mem.h"

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:";
static const char more[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:0123456789";

struct checking {
    char family[128], type[16];
    bool helped, sampled;
    struct map families, samples;
    size_t count;
};

#define RULE(condition, line)                                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("%s is broken by: %s", #condition, line);                                     \
    } while (0)

static size_t name_length(const char *text)
{
    return strspn(text, letters) ? strspn(text, more) : 0;
}

/* "# HELP name words", then "# TYPE name type": each once, HELP first, before any sample. */
static void check_comment(struct checking *c, const char *line)
{
    const char *name = line + 7;
    size_t length = name_length(name);
    bool help = strncmp(line, "# HELP ", 7) == 0;
    RULE(help || strncmp(line, "# TYPE ", 7) == 0, line);
    RULE(length > 0 && length < sizeof(c->family) && name[length] == ' ', line);
    if (help) {
        RULE(!c->helped || c->sampled, line); /* the family before has samples */
        RULE(name[length + 1] != '\0', line);
        memcpy(c->family, name, length);
        c->family[length] = '\0';
        RULE(!map_set(&c->families, c->family, c), line); /* families are not taken up again */
        c->helped = true;
        c->sampled = false;
        c->type[0] = '\0';
        return;
    }
    RULE(strlen(c->family) == length && memcmp(c->family, name, length) == 0, line);
    RULE(!c->type[0] && !c->sampled, line);
    snprintf(c->type, sizeof(c->type), "%s", name + length + 1);
    RULE(!strcmp(c->type, "counter") || !strcmp(c->type, "gauge") || !strcmp(c->type, "summary"),
         line);
}

/* {name="value",…}; in a value \, " and newline are escaped. */
static const char *check_labels(const char *at, const char *line, bool *quantile)
{
    for (at++; *at != '}'; at += *at == ',') {
        size_t length = name_length(at);
        RULE(length > 0 && strncmp(at + length, "=\"", 2) == 0, line);
        *quantile |= length == 8 && strncmp(at, "quantile", 8) == 0;
        for (at += length + 2; *at != '"'; at++) {
            RULE(*at, line);
            if (*at == '\\')
                RULE(strchr("\\\"n", *++at) && *at, line);
        }
        at++;
        RULE(*at == ',' || *at == '}', line);
    }
    return at + 1;
}

static bool is_of_family(const struct checking *c, const char *name, size_t length)
{
    size_t family = strlen(c->family);
    if (length < family || memcmp(name, c->family, family) != 0)
        return false;
    if (length == family)
        return true;
    return !strcmp(c->type, "summary") &&
           ((length == family + 4 && !memcmp(name + family, "_sum", 4)) ||
            (length == family + 6 && !memcmp(name + family, "_count", 6)));
}

static void check_sample(struct checking *c, const char *line)
{
    size_t length = name_length(line);
    const char *at = line + length;
    bool quantile = false;
    RULE(length > 0 && c->type[0] && is_of_family(c, line, length), line);
    if (*at == '{')
        at = check_labels(at, line, &quantile);
    char *key = mem_strndup(line, (size_t)(at - line)), *end;
    RULE(!map_set(&c->samples, key, c), line);
    free(key);
    RULE(*at == ' ' && at[1] && at[1] != ' ', line);
    double value = strtod(at + 1, &end);
    RULE(end != at + 1 && !*end, line);
    if (!strcmp(c->type, "counter"))
        RULE(value >= 0 && length > 6 && !memcmp(line + length - 6, "_total", 6), line);
    RULE(strcmp(c->type, "summary") != 0 || quantile == (length == strlen(c->family)), line);
    c->sampled = true;
    c->count++;
}

size_t exposition_check(const char *page)
{
    struct checking c = {.count = 0};
    RULE(*page && page[strlen(page) - 1] == '\n', "the end of the page");
    for (const char *at = page, *end; (end = strchr(at, '\n')); at = end + 1) {
        char *line = mem_strndup(at, (size_t)(end - at));
        RULE(*line, "an empty line");
        if (*line == '#')
            check_comment(&c, line);
        else
            check_sample(&c, line);
        free(line);
    }
    RULE(c.sampled, c.family);
    map_free(&c.families, NULL);
    map_free(&c.samples, NULL);
    return c.count;
}

double exposition_value(const char *page, const char *sample)
{
    size_t length = strlen(sample);
    for (const char *at = page; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
        if (strncmp(at, sample, length) == 0 && at[length] == ' ')
            return strtod(at + length, NULL);
    fail_msg("%s is not on the page:\n%s", sample, page);
    return 0;
}
