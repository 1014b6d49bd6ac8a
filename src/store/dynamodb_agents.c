/* What agents say of themselves: one item each beside the contacts, the newest word stays. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"
#include "store/dynamodb_internal.h"

enum {
    AGENT_LIFE_S = 8 * 24 * 3600, /* one that says nothing for so long has left */
    WORDS_MAX = 50000,            /* agents whose last word is remembered */
};

struct agents {
    struct dynamodb_store *store;
    const struct agent_event *agent;
    size_t count, next;
    bool *told; /* same index: newer than what is stored */
    bool failed;
    struct err *err;
};

static char *key_of(const struct agent_event *agent, struct buf *key)
{
    buf_clear(key);
    buf_printf(key, DDB_AGENT_PREFIX "%s", agent->agent_arn);
    return key->data;
}

/* "#0=:0,…" of every member of the agent's JSON, with the names and values it stands for. */
static void set_members(struct buf *set, struct buf *names, struct buf *values,
                        struct ddb_span object)
{
    struct ddb_member member;
    const char *at = object.text, *end = at + object.length;
    for (unsigned n = 0; ddb_member_next(&at, end, &member); n++) {
        const char *comma = n ? "," : "";
        buf_printf(set, "%s#%u=:%u", comma, n, n);
        buf_printf(names, "%s\"#%u\":\"%.*s\"", comma, n, (int)member.name.length,
                   member.name.text);
        buf_printf(values, "%s\":%u\":", comma, n);
        ddb_typed_text(values, member.value);
    }
}

/* As agent_event_compare orders words of one time. */
static void put_tie(struct buf *out, const struct agent_event *agent)
{
    const char *const text[] = {agent->agent_name, agent->event_type, agent->status_name,
                                agent->status_type};
    buf_printf(out, "%016lld %010d", (long long)agent->status_since, agent->contacts);
    for (size_t i = 0; i < ARRAY_SIZE(text); i++)
        buf_printf(out, "\x01%s", text[i] ? text[i] : "");
}

/* A word that is stored, or older than one that is: it need not be told again, above all not when
 * others of its batch failed and the batch comes again. */
struct word {
    int64_t time;
    uint64_t tie;
};

static struct word word_of(const struct agent_event *agent)
{
    struct buf tie = {0};
    put_tie(&tie, agent);
    struct word word = {agent->time, hash_text(buf_str(&tie))};
    buf_free(&tie);
    return word;
}

static bool is_known(const struct dynamodb_store *s, const struct agent_event *agent)
{
    const struct word *known = map_get(&s->words, agent->agent_arn);
    if (!known || known->time < agent->time)
        return false;
    return known->time > agent->time || known->tie == word_of(agent).tie;
}

static void remember(struct dynamodb_store *s, const struct agent_event *agent)
{
    if (s->words.count >= WORDS_MAX)
        map_free(&s->words, free);
    struct word *known = map_get(&s->words, agent->agent_arn);
    if (!known)
        map_set(&s->words, agent->agent_arn, known = mem_zero(sizeof(*known)));
    if (known->time <= agent->time)
        *known = word_of(agent);
}

static void build(struct agents *a, const struct agent_event *agent, struct aws_call *call)
{
    struct buf key = {0}, json = {0}, set = {0}, names = {0}, values = {0}, tie = {0};
    struct buf *const all[] = {&key, &json, &set, &names, &values, &tie};
    int64_t expires = ddb_now(a->store) / SECOND_MS + AGENT_LIFE_S;
    ddb_agent_write(&json, agent);
    set_members(&set, &names, &values, ddb_span_of(&json));
    call->operation = "UpdateItem";
    buf_printf(&call->body, "{\"TableName\":\"%s\",\"Key\":{", a->store->table);
    ddb_put_text(&call->body, DDB_KEY, key_of(agent, &key));
    buf_printf(&call->body,
               "},\"UpdateExpression\":\"SET %s,#l=:l,#x=:x,#y=:y\",\"ConditionExpression\":"
               "\"attribute_not_exists(#t) OR #t < :t OR (#t = :t AND #y < "
               ":y)\",\"ExpressionAttributeNames\":{%s,"
               "\"#l\":\"" DDB_LIVE "\",\"#x\":\"" DDB_EXPIRY "\",\"#t\":\"Time\",\"#y\":\"Tie\"},",
               buf_str(&set), buf_str(&names));
    buf_printf(&call->body,
               "\"ExpressionAttributeValues\":{%s,\":l\":{\"S\":\"AGENT#0\"},"
               "\":x\":{\"N\":\"%lld\"},\":t\":{\"N\":\"%lld\"},\":y\":{\"S\":",
               buf_str(&values), (long long)expires, (long long)agent->time);
    put_tie(&tie, agent);
    json_quote(&call->body, buf_str(&tie));
    buf_text(&call->body, "}}}");
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        buf_free(all[i]);
}

static bool next(void *context, struct aws_call *call, int *wait_ms)
{
    struct agents *a = context;
    (void)wait_ms;
    if (a->next == a->count)
        return false;
    call->owner = (void *)&a->agent[a->next];
    build(a, &a->agent[a->next++], call);
    return true;
}

static void done(void *context, struct aws_call *call)
{
    struct agents *a = context;
    const struct agent_event *agent = call->owner;
    bool surpassed =
        call->fault == AWS_REFUSED && strcmp(call->code, "ConditionalCheckFailedException") == 0;
    bool refused = call->fault == AWS_REFUSED && strcmp(call->code, "ValidationException") == 0;
    a->told[agent - a->agent] = call->fault == AWS_FINE;
    if (call->fault == AWS_FINE || surpassed || refused)
        remember(a->store, agent);
    else
        a->failed = !ddb_call_error(a->store, call, a->err);
}

/* Of one agent only the newest event of the batch, and none that is known. */
static size_t newest_of_each(const struct dynamodb_store *s, const struct agent_event *agent,
                             size_t count, struct agent_event *out)
{
    struct map place = {0}; /* ARN → its place in out */
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!agent_event_fits(&agent[i]) || is_known(s, &agent[i]))
            continue;
        struct agent_event *same = map_get(&place, agent[i].agent_arn);
        if (same && agent_event_compare(&agent[i], same) > 0)
            *same = agent[i];
        if (same)
            continue;
        out[kept] = agent[i];
        map_set(&place, agent[i].agent_arn, &out[kept++]);
    }
    map_free(&place, NULL);
    return kept;
}

bool dynamodb_apply_agents(struct store *store, const struct agent_event *agent, size_t count,
                           struct err *err)
{
    struct dynamodb_store *s = dynamodb_of(store);
    struct arena arena = {0};
    if (s->read_only)
        return err_set(err, "store dynamodb:%s: opened with --view-only, nothing is written",
                       s->table);
    struct agent_event *each = arena_alloc(&arena, (count + 1) * sizeof(*each));
    struct agents a = {.store = s,
                       .agent = each,
                       .count = newest_of_each(s, agent, count, each),
                       .told = arena_zero(&arena, (count + 1) * sizeof(bool)),
                       .err = err};
    ddb_drive(s, &(struct ddb_drive){&a, next, done});
    size_t told = 0;
    for (size_t i = 0; i < a.count; i++)
        if (a.told[i])
            each[told++] = each[i];
    bool fed = ddb_feed_write(s, NULL, 0, each, told, err);
    arena_free(&arena);
    return fed && !a.failed;
}
