/*
 * Sends messages to a queue, ten at a time, many batches at once; what the queue could not take is
 * sent again. One thread.
 */
#ifndef CONTACTWATCH_SQS_SENDER_H
#define CONTACTWATCH_SQS_SENDER_H

#include "contactwatch/aws.h"

struct sqs_sender;
/* queue: URL or name; the session outlives the sender. */
struct sqs_sender *sqs_sender_open(struct aws_session *session, const char *queue, struct err *err);
/* Until then (monotonic_ns) what is not taken is tried again, and at that time it is given up. 0,
 * as at first: a batch of which nothing is taken is given up after some attempts. */
void sqs_sender_until(struct sqs_sender *sender, int64_t until_ns);
/* Copies the body. False when something cannot be sent, this one or one before: nothing more will
 * be. */
bool sqs_sender_add(struct sqs_sender *sender, const char *body, size_t length, struct err *err);
/* Waits until everything is sent. */
bool sqs_sender_finish(struct sqs_sender *sender, struct err *err);
uint64_t sqs_sender_sent(const struct sqs_sender *sender); /* messages the queue has taken */
void sqs_sender_close(struct sqs_sender *sender); /* what is not sent by then is not sent */

#endif
