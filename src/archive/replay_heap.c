#include <stdlib.h>
#include <string.h>

#include "archive/replay_internal.h"
#include "contactwatch/json.h"

static bool before(const struct waiting *a, const struct waiting *b)
{
    return a->time != b->time ? a->time < b->time : a->number < b->number;
}

static size_t bytes_of(const struct waiting *waiting)
{
    return sizeof(*waiting) + waiting->body.capacity + (waiting->name ? strlen(waiting->name) : 0);
}

static void swap(struct waiting *a, struct waiting *b)
{
    struct waiting kept = *a;
    *a = *b;
    *b = kept;
}

void waiting_put(struct waiting_heap *heap, struct waiting waiting)
{
    mem_grow(heap->item, heap->count, heap->capacity);
    waiting.number = heap->put++;
    heap->bytes += bytes_of(&waiting);
    size_t at = heap->count++;
    heap->item[at] = waiting;
    for (; at && before(&heap->item[at], &heap->item[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&heap->item[at], &heap->item[(at - 1) / 2]);
}

struct waiting waiting_take(struct waiting_heap *heap)
{
    struct waiting first = heap->item[0];
    heap->item[0] = heap->item[--heap->count];
    for (size_t at = 0;;) {
        size_t least = at, left = 2 * at + 1;
        for (size_t child = left; child < left + 2 && child < heap->count; child++)
            if (before(&heap->item[child], &heap->item[least]))
                least = child;
        if (least == at)
            break;
        swap(&heap->item[at], &heap->item[least]);
        at = least;
    }
    heap->bytes -= bytes_of(&first);
    return first;
}

void waiting_free(struct waiting *waiting)
{
    free(waiting->name);
    buf_free(&waiting->body);
}

void waiting_clear(struct waiting_heap *heap)
{
    for (size_t i = 0; i < heap->count; i++)
        waiting_free(&heap->item[i]);
    free(heap->item);
    *heap = (struct waiting_heap){0};
}

void replay_message(struct buf *out, const char *contact_id, const struct entry *entry)
{
    buf_reserve(out, entry->length + 160);
    buf_text(out, "{\"Connect_ContactId\":");
    json_quote(out, contact_id);
    buf_text(out, ",\"History\":[");
    entry_write_json(out, entry);
    buf_text(out, "]}");
}
