/* Sign-ins that are refreshed: with a proof of possession, and kept in their caches. */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "aws/dpop.h"
#include "contactwatch/json.h"
#include "support/chain_case.h"
#include "support/key_source.h"

static EVP_PKEY *make_key(struct buf *pem)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    assert_non_null(key);
    assert_int_equal(PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL, NULL), 1);
    long length = BIO_get_mem_data(bio, &text);
    buf_add(pem, text, (size_t)length);
    BIO_free(bio);
    return key;
}

/* Base64url without padding; the length. */
static size_t decode(const char *text, size_t length, unsigned char *out, size_t size)
{
    char standard[2048];
    assert_true(length + 4 < sizeof(standard) && length <= size);
    for (size_t i = 0; i < length; i++)
        standard[i] = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
    size_t padding = (4 - length % 4) % 4;
    memset(standard + length, '=', padding);
    int got = EVP_DecodeBlock(out, (unsigned char *)standard, (int)(length + padding));
    assert_true(got >= 0);
    return (size_t)got - padding;
}

static cJSON *decode_json(struct arena *arena, const char *text, size_t length)
{
    unsigned char json[2048];
    size_t got = decode(text, length, json, sizeof(json));
    cJSON *tree = json_parse(arena, (const char *)json, got, NULL);
    assert_non_null(tree);
    return tree;
}

static void check_signature(EVP_PKEY *key, const char *text, size_t length, const char *signature)
{
    unsigned char pair[96], *der = NULL;
    assert_int_equal(decode(signature, strcspn(signature, "\n"), pair, sizeof(pair)), 64);
    ECDSA_SIG *numbers = ECDSA_SIG_new();
    ECDSA_SIG_set0(numbers, BN_bin2bn(pair, 32, NULL), BN_bin2bn(pair + 32, 32, NULL));
    int size = i2d_ECDSA_SIG(numbers, &der);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key), 1);
    assert_int_equal(
        EVP_DigestVerify(context, der, (size_t)size, (const unsigned char *)text, length), 1);
    EVP_MD_CTX_free(context);
    ECDSA_SIG_free(numbers);
    OPENSSL_free(der);
}

static void check_coordinate(EVP_PKEY *key, const char *name, const char *text)
{
    unsigned char bytes[64];
    BIGNUM *number = NULL;
    assert_int_equal(decode(text, strlen(text), bytes, sizeof(bytes)), 32);
    assert_int_equal(EVP_PKEY_get_bn_param(key, name, &number), 1);
    BIGNUM *given = BN_bin2bn(bytes, 32, NULL);
    assert_int_equal(BN_cmp(number, given), 0);
    BN_free(number);
    BN_free(given);
}

static void check_proof(EVP_PKEY *key, const char *proof, const char *url, int64_t now)
{
    struct arena arena = {0};
    size_t first = strcspn(proof, "."), second = strcspn(proof + first + 1, ".");
    const char *claims = proof + first + 1, *signature = claims + second + 1;
    const cJSON *head = decode_json(&arena, proof, first);
    const cJSON *body = decode_json(&arena, claims, second), *jwk = json_get(head, "jwk");
    assert_string_equal(json_text(head, "typ"), "dpop+jwt");
    assert_string_equal(json_text(head, "alg"), "ES256");
    assert_string_equal(json_text(jwk, "kty"), "EC");
    assert_string_equal(json_text(jwk, "crv"), "P-256");
    check_coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, json_text(jwk, "x"));
    check_coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, json_text(jwk, "y"));
    assert_string_equal(json_text(body, "htm"), "POST");
    assert_string_equal(json_text(body, "htu"), url);
    assert_int_equal((int64_t)json_get(body, "iat")->valuedouble, now / SECOND_MS);
    assert_int_equal(strlen(json_text(body, "jti")), 36);
    check_signature(key, proof, first + 1 + second, signature);
    arena_free(&arena);
}

static void a_proof_is_signed_by_its_key(void **state)
{
    (void)state;
    for (int i = 0; i < 40; i++) { /* numbers of a signature may be short */
        struct buf pem = {0}, proof = {0};
        struct err err = {""};
        EVP_PKEY *key = make_key(&pem);
        assert_true(dpop_header(&proof, buf_str(&pem), "https://a/v1/token", 1795359600123,
                                "12345678-1234-4234-8234-123456789012", &err));
        check_proof(key, buf_str(&proof), "https://a/v1/token", 1795359600123);
        EVP_PKEY_free(key);
        buf_free(&pem);
        buf_free(&proof);
    }
}

