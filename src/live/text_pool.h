/*
 * Interned texts that are counted: equal texts are one pointer, gone with their last user, so that
 * memory is flat while contacts come and go. The text of a contact id also carries the way to its
 * row and its chain.
 */
#ifndef LIVE_TEXT_POOL_H
#define LIVE_TEXT_POOL_H

#include <stddef.h>
#include <stdint.h>

#define NO_ROW UINT32_MAX

struct text {
    uint32_t refs, hash;
    uint32_t row;         /* of the contact with this id; NO_ROW */
    uint32_t chain;       /* first row whose chain root this is; NO_ROW */
    uint32_t members;     /* rows of that chain */
    uint32_t successors;  /* rows whose previousContactId this is */
    int64_t chain_newest; /* newest event of the chain */
    char bytes[];
};

struct text_pool {
    struct text **slot;
    size_t capacity, count;
    size_t bytes; /* of the texts, headers included */
};

static inline struct text *text_of(const char *bytes)
{
    return (struct text *)(void *)((char *)bytes - offsetof(struct text, bytes));
}

const char *pool_take(struct text_pool *pool, const char *text); /* NULL stays NULL */
void pool_drop(struct text_pool *pool, const char *text);        /* a pooled text or NULL */
struct text *pool_find(const struct text_pool *pool, const char *text);
/* Makes *place hold text, dropping what it held. Returns whether it changed. */
int pool_set(struct text_pool *pool, const char **place, const char *text);
void pool_free(struct text_pool *pool);

#endif
