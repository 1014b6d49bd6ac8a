/* The verifier's inside: keys, their derived keys, and what makes signatures. */
#ifndef TESTS_FAKE_VERIFY_H
#define TESTS_FAKE_VERIFY_H

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "fakes/fake_internal.h"

struct fake_known {
    struct fake_key key;
    char date[16], region[40], service[40]; /* what `derived` is for; "" = nothing yet */
    unsigned char derived[32];
};
struct fake_verifier {
    struct map keys; /* access key -> struct fake_known */
    EVP_MD *sha256;
    EVP_MD_CTX *digest;
    struct buf canonical; /* reused */
    char date[20];        /* the last one read, most come again */
    int64_t when;         /* the same, ms */
};

/* The canonical request over the headers named in signed_headers ("a;b"); false when one is not
 * there. */
bool fake_canonical(struct buf *out, const struct fake_request *request, const char *signed_headers,
                    const char *body_hash);

#endif
