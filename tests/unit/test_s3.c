/* S3's requests and answers: where they go, what they carry, what is read of listings and errors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/s3.h"
#include "support/aws_fixture.h"

struct on_wire {
    struct scripted_transport *scripted;
    struct aws_session *session;
    struct s3 *s3;
    struct s3_call call;
    struct err err;
};

static void begin(struct on_wire *t, const char *url, const char *bucket)
{
    *t = (struct on_wire){.scripted = scripted_open()};
    t->session = aws_fixture_session(t->scripted, url, NULL);
    t->s3 = s3_open(t->session, bucket, &t->err);
    if (!t->s3)
        fail_msg("%s", t->err.text);
}

static void end(struct on_wire *t)
{
    scripted_finished(t->scripted);
    s3_call_free(&t->call);
    s3_close(t->s3);
    aws_session_close(t->session);
    scripted_close(t->scripted);
}

static bool run(struct on_wire *t, const struct scripted_answer *answer)
{
    scripted_script(t->scripted, answer, 1);
    return s3_run(t->s3, &t->call, &t->err);
}

static const char *request(const struct on_wire *t)
{
    return scripted_request(t->scripted, scripted_requests(t->scripted) - 1);
}

static void has(const struct on_wire *t, const char *text)
{
    if (!strstr(request(t), text))
        fail_msg("\"%s\" is not in\n%s", text, request(t));
}

static void a_bucket_is_asked_at_its_own_host(void **state)
{
    static const struct scripted_answer fine = {
        .status = 200, .head = "etag: \"abc\"\n", .body = "x"};
    struct on_wire t;
    (void)state;
    begin(&t, NULL, "my-bucket");
    s3_get(t.s3, &t.call, "a/b c%2F+~é");
    assert_true(run(&t, &fine));
    has(&t, "GET https://my-bucket.s3.eu-west-1.amazonaws.com/a/b%20c%252F%2B~%C3%A9\n");
    has(&t, "Host: my-bucket.s3.eu-west-1.amazonaws.com\n");
    has(&t,
        "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n");
    has(&t, "/eu-west-1/s3/aws4_request");
    assert_string_equal(t.call.call.etag, "\"abc\"");
    assert_string_equal(t.call.call.response.data, "x");
    end(&t);
    begin(&t, NULL, "dotted.bucket"); /* no certificate would fit its host */
    s3_get(t.s3, &t.call, "k");
    assert_true(run(&t, &fine));
    has(&t, "GET https://s3.eu-west-1.amazonaws.com/dotted.bucket/k\n");
    end(&t);
    begin(&t, "http://127.0.0.1:9000/base", "my-bucket");
    s3_list(t.s3, &t.call, "p/x y", "/", "to+ken=");
    assert_true(run(&t, &fine));
    has(&t, "GET http://127.0.0.1:9000/base/my-bucket?list-type=2&prefix=p%2Fx%20y&delimiter=%2F&"
            "continuation-token=to%2Bken%3D\n");
    end(&t);
}

static void what_is_written_carries_its_condition(void **state)
{
    static const struct scripted_answer fine = {.status = 200};
    static const struct scripted_answer lost = {
        .status = 412,
        .body = "<Error><Code>PreconditionFailed</Code><Message>no</Message></Error>"};
    static const struct scripted_answer met = {
        .status = 409, .body = "<Error><Code>ConditionalRequestConflict</Code></Error>"};
    struct on_wire t;
    (void)state;
    begin(&t, NULL, "my-bucket");
    buf_text(&t.call.call.body, "body");
    s3_put(t.s3, &t.call, "k", "");
    assert_true(run(&t, &fine));
    has(&t, "PUT https://my-bucket");
    has(&t, "If-None-Match: *\n");
    has(&t, "if-none-match;x-amz-content-sha256"); /* signed */
    has(&t, "\n\nbody");
    s3_put(t.s3, &t.call, "k", "\"etag\"");
    assert_false(run(&t, &lost));
    has(&t, "If-Match: \"etag\"\n");
    assert_true(s3_conflict(&t.call));
    s3_put(t.s3, &t.call, "k", "\"etag\"");
    assert_false(run(&t, &met));
    assert_true(s3_conflict(&t.call));
    s3_put(t.s3, &t.call, "k", NULL);
    assert_true(run(&t, &fine));
    assert_null(strstr(request(&t), "atch:"));
    s3_delete(t.s3, &t.call, "k");
    assert_true(run(&t, &(struct scripted_answer){.status = 204}));
    has(&t, "DELETE https://my-bucket");
    assert_null(strstr(request(&t), "body"));
    end(&t);
}

