/* Memory: allocation that aborts on exhaustion, a growing buffer with a cap, a bump arena. */
#ifndef CONTACTWATCH_MEM_H
#define CONTACTWATCH_MEM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* These abort the program with a message when memory is exhausted. */
void *mem_alloc(size_t size);
void *mem_zero(size_t size);
void *mem_realloc(void *old, size_t size);
char *mem_strdup(const char *text); /* NULL stays NULL */
char *mem_strndup(const char *text, size_t length);

/* Ensures room for one more element in a heap array: array, used count, capacity. */
#define mem_grow(array, used, capacity)                                                            \
    do {                                                                                           \
        if ((used) >= (capacity)) {                                                                \
            (capacity) = (capacity) ? (capacity)*2 : 16;                                           \
            (array) = mem_realloc((array), (size_t)(capacity) * sizeof(*(array)));                 \
        }                                                                                          \
    } while (0)

/*
 * A growing byte buffer; its content is always followed by a NUL that does not count.
 * Zero-initialise, or set max. Beyond max (0 = no cap) further text is dropped and `full` rises.
 */
struct buf {
    char *data;
    size_t length;
    size_t capacity;
    size_t max;
    bool full;
};

void buf_free(struct buf *buf);  /* releases and empties; max stays */
void buf_clear(struct buf *buf); /* empties, keeps the memory */
bool buf_reserve(struct buf *buf, size_t extra);
void buf_add(struct buf *buf, const void *data, size_t length);
void buf_text(struct buf *buf, const char *text);
void buf_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *format, va_list args);
void buf_pad(struct buf *buf, char c, size_t count);
char *buf_take(struct buf *buf);            /* hands the NUL-terminated memory to the caller */
const char *buf_str(const struct buf *buf); /* "" when nothing was ever added */

/*
 * A bump arena: many small objects released at once. Not thread-safe; one owner.
 * arena_reset keeps the largest block for reuse, so a loop settles without calling malloc.
 */
struct arena_block;
struct arena {
    struct arena_block *block;
    size_t used;  /* in the current block */
    size_t total; /* handed out since the last reset, bytes */
};

void *arena_alloc(struct arena *arena, size_t size); /* 16-byte aligned, not zeroed */
void *arena_zero(struct arena *arena, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void arena_reset(struct arena *arena);

/* Takes back all that was allocated since the mark, as if it had not been. */
struct arena_mark {
    struct arena_block *block;
    size_t used, total;
};
struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

void arena_free(struct arena *arena);
void arena_wipe(struct arena *arena); /* frees it with all it held zeroed first */

#endif
