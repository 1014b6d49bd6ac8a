/* The signer rule by rule, and against signatures that another implementation computed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/instant.h"
#include "contactwatch/sigv4.h"

static const char access_key[] = "AKIDEXAMPLE";
static const char secret_key[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

static struct sigv4_request own_request(const char *method, const char *path, const char *service)
{
    struct sigv4_request request = {
        .method = method,
        .path = path,
        .query = "",
        .body = "",
        .region = "eu-west-1",
        .service = service,
        .access_key = access_key,
        .secret_key = secret_key,
    };
    assert_true(instant_parse("2026-11-22T15:00:00Z", &request.time));
    return request;
}

static void assert_canonical(const struct sigv4_request *request, const char *expected)
{
    struct buf text = {0};
    sigv4_canonical_request(&text, request);
    assert_string_equal(buf_str(&text), expected);
    buf_free(&text);
}

static void assert_signature(const struct sigv4_request *request, const char *signature)
{
    struct buf text = {0};
    sigv4_authorization(&text, request, NULL);
    const char *at = strstr(buf_str(&text), "Signature=");
    assert_non_null(at);
    assert_string_equal(at + 10, signature);
    buf_free(&text);
}

static void a_json_call_with_a_session_token(void **state)
{
    (void)state;
    static const struct http_header header[] = {
        {"X-Amz-Target", "AmazonSQS.ReceiveMessage"},
        {"Content-Type", "application/x-amz-json-1.0"},
        {"Host", "sqs.eu-west-1.amazonaws.com"},
        {"X-Amz-Date", "20261122T150000Z"},
        {"X-Amz-Security-Token", "TOKEN=="},
    };
    struct sigv4_request request = own_request("POST", "/", "sqs");
    request.header = header;
    request.headers = ARRAY_SIZE(header);
    request.body = "{\"QueueUrl\":\"q\"}";
    request.length = strlen(request.body);
    struct buf text = {0};
    sigv4_authorization(&text, &request, NULL);
    assert_string_equal(
        buf_str(&text),
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-west-1/sqs/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, "
        "Signature=b12cf105ffec9d95225c229d0e7f53cf93376d79c1c61df8126bc35c9d910a68");
    buf_free(&text);
}

/* A path is encoded once more than it was sent; a query is sorted by name and value. */
static void a_rest_call_with_a_query(void **state)
{
    (void)state;
    static const struct http_header header[] = {
        {"Host", "connect.eu-west-1.amazonaws.com"},
        {"X-Amz-Date", "20261122T150000Z"},
    };
    struct sigv4_request request =
        own_request("GET", "/queues-summary/arn%3Aaws%3Aconnect", "connect");
    request.header = header;
    request.headers = ARRAY_SIZE(header);
    request.query = "nextToken=a%2Fb%3D%3D&maxResults=100&queueTypes=STANDARD&queueTypes=AGENT";
    assert_canonical(&request,
                     "GET\n/queues-summary/arn%253Aaws%253Aconnect\n"
                     "maxResults=100&nextToken=a%2Fb%3D%3D&queueTypes=AGENT&queueTypes=STANDARD\n"
                     "host:connect.eu-west-1.amazonaws.com\nx-amz-date:20261122T150000Z\n\n"
                     "host;x-amz-date\n"
                     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_signature(&request, "26406b8d82c90a6bb25a8d67b67595ee62d245d967803c46221d5243ab77f9c4");
}

static void an_object_keeps_its_path(void **state)
{
    (void)state;
    static const char hash[] = "5dde896887f6754c9b15bfe3a441ae4806df2fde94001311e08bf110622e0bbe";
    static const struct http_header header[] = {
        {"Host", "s3.eu-west-1.amazonaws.com"},
        {"X-Amz-Date", "20261122T150000Z"},
        {"X-Amz-Content-SHA256", hash},
    };
    struct sigv4_request request = own_request("PUT", "/b/a%20b/../c%2Bd.json", "s3");
    request.header = header;
    request.headers = ARRAY_SIZE(header);
    request.keep_path = true;
    request.body = "xx";
    request.length = 2;
    char body_hash[65];
    sha256_hex("xx", 2, body_hash);
    assert_string_equal(body_hash, hash);
    assert_signature(&request, "90eb8c0745b3301bac2342806efebae8943e0559c3be2655510e5c654aab0547");
    request.body_hash = hash;
    request.body = NULL;
    assert_signature(&request, "90eb8c0745b3301bac2342806efebae8943e0559c3be2655510e5c654aab0547");
}

static void paths_are_normalised_and_encoded(void **state)
{
    (void)state;
    static const struct {
        const char *path, *normal, *kept;
    } cases[] = {
        {"/", "/", "/"},
        {"", "/", "/"},
        {"//a//b//", "/a/b/", "//a//b//"},
        {"/a/./b/..", "/a/", "/a/./b/.."},
        {"/a/b/../../..", "/", "/a/b/../../.."},
        {"/a/../../b", "/b", "/a/../../b"},
        {"/a b", "/a%20b", "/a%20b"},
        {"/a%20b", "/a%2520b", "/a%20b"},
        {"/a%2fb", "/a%252fb", "/a%2Fb"},
        {"/\xE1\x88\xB4", "/%E1%88%B4", "/%E1%88%B4"},
        {"/-._~0aZ", "/-._~0aZ", "/-._~0aZ"},
        {"/50%", "/50%25", "/50%25"},
        {"/...", "/...", "/..."},
    };
    static const struct http_header header[] = {{"Host", "h"}, {"X-Amz-Date", "d"}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct sigv4_request request = own_request("GET", cases[i].path, "service");
        request.header = header;
        request.headers = 2;
        for (int keep = 0; keep < 2; keep++) {
            struct buf text = {0};
            request.keep_path = keep;
            sigv4_canonical_request(&text, &request);
            char *end = strchr(buf_str(&text) + 4, '\n');
            *end = '\0';
            assert_string_equal(text.data + 4, keep ? cases[i].kept : cases[i].normal);
            buf_free(&text);
        }
    }
}

static void queries_are_sorted_and_encoded(void **state)
{
    (void)state;
    static const struct {
        const char *query, *canonical;
    } cases[] = {
        {"", ""},
        {"b=2&a=1", "a=1&b=2"},
        {"a=2&a=1", "a=1&a=2"},
        {"A=1&a=0&B=2", "A=1&B=2&a=0"},
        {"acl", "acl="},
        {"a=b=c", "a=b%3Dc"},
        {"&&a=1&", "a=1"},
        {"a=%2f", "a=%2F"},
        {"\xE1\x88\xB4=x y", "%E1%88%B4=x%20y"},
        {"Param-3=3&Param=2", "Param=2&Param-3=3"},
        {"a=%zz", "a=%25zz"},
    };
    static const struct http_header header[] = {{"Host", "h"}, {"X-Amz-Date", "d"}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct sigv4_request request = own_request("GET", "/", "service");
        struct buf text = {0};
        request.header = header;
        request.headers = 2;
        request.query = cases[i].query;
        sigv4_canonical_request(&text, &request);
        *strchr(text.data + 6, '\n') = '\0';
        assert_string_equal(text.data + 6, cases[i].canonical);
        buf_free(&text);
    }
}

static void headers_are_sorted_trimmed_and_united(void **state)
{
    (void)state;
    static const struct http_header header[] = {
        {"X-B", "  two   blanks "}, {"Host", "h"},       {"x-a", "last"},
        {"X-A", "\"a   b\""},       {"X-Amz-Date", "d"}, {"X-Fold", "value1\n  value2\r\n\tvalue3"},
    };
    struct sigv4_request request = own_request("GET", "/", "service");
    request.header = header;
    request.headers = ARRAY_SIZE(header);
    assert_canonical(&request, "GET\n/\n\nhost:h\nx-a:last,\"a b\"\nx-amz-date:d\nx-b:two blanks\n"
                               "x-fold:value1 value2 value3\n\nhost;x-a;x-amz-date;x-b;x-fold\n"
                               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void the_key_is_cached_until_what_it_is_made_of_changes(void **state)
{
    (void)state;
    static const struct http_header header[] = {{"Host", "h"}, {"X-Amz-Date", "d"}};
    struct sigv4_request request = own_request("GET", "/", "sqs");
    struct sigv4_key cache = {0};
    request.header = header;
    request.headers = 2;
    static const struct {
        const char *region, *service, *secret;
        int64_t later;
    } uses[] = {
        {"eu-west-1", "sqs", "one", 0},      {"eu-west-1", "sqs", "one", 0},
        {"eu-west-1", "sqs", "one", DAY_MS}, {"us-east-1", "sqs", "one", 0},
        {"us-east-1", "dynamodb", "one", 0}, {"us-east-1", "dynamodb", "two", 0},
        {"us-east-1d", "ynamodb", "two", 0}, {"us-east-1", "dynamodb", "two", 0},
    };
    int64_t time = request.time;
    unsigned char last[SIGV4_KEY] = {0};
    for (size_t i = 0; i < ARRAY_SIZE(uses); i++) {
        struct buf fresh = {0}, cached = {0};
        request.region = uses[i].region;
        request.service = uses[i].service;
        request.secret_key = uses[i].secret;
        request.time = time + uses[i].later;
        sigv4_authorization(&fresh, &request, NULL);
        sigv4_authorization(&cached, &request, &cache);
        assert_string_equal(buf_str(&fresh), buf_str(&cached));
        assert_int_equal(memcmp(last, cache.key, sizeof(last)) == 0, i == 1);
        memcpy(last, cache.key, sizeof(last));
        buf_free(&fresh);
        buf_free(&cached);
    }
    static const struct sigv4_key wiped = {0};
    sigv4_wipe(&cache);
    assert_memory_equal(&cache, &wiped, sizeof(wiped));
}

static void dates_are_utc_to_the_second(void **state)
{
    (void)state;
    char text[SIGV4_DATE];
    sigv4_date(INT64_C(1440938160999), text);
    assert_string_equal(text, "20150830T123600Z");
    sigv4_date(INT64_MAX, text);
    assert_int_equal(strlen(text), SIGV4_DATE - 1);
    sigv4_date(INT64_MIN, text);
    assert_int_equal(strlen(text), SIGV4_DATE - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_json_call_with_a_session_token),
        cmocka_unit_test(a_rest_call_with_a_query),
        cmocka_unit_test(an_object_keeps_its_path),
        cmocka_unit_test(paths_are_normalised_and_encoded),
        cmocka_unit_test(queries_are_sorted_and_encoded),
        cmocka_unit_test(headers_are_sorted_trimmed_and_united),
        cmocka_unit_test(the_key_is_cached_until_what_it_is_made_of_changes),
        cmocka_unit_test(dates_are_utc_to_the_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
