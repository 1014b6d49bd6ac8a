/* Connect: whether names may be listed and contacts be asked about, and how old the names are. */
#include <inttypes.h>
#include <string.h>

#include "commands/doctor.h"
#include "contactwatch/connect.h"
#include "contactwatch/store.h"

enum { INSTANCES_LOOKED = 4 };

static const char names_todo[] =
    "allow the connect:List actions of the README's policy, or give a names file (--names); "
    "without, ids are shown shortened";

static void add_action(struct buf *out, const char *operation)
{
    buf_printf(out, "%s%s", out->length ? ", " : "connect:", operation);
}

static void probe_names(struct doctor *d, const struct connect_instance *instance)
{
    struct buf fine = {0}, refused = {0};
    const char *why = NULL;
    for (int list = 0; list < CONNECT_LIST_COUNT; list++) {
        struct aws_call call = {0};
        connect_list_call(&call, &d->arena, (enum connect_list)list, instance->id, NULL, 1);
        call.max_attempts = 0;
        bool may = doctor_ask(d, AWS_CONNECT, &call);
        add_action(may ? &fine : &refused, call.operation);
        if (!may && !why)
            why = doctor_why(d, &call);
        aws_call_free(&call);
    }
    if (refused.length)
        doctor_add(d, FINDING_WARNING, "names", names_todo, "%s of %s: %s", buf_str(&refused),
                   instance->id, why);
    if (fine.length)
        doctor_add(d, FINDING_OK, "names", NULL, "%s of %s", buf_str(&fine), instance->id);
    buf_free(&fine);
    buf_free(&refused);
}

/* Asked with the id of no contact: not to be found is the answer of who may ask. */
static void probe_describe(struct doctor *d, const struct connect_instance *instance)
{
    struct aws_call call = {0};
    connect_describe_call(&call, &d->arena, instance->id, "00000000-0000-4000-8000-000000000000");
    call.max_attempts = 0;
    doctor_ask(d, AWS_CONNECT, &call);
    bool known = call.fault == AWS_REFUSED &&
                 (strstr(call.code, "NotFound") || strstr(call.code, "InvalidRequest") ||
                  strstr(call.code, "InvalidParameter"));
    if (call.fault == AWS_FINE || known)
        doctor_add(d, FINDING_OK, "reconcile", NULL, "connect:DescribeContact of %s", instance->id);
    else
        doctor_add(d, FINDING_WARNING, "reconcile",
                   "--reconcile needs connect:DescribeContact: the policy is in the README",
                   "connect:DescribeContact of %s: %s", instance->id, doctor_why(d, &call));
    aws_call_free(&call);
}

static void probe(struct doctor *d, const char *arn)
{
    struct connect_instance instance;
    if (!connect_instance_read(&instance, arn)) {
        doctor_add(d, FINDING_WARNING, "names", "write --instance arn:aws:connect:…:instance/ID",
                   "%s is not the ARN of an instance", arn);
        return;
    }
    if (strcmp(instance.region, aws_session_region(d->options->aws)) != 0) {
        doctor_add(d, FINDING_WARNING, "names", "give a names file, or run in its Region",
                   "%s is in %s: it is not asked", instance.id, instance.region);
        return;
    }
    probe_names(d, &instance);
    probe_describe(d, &instance);
}

void doctor_connect(struct doctor *d)
{
    const char *const *arn = d->options->instances;
    if (!arn || !*arn) {
        doctor_add(d, FINDING_OK, "names", NULL,
                   "not asked: give --instance ARN to see whether Connect may be");
        return;
    }
    for (size_t i = 0; i < INSTANCES_LOOKED && arn[i]; i++)
        probe(d, arn[i]);
}
