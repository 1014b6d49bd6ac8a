/* libcurl's transport against a server of the test's own, with faults. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/http.h"
#include "contactwatch/instant.h"
#include "support/http_server.h"

struct fixture {
    struct http_server *server;
    struct transport *transport;
    char url[96];
    pthread_mutex_t lock;
    struct buf seen; /* heads of the requests, in order */
    struct http_response response;
};

typedef void (*maker)(const struct http_server_request *request, struct http_server_reply *reply);

static void echo(const struct http_server_request *request, struct http_server_reply *reply)
{
    http_server_answer(reply, 200, "X-Odd:  two  words \r\nEmpty:\r\n", request->body,
                       request->length);
}

static void large_body(const struct http_server_request *request, struct http_server_reply *reply)
{
    (void)request;
    struct buf body = {0};
    buf_pad(&body, 'x', 300000);
    http_server_answer(reply, 200, NULL, body.data, body.length);
    buf_free(&body);
}

static void large_head(const struct http_server_request *request, struct http_server_reply *reply)
{
    (void)request;
    struct buf more = {0};
    for (int i = 0; i < 80; i++) {
        buf_printf(&more, "X-Long-%d: ", i);
        buf_pad(&more, 'y', 1000);
        buf_text(&more, "\r\n");
    }
    http_server_answer(reply, 200, more.data, "", 0);
    buf_free(&more);
}

static void moved(const struct http_server_request *request, struct http_server_reply *reply)
{
    (void)request;
    http_server_answer(reply, 301, "Location: /echo\r\n", "", 0);
}

static void cut_short(const struct http_server_request *request, struct http_server_reply *reply)
{
    (void)request;
    http_server_answer(reply, 200, NULL, "0123456789", 10);
    reply->cut = reply->bytes.length - 4;
}

static void reset(const struct http_server_request *request, struct http_server_reply *reply)
{
    (void)request;
    reply->reset = true;
}

static void slow(const struct http_server_request *request, struct http_server_reply *reply)
{
    (void)request;
    http_server_answer(reply, 200, NULL, "late", 4);
    reply->delay_ms = 20000;
}

static void interim(const struct http_server_request *request, struct http_server_reply *reply)
{
    (void)request;
    buf_text(&reply->bytes, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
    http_server_answer(reply, 200, "X-Last: 1\r\n", "ok", 2);
}

static void good_bye(const struct http_server_request *request, struct http_server_reply *reply)
{
    echo(request, reply);
    reply->close = true; /* without having said so */
}

static const struct {
    const char *path;
    maker make;
} answers[] = {
    {"/bye ", good_bye},    {"/echo ", echo},   {"/large ", large_body},
    {"/head ", large_head}, {"/moved ", moved}, {"/cut ", cut_short},
    {"/reset ", reset},     {"/slow ", slow},   {"/interim ", interim},
};

/* The path says what comes back. */
static void answer(void *context, const struct http_server_request *request,
                   struct http_server_reply *reply)
{
    struct fixture *fixture = context;
    pthread_mutex_lock(&fixture->lock);
    buf_text(&fixture->seen, request->head);
    pthread_mutex_unlock(&fixture->lock);
    const char *path = strchr(request->head, ' ') + 1;
    for (size_t i = 0; i < ARRAY_SIZE(answers); i++)
        if (strncmp(path, answers[i].path, strlen(answers[i].path)) == 0) {
            answers[i].make(request, reply);
            return;
        }
    http_server_answer(reply, 404, NULL, "", 0);
}

static int open_fixture(void **state)
{
    struct fixture *fixture = mem_zero(sizeof(*fixture));
    pthread_mutex_init(&fixture->lock, NULL);
    fixture->server = http_server_open(answer, fixture);
    fixture->transport = transport_curl_open(NULL);
    *state = fixture;
    return fixture->transport ? 0 : -1;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    fixture->transport->ops->close(fixture->transport);
    http_server_close(fixture->server);
    http_response_free(&fixture->response);
    buf_free(&fixture->seen);
    pthread_mutex_destroy(&fixture->lock);
    free(fixture);
    return 0;
}

static struct http_request request_to(struct fixture *fixture, const char *method, const char *path)
{
    snprintf(fixture->url, sizeof(fixture->url), "%s%s", http_server_url(fixture->server), path);
    return (struct http_request){.method = method, .url = fixture->url};
}

/* Status of one exchange; the response is the fixture's. */
static int fetch(struct fixture *fixture, const char *method, const char *path, const char *body)
{
    struct http_request request = request_to(fixture, method, path);
    struct err err = {0};
    request.body = body;
    request.length = body ? strlen(body) : 0;
    bool answered = http_fetch(fixture->transport, &request, &fixture->response, &err);
    assert_int_equal(answered, err.text[0] == '\0');
    return fixture->response.status;
}

static void connections_are_kept_and_reused(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < 30; i++) {
        assert_int_equal(fetch(fixture, "POST", "/echo", "hello"), 200);
        assert_string_equal(buf_str(&fixture->response.body), "hello");
    }
    assert_int_equal(http_server_connections(fixture->server), 1);
}

