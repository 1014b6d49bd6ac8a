/* HMAC is written out over the digest: OpenSSL's own looks its algorithm up again for every use,
 * which costs more than the hashing. */
#include "aws/sha256.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/sigv4.h"

enum { BLOCK = 64 };

static const EVP_MD *the_digest;

static void find_digest(void)
{
    the_digest = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (!the_digest)
        the_digest = EVP_sha256();
}

static EVP_MD_CTX *begin(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find_digest);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!context || EVP_DigestInit_ex2(context, the_digest, NULL) != 1) {
        fputs("contactwatch: SHA-256 is not available\n", stderr);
        abort();
    }
    return context;
}

void sha256_parts(const struct sha256_part *part, size_t count, unsigned char out[SHA256_SIZE])
{
    EVP_MD_CTX *context = begin();
    for (size_t i = 0; i < count; i++)
        EVP_DigestUpdate(context, part[i].data, part[i].length);
    EVP_DigestFinal_ex(context, out, NULL);
    EVP_MD_CTX_free(context);
}

void sha256_hmac(const void *key, size_t key_length, const void *data, size_t length,
                 unsigned char out[SHA256_SIZE])
{
    unsigned char inner[BLOCK] = {0}, outer[BLOCK], hash[SHA256_SIZE];
    if (key_length > BLOCK)
        sha256_parts(&(struct sha256_part){key, key_length}, 1, inner);
    else if (key_length)
        memcpy(inner, key, key_length);
    for (size_t i = 0; i < BLOCK; i++) {
        outer[i] = inner[i] ^ 0x5c;
        inner[i] ^= 0x36;
    }
    sha256_parts((struct sha256_part[]){{inner, BLOCK}, {data, length}}, 2, hash);
    sha256_parts((struct sha256_part[]){{outer, BLOCK}, {hash, SHA256_SIZE}}, 2, out);
    OPENSSL_cleanse(inner, sizeof(inner));
    OPENSSL_cleanse(outer, sizeof(outer));
}

void sha256_print(const unsigned char hash[SHA256_SIZE], char out[SHA256_HEX])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < SHA256_SIZE; i++) {
        out[2 * i] = digits[hash[i] >> 4];
        out[2 * i + 1] = digits[hash[i] & 15];
    }
    out[SHA256_HEX - 1] = '\0';
}

void sha256_hex(const void *data, size_t length, char out[65])
{
    unsigned char hash[SHA256_SIZE];
    sha256_parts(&(struct sha256_part){data, length}, 1, hash);
    sha256_print(hash, out);
}
