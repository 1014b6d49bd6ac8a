/* The fake's S3: what it refuses, as the service does, and harm. Answers beside moto's: tests/aws.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/sigv4.h"
#include "support/fake_fixture.h"

/* One signed request; NULL and 0 are what is right. */
struct s3_try {
    const char *method, *target; /* GET; "/archive/one" */
    const char *header, *value;  /* one more, signed */
    const char *body;
    const char *host; /* signed and sent in place of the fake's */
    const char *hash; /* x-amz-content-sha256; "" = none */
    const char *access_key, *token, *region;
    int64_t skew;
    bool twice_encoded, no_authorization;
};

static void add(struct http_request *request, const char *name, const char *value)
{
    if (value)
        request->header[request->headers++] = (struct http_header){name, value};
}

static void sign(struct http_request *request, const struct s3_try *try, const char *hash,
                 struct buf *authorization)
{
    char path[256], key[] = FAKE_SECRET_KEY;
    const char *query = strchr(try->target, '?');
    snprintf(path, sizeof(path), "%.*s", (int)strcspn(try->target, "?"), try->target);
    sigv4_authorization(authorization,
                        &(struct sigv4_request){
                            .method = request->method,
                            .path = path,
                            .query = query ? query + 1 : "",
                            .header = request->header,
                            .headers = request->headers,
                            .body_hash = hash,
                            .region = try->region ? try->region : FAKE_REGION,
                            .service = "s3",
                            .access_key = try->access_key ? try->access_key : FAKE_ACCESS_KEY,
                            .secret_key = key,
                            .time = clock_now(NULL) + try->skew,
                            .keep_path = !try->twice_encoded,
                        },
                        NULL);
    add(request, "Authorization", buf_str(authorization));
}

/* The status; 0 when there was no answer. f->text has the body's beginning. */
static int ask(struct fake_fixture *f, const struct s3_try *try)
{
    struct buf url = {0}, authorization = {0};
    struct http_response response = {0};
    struct err err;
    char date[SIGV4_DATE], hash[65];
    const char *body = try->body ? try->body : "";
    sha256_hex(body, strlen(body), hash);
    const char *said = try->hash ? try->hash : hash;
    buf_printf(&url, "%s%s", fake_aws_url(f->fake), try->target);
    struct http_request request = {
        .method = try->method ? try->method : "GET", .url = url.data, .no_proxy = true};
    request.body = try->body;
    request.length = strlen(body);
    sigv4_date(clock_now(NULL) + try->skew, date);
    add(&request, "Host", try->host ? try->host : fake_aws_url(f->fake) + strlen("http://"));
    add(&request, "X-Amz-Date", date);
    add(&request, "X-Amz-Content-Sha256", *said ? said : NULL);
    add(&request, "X-Amz-Security-Token", try->token);
    add(&request, try->header, try->header ? try->value : NULL);
    if (!try->no_authorization)
        sign(&request, try, *said ? said : hash, &authorization);
    http_fetch(f->transport, &request, &response, &err);
    snprintf(f->text, sizeof(f->text), "%s", buf_str(&response.body));
    f->status = response.status;
    http_response_free(&response);
    buf_free(&authorization);
    buf_free(&url);
    return f->status;
}

static void expect(struct fake_fixture *f, const struct s3_try *try, int status, const char *words)
{
    ask(f, try);
    if (f->status != status || !strstr(f->text, words))
        fail_msg("%s %s: %d %s, not %d %s", try->method ? try->method : "GET", try->target,
                 f->status, f->text, status, words);
}

static int set_up(void **state)
{
    fake_fixture_setup(state);
    struct fake_fixture *f = *state;
    fake_aws_put_object(f->fake, "archive", "one", "first", 5);
    fake_aws_put_object(f->fake, "archive", "dt=2026-11-01/a b+c.gz", "named", 5);
    return 0;
}