static void a_connection_that_was_closed_is_replaced(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < 50; i++) {
        int status = fetch(fixture, "POST", "/bye", "hello");
        if (status == 0) /* it was closed amid the request: the next one has another */
            status = fetch(fixture, "POST", "/bye", "hello");
        assert_int_equal(status, 200);
    }
    assert_in_range(http_server_connections(fixture->server), 50, 100);
}

/* Nothing of curl's own is sent: what is not signed is not there. */
static void only_what_is_given_is_sent(void **state)
{
    struct fixture *fixture = *state;
    struct http_request request = request_to(fixture, "POST", "/echo");
    struct err err;
    request.header[0] = (struct http_header){"Host", "example.com"};
    request.header[1] = (struct http_header){"X-Empty", ""};
    request.header[2] = (struct http_header){"X-Amz-Target", "A.B"};
    request.headers = 3;
    request.body = "{}";
    request.length = 2;
    assert_true(http_fetch(fixture->transport, &request, &fixture->response, &err));
    assert_string_equal(fixture->seen.data, "POST /echo HTTP/1.1\r\nHost: example.com\r\n"
                                            "X-Empty:\r\nX-Amz-Target: A.B\r\n"
                                            "Content-Length: 2\r\n\r");
}

static void a_header_cannot_begin_another(void **state)
{
    struct fixture *fixture = *state;
    struct http_request request = request_to(fixture, "POST", "/echo");
    struct err err = {0};
    request.header[0] = (struct http_header){"X-Amz-Target", "A.B\r\nX-More: 1"};
    request.headers = 1;
    assert_false(http_fetch(fixture->transport, &request, &fixture->response, &err));
    assert_string_equal(err.text, "the header X-Amz-Target has a line break in it");
    assert_int_equal(fixture->seen.length, 0);
}

static void methods_follow_each_other_on_one_handle(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *method, *body, *line;
        int status;
    } cases[] = {
        {"POST", "a", "POST /echo ", 200},  {"HEAD", NULL, "HEAD /none ", 404},
        {"PUT", "bb", "PUT /echo ", 200},   {"GET", NULL, "GET /echo ", 200},
        {"PUT", NULL, "PUT /echo ", 200},   {"DELETE", NULL, "DELETE /echo ", 200},
        {"POST", NULL, "POST /echo ", 200}, {"GET", NULL, "GET /echo ", 200},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        bool head = strcmp(cases[i].method, "HEAD") == 0;
        buf_clear(&fixture->seen);
        assert_int_equal(fetch(fixture, cases[i].method, head ? "/none" : "/echo", cases[i].body),
                         cases[i].status);
        assert_memory_equal(fixture->seen.data, cases[i].line, strlen(cases[i].line));
        assert_string_equal(buf_str(&fixture->response.body), cases[i].body ? cases[i].body : "");
    }
}

