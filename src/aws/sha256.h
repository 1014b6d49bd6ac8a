/* SHA-256 and HMAC-SHA-256 over OpenSSL's EVP. Thread-safe. */
#ifndef AWS_SHA256_H
#define AWS_SHA256_H

#include <stddef.h>

enum { SHA256_SIZE = 32, SHA256_HEX = 65 /* and a NUL */ };

struct sha256_part {
    const void *data;
    size_t length;
};
void sha256_parts(const struct sha256_part *part, size_t count, unsigned char out[SHA256_SIZE]);
void sha256_hmac(const void *key, size_t key_length, const void *data, size_t length,
                 unsigned char out[SHA256_SIZE]);
void sha256_print(const unsigned char hash[SHA256_SIZE], char out[SHA256_HEX]);

#endif