static void other_keys_make_no_proof(void **state)
{
    (void)state;
    struct buf pem = {0}, proof = {0};
    EVP_PKEY *other = EVP_EC_gen("P-384");
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    PEM_write_bio_PrivateKey(bio, other, NULL, NULL, 0, NULL, NULL);
    long length = BIO_get_mem_data(bio, &text);
    buf_add(&pem, text, (size_t)length);
    assert_false(dpop_header(&proof, buf_str(&pem), "u", 0, "i", NULL));
    assert_false(dpop_header(&proof, "rubbish", "u", 0, "i", NULL));
    assert_int_equal(proof.length, 0);
    BIO_free(bio);
    EVP_PKEY_free(other);
    buf_free(&pem);
}

#define LOGIN_CONFIG                                                                               \
    "[default]\nlogin_session = arn:aws:iam::123456789012:user/hush\nregion = eu-west-1\n"

#define LOGIN_CACHE                                                                                \
    ".aws/login/cache/c20f888ee06014e9d3fec12e64a6dc17cd5397ea237329c79d8338cccffb4e91.json"

static void write_login_cache(struct aws_world *world, const struct buf *pem)
{
    struct buf text = {0};
    buf_text(&text, "{\"accessToken\":{\"accessKeyId\":\"AKOLD\",\"secretAccessKey\":\"" HUSH
                    "\",\"sessionToken\":\"" HUSH "\",\"accountId\":\"123456789012\","
                    "\"expiresAt\":\"2026-11-22T15:04:59Z\"},\"clientId\":\"arn:c\","
                    "\"refreshToken\":\"" HUSH "r1\",\"idToken\":\"" HUSH "id\",\"dpopKey\":");
    json_quote(&text, buf_str(pem));
    buf_char(&text, '}');
    world_file(world, LOGIN_CACHE, buf_str(&text));
    buf_free(&text);
}

