/* The queue: that it is there, how it is set up, what waits in it, and its dead-letter queue. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands/doctor.h"
#include "contactwatch/json.h"
#include "contactwatch/sqs.h"

enum {
    BACKLOG_LARGE = 100000,
    IN_FLIGHT_LARGE = 100000, /* SQS hands out 120,000 at most */
    RETENTION_SHORT_S = 86400,
    RECEIVES_FEW = 3,
    OUR_VISIBILITY_S = 60,
};

struct queue_look {
    const char *url;
    const cJSON *attributes;
    const char *why; /* it could not be looked at */
    const char *code;
};

static int64_t number_of(const struct queue_look *queue, const char *name)
{
    const char *text = json_text(queue->attributes, name);
    return text ? strtoll(text, NULL, 10) : -1;
}

static const char *text_of(const struct queue_look *queue, const char *name)
{
    return json_text(queue->attributes, name);
}

static const char *url_of(struct doctor *d, const char *name, const char *account)
{
    struct aws_call call = {.operation = "GetQueueUrl"};
    char url[SQS_URL_MAX];
    const char *found = NULL;
    buf_text(&call.body, "{\"QueueName\":");
    json_quote(&call.body, name);
    if (account) {
        buf_text(&call.body, ",\"QueueOwnerAWSAccountId\":");
        json_quote(&call.body, account);
    }
    buf_char(&call.body, '}');
    if (doctor_ask(d, AWS_SQS, &call) &&
        sqs_url_answer(&d->arena, buf_str(&call.response), call.response.length, url, sizeof(url),
                       NULL))
        found = arena_strdup(&d->arena, url);
    aws_call_free(&call);
    return found;
}

static struct queue_look look(struct doctor *d, const char *url)
{
    struct queue_look queue = {.url = url};
    struct aws_call call = {.operation = "GetQueueAttributes"};
    buf_text(&call.body, "{\"QueueUrl\":");
    json_quote(&call.body, url);
    buf_text(&call.body, ",\"AttributeNames\":[\"All\"]}");
    if (doctor_ask(d, AWS_SQS, &call))
        queue.attributes = json_get(doctor_answer(d, &call), "Attributes");
    if (!queue.attributes) {
        queue.why = doctor_why(d, &call);
        queue.code = arena_strdup(&d->arena, call.code);
    }
    aws_call_free(&call);
    return queue;
}

static void look_at_backlog(struct doctor *d, const struct queue_look *queue)
{
    int64_t waiting = number_of(queue, "ApproximateNumberOfMessages");
    int64_t in_flight = number_of(queue, "ApproximateNumberOfMessagesNotVisible");
    int64_t delayed = number_of(queue, "ApproximateNumberOfMessagesDelayed");
    const char *todo = NULL;
    if (in_flight >= IN_FLIGHT_LARGE)
        todo = "SQS hands out no more than 120,000 at once: see why what was taken is not deleted "
               "(the store's throttling, in the log of ingest)";
    else if (waiting >= BACKLOG_LARGE)
        todo = "start more ingesters beside each other, or raise the tables' capacity";
    doctor_add(d, todo ? FINDING_WARNING : FINDING_OK, "backlog", todo,
               "%" PRId64 " waiting, %" PRId64 " in flight, %" PRId64
               " delayed; their age is in CloudWatch (ApproximateAgeOfOldestMessage)",
               waiting, in_flight, delayed);
}

static void look_at_encryption(struct doctor *d, const struct queue_look *queue)
{
    const char *key = text_of(queue, "KmsMasterKeyId"),
               *own = text_of(queue, "SqsManagedSseEnabled");
    if (key && strstr(key, "alias/aws/sqs"))
        doctor_add(d, FINDING_WARNING, "encryption",
                   "EventBridge cannot use AWS's own key: take SqsManagedSseEnabled=true, or a key "
                   "of yours whose policy lets events.amazonaws.com use it",
                   "by KMS with %s", key);
    else if (key)
        doctor_add(d, FINDING_OK, "encryption", NULL,
                   "by KMS with %s; ingest needs kms:Decrypt on it, EventBridge "
                   "kms:GenerateDataKey and kms:Decrypt",
                   key);
    else if (own && strcmp(own, "true") == 0)
        doctor_add(d, FINDING_OK, "encryption", NULL, "by SQS's own keys");
    else
        doctor_add(d, FINDING_WARNING, "encryption",
                   arena_printf(&d->arena,
                                "aws sqs set-queue-attributes --queue-url %s --attributes "
                                "SqsManagedSseEnabled=true",
                                queue->url),
                   "none");
}

static void look_at_times(struct doctor *d, const struct queue_look *queue)
{
    int64_t retention = number_of(queue, "MessageRetentionPeriod");
    bool is_short = retention >= 0 && retention < RETENTION_SHORT_S;
    doctor_add(d, FINDING_OK, "visibility", NULL,
               "%s of the queue; contactwatch asks for %d s with each receive, and extends it",
               doctor_span(d, number_of(queue, "VisibilityTimeout")), OUR_VISIBILITY_S);
    doctor_add(d, is_short ? FINDING_WARNING : FINDING_OK, "queue",
               is_short ? "an outage longer than that loses events: set MessageRetentionPeriod to "
                          "345600 or more"
                        : NULL,
               "keeps messages for %s", doctor_span(d, retention));
}

