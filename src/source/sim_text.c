/* Texts of flows with their $variables resolved, and JSON objects of key=value pairs. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "contactwatch/json.h"
#include "source/sim_internal.h"

int sim_account(const struct sim_contact *contact)
{
    return 10234000 + contact->customer * 7919;
}

static const char *tier_of(const struct sim_contact *contact)
{
    int place = contact->customer % 10;
    return place == 0 ? "gold" : place < 4 ? "silver" : "bronze";
}

/* The value of a variable, or NULL. Numbers are written to the scratch. */
static const char *variable(const struct sim *sim, const struct sim_contact *contact,
                            const char *name, size_t length, char scratch[32])
{
#define IS(text) (length == sizeof(text) - 1 && memcmp(name, text, length) == 0)
    if (IS("queue"))
        return contact->queue->name;
    if (IS("menu"))
        return sim->menu;
    if (IS("tier"))
        return tier_of(contact);
    if (IS("first"))
        return sim_first_name(contact->customer * 7 + 3);
    if (IS("phone"))
        snprintf(scratch, 32, "+447700900%03d", contact->customer);
    else if (IS("account"))
        snprintf(scratch, 32, "%d", sim_account(contact));
    else if (IS("id"))
        snprintf(scratch, 32, "C-%d", sim_account(contact));
    else if (IS("priority"))
        snprintf(scratch, 32, "%d", 1 + contact->customer % 5);
    else if (IS("digit"))
        snprintf(scratch, 32, "%d", contact->score);
    else
        return NULL;
    return scratch;
#undef IS
}

void sim_expand(const struct sim *sim, const struct sim_contact *contact, const char *text,
                size_t length, struct buf *out)
{
    buf_clear(out);
    for (const char *p = text, *end = text + length; p < end;) {
        const char *dollar = memchr(p, '$', (size_t)(end - p));
        buf_add(out, p, (size_t)((dollar ? dollar : end) - p));
        if (!dollar)
            break;
        for (p = dollar + 1; p < end && islower((unsigned char)*p);)
            p++;
        char scratch[32];
        const char *value = variable(sim, contact, dollar + 1, (size_t)(p - dollar - 1), scratch);
        buf_text(out, value ? value : "");
    }
}

bool sim_pair(const char **pairs, struct sim_pair *out)
{
    const char *p = *pairs;
    if (!p || !*p)
        return false;
    const char *end = p + strcspn(p, ";"), *equal = memchr(p, '=', (size_t)(end - p));
    out->key = p;
    out->key_length = (size_t)((equal ? equal : end) - p);
    out->value = equal ? equal + 1 : end;
    out->value_length = (size_t)(end - out->value);
    *pairs = *end ? end + 1 : end;
    return true;
}

void sim_object(struct sim *sim, const struct sim_contact *contact, const char *pairs,
                struct buf *out)
{
    struct sim_pair pair;
    buf_char(out, '{');
    for (bool first = true; sim_pair(&pairs, &pair); first = false) {
        buf_text(out, first ? "\"" : ",\"");
        buf_add(out, pair.key, pair.key_length);
        buf_text(out, "\":");
        sim_expand(sim, contact, pair.value, pair.value_length, &sim->value);
        json_quote(out, buf_str(&sim->value));
    }
    buf_char(out, '}');
}

const char *sim_parameters(struct sim *sim, ...)
{
    struct buf *out = &sim->parameters;
    va_list args;
    va_start(args, sim);
    buf_clear(out);
    buf_char(out, '{');
    for (const char *key; (key = va_arg(args, const char *));) {
        if (out->length > 1)
            buf_char(out, ',');
        buf_char(out, '"');
        buf_text(out, key);
        buf_text(out, "\":");
        json_quote(out, va_arg(args, const char *));
    }
    va_end(args);
    buf_char(out, '}');
    return buf_str(out);
}
