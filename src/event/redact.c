/*
 * What must not be stored is overwritten in the tree before anything is hashed: each digit of a
 * card number or of a typed input becomes an x, and with `all` the texts themselves go.
 */
#include <math.h>
#include <stdio.h>

#include "event/decode_internal.h"

enum { CARD_MIN = 13, CARD_MAX = 19, UUID_LENGTH = 36 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool in_run(char c)
{
    return is_digit(c) || c == ' ' || c == '-';
}

static bool is_word(char c)
{
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || (c & 0x80);
}

static bool luhn_valid(const char *digit, size_t count)
{
    int sum = 0;
    for (size_t i = 0; i < count; i++) {
        int value = digit[count - 1 - i] - '0';
        if (i % 2)
            value = value > 4 ? value * 2 - 9 : value * 2;
        sum += value;
    }
    return sum % 10 == 0;
}

/* A time written in digits: epoch ms of this age, or YYYYMMDDhhmmss with or without ms. No card
 * begins like these. */
static bool is_digit_time(const char *digit, size_t count)
{
    if (count == 13)
        return digit[0] == '1' && digit[1] >= '4';
    bool century = memcmp(digit, "20", 2) == 0;
    return (count == 14 || count == 17) && century && memcmp(digit + 4, "12", 2) <= 0 &&
           memcmp(digit + 6, "31", 2) <= 0;
}

/* The end of the longest card number that starts at text[0] and ends where no digit follows; 0 if
 * there is none. */
static size_t card_length(const char *text, size_t length)
{
    char digit[CARD_MAX];
    size_t count = 0, found = 0;
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(text[i])) {
            if (i == 0 || !is_digit(text[i - 1]))
                break; /* two separators in a row */
            continue;
        }
        if (count == CARD_MAX)
            break;
        digit[count++] = text[i];
        bool ends = i + 1 == length || !is_digit(text[i + 1]);
        if (ends && count >= CARD_MIN && luhn_valid(digit, count) && !is_digit_time(digit, count))
            found = i + 1;
    }
    return found;
}

