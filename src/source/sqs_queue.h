/* A queue by its URL or name; blocking, on a client with nothing else under way. */
#ifndef SOURCE_SQS_QUEUE_H
#define SOURCE_SQS_QUEUE_H

#include "contactwatch/aws.h"
#include "contactwatch/sqs.h"

/* A URL is taken as it is, a name is asked for. err says what to do. */
bool sqs_find_queue(struct aws_client *client, struct aws_session *session, const char *queue,
                    char url[SQS_URL_MAX], struct err *err);

#endif
