/* Finding a queue by its URL or name, before anything else is asked of it. */
#include "source/sqs_queue.h"

#include <poll.h>
#include <string.h>

#include "source/sqs_internal.h"

enum { ROUNDS = 3, PAUSE_MS = 1000 }; /* of an introduction; the second pause is twice the first */

static bool run(struct aws_client *client, struct aws_session *session, const char *queue,
                struct aws_call *call, struct err *err)
{
    if (aws_run(client, call, err))
        return true;
    if (strstr(call->code, "QueueDoesNotExist") || strstr(call->code, "NonExistentQueue"))
        return err_set(err,
                       "there is no queue %s in %s: check its name or URL, the region (--region) "
                       "and the account",
                       queue, aws_session_region(session));
    if (call->fault == AWS_DENIED)
        return err_wrap(err, "queue %s", queue);
    return err_wrap(err, "queue %s cannot be asked", queue);
}

bool sqs_find_queue(struct aws_client *client, struct aws_session *session, const char *queue,
                    char url[SQS_URL_MAX], struct err *err)
{
    if (!*queue || strlen(queue) >= SQS_URL_MAX)
        return err_set(err, "sqs: wants a queue's URL or name behind it");
    memcpy(url, queue, strlen(queue) + 1);
    if (sqs_is_url(queue))
        return true;
    struct arena arena = {0};
    struct aws_call call = {.operation = "GetQueueUrl"};
    sqs_url_request(&call.body, queue);
    bool fine =
        run(client, session, queue, &call, err) &&
        sqs_url_answer(&arena, call.response.data, call.response.length, url, SQS_URL_MAX, err);
    aws_call_free(&call);
    arena_free(&arena);
    return fine;
}

static bool queue_attributes(struct aws_client *client, struct aws_session *session,
                             const char *url, struct sqs_attributes *attributes,
                             enum aws_fault *fault, struct err *err)
{
    struct arena arena = {0};
    struct aws_call call = {.operation = "GetQueueAttributes"};
    sqs_attributes_request(&call.body, url);
    bool fine =
        run(client, session, url, &call, err) &&
        sqs_attributes_answer(&arena, call.response.data, call.response.length, attributes, err);
    *fault = call.fault;
    aws_call_free(&call);
    arena_free(&arena);
    return fine;
}

/* An ingester that is started anew amid an outage of a moment goes on behind it. */
static bool ask_patiently(struct sqs_source *s, struct sqs_attributes *attributes, struct err *err)
{
    enum aws_fault fault;
    for (int round = 1; !queue_attributes(s->client, s->session, s->url, attributes, &fault, err);
         round++) {
        if (round == ROUNDS || (fault != AWS_TRANSIENT && fault != AWS_THROTTLED))
            return false;
        poll(NULL, 0, round * PAUSE_MS);
    }
    return true;
}

bool sqs_introduce(struct sqs_source *s, const char *queue, struct err *err)
{
    struct sqs_attributes attributes;
    if (!sqs_find_queue(s->client, s->session, queue, s->url, err) ||
        !ask_patiently(s, &attributes, err))
        return false;
    atomic_store(&s->counts.redrive, attributes.redrive);
    atomic_store(&s->counts.backlog, attributes.visible);
    s->looking.last = sqs_now(s);
    return true;
}
