/* Keys of the feed: "<ms>#<writer>#<seq>". */
#include <stdio.h>
#include <string.h>

#include "store/dynamodb_feed_internal.h"

enum { MS_DIGITS = 13, SEQ_DIGITS = 10 };

void feed_key_write(char out[FEED_KEY_MAX], int64_t ms, const char *writer, uint64_t seq)
{
    snprintf(out, FEED_KEY_MAX, "%0*lld#%s#%0*llu", MS_DIGITS, (long long)(ms > 0 ? ms : 0), writer,
             SEQ_DIGITS, (unsigned long long)seq);
}

static bool digits(const char *text, size_t length, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *out = *out * 10 + (uint64_t)(text[i] - '0');
    }
    return length > 0 && length < 19;
}

bool feed_key_read(struct feed_key *key, const char *written)
{
    const char *first = strchr(written, '#'), *last = strrchr(written, '#');
    uint64_t ms;
    if (!first || last == first || !digits(written, (size_t)(first - written), &ms) ||
        !digits(last + 1, strlen(last + 1), &key->seq))
        return false;
    size_t length = (size_t)(last - first - 1);
    if (length == 0 || length >= sizeof(key->writer))
        return false;
    memcpy(key->writer, first + 1, length);
    key->writer[length] = '\0';
    key->ms = (int64_t)ms;
    return true;
}

unsigned feed_shard_of(const char *writer)
{
    return hash_bytes(writer, strlen(writer)).byte[0] % DDB_FEED_SHARDS;
}