static void check_login_cache(struct aws_world *world)
{
    char *text = world_read(world, LOGIN_CACHE);
    struct arena arena = {0};
    struct stat st;
    const cJSON *json = json_parse(&arena, text, strlen(text), NULL);
    const cJSON *token = json_get(json, "accessToken");
    assert_string_equal(json_text(token, "accessKeyId"), "AKNEW");
    assert_string_equal(json_text(token, "accountId"), "123456789012");
    assert_string_equal(json_text(token, "expiresAt"), "2026-11-22T15:15:00Z");
    assert_string_equal(json_text(json, "refreshToken"), HUSH "r2");
    assert_string_equal(json_text(json, "idToken"), HUSH "id");
    assert_non_null(json_text(json, "dpopKey"));
    assert_int_equal(stat(world_path(world, LOGIN_CACHE), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    arena_free(&arena);
    free(text);
}

static void a_login_is_refreshed_with_proof(void **state)
{
    (void)state;
    static const struct scripted_answer script[] = {
        {.expect = "\n\n{\"grantType\":\"refresh_token\",\"clientId\":\"arn:c\",\"refreshToken\":"
                   "\"" HUSH "r1\"}",
         .status = 200,
         .body = "{\"accessToken\":{\"accessKeyId\":\"AKNEW\",\"secretAccessKey\":\"" HUSH
                 "\",\"sessionToken\":\"" HUSH "n\"},\"tokenType\":\"aws_sigv4\",\"expiresIn\":900,"
                 "\"refreshToken\":\"" HUSH "r2\"}"},
    };
    static const char url[] = "https://eu-west-1.signin.aws.amazon.com/v1/token";
    struct aws_world world;
    struct buf pem = {0};
    struct aws_keys keys;
    struct err err;
    EVP_PKEY *key = make_key(&pem);
    world_open(&world);
    world_file(&world, ".aws/config", LOGIN_CONFIG);
    write_login_cache(&world, &pem);
    scripted_script(world.scripted, script, 1);
    if (!world_keys(&world, NULL, &keys, &err))
        fail_msg("%s", err.text);
    assert_string_equal(keys.access_key, "AKNEW");
    assert_string_equal(keys.account, "123456789012");
    assert_int_equal(keys.expires - scripted_now(world.scripted), 900 * SECOND_MS);
    const char *request = scripted_request(world.scripted, 0);
    assert_memory_equal(request, "POST ", 5);
    assert_memory_equal(request + 5, url, sizeof(url) - 1);
    check_proof(key, strstr(request, "DPoP: ") + 6, url, scripted_now(world.scripted));
    check_login_cache(&world);
    aws_keys_wipe(&keys);
    world_close(&world);
    EVP_PKEY_free(key);
    buf_free(&pem);
}

static void a_login_that_is_over_says_so(void **state)
{
    (void)state;
    static const struct scripted_answer script[] = {
        {.status = 403, .body = "{\"error\":\"TOKEN_EXPIRED\",\"message\":\"" HUSH "\"}"},
    };
    struct aws_world world;
    struct buf pem = {0};
    struct aws_keys keys;
    struct err err;
    EVP_PKEY *key = make_key(&pem);
    world_open(&world);
    world_file(&world, ".aws/config", LOGIN_CONFIG);
    write_login_cache(&world, &pem);
    scripted_script(world.scripted, script, 1);
    assert_false(world_keys(&world, NULL, &keys, &err));
    assert_non_null(strstr(err.text, "run `aws login --profile default`"));
    assert_non_null(strstr(err.text, "TOKEN_EXPIRED"));
    assert_null(strstr(err.text, HUSH));
    world_close(&world);
    EVP_PKEY_free(key);
    buf_free(&pem);
}

static void a_refreshed_sso_token_is_kept(void **state)
{
    (void)state;
    static const char cache[] = ".aws/sso/cache/e274eeff768c6396088ec6eb091f4bf4d47ab1e0.json";
    static const struct scripted_answer script[] = {
        {.expect = "/token",
         .status = 200,
         .body = "{\"accessToken\":\"" HUSH "new\",\"expiresIn\":3600,\"refreshToken\":\"" HUSH
                 "r2\"}"},
        {.status = 200,
         .body = "{\"roleCredentials\":{\"accessKeyId\":\"AKSSO\",\"secretAccessKey\":\"" HUSH
                 "\",\"sessionToken\":\"t\",\"expiration\":1795389600000}}"},
    };
    struct aws_world world;
    struct aws_keys keys;
    struct err err;
    struct stat st;
    world_open(&world);
    world_file(&world, ".aws/config",
               "[default]\nsso_session = work\nsso_account_id = 1\nsso_role_name = r\n"
               "[sso-session work]\nsso_start_url = u\nsso_region = eu-west-1\n");
    world_file(&world, cache,
               "{\"startUrl\":\"u\",\"accessToken\":\"old\",\"expiresAt\":\"2026-11-22T15:01:00Z\","
               "\"clientId\":\"i\",\"clientSecret\":\"s\",\"refreshToken\":\"r1\",\"x\":[1,{}]}");
    scripted_script(world.scripted, script, ARRAY_SIZE(script));
    assert_true(world_keys(&world, NULL, &keys, &err));
    assert_int_equal(keys.expires, 1795389600000);
    char *text = world_read(&world, cache);
    assert_string_equal(text, "{\"startUrl\":\"u\",\"clientId\":\"i\",\"clientSecret\":\"s\",\"x\":"
                              "[1,{}],\"accessToken\":\"" HUSH "new\",\"expiresAt\":"
                              "\"2026-11-22T16:00:00Z\",\"refreshToken\":\"" HUSH "r2\"}");
    assert_int_equal(stat(world_path(&world, cache), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    free(text);
    aws_keys_wipe(&keys);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proof_is_signed_by_its_key),
        cmocka_unit_test(other_keys_make_no_proof),
        cmocka_unit_test(a_login_is_refreshed_with_proof),
        cmocka_unit_test(a_login_that_is_over_says_so),
        cmocka_unit_test(a_refreshed_sso_token_is_kept),
    };
    return cmocka_run_group_tests_name("keys_login", tests, key_source_quiet, NULL);
}
