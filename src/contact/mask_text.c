/* Text with what is personal hidden: by shape, and by values learnt elsewhere. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "contact/mask_internal.h"

enum { DIGITS_HIDDEN = 7, PHONE_SHOWN = 4, INPUT_BULLETS = 20, UUID_LENGTH = 36 };

static const char bullets[] = "••••";

static bool is_word(unsigned char c)
{
    return isalnum(c);
}

bool mask_fold(const char *text, size_t length, char *out)
{
    if (length > MASK_VALUE_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        out[i] = (char)tolower((unsigned char)text[i]);
    out[length] = '\0';
    return true;
}

bool mask_all_digits(const char *text)
{
    return *text && text[strspn(text, "0123456789*#")] == '\0';
}

static size_t uuid_length(const char *p)
{
    for (size_t i = 0; i < UUID_LENGTH; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? p[i] != '-' : !isxdigit((unsigned char)p[i]))
            return 0;
    }
    return is_word((unsigned char)p[UUID_LENGTH]) ? 0 : UUID_LENGTH;
}

static size_t arn_length(const char *p)
{
    return strncmp(p, "arn:", 4) == 0 ? strcspn(p, " \t\r\n\"',;<>{}[]()") : 0;
}

/* YYYY-MM-DDT… up to its zone, or YYYYMMDDT…Z. */
static size_t timestamp_length(const char *p)
{
    static const char *const forms[] = {"dddd-dd-ddT", "ddddddddTdd"};
    for (size_t f = 0; f < ARRAY_SIZE(forms); f++) {
        size_t i = 0;
        while (forms[f][i] &&
               (forms[f][i] == 'd' ? isdigit((unsigned char)p[i]) : p[i] == forms[f][i]))
            i++;
        if (!forms[f][i])
            return i + strspn(p + i, "0123456789:.+-") +
                   (p[i + strspn(p + i, "0123456789:.+-")] == 'Z');
    }
    return 0;
}

/* Text at a place that is never hidden by shape. */
static size_t exempt_length(const char *p)
{
    size_t length = uuid_length(p);
    if (!length)
        length = arn_length(p);
    return length ? length : timestamp_length(p);
}

static bool is_mail_char(unsigned char c)
{
    return isalnum(c) || strchr("._%+-", c) || c >= 0x80;
}

/* An e-mail address: local part, @, a domain with a dot. */
static size_t mail_length(const char *p)
{
    size_t local = 0, domain = 0;
    bool dot = false;
    while (p[local] && is_mail_char((unsigned char)p[local]))
        local++;
    if (!local || p[local] != '@')
        return 0;
    const char *host = p + local + 1;
    while (isalnum((unsigned char)host[domain]) || host[domain] == '-' ||
           (host[domain] == '.' && isalnum((unsigned char)host[domain + 1]))) {
        dot = dot || host[domain] == '.';
        domain++;
    }
    return dot ? local + 1 + domain : 0;
}

/* A run of digits; behind a + blanks, dashes, dots and parentheses may part them. */
static size_t number_length(const char *p, size_t *digits)
{
    bool plus = *p == '+';
    size_t length = plus;
    *digits = 0;
    for (size_t i = length; p[i]; i++) {
        if (isdigit((unsigned char)p[i])) {
            (*digits)++;
            length = i + 1;
        } else if (!plus || !strchr(" -.()", p[i]) || i - length > 2) {
            break;
        }
    }
    return *digits >= DIGITS_HIDDEN ? length : 0;
}

struct shape {
    size_t length;
    bool phone; /* its last digits stay */
};

static struct shape shape_at(const char *p)
{
    size_t digits = 0;
    struct shape shape = {.length = mail_length(p)};
    if (!shape.length && (isdigit((unsigned char)*p) || *p == '+')) {
        shape.length = number_length(p, &digits);
        shape.phone = *p == '+';
    }
    return shape;
}

/* Most texts are short of digits, or an ARN or id as a whole: told at a glance. */
static bool may_hold_shapes(const char *text)
{
    size_t digits = 0, length = arn_length(text);
    if (!length)
        length = uuid_length(text);
    if (length && !text[length])
        return false;
    for (const char *p = text; *p; p++) {
        digits += *p >= '0' && *p <= '9';
        if (*p == '@')
            return true;
    }
    return digits >= DIGITS_HIDDEN;
}

