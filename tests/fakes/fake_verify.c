/*
 * Every request's signature, computed anew. Written from AWS's description alone, without a line
 * of the program's signer, so that the two can only agree by both being right.
 */
#include "fakes/fake_verify.h"

#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SKEW_MAX = 15 * 60 * 1000 };

struct authorization {
    char access_key[160], date[16], region[40], service[40], end[24];
    char signed_headers[1024], signature[80];
};

void fake_hex(const unsigned char *data, size_t length, char *out)
{
    static const char digit[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        *out++ = digit[data[i] >> 4];
        *out++ = digit[data[i] & 15];
    }
    *out = '\0';
}

static void sha256_hex_of(struct fake_verifier *verifier, const void *data, size_t length,
                          char out[65])
{
    unsigned char hash[32];
    EVP_DigestInit_ex(verifier->digest, verifier->sha256, NULL);
    EVP_DigestUpdate(verifier->digest, data, length);
    EVP_DigestFinal_ex(verifier->digest, hash, NULL);
    fake_hex(hash, sizeof(hash), out);
}

static void hmac(const void *key, size_t key_length, const char *text, size_t length,
                 unsigned char out[32])
{
    HMAC(EVP_sha256(), key, (int)key_length, (const unsigned char *)text, length, out, NULL);
}

/* The key of (date, region, service); made once for each. */
static void derive(struct fake_known *known, const struct authorization *a)
{
    char start[256];
    if (strcmp(a->date, known->date) == 0 && strcmp(a->region, known->region) == 0 &&
        strcmp(a->service, known->service) == 0)
        return;
    snprintf(start, sizeof(start), "AWS4%s", known->key.secret_key);
    hmac(start, strlen(start), a->date, strlen(a->date), known->derived);
    hmac(known->derived, 32, a->region, strlen(a->region), known->derived);
    hmac(known->derived, 32, a->service, strlen(a->service), known->derived);
    hmac(known->derived, 32, "aws4_request", 12, known->derived);
    memcpy(known->date, a->date, sizeof(known->date));
    memcpy(known->region, a->region, sizeof(known->region));
    memcpy(known->service, a->service, sizeof(known->service));
    OPENSSL_cleanse(start, sizeof(start));
}

/* The part up to a separator; false when it is empty or too long. */
static bool part(const char **at, const char *separators, char *out, size_t size)
{
    size_t length = strcspn(*at, separators);
    if (!length || length >= size)
        return false;
    memcpy(out, *at, length);
    out[length] = '\0';
    *at += length + ((*at)[length] != '\0');
    return true;
}

static bool field(const char *header, const char *name, const char **value)
{
    const char *found = strstr(header, name);
    *value = found ? found + strlen(name) : NULL;
    return found != NULL;
}

static bool read_authorization(const char *header, struct authorization *out)
{
    static const char algorithm[] = "AWS4-HMAC-SHA256 ";
    const char *credential, *names, *signature;
    return strncmp(header, algorithm, strlen(algorithm)) == 0 &&
           field(header, "Credential=", &credential) && field(header, "SignedHeaders=", &names) &&
           field(header, "Signature=", &signature) &&
           part(&credential, "/", out->access_key, sizeof(out->access_key)) &&
           part(&credential, "/", out->date, sizeof(out->date)) &&
           part(&credential, "/", out->region, sizeof(out->region)) &&
           part(&credential, "/", out->service, sizeof(out->service)) &&
           part(&credential, ", ", out->end, sizeof(out->end)) &&
           part(&names, ", ", out->signed_headers, sizeof(out->signed_headers)) &&
           part(&signature, ", ", out->signature, sizeof(out->signature));
}

static bool names(const char *signed_headers, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = signed_headers; *at;) {
        size_t size = strcspn(at, ";");
        if (size == length && memcmp(at, name, length) == 0)
            return true;
        at += size + (at[size] == ';');
    }
    return false;
}

/* host, the date, the token and every x-amz header sent must be under the signature. */
static bool signs_enough(const struct authorization *a, const struct fake_request *request)
{
    if (!names(a->signed_headers, "host"))
        return false;
    for (size_t i = 0; i < request->headers; i++) {
        const char *name = request->header[i].name;
        if (strncmp(name, "x-amz-", 6) == 0 && !names(a->signed_headers, name))
            return false;
    }
    return true;
}

static const char *code(enum fake_service service, const char *general, const char *of_s3)
{
    return service == FAKE_S3 ? of_s3 : general;
}

static bool scope_fits(struct fake_aws *fake, const struct fake_request *request,
                       const struct authorization *a, const char *date, enum fake_service service,
                       struct fake_reply *reply)
{
    static const char invalid[] = "InvalidSignatureException";
    const char *wanted = fake_service_name(service);
    if (strcmp(a->region, fake->region) != 0)
        return fake_fail(request, reply, 400,
                         code(service, invalid, "AuthorizationHeaderMalformed"),
                         "Credential should be scoped to a valid region, not '%s'.", a->region);
    if (strcmp(a->service, wanted) != 0)
        return fake_fail(request, reply, 400, "InvalidSignatureException",
                         "Credential should be scoped to correct service: '%s'.", wanted);
    if (strcmp(a->end, "aws4_request") != 0 || strncmp(date, a->date, 8) != 0 ||
        strlen(a->date) != 8)
        return fake_fail(
            request, reply, 400, "InvalidSignatureException",
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of "
            "date from HTTP: '%s' != '%.8s', from '%s'.",
            a->date, date, date);
    return true;
}