static void a_large_body_goes_without_asking_first(void **state)
{
    struct fixture *fixture = *state;
    struct http_request request = request_to(fixture, "POST", "/echo");
    struct buf body = {0};
    struct err err;
    buf_pad(&body, 'b', 3 << 20);
    request.body = body.data;
    request.length = body.length;
    assert_true(http_fetch(fixture->transport, &request, &fixture->response, &err));
    assert_int_equal(fixture->response.body.length, body.length);
    assert_null(strstr(fixture->seen.data, "Expect"));
    buf_free(&body);
}

static void heads_are_read_in_lower_case(void **state)
{
    struct fixture *fixture = *state;
    char value[32], tiny[4];
    assert_int_equal(fetch(fixture, "POST", "/echo", "x"), 200);
    assert_true(http_header_get(&fixture->response, "x-odd", value, sizeof(value)));
    assert_string_equal(value, "two  words");
    assert_true(http_header_get(&fixture->response, "x-odd", tiny, sizeof(tiny)));
    assert_string_equal(tiny, "two");
    assert_true(http_header_get(&fixture->response, "empty", value, sizeof(value)));
    assert_string_equal(value, "");
    assert_false(http_header_get(&fixture->response, "x-od", value, sizeof(value)));
    assert_int_equal(fetch(fixture, "GET", "/interim", NULL), 200);
    assert_false(http_header_get(&fixture->response, "link", value, sizeof(value)));
    assert_true(http_header_get(&fixture->response, "x-last", value, sizeof(value)));
}

static void a_redirect_is_an_answer(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fetch(fixture, "GET", "/moved", NULL), 301);
    assert_null(strstr(fixture->seen.data, "/echo"));
}

static void an_answer_too_large_is_given_up(void **state)
{
    struct fixture *fixture = *state;
    struct http_request request = request_to(fixture, "GET", "/large");
    struct err err = {0};
    request.response_max = 299999;
    assert_false(http_fetch(fixture->transport, &request, &fixture->response, &err));
    assert_true(fixture->response.too_large);
    assert_int_equal(fixture->response.status, 0);
    assert_string_equal(err.text, "the answer is larger than 299999 bytes");
    request.response_max = 300000;
    assert_true(http_fetch(fixture->transport, &request, &fixture->response, &err));
    assert_int_equal(fixture->response.body.length, 300000);
    assert_false(fixture->response.too_large);
    assert_int_equal(fetch(fixture, "GET", "/head", NULL), 0);
    assert_true(fixture->response.too_large);
}

static void half_an_answer_is_none(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fetch(fixture, "GET", "/cut", NULL), 0);
    assert_true(strlen(fixture->response.error) > 0);
    assert_int_equal(fetch(fixture, "GET", "/reset", NULL), 0);
    assert_false(fixture->response.timed_out);
    assert_int_equal(fetch(fixture, "POST", "/echo", "again"), 200);
    assert_string_equal(fixture->response.error, "");
}

static void silence_times_out(void **state)
{
    struct fixture *fixture = *state;
    struct http_request request = request_to(fixture, "GET", "/slow");
    struct err err = {0};
    int64_t start = monotonic_ns();
    request.timeout_ms = 60;
    assert_false(http_fetch(fixture->transport, &request, &fixture->response, &err));
    assert_true(fixture->response.timed_out);
    assert_true(monotonic_ns() - start < INT64_C(10000000000));
}

static void nobody_there_is_said(void **state)
{
    struct fixture *fixture = *state;
    struct err err = {0};
    struct http_request request = {.method = "GET", .url = "http://127.0.0.1:1/"};
    assert_false(http_fetch(fixture->transport, &request, &fixture->response, &err));
    assert_non_null(strstr(err.text, "127.0.0.1"));
}

static void many_exchanges_keep_apart(void **state)
{
    struct fixture *fixture = *state;
    enum { COUNT = 100 };
    struct exchange exchange[COUNT] = {0};
    char body[COUNT][16];
    struct http_request request = request_to(fixture, "POST", "/echo");
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(body[i], sizeof(body[i]), "body %zu", i);
        exchange[i].request = request;
        exchange[i].request.body = body[i];
        exchange[i].request.length = strlen(body[i]);
        exchange[i].owner = body[i];
        fixture->transport->ops->start(fixture->transport, &exchange[i]);
    }
    for (size_t i = 0; i < COUNT; i++) {
        struct exchange *done = fixture->transport->ops->wait(fixture->transport, 20000);
        assert_non_null(done);
        assert_int_equal(done->response.status, 200);
        assert_string_equal(buf_str(&done->response.body), done->owner);
    }
    assert_null(fixture->transport->ops->wait(fixture->transport, -1));
    for (size_t i = 0; i < COUNT; i++)
        http_response_free(&exchange[i].response);
}