static void what_is_wrong_is_refused_in_its_words(void **state)
{
    struct fake_fixture *f = *state;
    static const struct {
        struct s3_try try;
        int status;
        const char *code;
    } cases[] = {
        {{.no_authorization = true}, 403, "AccessDenied"},
        {{.access_key = "AKIANOBODY"}, 403, "InvalidAccessKeyId"},
        {{.token = "none wanted"}, 400, "InvalidToken"},
        {{.region = "us-east-1"}, 400, "AuthorizationHeaderMalformed"},
        {{.skew = -16 * MINUTE_MS}, 403, "RequestTimeTooSkewed"},
        {{.skew = 16 * MINUTE_MS}, 403, "RequestTimeTooSkewed"},
        {{.hash = ""}, 400, "InvalidRequest"},
        {{.hash = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}, 501, "NotImplemented"},
        {{.hash = "0000000000000000000000000000000000000000000000000000000000000000"},
         400,
         "XAmzContentSHA256Mismatch"},
        {{.target = "/archive/dt%3D2026-11-01/a%20b%2Bc.gz", .twice_encoded = true},
         403,
         "SignatureDoesNotMatch"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct s3_try try = cases[i].try;
        try.target = try.target ? try.target : "/archive/one";
        expect(f, &try, cases[i].status, cases[i].code);
        assert_int_equal(fake_aws_bad_signatures(f->fake), i + 1);
    }
}

static void what_is_right_is_answered(void **state)
{
    struct fake_fixture *f = *state;
    static const struct s3_try right[] = {
        {.target = "/archive/dt%3D2026-11-01/a%20b%2Bc.gz"},
        {.target = "/archive/dt=2026-11-01/a%20b+c.gz"},
        {.target = "/dt%3D2026-11-01/a%20b%2Bc.gz", .host = "archive.localhost"},
        {.target = "/dt%3D2026-11-01/a%20b%2Bc.gz", .host = "archive.s3.eu-west-1.amazonaws.com"},
        {.target = "/archive/dt=2026-11-01/a%20b+c.gz", .hash = "UNSIGNED-PAYLOAD"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(right); i++)
        expect(f, &right[i], 200, "named");
    assert_int_equal(fake_aws_bad_signatures(f->fake), 0);
}

static void what_is_not_there_is_denied_to_who_may_not_list(void **state)
{
    struct fake_fixture *f = *state;
    struct s3_try none = {.target = "/archive/none"};
    fake_aws_key(f->fake, &(struct fake_key){.access_key = "AKIABLIND",
                                             .secret_key = FAKE_SECRET_KEY,
                                             .denied = "s3:ListBucket s3:DeleteObject"});
    expect(f, &none, 404, "<Code>NoSuchKey</Code>");
    none.access_key = "AKIABLIND";
    expect(f, &none, 403, "<Code>AccessDenied</Code>");
    expect(f, &(struct s3_try){.target = "/archive/one", .access_key = "AKIABLIND"}, 200, "first");
    expect(f, &(struct s3_try){.target = "/archive?list-type=2", .access_key = "AKIABLIND"}, 403,
           "s3:ListBucket");
    expect(
        f,
        &(struct s3_try){.method = "DELETE", .target = "/archive/one", .access_key = "AKIABLIND"},
        403, "s3:DeleteObject");
    assert_true(fake_aws_object(f->fake, "archive", "one", NULL));
}

static void changes_hold_to_their_conditions(void **state)
{
    struct fake_fixture *f = *state;
    struct buf now = {0};
    struct s3_try put = {.method = "PUT",
                         .target = "/archive/one",
                         .body = "second",
                         .header = "If-None-Match",
                         .value = "*"};
    expect(f, &put, 412, "<Condition>If-None-Match</Condition>");
    put.header = "If-Match";
    put.value = "\"00000000000000000000000000000000\"";
    expect(f, &put, 412, "<Condition>If-Match</Condition>");
    put.value = "\"8b04d5e3775d298e78455efc5ca404d5\""; /* MD5 of "first" */
    fake_aws_fault(f->fake, &(struct fake_rule){.fault = FAKE_CONFLICT, .times = 1});
    expect(f, &put, 409, "ConditionalRequestConflict");
    expect(f, &put, 200, "");
    put.method = "DELETE";
    put.body = NULL;
    expect(f, &put, 412, "PreconditionFailed");
    put.header = NULL;
    expect(f, &put, 204, "");
    expect(f, &put, 204, "");
    assert_false(fake_aws_object(f->fake, "archive", "one", &now));
    put.header = "If-Match";
    put.method = "PUT";
    expect(f, &put, 404, "NoSuchKey");
    buf_free(&now);
}

static void a_body_is_held_to_its_checksum(void **state)
{
    struct fake_fixture *f = *state;
    struct s3_try put = {.method = "PUT",
                         .target = "/archive/sum",
                         .body = "first",
                         .header = "Content-MD5",
                         .value = "iwTV43ddKY54RV78XKQE1Q=="};
    expect(f, &put, 200, "");
    put.body = "second";
    expect(f, &put, 400, "BadDigest");
}

static void it_does_harm_as_the_service_does(void **state)
{
    struct fake_fixture *f = *state;
    static const struct {
        enum fake_fault fault;
        int status;
        const char *words;
    } cases[] = {
        {FAKE_THROTTLE, 503, "<Code>SlowDown</Code>"},
        {FAKE_ERROR_500, 500, "<Code>InternalError</Code>"},
        {FAKE_ERROR_503, 503, "<Code>ServiceUnavailable</Code>"},
        {FAKE_RESET_BEFORE, 0, ""},
        {FAKE_RESET_AFTER, 0, ""},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char target[32], key[16];
        snprintf(key, sizeof(key), "harm%zu", i);
        snprintf(target, sizeof(target), "/archive/%s", key);
        fake_aws_fault(f->fake, &(struct fake_rule){.operation = "s3:*", .fault = cases[i].fault});
        expect(f, &(struct s3_try){.method = "PUT", .target = target, .body = "x"}, cases[i].status,
               cases[i].words);
        assert_int_equal(fake_aws_object(f->fake, "archive", key, NULL),
                         cases[i].fault == FAKE_RESET_AFTER);
        fake_aws_faults_clear(f->fake);
    }
}

static void pages_are_short_on_demand(void **state)
{
    struct fake_fixture *f = *state;
    struct s3_try list = {.target = "/archive?list-type=2"};
    fake_aws_fault(f->fake, &(struct fake_rule){.fault = FAKE_SHORT_PAGE, .times = 1});
    expect(f, &list, 200, "<IsTruncated>true</IsTruncated>");
    assert_non_null(strstr(f->text, "<KeyCount>1</KeyCount>"));
    expect(f, &list, 200, "<KeyCount>2</KeyCount>");
    list.target = "/archive?continuation-token=nonsense&list-type=2";
    expect(f, &list, 400, "continuation token");
    assert_int_equal(fake_aws_requests(f->fake, "ListObjectsV2"), 3);
}

#define WITH_BUCKET(test) cmocka_unit_test_setup_teardown(test, set_up, fake_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BUCKET(what_is_wrong_is_refused_in_its_words),
        WITH_BUCKET(what_is_right_is_answered),
        WITH_BUCKET(what_is_not_there_is_denied_to_who_may_not_list),
        WITH_BUCKET(changes_hold_to_their_conditions),
        WITH_BUCKET(a_body_is_held_to_its_checksum),
        WITH_BUCKET(it_does_harm_as_the_service_does),
        WITH_BUCKET(pages_are_short_on_demand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
