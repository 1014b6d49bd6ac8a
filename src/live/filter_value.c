/* Values by the type of their field. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/text.h"
#include "live/filter_internal.h"

static bool two_digits(const char **text, int below, int *out)
{
    const char *p = *text;
    if (p[0] < '0' || p[0] > '9')
        return false;
    *out = *p++ - '0';
    if (*p >= '0' && *p <= '9')
        *out = *out * 10 + (*p++ - '0');
    *text = p;
    return *out < below;
}

static bool clock_value(const char *text, struct filter_value *value)
{
    int hour, minute, second = 0;
    if (!two_digits(&text, 24, &hour) || *text++ != ':' || !two_digits(&text, 60, &minute))
        return false;
    value->precision = MINUTE_MS;
    if (*text == ':') {
        text++;
        value->precision = SECOND_MS;
        if (!two_digits(&text, 60, &second))
            return false;
    }
    value->clock = true;
    value->number = hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS;
    return !*text;
}

static bool time_value(struct filter_scan *scan, struct filter_value *value, size_t at)
{
    if (clock_value(value->text, value))
        return true;
    if (instant_parse(value->text, &value->number)) {
        bool seconds = strchr(value->text, ':') != strrchr(value->text, ':');
        value->precision = strchr(value->text, '.') ? 1 : seconds ? SECOND_MS : MINUTE_MS;
        value->clock = false;
        return true;
    }
    return scan_fail(scan, at, "\"%.40s\" is not a time: 16:30, 16:30:15 or 2026-01-31T16:30:00Z",
                     value->text);
}

static bool number_value(struct filter_scan *scan, struct filter_value *value, size_t at)
{
    const char *text = value->text;
    size_t length = strspn(text, "0123456789");
    if (!length || text[length] || length > 9)
        return scan_fail(scan, at, "\"%.40s\" is not a whole number", text);
    value->number = strtol(text, NULL, 10);
    return true;
}

static bool regex_value(struct filter *filter, struct filter_scan *scan, struct filter_value *value,
                        size_t at)
{
    const char *danger = filter_regex_danger(value->text);
    if (danger)
        return scan_fail(scan, at, "the regular expression %s", danger);
    int status =
        regcomp(&value->regex->compiled, value->text, REG_EXTENDED | REG_ICASE | REG_NOSUB);
    if (status != 0) {
        char why[80];
        regerror(status, &value->regex->compiled, why, sizeof(why));
        return scan_fail(scan, at, "the regular expression: %s", why);
    }
    value->regex->next = filter->regex;
    filter->regex = value->regex;
    return true;
}

/* with-agent and with_agent are WITH AGENT. */
static void spell_status(struct filter *filter, struct filter_value *value)
{
    char *text = arena_strdup(&filter->arena, value->text);
    for (char *p = text; *p; p++)
        if (*p == '-' || *p == '_')
            *p = ' ';
    value->text = text;
}

static bool text_value(struct filter *filter, struct filter_scan *scan,
                       const struct filter_node *node, struct filter_value *value, size_t at)
{
    if (value->regex)
        return regex_value(filter, scan, value, at);
    bool has = node->op == OP_HAS || node->op == OP_HAS_NOT;
    value->none = value->none && !has;
    value->wildcard = strchr(value->text, '*') != NULL;
    bool status = strcmp(filter_fields[node->field].name, "status") == 0;
    if (status && !value->none)
        spell_status(filter, value);
    if (status && !has && !value->none && !filter_status_known(value))
        return scan_fail(scan, at, "there is no status \"%.40s\"", value->text);
    if (has && value->wildcard)
        value->text = arena_printf(&filter->arena, "*%s*", value->text);
    return true;
}

bool value_type(struct filter *filter, struct filter_scan *scan, const struct filter_node *node,
                struct filter_value *value, size_t at)
{
    enum filter_type type = filter_fields[node->field].type;
    if (type == FILTER_TEXT)
        return text_value(filter, scan, node, value, at);
    if (value->none) {
        if (node->op == OP_EQUAL || node->op == OP_NOT_EQUAL)
            return true;
        return scan_fail(scan, at, "- (none) works only with = and !=");
    }
    if (type == FILTER_SET) {
        value->number = filter_flag(value->text);
        return value->number ||
               scan_fail(scan, at, "there is no flag \"%.40s\": Q A T C X E L + or their names",
                         value->text);
    }
    if (type == FILTER_NUMBER)
        return number_value(scan, value, at);
    if (type == FILTER_DURATION)
        return duration_parse(value->text, &value->number) ||
               scan_fail(scan, at, "\"%.40s\" is not a duration: 90, 90s, 1m30s, 3:12",
                         value->text);
    if (!time_value(scan, value, at))
        return false;
    filter->timed |= value->clock;
    return true;
}

bool value_matches(const struct filter_value *value, const char *text, enum text_kind kind,
                   bool has)
{
    if (value->regex)
        return kind != TEXT_ARN && regexec(&value->regex->compiled, text, 0, NULL, 0) == 0;
    if (has && kind == TEXT_ARN)
        return false;
    if (value->wildcard)
        return text_glob_fold(value->text, text);
    if (has)
        return text_contains_fold(text, value->text);
    if (kind == TEXT_ID && strlen(value->text) >= FILTER_ID_PREFIX)
        return text_prefix_fold(text, value->text);
    return text_equal_fold(value->text, text);
}
