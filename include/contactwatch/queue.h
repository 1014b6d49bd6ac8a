/*
 * A bounded queue of pointers between threads, with an eventfd that is readable while the queue is
 * not empty. Any number of producers and consumers. Push waits while full (back-pressure), pop
 * while empty.
 */
#ifndef CONTACTWATCH_QUEUE_H
#define CONTACTWATCH_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct queue;
struct queue *queue_new(size_t capacity);
/* false once closed: the item stays the caller's */
bool queue_push(struct queue *queue, void *item);
bool queue_try_push(struct queue *queue, void *item); /* false when full or closed */
/* -1 = wait; NULL on time-out, or closed and empty */
void *queue_pop(struct queue *queue, int timeout_ms);
size_t queue_pop_many(struct queue *queue, void **items, size_t max); /* at once, without waiting */
/* wakes everyone; items left can still be popped */
void queue_close(struct queue *queue);
bool queue_closed(const struct queue *queue);
size_t queue_count(const struct queue *queue);
int queue_fd(const struct queue *queue); /* for poll() */
void queue_free(struct queue *queue, void (*release)(void *));

#endif
