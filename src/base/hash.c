#define XXH_INLINE_ALL
#include <xxhash.h>

#include "contactwatch/hash.h"

static struct hash128 from_xxh(XXH128_hash_t value)
{
    XXH128_canonical_t canonical; /* big-endian: the same bytes on every machine */
    XXH128_canonicalFromHash(&canonical, value);
    struct hash128 out;
    memcpy(out.byte, canonical.digest, sizeof(out.byte));
    return out;
}

struct hash128 hash_bytes(const void *data, size_t length)
{
    return from_xxh(XXH3_128bits(data, length));
}

struct hash128 hash_parts(const struct hash_part *parts, size_t count)
{
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    for (size_t i = 0; i < count; i++) {
        uint8_t prefix[8];
        for (int b = 0; b < 8; b++)
            prefix[b] = (uint8_t)((uint64_t)parts[i].length >> (8 * b));
        XXH3_128bits_update(&state, prefix, sizeof(prefix));
        XXH3_128bits_update(&state, parts[i].data, parts[i].length);
    }
    return from_xxh(XXH3_128bits_digest(&state));
}

void hash_hex(const struct hash128 *hash, char out[HASH_HEX])
{
    static const char digit[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof(hash->byte); i++) {
        out[2 * i] = digit[hash->byte[i] >> 4];
        out[2 * i + 1] = digit[hash->byte[i] & 15];
    }
    out[HASH_HEX - 1] = '\0';
}

uint64_t hash_text(const char *text)
{
    return XXH3_64bits(text, strlen(text));
}
