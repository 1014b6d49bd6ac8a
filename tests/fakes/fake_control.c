/*
 * Steering by HTTP, for scripts: POST /_fake/WORD with a JSON object, or GET
 * /_fake/WORD?name=value. Every function here asks as the tests do, without the lock.
 */
#include <stdlib.h>
#include <string.h>

#include "fakes/fake_internal.h"

struct control {
    struct fake_aws *fake;
    const struct fake_request *request;
    const struct jv *json; /* NULL = none */
    struct buf *out;
};

static bool set_fault(struct control *c)
{
    const char *name = jv_text(c->json, "fault");
    for (enum fake_fault fault = 0; name && fault < FAKE_FAULTS; fault++) {
        if (strcmp(name, fake_fault_name(fault)) != 0)
            continue;
        fake_aws_fault(c->fake, &(struct fake_rule){
                                    .operation = jv_text(c->json, "operation"),
                                    .fault = fault,
                                    .probability = jv_number(c->json, "probability", 0),
                                    .skip = (unsigned)jv_integer(c->json, "skip", 0),
                                    .times = (unsigned)jv_integer(c->json, "times", 0),
                                    .ms = jv_integer(c->json, "ms", 0),
                                    .code = jv_text(c->json, "code"),
                                    .header = jv_text(c->json, "header"),
                                });
        return true;
    }
    return false;
}

static bool clear_faults(struct control *c)
{
    fake_aws_faults_clear(c->fake);
    return true;
}

static bool set_outage(struct control *c)
{
    fake_aws_outage(c->fake, jv_integer(c->json, "ms", 0));
    return true;
}

static bool advance(struct control *c)
{
    fake_aws_advance(c->fake, jv_integer(c->json, "ms", 0));
    return true;
}

static bool set_key(struct control *c)
{
    struct fake_key key = {
        .access_key = jv_text(c->json, "accessKey"),
        .secret_key = jv_text(c->json, "secretKey"),
        .token = jv_text(c->json, "token"),
        .expires = jv_integer(c->json, "expires", INSTANT_NONE),
        .denied = jv_text(c->json, "denied"),
        .account = jv_text(c->json, "account"),
    };
    if (!key.access_key || !key.secret_key)
        return false;
    fake_aws_key(c->fake, &key);
    return true;
}

static bool remove_key(struct control *c)
{
    const char *key = jv_text(c->json, "accessKey");
    if (key)
        fake_aws_key_remove(c->fake, key);
    return key != NULL;
}

static bool set_staleness(struct control *c)
{
    fake_aws_staleness(c->fake, jv_integer(c->json, "ms", 0));
    return true;
}

static bool set_in_flight_limit(struct control *c)
{
    fake_aws_in_flight_limit(c->fake, (size_t)jv_integer(c->json, "limit", 120000));
    return true;
}

static bool expire(struct control *c)
{
    const char *table = jv_text(c->json, "table");
    if (table)
        buf_printf(c->out, "{\"removed\":%zu}", fake_aws_expire_items(c->fake, table));
    return table != NULL;
}

static bool reset_units(struct control *c)
{
    fake_aws_units_reset(c->fake);
    return true;
}

static bool set_connect_rate(struct control *c)
{
    fake_aws_connect_rate(c->fake, jv_number(c->json, "perSecond", 2),
                          (unsigned)jv_integer(c->json, "burst", 5));
    return true;
}

static bool add_summary(struct control *c)
{
    static const char *const name[FAKE_LISTS] = {"queues", "users", "prompts", "flows", "modules"};
    const char *list = jv_text(c->json, "list"), *instance = jv_text(c->json, "instance");
    const char *id = jv_text(c->json, "id");
    for (enum fake_list l = 0; list && instance && id && l < FAKE_LISTS; l++)
        if (strcmp(list, name[l]) == 0) {
            fake_aws_summary(c->fake, l, instance, id, jv_text(c->json, "name"));
            return true;
        }
    return false;
}

static bool set_contact(struct control *c)
{
    const char *instance = jv_text(c->json, "instance"), *id = jv_text(c->json, "id");
    const struct jv *contact = jv_get(c->json, "contact");
    struct buf text = {0};
    if (!instance || !id || !contact)
        return false;
    jv_write(&text, contact);
    fake_aws_contact(c->fake, instance, id, text.data);
    buf_free(&text);
    return true;
}

static bool show_stats(struct control *c)
{
    fake_show_stats(c->fake, c->out);
    return true;
}

static bool create_queue(struct control *c)
{
    const char *name = jv_text(c->json, "name");
    const struct jv *attributes = jv_get(c->json, "attributes");
    struct buf text = {0};
    if (!name)
        return false;
    if (attributes)
        jv_write(&text, attributes);
    fake_aws_queue(c->fake, name, text.data);
    buf_free(&text);
    return true;
}

static bool show_queue(struct control *c)
{
    struct buf name = {0};
    bool found = fake_parameter(c->request->query, "name", &name) &&
                 fake_show_queue(c->fake, buf_str(&name), c->out);
    buf_free(&name);
    return found;
}

static bool show_items(struct control *c)
{
    struct buf table = {0};
    bool found = fake_parameter(c->request->query, "table", &table) &&
                 fake_show_items(c->fake, buf_str(&table), c->out);
    buf_free(&table);
    return found;
}

static bool show_captured(struct control *c)
{
    struct buf back = {0};
    fake_parameter(c->request->query, "back", &back);
    bool found = fake_show_captured(c->fake, strtoul(buf_str(&back), NULL, 10), c->out);
    buf_free(&back);
    return found;
}

static bool create_bucket(struct control *c)
{
    const char *name = jv_text(c->json, "name");
    if (name)
        fake_aws_bucket(c->fake, name);
    return name != NULL;
}

static bool show_objects(struct control *c)
{
    struct buf bucket = {0};
    bool found = fake_parameter(c->request->query, "bucket", &bucket);
    if (found)
        fake_show_objects(c->fake, buf_str(&bucket), c->out);
    buf_free(&bucket);
    return found;
}

static bool send_message(struct control *c)
{
    const char *name = jv_text(c->json, "name"), *body = jv_text(c->json, "body");
    if (!name || !body)
        return false;
    fake_aws_send(c->fake, name, body);
    return true;
}

static const struct {
    const char *word;
    bool (*act)(struct control *control);
} controls[] = {
    {"fault", set_fault},
    {"faults/clear", clear_faults},
    {"outage", set_outage},
    {"advance", advance},
    {"key", set_key},
    {"key/remove", remove_key},
    {"staleness", set_staleness},
    {"in-flight-limit", set_in_flight_limit},
    {"expire", expire},
    {"units/reset", reset_units},
    {"connect-rate", set_connect_rate},
    {"summary", add_summary},
    {"contact", set_contact},
    {"stats", show_stats},
    {"queue", show_queue},
    {"queue/create", create_queue},
    {"queue/send", send_message},
    {"items", show_items},
    {"bucket/create", create_bucket},
    {"objects", show_objects},
    {"captured", show_captured},
};

void fake_control(struct fake_aws *fake, struct fake_request *request, struct fake_reply *reply)
{
    struct control control = {
        .fake = fake,
        .request = request,
        .out = &reply->body,
        .json = request->length ? jv_parse(request->arena, request->body, request->length) : NULL};
    reply->type = "application/json";
    reply->status = 404;
    for (size_t i = 0; i < ARRAY_SIZE(controls); i++)
        if (strcmp(request->path + strlen("/_fake/"), controls[i].word) == 0)
            reply->status = controls[i].act(&control) ? 200 : 400;
    if (!reply->body.length)
        buf_text(&reply->body, "{}");
}
