/* Connect: the List calls, page by page, and DescribeContact. */
#include <stdlib.h>
#include <string.h>

#include "fakes/fake_services.h"

enum { PAGE_MAX = 1000 };

struct summary {
    char *instance, *id, *name;
};
struct fake_connect {
    struct {
        struct summary *summary;
        size_t count, capacity;
    } list[FAKE_LISTS];
    struct map contacts; /* "instance/id" -> JSON */
    double rate;         /* calls a second; 0 = no throttle */
    double tokens, burst;
    int64_t filled; /* monotonic ms when the tokens were counted */
};

static const struct {
    const char *operation, *member, *name, *arn;
} forms[FAKE_LISTS] = {
    [FAKE_QUEUES] = {"ListQueues", "QueueSummaryList", "Name", "queue"},
    [FAKE_USERS] = {"ListUsers", "UserSummaryList", "Username", "agent"},
    [FAKE_PROMPTS] = {"ListPrompts", "PromptSummaryList", "Name", "prompt"},
    [FAKE_FLOWS] = {"ListContactFlows", "ContactFlowSummaryList", "Name", "contact-flow"},
    [FAKE_FLOW_MODULES] = {"ListContactFlowModules", "ContactFlowModulesSummaryList", "Name",
                           "flow-module"},
};

struct fake_connect *fake_connect_open(void)
{
    return mem_zero(sizeof(struct fake_connect));
}

void fake_connect_close(struct fake_connect *connect)
{
    for (size_t l = 0; l < FAKE_LISTS; l++) {
        for (size_t i = 0; i < connect->list[l].count; i++) {
            free(connect->list[l].summary[i].instance);
            free(connect->list[l].summary[i].id);
            free(connect->list[l].summary[i].name);
        }
        free(connect->list[l].summary);
    }
    map_free(&connect->contacts, free);
    free(connect);
}

void fake_aws_summary(struct fake_aws *fake, enum fake_list list, const char *instance,
                      const char *id, const char *name)
{
    fake_lock(fake);
    struct fake_connect *connect = fake->connect;
    mem_grow(connect->list[list].summary, connect->list[list].count, connect->list[list].capacity);
    connect->list[list].summary[connect->list[list].count++] =
        (struct summary){mem_strdup(instance), mem_strdup(id), mem_strdup(name)};
    fake_unlock(fake);
}

static char *contact_key(const char *instance, const char *id)
{
    struct buf key = {0};
    buf_printf(&key, "%s/%s", instance, id);
    return buf_take(&key);
}

void fake_aws_contact(struct fake_aws *fake, const char *instance, const char *id, const char *json)
{
    char *key = contact_key(instance, id);
    fake_lock(fake);
    free(map_set(&fake->connect->contacts, key, mem_strdup(json)));
    fake_unlock(fake);
    free(key);
}

void fake_aws_connect_rate(struct fake_aws *fake, double per_second, unsigned burst)
{
    fake_lock(fake);
    fake->connect->rate = per_second;
    fake->connect->tokens = fake->connect->burst = burst;
    fake->connect->filled = monotonic_ns() / 1000000;
    fake_unlock(fake);
}

/* A token bucket, as the service has one for each account and region. */
static bool within_rate(struct fake_aws *fake, struct fake_request *request,
                        struct fake_reply *reply)
{
    struct fake_connect *connect = fake->connect;
    if (connect->rate <= 0)
        return true;
    int64_t now = monotonic_ns() / 1000000;
    connect->tokens += connect->rate * (double)(now - connect->filled) / 1000;
    connect->tokens = connect->tokens < connect->burst ? connect->tokens : connect->burst;
    connect->filled = now;
    if (connect->tokens < 1)
        return fake_fail(request, reply, 429, "TooManyRequestsException", "Too Many Requests");
    connect->tokens -= 1;
    return true;
}

/* The path's part by number, decoded: /0/1/2. */
static void path_part(const char *path, unsigned number, struct buf *out)
{
    for (const char *at = path + 1;; at++) {
        size_t length = strcspn(at, "/");
        if (!number--) {
            fake_url_decode(out, at, length, false);
            return;
        }
        at += length;
        if (!*at)
            return;
    }
}

static size_t parameter_number(const struct fake_request *request, const char *name,
                               size_t otherwise)
{
    struct buf text = {0};
    size_t result = otherwise;
    if (fake_parameter(request->query, name, &text))
        result = strtoul(buf_str(&text), NULL, 10);
    buf_free(&text);
    return result;
}

static enum fake_list list_of(const struct fake_operation *operation)
{
    enum fake_list list = FAKE_QUEUES;
    while (strcmp(forms[list].operation, operation->name) != 0)
        list++;
    return list;
}

static void write_summary(struct buf *out, const struct fake_aws *fake, enum fake_list list,
                          const struct summary *summary)
{
    buf_printf(out, "{\"Id\":\"%s\",\"Arn\":\"arn:aws:connect:%s:%s:instance/%s/%s/%s\"",
               summary->id, fake->region, FAKE_ACCOUNT, summary->instance, forms[list].arn,
               summary->id);
    if (summary->name) {
        buf_printf(out, ",\"%s\":", forms[list].name);
        jv_quote_text(out, summary->name);
    }
    if (list == FAKE_QUEUES)
        buf_printf(out, ",\"QueueType\":\"%s\"", summary->name ? "STANDARD" : "AGENT");
    buf_char(out, '}');
}

FAKE_HANDLER(fake_connect_list)
{
    if (!within_rate(fake, request, reply))
        return;
    enum fake_list list = list_of(request->operation);
    struct buf instance = {0};
    size_t skip = parameter_number(request, "nextToken", 0), seen = 0, given = 0;
    size_t most = parameter_number(request, "maxResults", PAGE_MAX);
    bool more = false;
    path_part(request->path, 1, &instance);
    reply->type = "application/json";
    buf_printf(&reply->body, "{\"%s\":[", forms[list].member);
    for (size_t i = 0; i < fake->connect->list[list].count && !more; i++) {
        const struct summary *summary = &fake->connect->list[list].summary[i];
        if (strcmp(summary->instance, buf_str(&instance)) != 0 || seen++ < skip)
            continue;
        more = given == most;
        if (!more && given++)
            buf_char(&reply->body, ',');
        if (!more)
            write_summary(&reply->body, fake, list, summary);
    }
    buf_char(&reply->body, ']');
    if (more)
        buf_printf(&reply->body, ",\"NextToken\":\"%zu\"", skip + given);
    buf_char(&reply->body, '}');
    buf_free(&instance);
}

FAKE_HANDLER(fake_connect_describe)
{
    if (!within_rate(fake, request, reply))
        return;
    struct buf instance = {0}, id = {0};
    path_part(request->path, 1, &instance);
    path_part(request->path, 2, &id);
    char *key = contact_key(buf_str(&instance), buf_str(&id));
    const char *json = map_get(&fake->connect->contacts, key);
    reply->type = "application/json";
    if (json)
        buf_printf(&reply->body, "{\"Contact\":%s}", json);
    else
        fake_fail(request, reply, 404, "ResourceNotFoundException", "Contact not found: %s",
                  buf_str(&id));
    free(key);
    buf_free(&instance);
    buf_free(&id);
}
