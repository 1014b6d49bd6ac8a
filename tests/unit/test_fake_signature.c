/* The fake's own reading of signatures: it must refuse whatever the services refuse. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fakes/fake_verify.h"
#include "support/fake_fixture.h"

static const char target[] = "AmazonSQS.GetQueueUrl";
static const char body[] = "{\"QueueName\":\"q\"}";
static const char vectors[] = "../shared/vectors/sigv4";

static void what_is_right_is_answered(void **state)
{
    struct fake_fixture *f = *state;
    const cJSON *reply = fake_post(f, target, body, NULL);
    assert_int_equal(f->status, 200);
    assert_string_equal(json_text(reply, "QueueUrl"), fake_aws_queue_url(f->fake, "q"));
    assert_int_equal(fake_aws_bad_signatures(f->fake), 0);
}

static void what_is_wrong_is_refused(void **state)
{
    struct fake_fixture *f = *state;
    static const struct {
        struct fake_signing how;
        const char *code, *words;
    } cases[] = {
        {{.no_authorization = true}, "MissingAuthenticationToken", "Authentication Token"},
        {{.secret_key = "another"}, "InvalidSignatureException", "does not match"},
        {{.access_key = "AKIANOBODY"}, "UnrecognizedClientException", "invalid"},
        {{.region = "us-east-1"}, "InvalidSignatureException", "valid region"},
        {{.service = "dynamodb"}, "InvalidSignatureException", "correct service: 'sqs'"},
        {{.sent_instead = "{\"QueueName\":\"z\"}"}, "InvalidSignatureException", "does not match"},
        {{.unsigned_name = "X-Amz-Other"}, "InvalidSignatureException", "does not match"},
        {{.token = "none wanted"}, "UnrecognizedClientException", "invalid"},
        {{.skew = -16 * MINUTE_MS}, "InvalidSignatureException", "Signature expired"},
        {{.skew = 16 * MINUTE_MS}, "InvalidSignatureException", "Signature not yet current"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        fake_post(f, target, body, &cases[i].how);
        assert_int_equal(f->status, 400);
        if (!strstr(f->text, cases[i].code) || !strstr(f->text, cases[i].words))
            fail_msg("case %zu: %s", i, f->text);
        assert_int_equal(fake_aws_bad_signatures(f->fake), i + 1);
    }
}

static void its_clock_can_be_another(void **state)
{
    struct fake_fixture *f = *state;
    fake_aws_advance(f->fake, HOUR_MS);
    fake_post(f, target, body, NULL);
    assert_non_null(strstr(f->text, "Signature expired"));
    fake_post(f, target, body, &(struct fake_signing){.skew = HOUR_MS - 14 * MINUTE_MS});
    assert_int_equal(f->status, 200);
}

static void temporary_keys_need_their_token_and_expire(void **state)
{
    struct fake_fixture *f = *state;
    struct fake_signing how = {.access_key = "ASIATEST", .secret_key = "s"};
    fake_aws_key(f->fake, &(struct fake_key){.access_key = "ASIATEST",
                                             .secret_key = "s",
                                             .token = "t0ken",
                                             .expires = fake_aws_now(f->fake) + MINUTE_MS});
    fake_post(f, target, body, &how);
    assert_non_null(strstr(f->text, "UnrecognizedClientException"));
    how.token = "t0ken";
    fake_post(f, target, body, &how);
    assert_int_equal(f->status, 200);
    fake_aws_advance(f->fake, 2 * MINUTE_MS);
    fake_post(f, target, body, &how);
    assert_non_null(strstr(f->text, "ExpiredTokenException"));
}

static void denied_actions_are_denied_with_their_batches(void **state)
{
    struct fake_fixture *f = *state;
    struct fake_signing how = {.access_key = "AKIAREADER", .secret_key = "s"};
    fake_aws_key(f->fake, &(struct fake_key){.access_key = "AKIAREADER",
                                             .secret_key = "s",
                                             .denied = "sqs:DeleteMessage dynamodb:*"});
    fake_post(f, target, body, &how);
    assert_int_equal(f->status, 200);
    fake_post(f, "AmazonSQS.DeleteMessageBatch", "{}", &how);
    assert_non_null(strstr(f->text, "AccessDeniedException"));
    assert_non_null(strstr(f->text, "sqs:DeleteMessageBatch"));
    how.service = "dynamodb";
    fake_post(f, "DynamoDB_20120810.ListTables", "{}", &how);
    assert_non_null(strstr(f->text, "AccessDeniedException"));
    assert_int_equal(fake_aws_bad_signatures(f->fake), 0);
}

static bool read_case(const char *name, const char *file, struct buf *out)
{
    char path[512], part[4096];
    snprintf(path, sizeof(path), "%s/%s/%s", vectors, name, file);
    FILE *in = fopen(path, "rb");
    if (!in)
        return false;
    for (size_t n; (n = fread(part, 1, sizeof(part), in)) > 0;)
        buf_add(out, part, n);
    fclose(in);
    return true;
}

/* The published requests have bare newlines. */
static void to_wire(const struct buf *text, struct buf *wire)
{
    const char *end = strstr(text->data, "\n\n");
    size_t head = end ? (size_t)(end - text->data) : text->length;
    for (size_t i = 0; i < head; i++)
        if (text->data[i] == '\n')
            buf_text(wire, "\r\n");
        else
            buf_char(wire, text->data[i]);
    buf_text(wire, "\r\n\r\n");
    if (end)
        buf_text(wire, end + 2);
}

