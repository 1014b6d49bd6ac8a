/*
 * The conditional update of an item. Two canonical objects, what is stored and what is to be, are
 * walked together: only members that differ are SET or REMOVEd, so what others put on the item
 * stays.
 */
#include <string.h>

#include "store/dynamodb_apply_internal.h"

#define VERSION_MAX ((INT64_C(1) << 53) - 1) /* the greatest that a record is read with */

struct update {
    struct ddb_apply *apply;
    struct buf *body;
    unsigned names; /* placeholders given */
    bool changed;   /* more than what is only observed */
};

static bool is_one(struct ddb_span name, const char *const *list)
{
    for (; *list; list++)
        if (strlen(*list) == name.length && memcmp(*list, name.text, name.length) == 0)
            return true;
    return false;
}

static bool is_observed(struct ddb_span name)
{
    static const char *const observed[] = {DDB_EXPIRY, "Last_Receipt", "Updated_At", "Version",
                                           NULL};
    return is_one(name, observed);
}

/* The key, and names with escapes: the record has none of its own. */
static bool is_apart(struct ddb_span name)
{
    static const char *const apart[] = {DDB_KEY, "History", DDB_LIVE, NULL};
    return is_one(name, apart) || memchr(name.text, '\\', name.length);
}

/* before, the mark and the number, after: a placeholder of name or value. */
static void add_mark(struct buf *out, const char *before, char mark, unsigned n, const char *after)
{
    char text[12], *p = text + sizeof(text);
    do
        *--p = (char)('0' + n % 10);
    while ((n /= 10) != 0);
    *--p = mark;
    buf_text(out, before);
    buf_add(out, p, (size_t)(text + sizeof(text) - p));
    buf_text(out, after);
}

static unsigned add_name(struct update *u, struct ddb_span name)
{
    struct buf *names = &u->apply->names;
    add_mark(names, names->length ? ",\"" : "\"", '#', u->names, "\":\"");
    buf_add(names, name.text, name.length);
    buf_char(names, '"');
    return u->names++;
}

static void set(struct update *u, struct ddb_span name, struct ddb_span value)
{
    struct buf *values = &u->apply->values, *expression = &u->apply->set;
    unsigned n = add_name(u, name);
    add_mark(values, values->length ? ",\"" : "\"", ':', n, "\":");
    ddb_typed_text(values, value);
    add_mark(expression, expression->length ? "," : "SET ", '#', n, "=");
    add_mark(expression, "", ':', n, "");
    u->changed |= !is_observed(name);
}

static void remove_member(struct update *u, struct ddb_span name)
{
    struct buf *expression = &u->apply->remove;
    unsigned n = add_name(u, name);
    add_mark(expression, expression->length ? "," : " REMOVE ", '#', n, "");
    u->changed = true;
}

static struct ddb_span span(const char *text)
{
    return (struct ddb_span){text, strlen(text)};
}

