#include "contactwatch/sigv4.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "aws/secret.h"
#include "aws/sha256.h"
#include "aws/sigv4_internal.h"

void sigv4_date(int64_t ms, char out[SIGV4_DATE])
{
    struct tm tm = instant_split(ms, true);
    if (tm.tm_year < -1900 || tm.tm_year > 9999 - 1900)
        tm = (struct tm){.tm_year = 70, .tm_mday = 1};
    strftime(out, SIGV4_DATE, "%Y%m%dT%H%M%SZ", &tm);
}

void sigv4_string_to_sign(struct buf *out, const struct sigv4_request *request,
                          const char *canonical_request)
{
    char date[SIGV4_DATE], hash[SHA256_HEX];
    sigv4_date(request->time, date);
    sha256_hex(canonical_request, strlen(canonical_request), hash);
    buf_printf(out, "AWS4-HMAC-SHA256\n%s\n%.8s/%s/%s/aws4_request\n%s", date, date,
               request->region, request->service, hash);
}

/* What the derived key depends on, as one hash: the cache keeps no secret to compare with. */
static void key_identity(const struct sigv4_request *request, const char *date,
                         unsigned char out[SHA256_SIZE])
{
    struct sha256_part parts[] = {
        {request->secret_key, strlen(request->secret_key) + 1},
        {date, 8},
        {request->region, strlen(request->region) + 1},
        {request->service, strlen(request->service)},
    };
    sha256_parts(parts, ARRAY_SIZE(parts), out);
}

static void derive_key(const struct sigv4_request *request, const char *date,
                       unsigned char key[SIGV4_KEY])
{
    struct buf secret = {0};
    buf_reserve(&secret, strlen(request->secret_key) + 5); /* no copy is left behind by growing */
    buf_text(&secret, "AWS4");
    buf_text(&secret, request->secret_key);
    sha256_hmac(secret.data, secret.length, date, 8, key);
    OPENSSL_cleanse(secret.data, secret.capacity);
    buf_free(&secret);
    sha256_hmac(key, SIGV4_KEY, request->region, strlen(request->region), key);
    sha256_hmac(key, SIGV4_KEY, request->service, strlen(request->service), key);
    sha256_hmac(key, SIGV4_KEY, "aws4_request", 12, key);
}

static void refresh_key(const struct sigv4_request *request, const char *date,
                        struct sigv4_key *cache)
{
    unsigned char identity[SIGV4_KEY];
    key_identity(request, date, identity);
    if (cache->set && CRYPTO_memcmp(identity, cache->identity, sizeof(identity)) == 0)
        return;
    derive_key(request, date, cache->key);
    memcpy(cache->identity, identity, sizeof(identity));
    cache->set = true;
}

void sigv4_authorization(struct buf *out, const struct sigv4_request *request,
                         struct sigv4_key *cache)
{
    struct sigv4_key own = {0};
    struct sigv4_key *key = cache ? cache : &own;
    char date[SIGV4_DATE], signature[SHA256_HEX];
    unsigned char hash[SHA256_SIZE];
    struct buf canonical = {0}, to_sign = {0};
    sigv4_date(request->time, date);
    refresh_key(request, date, key);
    sigv4_canonical_request(&canonical, request);
    sigv4_string_to_sign(&to_sign, request, buf_str(&canonical));
    sha256_hmac(key->key, SIGV4_KEY, to_sign.data, to_sign.length, hash);
    sha256_print(hash, signature);
    buf_printf(out, "AWS4-HMAC-SHA256 Credential=%s/%.8s/%s/%s/aws4_request, SignedHeaders=",
               request->access_key, date, request->region, request->service);
    const struct http_header **sorted = sigv4_sorted_headers(request);
    sigv4_signed_names(out, sorted);
    free(sorted);
    buf_printf(out, ", Signature=%s", signature);
    buf_wipe(&canonical); /* the session token is in it */
    buf_free(&to_sign);
    sigv4_wipe(&own);
}

void sigv4_wipe(struct sigv4_key *cache)
{
    OPENSSL_cleanse(cache, sizeof(*cache));
    cache->set = false;
}
