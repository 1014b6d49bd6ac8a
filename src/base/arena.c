/* Blocks double in size up to a cap; after a reset the largest is kept, so a steady loop allocates
 * nothing. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/mem.h"

enum { BLOCK_FIRST = 8 << 10, BLOCK_LARGEST = 1 << 20, ALIGNMENT = 16 };

struct arena_block {
    struct arena_block *older;
    size_t size;
    _Alignas(16) unsigned char data[];
};

static void *new_block(struct arena *arena, size_t size)
{
    size_t room = arena->block ? arena->block->size * 2 : BLOCK_FIRST;
    if (room > BLOCK_LARGEST)
        room = BLOCK_LARGEST;
    if (room < size)
        room = size;
    struct arena_block *block = mem_alloc(sizeof(*block) + room);
    block->older = arena->block;
    block->size = room;
    arena->block = block;
    arena->used = size;
    return block->data;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    arena->total += size;
    if (!arena->block || arena->block->size - arena->used < size)
        return new_block(arena, size);
    void *memory = arena->block->data + arena->used;
    arena->used += size;
    return memory;
}

void *arena_zero(struct arena *arena, size_t size)
{
    return memset(arena_alloc(arena, size), 0, size);
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    size_t size = length > 0 ? (size_t)length + 1 : 1;
    char *text = arena_alloc(arena, size);
    text[0] = '\0';
    vsnprintf(text, size, format, again);
    va_end(again);
    return text;
}

static void free_older(struct arena_block *block)
{
    while (block) {
        struct arena_block *older = block->older;
        free(block);
        block = older;
    }
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){arena->block, arena->used, arena->total};
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    while (arena->block != mark.block) {
        struct arena_block *older = arena->block->older;
        free(arena->block);
        arena->block = older;
    }
    arena->used = mark.used;
    arena->total = mark.total;
}

void arena_reset(struct arena *arena)
{
    if (arena->block) {
        free_older(arena->block->older);
        arena->block->older = NULL;
        /* An outsized block served one outsized record: do not hold on to it. */
        if (arena->block->size > BLOCK_LARGEST) {
            free(arena->block);
            arena->block = NULL;
        }
    }
    arena->used = 0;
    arena->total = 0;
}

void arena_wipe(struct arena *arena)
{
    for (struct arena_block *block = arena->block; block; block = block->older)
        explicit_bzero(block->data, block->size);
    arena_free(arena);
}

void arena_free(struct arena *arena)
{
    free_older(arena->block);
    *arena = (struct arena){0};
}