/* Request lines with blanks in the path, folded headers and unnormalised paths do not occur on the
 * wire to these services. */
static bool out_of_reach(const char *name, const struct buf *request)
{
    const char *line_end = strchr(request->data, '\n');
    size_t blanks = 0;
    for (const char *c = request->data; line_end && c < line_end; c++)
        blanks += *c == ' ';
    return blanks != 2 || strstr(name, "unnormalized") || strstr(name, "multiline") ||
           strstr(request->data, "\n ") || strchr(request->data, '\t');
}

static void check_case(const char *name, const struct buf *text)
{
    struct buf wire = {0}, canonical = {0}, expected = {0};
    struct fake_extent extent;
    struct fake_request request = {.headers = 0};
    char names[1024];
    to_wire(text, &wire);
    assert_int_not_equal(fake_http_measure(wire.data, wire.length, &extent), FAKE_BROKEN);
    assert_true(fake_http_read(wire.data, &extent, &request));
    const char *header = fake_request_header(&request, "authorization");
    const char *at = header ? strstr(header, "SignedHeaders=") : NULL;
    assert_non_null(at);
    snprintf(names, sizeof(names), "%.*s", (int)strcspn(at + 14, ","), at + 14);
    assert_true(read_case(name, "header-canonical-request.txt", &expected));
    const char *hash = strrchr(expected.data, '\n') + 1;
    assert_true(fake_canonical(&canonical, &request, names, hash));
    if (strcmp(canonical.data, expected.data) != 0)
        fail_msg("%s:\n%s\nexpected:\n%s", name, canonical.data, expected.data);
    buf_free(&wire);
    buf_free(&canonical);
    buf_free(&expected);
}

static void published_requests_have_their_canonical_form(void **state)
{
    (void)state;
    DIR *dir = opendir(vectors);
    unsigned ran = 0;
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        struct buf text = {0};
        if (read_case(entry->d_name, "header-signed-request.txt", &text) &&
            !out_of_reach(entry->d_name, &text)) {
            check_case(entry->d_name, &text);
            ran++;
        }
        buf_free(&text);
    }
    if (dir)
        closedir(dir);
    print_message("%u published cases read\n", ran);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_right_is_answered, fake_fixture_setup,
                                        fake_fixture_teardown),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_refused, fake_fixture_setup,
                                        fake_fixture_teardown),
        cmocka_unit_test_setup_teardown(its_clock_can_be_another, fake_fixture_setup,
                                        fake_fixture_teardown),
        cmocka_unit_test_setup_teardown(temporary_keys_need_their_token_and_expire,
                                        fake_fixture_setup, fake_fixture_teardown),
        cmocka_unit_test_setup_teardown(denied_actions_are_denied_with_their_batches,
                                        fake_fixture_setup, fake_fixture_teardown),
        cmocka_unit_test(published_requests_have_their_canonical_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