static int compare(struct ddb_span a, struct ddb_span b)
{
    size_t least = a.length < b.length ? a.length : b.length;
    int order = memcmp(a.text, b.text, least);
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

/* One of two objects being walked. */
struct side {
    const char *at, *end;
    struct ddb_member member;
    bool more;
};

static void advance(struct side *side)
{
    do
        side->more = ddb_member_next(&side->at, side->end, &side->member);
    while (side->more && is_apart(side->member.name));
}

static struct side open_side(const struct buf *text)
{
    struct side side = {.at = buf_str(text), .end = buf_str(text) + text->length};
    if (text->length)
        advance(&side);
    return side;
}

static void diff(struct update *u, const struct buf *stored, const struct buf *wanted)
{
    struct side old = open_side(stored), new = open_side(wanted);
    while (old.more || new.more) {
        int order = !old.more ? 1 : !new.more ? -1 : compare(old.member.name, new.member.name);
        if (order < 0)
            remove_member(u, old.member.name);
        else if (order > 0 || compare(old.member.value, new.member.value) != 0)
            set(u, new.member.name, new.member.value);
        if (order <= 0)
            advance(&old);
        if (order >= 0)
            advance(&new);
    }
}

/* In the live index while the contact is open. */
static void place_live(struct update *u, const struct ddb_job *job)
{
    bool live = !(job->joined.flags & FLAG_ENDED);
    char key[16] = "\"LIVE#0\"";
    key[6] = (char)('0' + ddb_live_partition(job->joined.contact_id));
    if (live && !job->live)
        set(u, span(DDB_LIVE), span(key));
    else if (!live && job->live)
        remove_member(u, span(DDB_LIVE));
}

/* What was read must still be there. One that was removed and made anew may have come to the same
 * Version, but not at the same time. Of the original's items, which have no Version, there are at
 * least as many entries. A Version that is none, as others may write it, is as if there were none.
 */
static void add_condition(struct update *u, const struct ddb_job *job)
{
    struct buf *body = u->body;
    buf_text(body, "\",\"ConditionExpression\":\"");
    if (!job->exists) {
        buf_text(body, "attribute_not_exists(" DDB_KEY ")");
    } else if (job->version > 0) {
        buf_printf(&u->apply->values, ",\":v\":{\"N\":\"%lld\"}", (long long)job->version);
        buf_text(body, "Version = :v");
        if (job->updated_at > 0) {
            buf_printf(&u->apply->values, ",\":u\":{\"N\":\"%lld\"}", (long long)job->updated_at);
            buf_text(body, " AND Updated_At = :u");
        }
    } else if (!job->versioned) {
        buf_text(body, "attribute_exists(" DDB_KEY ") AND attribute_not_exists(Version)");
    } else {
        buf_printf(&u->apply->values, ",\":v\":{\"N\":\"1\"},\":w\":{\"N\":\"%lld\"}",
                   (long long)VERSION_MAX);
        buf_text(body, "attribute_exists(" DDB_KEY ") AND NOT Version BETWEEN :v AND :w");
    }
    if (job->exists && job->inline_count >= 0) {
        buf_printf(&u->apply->values, ",\":h\":{\"N\":\"%lld\"}", (long long)job->inline_count);
        buf_text(body, " AND size(History) = :h");
    }
}

static void put_buf(struct buf *out, const struct buf *text)
{
    buf_add(out, buf_str(text), text->length);
}

static void write_body(struct update *u, const struct ddb_job *job)
{
    struct ddb_apply *apply = u->apply;
    struct buf *body = u->body;
    buf_printf(body, "{\"TableName\":\"%s\",\"Key\":{", apply->store->table);
    ddb_put_text(body, DDB_KEY, job->joined.contact_id);
    buf_text(body, "},\"UpdateExpression\":\"");
    put_buf(body, &apply->set);
    put_buf(body, &apply->remove);
    add_condition(u, job);
    buf_text(body, "\",\"ExpressionAttributeNames\":{");
    put_buf(body, &apply->names);
    buf_text(body, "},\"ExpressionAttributeValues\":{");
    put_buf(body, &apply->values);
    buf_text(body, "},\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\"}");
}

enum ddb_update ddb_update_build(struct ddb_apply *apply, struct ddb_job *job, struct buf *body)
{
    struct buf *const scratch[] = {&apply->names, &apply->values, &apply->set, &apply->remove,
                                   &apply->after};
    for (size_t i = 0; i < ARRAY_SIZE(scratch); i++)
        buf_clear(scratch[i]);
    struct update u = {.apply = apply, .body = body, .changed = job->forced};
    record_write(&apply->after, &job->joined, RECORD_STORED);
    diff(&u, &job->before, &apply->after);
    place_live(&u, job);
    if (job->inline_count >= 0)
        remove_member(&u, span("History"));
    if (!u.changed && job->exists)
        return UPDATE_NEEDLESS;
    write_body(&u, job);
    return UPDATE_NEEDED;
}