static bool is_uuid(const char *text, size_t length)
{
    if (length < UUID_LENGTH)
        return false;
    for (size_t i = 0; i < UUID_LENGTH; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = is_digit(text[i]) || ((text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'f');
        if (dash ? text[i] != '-' : !hex)
            return false;
    }
    return length == UUID_LENGTH || !is_word(text[UUID_LENGTH]);
}

static void mask_digits(char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (is_digit(text[i]))
            text[i] = 'x';
}

/* A stretch of digits, blanks and dashes. What touches a letter without a blank between is part of
 * an identifier. */
static void mask_stretch(char *text, size_t start, size_t end, size_t length)
{
    if (start > 0 && is_word(text[start - 1]))
        while (start < end && text[start] != ' ')
            start++;
    if (end < length && is_word(text[end]))
        while (end > start && text[end - 1] != ' ')
            end--;
    for (size_t i = start; i < end;) {
        bool begins = is_digit(text[i]) && (i == start || !is_digit(text[i - 1]));
        size_t size = 0;
        if (begins && is_uuid(text + i, end - i))
            size = UUID_LENGTH;
        else if (begins && (size = card_length(text + i, end - i)) > 0)
            mask_digits(text + i, size);
        i += size ? size : 1;
    }
}

/* Of any CARD_MIN characters in a row one stands at a multiple of CARD_MIN: only there a look is
 * needed. */
static void mask_cards(char *text)
{
    size_t length = strlen(text);
    if (length < CARD_MIN || strncmp(text, "arn:", 4) == 0 ||
        (length == UUID_LENGTH && is_uuid(text, length)))
        return;
    for (size_t i = CARD_MIN - 1; i < length; i += CARD_MIN) {
        if (!in_run(text[i]))
            continue;
        size_t start = i, end = i + 1;
        while (start > 0 && in_run(text[start - 1]))
            start--;
        while (end < length && in_run(text[end]))
            end++;
        if (end - start >= CARD_MIN)
            mask_stretch(text, start, end, length);
        while (i + CARD_MIN < end)
            i += CARD_MIN;
    }
}

/* A card number sent as a JSON number becomes the text of its mask. Beyond 2^53 its digits are lost
 * already. */
static void mask_number(struct decoder *d, cJSON *node)
{
    double value = node->valuedouble;
    if (value < 1e12 || value > 9007199254740992.0 || value != floor(value))
        return;
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%.0f", value);
    if (length < CARD_MIN || !card_length(digits, (size_t)length))
        return;
    mask_digits(digits, (size_t)length);
    node->type = cJSON_String;
    node->valuestring = arena_strdup(d->arena, digits);
}

void redact_tree(struct decoder *d, cJSON *tree)
{
    if (d->options->redact == REDACT_NONE || !tree)
        return;
    if (cJSON_IsString(tree))
        mask_cards(tree->valuestring);
    else if (cJSON_IsNumber(tree))
        mask_number(d, tree);
    for (cJSON *child = tree->child; child; child = child->next)
        redact_tree(d, child);
}

static void hide(struct decoder *d, cJSON *node)
{
    if (!node)
        return;
    for (cJSON *child = node->child; child; child = child->next)
        hide(d, child);
    if (node->child || cJSON_IsBool(node) || cJSON_IsNull(node))
        return;
    node->type = cJSON_String;
    node->valuestring = arena_strdup(d->arena, "[redacted]");
}

/* A user's tags, not those that Amazon Connect sets. */
static void hide_tags(struct decoder *d, cJSON *tags)
{
    for (cJSON *tag = tags ? tags->child : NULL; tag; tag = tag->next)
        if (strncmp(tag->string, "aws:", 4) != 0)
            hide(d, tag);
}

/* Members without free text are skipped: ids, ARNs and times. */
void redact_contact(struct decoder *d, const struct members *m, cJSON *detail)
{
    if (d->options->redact == REDACT_NONE)
        return;
    static const enum key not_text[] = {KEY_CONTACT_ID, KEY_INSTANCE,    KEY_QUEUE_INFO,
                                        KEY_INITIAL_ID, KEY_PREVIOUS_ID, KEY_RELATED_ID};
    for (cJSON *member = detail->child; member; member = member->next) {
        size_t i = 0;
        while (i < ARRAY_SIZE(not_text) && member != m->at[not_text[i]])
            i++;
        if (i == ARRAY_SIZE(not_text))
            redact_tree(d, member);
    }
    if (d->options->redact == REDACT_ALL && cJSON_IsObject(m->at[KEY_TAGS]))
        hide_tags(d, m->at[KEY_TAGS]);
}

/* Digits typed by the customer; one alone is a choice in a menu, and stays there. */
static void hide_input(const struct members *m)
{
    const char *type = member_text(m, KEY_MODULE_TYPE), *results = member_text(m, KEY_RESULTS);
    if (!type || !results || results[strspn(results, "0123456789*#")] != '\0')
        return;
    bool stored = strcmp(type, "StoreUserInput") == 0;
    bool menu = strcmp(type, "GetUserInput") == 0 || strcmp(type, "GetParticipantInput") == 0;
    if (stored || (menu && results[1]))
        mask_digits(m->at[KEY_RESULTS]->valuestring, strlen(results));
}

static void hide_texts(struct decoder *d, const struct members *m)
{
    static const char *const text[] = {"Text",
                                       "Value",
                                       "SecondValue",
                                       "ProfileRequestData",
                                       "ProfileResponseData",
                                       "Parameters",
                                       "PhoneNumber",
                                       "CallBackNumber",
                                       "Tags"};
    cJSON *parameters = m->at[KEY_PARAMETERS];
    cJSON *member = cJSON_IsObject(parameters) ? parameters->child : NULL;
    for (; member; member = member->next)
        for (size_t i = 0; i < ARRAY_SIZE(text); i++)
            if (strcmp(member->string, text[i]) == 0)
                hide(d, member);
    hide(d, m->at[KEY_EXTERNAL_RESULTS]);
}

void redact_flow(struct decoder *d, const struct members *m)
{
    static const enum key free_text[] = {KEY_PARAMETERS, KEY_RESULTS, KEY_EXTERNAL_RESULTS};
    if (d->options->redact == REDACT_NONE)
        return;
    for (size_t i = 0; i < ARRAY_SIZE(free_text); i++)
        redact_tree(d, m->at[free_text[i]]);
    if (d->options->redact >= REDACT_INPUTS)
        hide_input(m);
    if (d->options->redact == REDACT_ALL)
        hide_texts(d, m);
}
