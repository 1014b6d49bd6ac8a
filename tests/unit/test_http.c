/* Which addresses may be asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/http.h"

static void addresses(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool allowed;
    } cases[] = {
        {"https://sqs.eu-west-1.amazonaws.com", true},
        {"HTTPS://example.com/path", true},
        {"http://127.0.0.1:4566/", true},
        {"http://127.9.9.9", true},
        {"http://localhost:8000", true},
        {"http://sqs.us-east-1.localhost:4566", true},
        {"http://[::1]:4566", true},
        {"http://169.254.169.254/latest", true},
        {"http://169.254.170.2/v2", true},
        {"http://169.254.170.23/v1", true},
        {"http://[fd00:ec2::254]/", true},
        {"http://[fd00:ec2:0:0::23]/v1", true},
        {"http://[fd00:ec2::24]/v1", false},
        {"http://169.254.169.253/", false},
        {"http://10.0.0.1/", false},
        {"http://example.com/", false},
        {"http://localhost.example.com/", false},
        {"http://notlocalhost/", false},
        {"http://.localhost/", false},
        {"http://127.0.0.1.example.com/", false},
        {"http://127.1/", false},
        {"http://2130706433/", false},
        {"http://0.0.0.0/", false},
        {"http://127.0.0.1@example.com/", false},
        {"http://example.com#@127.0.0.1/", false},
        {"http://example.com\\@127.0.0.1/", false},
        {"http://[::1", false},
        {"http://[::ffff:127.0.0.1]/", false},
        {"https://", false},
        {"https:///path", false},
        {"https://user:pass@example.com/", false},
        {"ftp://127.0.0.1/", false},
        {"file:///etc/passwd", false},
        {"127.0.0.1:4566", false},
        {"", false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct err err = {0};
        if (http_url_allowed(cases[i].url, &err) != cases[i].allowed)
            fail_msg("%s: %s", cases[i].url, err.text);
        assert_int_equal(err.text[0] == '\0', cases[i].allowed);
    }
}

/* The Lambda runtime API may be anywhere on this machine; only a request that says so goes there.
 */
static void what_is_vouched_for(void **state)
{
    (void)state;
    struct err err = {0};
    struct http_request request = {.url = "http://169.254.100.1:9001/2018-06-01"};
    assert_false(http_request_allowed(&request, &err));
    request.vouched = true;
    assert_true(http_request_allowed(&request, &err));
    request.url = "http://a@b/";
    assert_false(http_request_allowed(&request, &err));
    request.url = "file:///etc/passwd";
    assert_false(http_request_allowed(&request, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(what_is_vouched_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
