/* One value of one option, from text. */
#include "commands/option_value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "contactwatch/instant.h"

static bool parse_number(const struct option_spec *spec, const char *text,
                         struct option_value *value)
{
    char *end;
    errno = 0;
    if (spec->type == OPTION_REAL) {
        value->real = strtod(text, &end);
    } else {
        value->number = strtoll(text, &end, 10);
        value->real = (double)value->number;
    }
    return end != text && !*end && errno == 0 && value->real >= spec->minimum &&
           value->real <= spec->maximum;
}

static bool parse_choice(const struct option_spec *spec, const char *text,
                         struct option_value *value)
{
    size_t length = strlen(text);
    value->number = 0;
    for (const char *p = spec->choices;; p++, value->number++) {
        size_t width = strcspn(p, "|");
        if (width == length && strncasecmp(p, text, length) == 0)
            return true;
        p += width;
        if (!*p)
            return false;
    }
}

static bool parse_flag(const char *text, struct option_value *value)
{
    static const char *const yes[] = {"", "1", "yes", "true", "on"};
    static const char *const no[] = {"0", "no", "false", "off"};
    for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
        if (strcasecmp(text, yes[i]) == 0) {
            value->number = 1;
            return true;
        }
    for (size_t i = 0; i < ARRAY_SIZE(no); i++)
        if (strcasecmp(text, no[i]) == 0) {
            value->number = 0;
            return true;
        }
    return false;
}

static bool parse_minutes(const char *text, struct option_value *value)
{
    size_t length = strlen(text);
    if (length && length < 10 && strspn(text, "0123456789") == length) {
        value->number = strtoll(text, NULL, 10) * MINUTE_MS;
        return true;
    }
    return duration_parse(text, &value->number);
}

static void append_list(struct arena *arena, const char *text, struct option_value *value)
{
    size_t count = 0;
    while (value->list && value->list[count])
        count++;
    const char **list = arena_alloc(arena, (count + 2) * sizeof(*list));
    if (count)
        memcpy(list, value->list, count * sizeof(*list));
    list[count] = text;
    list[count + 1] = NULL;
    value->list = list;
}

static bool complain(const struct option_spec *spec, const char *text, const char *from,
                     struct err *err)
{
    if (spec->type == OPTION_CHOICE)
        return err_set(err, "%s: '%s' is none of %s", from, text, spec->choices);
    if (spec->type == OPTION_FLAG)
        return err_set(err, "%s: '%s' is neither yes nor no", from, text);
    if (spec->type == OPTION_DURATION || spec->type == OPTION_MINUTES)
        return err_set(err, "%s: '%s' is no duration such as 90, 90s, 1m30s or 2h", from, text);
    return err_set(err, "%s: '%s' is not a number from %.10g to %.10g", from, text, spec->minimum,
                   spec->maximum);
}

bool option_set(struct invocation *invocation, enum option_id id, const char *text,
                const char *from, struct err *err)
{
    const struct option_spec *spec = &option_specs[id];
    struct option_value *value = &invocation->value[id];
    bool fine = true;
    switch (spec->type) {
    case OPTION_FLAG: fine = parse_flag(text, value); break;
    case OPTION_NUMBER:
    case OPTION_REAL: fine = parse_number(spec, text, value); break;
    case OPTION_DURATION: fine = duration_parse(text, &value->number); break;
    case OPTION_MINUTES: fine = parse_minutes(text, value); break;
    case OPTION_CHOICE: fine = parse_choice(spec, text, value); break;
    case OPTION_LIST: append_list(&invocation->arena, text, value); break;
    case OPTION_TEXT: break;
    }
    value->text = text;
    value->from = from;
    return fine || complain(spec, text, from ? from : spec->name, err);
}

bool option_taken(const struct invocation *invocation, enum option_id id)
{
    uint32_t on = option_specs[id].commands;
    return on == ON_ALL || (on & invocation->command->bit);
}
