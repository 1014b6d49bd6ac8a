/* A ring under one mutex; the eventfd's count is kept at 1 while anything is inside. */
#include "contactwatch/queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "contactwatch/mem.h"
#include "contactwatch/thread.h"

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t not_empty, not_full;
    void **ring;
    size_t capacity, head, count;
    bool closed;
    int fd;
};

struct queue *queue_new(size_t capacity)
{
    struct queue *queue = mem_zero(sizeof(*queue));
    pthread_mutex_init(&queue->lock, NULL);
    thread_cond_init(&queue->not_empty);
    thread_cond_init(&queue->not_full);
    queue->ring = mem_alloc(capacity * sizeof(void *));
    queue->capacity = capacity;
    queue->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return queue;
}

static void raise_fd(struct queue *queue)
{
    uint64_t one = 1;
    if (write(queue->fd, &one, sizeof(one)) < 0)
        return; /* EAGAIN: it is readable already */
}

static void lower_fd(struct queue *queue)
{
    uint64_t count;
    if (read(queue->fd, &count, sizeof(count)) < 0)
        return; /* EAGAIN: it was not readable */
}

static void put_locked(struct queue *queue, void *item)
{
    queue->ring[(queue->head + queue->count) % queue->capacity] = item;
    if (queue->count++ == 0) {
        raise_fd(queue);
        pthread_cond_broadcast(&queue->not_empty);
    }
}

static void *take_locked(struct queue *queue)
{
    if (!queue->count)
        return NULL;
    void *item = queue->ring[queue->head];
    queue->head = (queue->head + 1) % queue->capacity;
    if (queue->count-- == queue->capacity)
        pthread_cond_broadcast(&queue->not_full);
    if (queue->count == 0 && !queue->closed)
        lower_fd(queue);
    return item;
}

bool queue_push(struct queue *queue, void *item)
{
    pthread_mutex_lock(&queue->lock);
    while (!queue->closed && queue->count == queue->capacity)
        pthread_cond_wait(&queue->not_full, &queue->lock);
    bool open = !queue->closed;
    if (open)
        put_locked(queue, item);
    pthread_mutex_unlock(&queue->lock);
    return open;
}

bool queue_try_push(struct queue *queue, void *item)
{
    pthread_mutex_lock(&queue->lock);
    bool room = !queue->closed && queue->count < queue->capacity;
    if (room)
        put_locked(queue, item);
    pthread_mutex_unlock(&queue->lock);
    return room;
}

void *queue_pop(struct queue *queue, int timeout_ms)
{
    struct timespec deadline = thread_deadline(timeout_ms);
    pthread_mutex_lock(&queue->lock);
    while (!queue->count && !queue->closed) {
        if (timeout_ms < 0)
            pthread_cond_wait(&queue->not_empty, &queue->lock);
        else if (pthread_cond_timedwait(&queue->not_empty, &queue->lock, &deadline) == ETIMEDOUT)
            break;
    }
    void *item = take_locked(queue);
    pthread_mutex_unlock(&queue->lock);
    return item;
}

size_t queue_pop_many(struct queue *queue, void **items, size_t max)
{
    size_t n = 0;
    pthread_mutex_lock(&queue->lock);
    while (n < max && queue->count)
        items[n++] = take_locked(queue);
    pthread_mutex_unlock(&queue->lock);
    return n;
}

void queue_close(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    raise_fd(queue);
    pthread_cond_broadcast(&queue->not_empty);
    pthread_cond_broadcast(&queue->not_full);
    pthread_mutex_unlock(&queue->lock);
}

bool queue_closed(const struct queue *queue)
{
    struct queue *q = (struct queue *)queue;
    pthread_mutex_lock(&q->lock);
    bool closed = q->closed;
    pthread_mutex_unlock(&q->lock);
    return closed;
}

size_t queue_count(const struct queue *queue)
{
    struct queue *q = (struct queue *)queue;
    pthread_mutex_lock(&q->lock);
    size_t count = q->count;
    pthread_mutex_unlock(&q->lock);
    return count;
}

int queue_fd(const struct queue *queue)
{
    return queue->fd;
}

void queue_free(struct queue *queue, void (*release)(void *))
{
    if (!queue)
        return;
    void *item;
    while (release && (item = take_locked(queue)))
        release(item);
    close(queue->fd);
    pthread_mutex_destroy(&queue->lock);
    pthread_cond_destroy(&queue->not_empty);
    pthread_cond_destroy(&queue->not_full);
    free(queue->ring);
    free(queue);
}