static void *wake_it(void *argument)
{
    struct fixture *fixture = argument;
    fixture->transport->ops->wake(fixture->transport);
    return NULL;
}

static void another_thread_wakes_a_wait(void **state)
{
    struct fixture *fixture = *state;
    struct exchange exchange = {.request = request_to(fixture, "GET", "/slow")};
    pthread_t thread;
    fixture->transport->ops->start(fixture->transport, &exchange);
    pthread_create(&thread, NULL, wake_it, fixture);
    assert_null(fixture->transport->ops->wait(fixture->transport, -1));
    pthread_join(thread, NULL);
    assert_null(fixture->transport->ops->wait(fixture->transport, 1)); /* one wake, one return */
    fixture->transport->ops->cancel(fixture->transport, &exchange);
    assert_null(fixture->transport->ops->wait(fixture->transport, -1));
    http_response_free(&exchange.response);
}

static void what_is_under_way_is_closed_too(void **state)
{
    struct fixture *fixture = *state;
    struct exchange waiting = {.request = request_to(fixture, "GET", "/slow")};
    struct exchange refused = {.request = {.method = "GET", .url = "http://example.com/"}};
    struct exchange given_up = refused;
    fixture->transport->ops->start(fixture->transport, &waiting);
    fixture->transport->ops->start(fixture->transport, &refused);
    fixture->transport->ops->start(fixture->transport, &given_up);
    fixture->transport->ops->cancel(fixture->transport, &given_up);
    assert_ptr_equal(fixture->transport->ops->wait(fixture->transport, 0), &refused);
    assert_null(fixture->transport->ops->wait(fixture->transport, 0));
    http_response_free(&waiting.response);
}

/* https goes through the environment's proxy, unless told not to; plain http never does, so that a
 * signed request to this machine does not leave it. */
static void proxies_of_the_environment(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    struct http_request request = {.method = "GET", .url = "https://queue.invalid/"};
    setenv("https_proxy", http_server_url(fixture->server), 1);
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    assert_false(http_fetch(fixture->transport, &request, &fixture->response, &err));
    assert_memory_equal(buf_str(&fixture->seen), "CONNECT queue.invalid:443 ", 26);
    buf_clear(&fixture->seen);
    request.no_proxy = true;
    assert_false(http_fetch(fixture->transport, &request, &fixture->response, &err));
    assert_int_equal(fixture->seen.length, 0);
    assert_int_equal(fetch(fixture, "POST", "/echo", "x"), 200);
    unsetenv("https_proxy");
    unsetenv("http_proxy");
}

#define TRANSPORT_TEST(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TRANSPORT_TEST(connections_are_kept_and_reused),
        TRANSPORT_TEST(a_connection_that_was_closed_is_replaced),
        TRANSPORT_TEST(only_what_is_given_is_sent),
        TRANSPORT_TEST(a_header_cannot_begin_another),
        TRANSPORT_TEST(methods_follow_each_other_on_one_handle),
        TRANSPORT_TEST(a_large_body_goes_without_asking_first),
        TRANSPORT_TEST(heads_are_read_in_lower_case),
        TRANSPORT_TEST(a_redirect_is_an_answer),
        TRANSPORT_TEST(an_answer_too_large_is_given_up),
        TRANSPORT_TEST(half_an_answer_is_none),
        TRANSPORT_TEST(silence_times_out),
        TRANSPORT_TEST(nobody_there_is_said),
        TRANSPORT_TEST(many_exchanges_keep_apart),
        TRANSPORT_TEST(another_thread_wakes_a_wait),
        TRANSPORT_TEST(what_is_under_way_is_closed_too),
        TRANSPORT_TEST(proxies_of_the_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
