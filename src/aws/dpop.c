#include "aws/dpop.h"

#include <inttypes.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#include "contactwatch/json.h"

enum { COORDINATE = 32, SIGNATURE = 2 * COORDINATE };

static void add_base64url(struct buf *out, const unsigned char *data, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint32_t bits = 0;
    int held = 0;
    for (size_t i = 0; i < length; i++) {
        bits = bits << 8 | data[i];
        for (held += 8; held >= 6; held -= 6)
            buf_char(out, digits[bits >> (held - 6) & 63]);
    }
    if (held)
        buf_char(out, digits[bits << (6 - held) & 63]);
}

static bool add_coordinate(struct buf *out, const EVP_PKEY *key, const char *name)
{
    BIGNUM *number = NULL;
    unsigned char bytes[COORDINATE];
    bool fine = EVP_PKEY_get_bn_param(key, name, &number) == 1 &&
                BN_bn2binpad(number, bytes, COORDINATE) == COORDINATE;
    if (fine)
        add_base64url(out, bytes, COORDINATE);
    BN_free(number);
    return fine;
}

static bool is_p256(const EVP_PKEY *key)
{
    char group[64] = "";
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
           EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
           strcmp(group, "prime256v1") == 0;
}

/* ECDSA in DER to the two numbers side by side. */
static bool unpack(const unsigned char *der, size_t length, unsigned char out[SIGNATURE])
{
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)length);
    bool fine = pair && BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, COORDINATE) == COORDINATE &&
                BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + COORDINATE, COORDINATE) == COORDINATE;
    ECDSA_SIG_free(pair);
    return fine;
}

static bool sign(EVP_PKEY *key, const struct buf *text, unsigned char out[SIGNATURE])
{
    unsigned char der[128];
    size_t length = sizeof(der);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool fine = context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestSign(context, der, &length, (const unsigned char *)text->data,
                               text->length) == 1 &&
                unpack(der, length, out);
    EVP_MD_CTX_free(context);
    return fine;
}

static bool add_head(struct buf *out, const EVP_PKEY *key)
{
    struct buf json = {0};
    buf_text(&json, "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"x\":\"");
    bool fine = add_coordinate(&json, key, OSSL_PKEY_PARAM_EC_PUB_X);
    buf_text(&json, "\",\"y\":\"");
    fine = fine && add_coordinate(&json, key, OSSL_PKEY_PARAM_EC_PUB_Y);
    buf_text(&json, "\",\"crv\":\"P-256\"}}");
    add_base64url(out, (const unsigned char *)json.data, json.length);
    buf_free(&json);
    return fine;
}

static void add_claims(struct buf *out, const char *url, int64_t now, const char *id)
{
    struct buf json = {0};
    buf_text(&json, "{\"htm\":\"POST\",\"htu\":");
    json_quote(&json, url);
    buf_printf(&json, ",\"iat\":%" PRId64 ",\"jti\":", now / SECOND_MS);
    json_quote(&json, id);
    buf_char(&json, '}');
    add_base64url(out, (const unsigned char *)json.data, json.length);
    buf_free(&json);
}

static EVP_PKEY *read_key(const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, "") : NULL;
    BIO_free(bio);
    return key;
}

bool dpop_header(struct buf *out, const char *pem, const char *url, int64_t now, const char *id,
                 struct err *err)
{
    EVP_PKEY *key = read_key(pem);
    struct buf text = {0};
    unsigned char signature[SIGNATURE];
    bool fine = key && is_p256(key) && add_head(&text, key);
    buf_char(&text, '.');
    add_claims(&text, url, now, id);
    fine = fine && sign(key, &text, signature);
    if (fine) {
        buf_printf(out, "%s.", buf_str(&text));
        add_base64url(out, signature, SIGNATURE);
    }
    buf_free(&text);
    EVP_PKEY_free(key);
    return fine || err_set(err, "the key in the cache is no EC P-256 key");
}