static void errors_say_what_to_do(void **state)
{
    static const struct {
        struct scripted_answer answer;
        const char *says;
        bool missing;
    } cases[] = {
        {{.status = 404, .body = "<Error><Code>NoSuchKey</Code><Message>no</Message></Error>"},
         "NoSuchKey",
         true},
        {{.status = 404, .body = "<Error><Code>NoSuchBucket</Code></Error>"},
         "there is no bucket my-bucket",
         false},
        {{.status = 301,
          .head = "x-amz-bucket-region: eu-central-1\n",
          .body = "<Error><Code>PermanentRedirect</Code></Error>"},
         "is in the region eu-central-1, it was asked for in eu-west-1: give --region eu-central-1",
         false},
        {{.status = 400,
          .head = "x-amz-bucket-region: us-east-2\n",
          .body = "<Error><Code>AuthorizationHeaderMalformed</Code></Error>"},
         "give --region us-east-2",
         false},
        {{.status = 403, .body = "<Error><Code>AccessDenied</Code><Message>No</Message></Error>"},
         "GetObject: AccessDenied: No (needed are s3:GetObject and, for what is not there, "
         "s3:ListBucket)",
         false},
    };
    struct on_wire t;
    (void)state;
    begin(&t, NULL, "my-bucket");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        s3_get(t.s3, &t.call, "k");
        assert_false(run(&t, &cases[i].answer));
        if (!strstr(t.err.text, cases[i].says))
            fail_msg("\"%s\" is not in \"%s\"", cases[i].says, t.err.text);
        assert_int_equal(s3_missing(&t.call), cases[i].missing);
        assert_false(s3_conflict(&t.call));
    }
    end(&t);
}

static void names_of_buckets_are_checked(void **state)
{
    static const char *const bad[] = {"",        "ab", "UPPER", "has/slash", "has space",
                                      "-begins", "é",  "a?b",   "a#b",       "arn:aws:s3"};
    struct on_wire t;
    (void)state;
    begin(&t, NULL, "abc");
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_null(s3_open(t.session, bad[i], &t.err));
    end(&t);
}

static bool take(void *context, const char *name, bool is_prefix)
{
    struct buf *seen = context;
    buf_printf(seen, "%s%s;", is_prefix ? "+" : "", name);
    return strcmp(name, "stop") != 0;
}

#define PAGE(inside)                                                                               \
    "<?xml version=\"1.0\"?>\n<ListBucketResult xmlns=\"x\">" inside "</ListBucketResult>"

static void a_listing_is_read(void **state)
{
    static const struct {
        const char *xml, *names, *token;
    } good[] = {
        {PAGE("<Name>b</Name><Prefix>dt=</Prefix><IsTruncated>false</IsTruncated>"), "", ""},
        {PAGE("<Prefix/><Contents><Key>a&amp;b&#x41;</Key><ETag>&quot;e&quot;</ETag></Contents>"
              "<Contents><Key>c</Key><Owner><Key>not this</Key></Owner></Contents>"
              "<CommonPrefixes><Prefix>d/</Prefix></CommonPrefixes>"),
         "a&bA;c;+d/;", ""},
        {PAGE("<IsTruncated>true</IsTruncated><NextContinuationToken>t/+=</NextContinuationToken>"
              "<Contents><Key>k</Key></Contents>"),
         "k;", "t/+="},
        {PAGE("<Contents><Key>stop</Key></Contents><Contents><Key>never</Key></Contents>"), "stop;",
         ""},
    };
    static const char *const bad[] = {"",
                                      "text",
                                      "<Error><Code>x</Code></Error>",
                                      "<ListBucketResult>",
                                      "<ListBucketResult><Contents></ListBucketResult>",
                                      "<ListBucketResult><Contents><Key>k</Key></Contents>",
                                      "<ListBucketResult></ListBucketResult><more>",
                                      PAGE("<IsTruncated>true</IsTruncated>"),
                                      PAGE("<a><a><a><a><a><a><a><a><a>")};
    struct buf seen = {0};
    struct s3_page page = {.context = &seen, .name = take};
    struct err err = {""};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        buf_clear(&seen);
        assert_true(s3_page_read(&page, good[i].xml, strlen(good[i].xml), &err));
        assert_string_equal(buf_str(&seen), good[i].names);
        assert_string_equal(page.token, good[i].token);
    }
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        if (s3_page_read(&page, bad[i], strlen(bad[i]), &err))
            fail_msg("taken: %s", bad[i]);
    buf_free(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_is_asked_at_its_own_host),
        cmocka_unit_test(what_is_written_carries_its_condition),
        cmocka_unit_test(errors_say_what_to_do),
        cmocka_unit_test(names_of_buckets_are_checked),
        cmocka_unit_test(a_listing_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
