/* Messages in hand: the table by id, the heap by time, the outboxes of duties. Engine's thread. */
#include <stdlib.h>
#include <string.h>

#include "source/sqs_internal.h"

struct held *held_find(const struct sqs_source *s, const char *id)
{
    return map_get(&s->table, id);
}

struct held *held_add(struct sqs_source *s, const struct sqs_message *message, int64_t now)
{
    struct held *h = mem_zero(sizeof(*h));
    h->id = mem_strdup(message->id);
    h->receipt = mem_strdup(message->receipt);
    h->length = message->length;
    if (h->length > SQS_BODY_MAX) {
        h->refused = "longer than 1 MiB";
        h->length = SQS_BODY_MAX;
    }
    h->body = mem_strndup(message->body, h->length);
    h->sent = message->sent;
    h->receives = message->receives;
    h->number = ++s->number;
    h->received = h->since = now;
    h->older = s->newest;
    *(s->newest ? &s->newest->newer : &s->oldest) = h;
    s->newest = h;
    map_set(&s->table, h->id, h);
    atomic_store_explicit(&s->counts.held, (int64_t)s->table.count, memory_order_relaxed);
    return h;
}

void held_loosen(struct sqs_source *s, struct held *h)
{
    if (h->loose)
        return;
    h->loose = true;
    map_remove(&s->table, h->id);
    *(h->older ? &h->older->newer : &s->oldest) = h->newer;
    *(h->newer ? &h->newer->older : &s->newest) = h->older;
    atomic_store_explicit(&s->counts.held, (int64_t)s->table.count, memory_order_relaxed);
}

void held_free(struct sqs_source *s, struct held *h)
{
    held_lift(s, h);
    held_loosen(s, h);
    free(h->id);
    free(h->receipt);
    free(h->body);
    free(h);
}

void held_rename(struct held *h, const char *receipt)
{
    free(h->receipt);
    h->receipt = mem_strdup(receipt);
}

static void place(struct sqs_source *s, size_t at, struct held *h)
{
    s->heap[at] = h;
    h->at = at;
}

static void rise(struct sqs_source *s, size_t at, struct held *h)
{
    while (at && s->heap[(at - 1) / 2]->due > h->due) {
        place(s, at, s->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    place(s, at, h);
}

static void sink(struct sqs_source *s, size_t at, struct held *h)
{
    for (size_t child; (child = 2 * at + 1) < s->heap_count; at = child) {
        if (child + 1 < s->heap_count && s->heap[child + 1]->due < s->heap[child]->due)
            child++;
        if (s->heap[child]->due >= h->due)
            break;
        place(s, at, s->heap[child]);
    }
    place(s, at, h);
}

static void leave_heap(struct sqs_source *s, struct held *h)
{
    size_t at = h->at;
    struct held *last = s->heap[--s->heap_count];
    if (last == h)
        return;
    if (at && s->heap[(at - 1) / 2]->due > last->due)
        rise(s, at, last);
    else
        sink(s, at, last);
}

static void leave_outbox(struct sqs_source *s, struct held *h)
{
    struct held_list *list = &s->outbox[h->duty];
    *(h->previous ? &h->previous->next : &list->first) = h->next;
    *(h->next ? &h->next->previous : &list->last) = h->previous;
    h->previous = h->next = NULL;
    list->count--;
}

void held_lift(struct sqs_source *s, struct held *h)
{
    if (h->place == PLACE_HEAP)
        leave_heap(s, h);
    else if (h->place == PLACE_OUTBOX)
        leave_outbox(s, h);
    h->place = PLACE_NONE;
}

void held_wait(struct sqs_source *s, struct held *h, int64_t due)
{
    held_lift(s, h);
    mem_grow(s->heap, s->heap_count, s->heap_capacity);
    h->due = due;
    h->place = PLACE_HEAP;
    rise(s, s->heap_count++, h);
}

void held_enqueue(struct sqs_source *s, struct held *h, int64_t now)
{
    struct held_list *list = &s->outbox[h->duty];
    held_lift(s, h);
    h->due = now;
    h->place = PLACE_OUTBOX;
    h->previous = list->last;
    h->next = NULL;
    *(list->last ? &list->last->next : &list->first) = h;
    list->last = h;
    list->count++;
}

struct held *held_due(struct sqs_source *s, int64_t before)
{
    if (!s->heap_count || s->heap[0]->due > before)
        return NULL;
    struct held *h = s->heap[0];
    held_lift(s, h);
    return h;
}

struct held *held_take(struct sqs_source *s, enum duty duty)
{
    struct held *h = s->outbox[duty].first;
    if (h)
        held_lift(s, h);
    return h;
}