/* "20150830T123600Z" as ms; false when it is not one. */
static bool read_date(struct fake_verifier *verifier, const char *date, int64_t *out)
{
    char iso[24];
    if (strcmp(date, verifier->date) == 0) {
        *out = verifier->when;
        return true;
    }
    if (strlen(date) != 16 || date[8] != 'T' || date[15] != 'Z')
        return false;
    snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", date, date + 4, date + 6, date + 9,
             date + 11, date + 13);
    if (!instant_parse(iso, out))
        return false;
    snprintf(verifier->date, sizeof(verifier->date), "%s", date);
    verifier->when = *out;
    return true;
}

static bool within_skew_of_s3(struct fake_aws *fake, const struct fake_request *request,
                              const char *date, struct fake_reply *reply)
{
    int64_t when = 0, now = fake_now(fake);
    if (read_date(fake->verifier, date, &when) && when >= now - SKEW_MAX && when <= now + SKEW_MAX)
        return true;
    return fake_fail(request, reply, 403, "RequestTimeTooSkewed",
                     "The difference between the request time and the current time is too large.");
}

static bool in_time(struct fake_aws *fake, const struct fake_request *request, const char *date,
                    struct fake_reply *reply)
{
    int64_t when, now = fake_now(fake);
    char here[INSTANT_TEXT];
    if (request->operation->service == FAKE_S3)
        return within_skew_of_s3(fake, request, date, reply);
    if (!read_date(fake->verifier, date, &when))
        return fake_fail(request, reply, 400, "IncompleteSignatureException",
                         "Date must be in ISO-8601 'basic format'. Got '%s'.", date);
    if (when >= now - SKEW_MAX && when <= now + SKEW_MAX)
        return true;
    instant_format(now, here);
    if (when < now)
        return fake_fail(request, reply, 400, "InvalidSignatureException",
                         "Signature expired: %s is now earlier than %s - 15 min.", date, here);
    return fake_fail(request, reply, 400, "InvalidSignatureException",
                     "Signature not yet current: %s is still later than %s + 15 min.", date, here);
}

static bool signature_matches(struct fake_aws *fake, const struct fake_request *request,
                              const struct authorization *a, struct fake_known *known,
                              const char *date)
{
    struct fake_verifier *verifier = fake->verifier;
    char body[65], canonical[65], expected[65], text[256];
    unsigned char signature[32];
    const char *claimed = fake_request_header(request, "x-amz-content-sha256");
    sha256_hex_of(verifier, request->body, request->length, body);
    bool s3 = request->operation->service == FAKE_S3; /* its body is looked at afterwards */
    if (!s3 && claimed && strcmp(claimed, body) != 0)
        return false;
    buf_clear(&verifier->canonical);
    if (!fake_canonical(&verifier->canonical, request, a->signed_headers, s3 ? claimed : body))
        return false;
    sha256_hex_of(verifier, verifier->canonical.data, verifier->canonical.length, canonical);
    derive(known, a);
    int length = snprintf(text, sizeof(text), "AWS4-HMAC-SHA256\n%s\n%s/%s/%s/aws4_request\n%s",
                          date, a->date, a->region, a->service, canonical);
    hmac(known->derived, 32, text, (size_t)length, signature);
    fake_hex(signature, sizeof(signature), expected);
    return strlen(a->signature) == 64 && CRYPTO_memcmp(expected, a->signature, 64) == 0;
}

static bool token_fits(struct fake_aws *fake, const struct fake_request *request,
                       const struct fake_key *key, struct fake_reply *reply)
{
    const char *token = fake_request_header(request, "x-amz-security-token");
    if ((key->token == NULL) != (token == NULL) || (token && strcmp(token, key->token) != 0))
        return fake_fail(
            request, reply, 400,
            code(request->operation->service, "UnrecognizedClientException", "InvalidToken"),
            "The security token included in the request is invalid.");
    if (key->expires != INSTANT_NONE && key->expires <= fake_now(fake))
        return fake_fail(request, reply, 400, "ExpiredTokenException",
                         "The security token included in the request is expired");
    return true;
}

static const struct fake_key *check(struct fake_aws *fake, const struct fake_request *request,
                                    enum fake_service service, struct fake_reply *reply)
{
    const char *header = fake_request_header(request, "authorization");
    const char *date = fake_request_header(request, "x-amz-date");
    struct authorization a = {0};
    if (!header || !date) {
        fake_fail(request, reply, 400, "MissingAuthenticationTokenException",
                  "Request is missing Authentication Token");
        return NULL;
    }
    if (!read_authorization(header, &a)) {
        fake_fail(request, reply, 400, "IncompleteSignatureException",
                  "Authorization header is not in the form of AWS4-HMAC-SHA256.");
        return NULL;
    }
    struct fake_known *known = map_get(&fake->verifier->keys, a.access_key);
    if (!known) {
        fake_fail(request, reply, 400, "UnrecognizedClientException",
                  "The security token included in the request is invalid.");
        return NULL;
    }
    if (!token_fits(fake, request, &known->key, reply) || !in_time(fake, request, date, reply) ||
        !scope_fits(fake, request, &a, date, service, reply))
        return NULL;
    bool s3 = service == FAKE_S3;
    if (s3 && !s3_hash_is_said(request, reply))
        return NULL;
    if (!signs_enough(&a, request) || !signature_matches(fake, request, &a, known, date)) {
        fake_fail(request, reply, 400, "InvalidSignatureException",
                  "The request signature we calculated does not match the signature you provided. "
                  "Check your AWS Secret Access Key and signing method. Consult the service "
                  "documentation for details.");
        return NULL;
    }
    return s3 && !s3_body_fits(request, reply) ? NULL : &known->key;
}

const struct fake_key *fake_verify(struct fake_aws *fake, const struct fake_request *request,
                                   enum fake_service service, struct fake_reply *reply)
{
    const struct fake_key *key = check(fake, request, service, reply);
    if (!key)
        fake->bad_signatures++;
    return key;
}
