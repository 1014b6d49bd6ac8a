/* Hashes. hash128 identifies history entries, is stored, and so must never change (XXH3, 128 bits).
 */
#ifndef CONTACTWATCH_HASH_H
#define CONTACTWATCH_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct hash128 {
    uint8_t byte[16];
};

struct hash128 hash_bytes(const void *data, size_t length);

/* Hash of a sequence of parts; each part is length-prefixed, so ("ab","c") differs from ("a","bc").
 */
struct hash_part {
    const void *data;
    size_t length;
};
struct hash128 hash_parts(const struct hash_part *parts, size_t count);

uint64_t hash_text(const char *text); /* for tables in memory only */

enum { HASH_HEX = 33 };
void hash_hex(const struct hash128 *hash, char out[HASH_HEX]);

static inline int hash_compare(const struct hash128 *a, const struct hash128 *b)
{
    return memcmp(a->byte, b->byte, sizeof(a->byte));
}

#endif