static void look_at_policy(struct doctor *d, const struct queue_look *queue)
{
    const char *policy = text_of(queue, "Policy");
    if (policy && strstr(policy, "events.amazonaws.com"))
        doctor_add(d, FINDING_OK, "queue policy", NULL, "lets EventBridge send");
    else
        doctor_add(d, FINDING_WARNING, "queue policy",
                   "a rule that has this queue as its target needs sqs:SendMessage for "
                   "events.amazonaws.com, with aws:SourceArn; nothing to do where another sends",
                   "%s", policy ? "does not name EventBridge" : "there is none");
}

static void look_at_dead_letters(struct doctor *d, const struct queue_look *queue, const char *arn)
{
    const char *name = strrchr(arn, ':');
    char *account = arena_strndup(&d->arena, arn, name ? (size_t)(name - arn) : 0);
    char *before = strrchr(account, ':');
    const char *url = name ? url_of(d, name + 1, before ? before + 1 : NULL) : NULL;
    struct queue_look dead = url ? look(d, url) : (struct queue_look){.why = "it has no URL"};
    if (!dead.attributes) {
        doctor_add(d, FINDING_WARNING, "dead letters",
                   "see that it is there; to look at it, doctor needs sqs:GetQueueUrl and "
                   "sqs:GetQueueAttributes on it",
                   "%s: %s", arn, dead.why);
        return;
    }
    int64_t held = number_of(&dead, "ApproximateNumberOfMessages");
    int64_t keeps = number_of(&dead, "MessageRetentionPeriod");
    bool sooner = keeps < number_of(queue, "MessageRetentionPeriod") + RETENTION_SHORT_S;
    const char *todo = NULL;
    if (held > 0)
        todo = "look at them, then send them back: aws sqs start-message-move-task --source-arn "
               "(the dead-letter queue's)";
    else if (sooner)
        todo = "a message's age counts on from its first queue: keep it there for 14 days "
               "(MessageRetentionPeriod=1209600)";
    doctor_add(d, todo ? FINDING_WARNING : FINDING_OK, "dead letters", todo,
               "%" PRId64 " in %s, kept for %s", held, name + 1, doctor_span(d, keeps));
}

static void look_at_redrive(struct doctor *d, const struct queue_look *queue)
{
    const char *policy = text_of(queue, "RedrivePolicy");
    const cJSON *redrive = policy ? json_parse(&d->arena, policy, strlen(policy), NULL) : NULL;
    const char *target = json_text(redrive, "deadLetterTargetArn");
    const cJSON *count = json_get(redrive, "maxReceiveCount");
    int64_t most = cJSON_IsNumber(count)   ? (int64_t)count->valuedouble
                   : cJSON_IsString(count) ? strtoll(count->valuestring, NULL, 10)
                                           : 0;
    if (!target) {
        doctor_add(d, FINDING_WARNING, "redrive",
                   "set a RedrivePolicy with a dead-letter queue and maxReceiveCount 10; without "
                   "one, what cannot be read goes to the quarantine file",
                   "the queue has no dead-letter queue");
        return;
    }
    bool few = most < RECEIVES_FEW;
    doctor_add(d, few ? FINDING_WARNING : FINDING_OK, "redrive",
               few ? "a restart or two would take good messages away: set maxReceiveCount to 10"
                   : NULL,
               "after %" PRId64 " receives to %s", most, target);
    look_at_dead_letters(d, queue, target);
}

static void missing(struct doctor *d, const struct queue_look *queue, const char *name)
{
    bool absent = queue->code && (strstr(queue->code, "QueueDoesNotExist") ||
                                  strstr(queue->code, "NonExistentQueue"));
    doctor_add(d, FINDING_FAILED, "queue",
               absent ? "make the queue (the CloudFormation template does), or correct --source, "
                        "--region or the account"
                      : "allow sqs:GetQueueAttributes on it, or see what the message says",
               "%s: %s", name, queue->why);
}

void doctor_queue(struct doctor *d)
{
    const char *name = d->options->source + strlen("sqs:");
    if (d->offline)
        return;
    const char *url = sqs_is_url(name) ? name : url_of(d, name, NULL);
    struct queue_look queue = url ? look(d, url)
                                  : (struct queue_look){.why = "there is no queue of this name",
                                                        .code = "QueueDoesNotExist"};
    d->queue_url = url;
    d->queue_there = queue.attributes != NULL;
    if (!d->queue_there) {
        missing(d, &queue, name);
        return;
    }
    const char *arn = text_of(&queue, "QueueArn");
    doctor_add(d, FINDING_OK, "queue", NULL, "%s, %s", arn ? arn : url,
               sqs_is_fifo(url) ? "FIFO" : "standard");
    look_at_backlog(d, &queue);
    look_at_times(d, &queue);
    look_at_encryption(d, &queue);
    look_at_policy(d, &queue);
    look_at_redrive(d, &queue);
}