void mask_learn_shapes(struct mask *mask, const char *text)
{
    if (!may_hold_shapes(text))
        return;
    for (const char *p = text; *p;) {
        bool edge = p == text || !is_word((unsigned char)p[-1]);
        size_t skip = edge ? exempt_length(p) : 0;
        bool start = p == text || !is_mail_char((unsigned char)p[-1]) || isdigit((unsigned char)*p);
        struct shape shape = {0};
        if (!skip && start)
            shape = shape_at(p);
        if (shape.length)
            mask_learn(mask, p, shape.length);
        p += skip ? skip : shape.length ? shape.length : 1;
    }
}

/* The longest known value that stands at p as a word of its own. */
static size_t known_length(const struct mask *mask, const char *text, const char *p)
{
    unsigned char first = (unsigned char)tolower((unsigned char)*p);
    if (!mask->known.count || !(mask->first[first / 8] >> (first % 8) & 1) ||
        (p > text && is_word((unsigned char)p[-1]) && is_word(first)))
        return 0;
    char folded[MASK_VALUE_MAX + 1];
    size_t most = strnlen(p, MASK_VALUE_MAX), least = 3;
    for (size_t length = most; length >= least; length--) {
        if (!(mask->lengths >> (length < 63 ? length : 63) & 1) ||
            (is_word((unsigned char)p[length]) && is_word((unsigned char)p[length - 1])))
            continue;
        mask_fold(p, length, folded);
        if (map_get(&mask->known, folded))
            return length;
    }
    return 0;
}

static void show_phone(struct buf *out, const char *number, size_t length)
{
    char last[PHONE_SHOWN + 1] = {0};
    size_t digits = 0, at = PHONE_SHOWN;
    for (size_t i = length; i-- > 0;)
        if (isdigit((unsigned char)number[i]) && ++digits <= PHONE_SHOWN)
            last[--at] = number[i];
    buf_text(out, digits > PHONE_SHOWN ? "•••••" : bullets);
    if (digits > PHONE_SHOWN)
        buf_text(out, last);
}

static bool is_phone_key(const char *key)
{
    return strcasestr(key, "phone") || strcasestr(key, "mobile") || strcasestr(key, "TelNumber");
}

static bool is_safe(const struct mask *mask, const char *text)
{
    char folded[MASK_VALUE_MAX + 1];
    return mask_fold(text, strnlen(text, MASK_VALUE_MAX + 1), folded) &&
           map_get(&mask->safe, folded);
}

/* Hides what begins at p, if anything; returns the bytes it took. */
static size_t hide_at(struct buf *out, const struct mask *mask, const char *text, const char *p)
{
    bool edge = p == text || !is_word((unsigned char)p[-1]);
    size_t length = known_length(mask, text, p);
    size_t exempt = edge ? exempt_length(p) : 0;
    if (exempt && length <= exempt) {
        buf_add(out, p, exempt);
        return exempt;
    }
    bool start = p == text || !is_mail_char((unsigned char)p[-1]) || isdigit((unsigned char)*p);
    struct shape shape = {0};
    if (start)
        shape = shape_at(p);
    if (shape.length < length)
        shape = (struct shape){.length = length, .phone = *p == '+'};
    if (shape.length && shape.phone)
        show_phone(out, p, shape.length);
    else if (shape.length)
        buf_text(out, bullets);
    return shape.length;
}

void mask_text(struct buf *out, const struct mask *mask, const char *key, const char *text)
{
    if (!mask || mask->off || is_safe(mask, text)) {
        buf_text(out, text);
        return;
    }
    if (*text && mask_key(mask, key) && !mask_is_plain(text)) {
        if (is_phone_key(key))
            show_phone(out, text, strlen(text));
        else
            buf_text(out, bullets);
        return;
    }
    for (const char *p = text; *p;) {
        size_t hidden = hide_at(out, mask, text, p);
        if (!hidden)
            buf_char(out, *p);
        p += hidden ? hidden : 1;
    }
}

void mask_phone(struct buf *out, const struct mask *mask, const char *number)
{
    if (!mask || mask->off)
        buf_text(out, number);
    else
        show_phone(out, number, strlen(number));
}

void mask_digits(struct buf *out, const struct mask *mask, const char *digits)
{
    size_t count = strlen(digits);
    if (!mask || mask->off || count == 1) {
        buf_text(out, digits);
        return;
    }
    for (size_t i = 0; i < count && i < INPUT_BULLETS; i++)
        buf_text(out, "•");
}
