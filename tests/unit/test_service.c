/* What a service shows: the metrics page, its health, the listener, words to the service manager.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "contactwatch/instant.h"
#include "contactwatch/json.h"
#include "contactwatch/log.h"
#include "contactwatch/service.h"
#include "support/exposition.h"

#define T0 INT64_C(1700000000000)

static struct metrics_view some_view(void)
{
    struct metrics_view view;
    metrics_view_init(&view, T0);
    view.count[METRIC_EVENTS] = 12345678901234;
    view.last_receive = T0 + 1500;
    return view;
}

static struct metrics_view full_view(void)
{
    struct metrics_view view = some_view();
    view.newest_event = T0 + 1250;
    view.lag_p50[0] = 400;
    view.lag_p99[0] = 2500;
    view.lag_count[0] = 10;
    view.lag_ms[0] = 5000;
    view.has_queue = view.has_store_counts = view.has_aws = true;
    view.backlog = 42;
    view.oldest_ms = 1500;
    view.clock_skew_ms = -3000;
    view.conflicts = 7;
    return view;
}

static void show(struct buf *out, const struct metrics_view *view)
{
    const struct service_info info = {"sqs", "dynamodb"};
    buf_clear(out);
    metrics_page(out, view, &info);
}

static void every_line_of_the_page_keeps_the_format(void **state)
{
    struct buf page = {0};
    struct metrics_view view = some_view();
    (void)state;
    show(&page, &view);
    size_t few = exposition_check(buf_str(&page));
    view = full_view();
    show(&page, &view);
    assert_true(exposition_check(buf_str(&page)) > few);
    assert_true(exposition_check(buf_str(&page)) >= metric_spec_count - 2); /* no flow logs yet */
    buf_free(&page);
}

static void numbers_are_in_base_units_and_exact(void **state)
{
    struct buf page = {0};
    struct metrics_view view = full_view();
    (void)state;
    show(&page, &view);
    const char *text = buf_str(&page);
    assert_non_null(strstr(text, "contactwatch_events_total 12345678901234\n"));
    assert_non_null(
        strstr(text, "contactwatch_lag_seconds{events=\"contact\",quantile=\"0.5\"} 0.4\n"));
    assert_non_null(strstr(text, "contactwatch_lag_seconds_sum{events=\"contact\"} 5\n"));
    assert_non_null(strstr(text, "contactwatch_start_time_seconds 1700000000\n"));
    assert_non_null(strstr(text, "contactwatch_newest_event_timestamp_seconds 1700000001.25\n"));
    assert_true(exposition_value(text, "contactwatch_backlog_messages") == 42);
    assert_true(exposition_value(text, "contactwatch_store_conflicts_total") == 7);
    assert_true(exposition_value(text, "contactwatch_clock_skew_seconds") == -3);
    assert_true(exposition_value(text, "contactwatch_source_up") == 1);
    assert_non_null(strstr(text, "{version=\"" CONTACTWATCH_VERSION
                                 "\",source=\"sqs\",store=\"dynamodb\"} 1\n"));
    buf_free(&page);
}

static void what_is_not_known_is_left_out(void **state)
{
    struct buf page = {0};
    struct metrics_view view = some_view();
    (void)state;
    show(&page, &view);
    static const char *const absent[] = {"backlog",   "quantile=", "newest_event", "aws_",
                                         "conflicts", "NaN",       "nan"};
    for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
        assert_null(strstr(buf_str(&page), absent[i]));
    buf_free(&page);
}

static void the_log_shows_the_same_numbers(void **state)
{
    struct buf page = {0}, json = {0};
    struct arena arena = {0};
    struct metrics_view view = full_view();
    (void)state;
    show(&page, &view);
    buf_char(&json, '{');
    metrics_json(&json, &view);
    buf_char(&json, '}');
    cJSON *tree = json_parse(&arena, buf_str(&json), json.length, NULL);
    assert_non_null(tree);
    size_t shown = 0;
    for (const cJSON *at = tree->child; at; at = at->next)
        shown++;
    assert_true(json_get(tree, "events_total")->valuedouble == 12345678901234);
    assert_true(json_get(tree, "lag_seconds_contact_0.5")->valuedouble == 0.4);
    assert_true(json_get(tree, "backlog_messages")->valuedouble == 42);
    assert_int_equal(shown + 3, exposition_check(buf_str(&page))); /* build, CPU, memory */
    arena_free(&arena);
    buf_free(&page);
    buf_free(&json);
}

static void expect_health(const struct metrics_view *view, int64_t now, const char *reason)
{
    char text[HEALTH_REASON_MAX];
    bool healthy = metrics_healthy(view, now, text);
    assert_int_equal(healthy, reason == NULL);
    if (reason && !strstr(text, reason))
        fail_msg("\"%s\" does not say \"%s\"", text, reason);
}

static void health_tells_when_somebody_should_look(void **state)
{
    struct metrics_view view = some_view();
    int64_t heard = view.last_receive;
    (void)state;
    expect_health(&view, T0 + DAY_MS, NULL); /* a quiet night is no illness */
    snprintf(view.source_error, sizeof(view.source_error), "no such queue");
    expect_health(&view, heard + HEALTH_SILENT_MS - 1, NULL);
    expect_health(&view, heard + HEALTH_SILENT_MS, "for 60 s: no such queue");
    view.last_receive = INSTANT_NONE;
    expect_health(&view, T0 + HEALTH_SILENT_MS - 1, NULL); /* since the start */
    expect_health(&view, T0 + HEALTH_SILENT_MS, "no such queue");
    view.source_error[0] = '\0';
    snprintf(view.store_error, sizeof(view.store_error), "throttled");
    view.store_failing_ms = HEALTH_STORE_MS - 1;
    expect_health(&view, T0, NULL);
    view.store_failing_ms = HEALTH_STORE_MS;
    expect_health(&view, T0, "for 10 s: throttled");
    view.store_error[0] = '\0';
    view.longest_attempt_ms = HEALTH_STUCK_MS;
    expect_health(&view, T0, "the store has been at one batch for 60 s");
    view.longest_attempt_ms = 0;
    view.longest_step_ms = HEALTH_STUCK_MS;
    expect_health(&view, T0, "at one step for 60 s");
    view.ended = true;
    expect_health(&view, T0, NULL);
}

static void give_view(void *context, struct metrics_view *out)
{
    *out = *(const struct metrics_view *)context;
}

static struct listener *listen_with(struct metrics_view *view)
{
    const struct listener_options options = {"0", {"sqs", "dynamodb"}, give_view, view};
    struct err err = {""};
    struct listener *listener = listener_start(&options, &err);
    if (!listener)
        fail_msg("%s", err.text);
    return listener;
}

static int connect_to(const struct listener *listener)
{
    const char *port = strrchr(listener_url(listener), ':') + 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)strtol(port, NULL, 10)),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

/* Everything that comes until the other end closes. */
static struct buf ask(const struct listener *listener, const char *request, size_t length)
{
    struct buf answer = {0};
    char chunk[4096];
    int fd = connect_to(listener);
    assert_true(send(fd, request, length, MSG_NOSIGNAL) >= 0);
    for (ssize_t n; (n = recv(fd, chunk, sizeof(chunk), 0)) > 0;)
        buf_add(&answer, chunk, (size_t)n);
    close(fd);
    return answer;
}

static struct buf get(const struct listener *listener, const char *method, const char *path)
{
    char request[256];
    snprintf(request, sizeof(request), "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
             method, path);
    return ask(listener, request, strlen(request));
}

static void expect_answer(const struct listener *listener, const char *method, const char *path,
                          const char *status, const char *body)
{
    struct buf answer = get(listener, method, path);
    const char *text = buf_str(&answer), *end = strstr(text, "\r\n\r\n");
    if (strncmp(text, "HTTP/1.1 ", 9) != 0 || strncmp(text + 9, status, 3) != 0)
        fail_msg("%s %s: %s", method, path, text);
    assert_non_null(end);
    if (body)
        assert_string_equal(end + 4, body);
    assert_non_null(strstr(text, "Cache-Control: no-store\r\n"));
    buf_free(&answer);
}

static void the_listener_answers_two_paths(void **state)
{
    struct metrics_view view = full_view();
    struct listener *listener = listen_with(&view);
    (void)state;
    assert_int_equal(strncmp(listener_url(listener), "http://127.0.0.1:", 17), 0);
    struct buf answer = get(listener, "GET", "/metrics");
    assert_non_null(
        strstr(buf_str(&answer), "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    exposition_check(strstr(buf_str(&answer), "\r\n\r\n") + 4);
    buf_free(&answer);
    expect_answer(listener, "HEAD", "/metrics", "200", "");
    expect_answer(listener, "GET", "/healthz", "200", "ok\n");
    expect_answer(listener, "GET", "/metrics?x=1", "200", NULL);
    expect_answer(listener, "GET", "/", "404", NULL);
    expect_answer(listener, "GET", "/metrics/", "404", NULL);
    expect_answer(listener, "POST", "/metrics", "405", "only GET and HEAD\n");
    expect_answer(listener, "DELETE", "/healthz", "405", NULL);
    listener_stop(listener);
}

static void bad_health_is_503_with_the_reason(void **state)
{
    struct metrics_view view = some_view();
    struct listener *listener = listen_with(&view);
    (void)state;
    view.started = view.last_receive = clock_now(NULL) - 2 * HEALTH_SILENT_MS;
    snprintf(view.source_error, sizeof(view.source_error), "no such queue");
    expect_answer(listener, "GET", "/healthz", "503",
                  "nothing could be received for 120 s: no such queue\n");
    expect_answer(listener, "HEAD", "/healthz", "503", "");
    expect_answer(listener, "GET", "/metrics", "200", NULL);
    listener_stop(listener);
}

static void what_is_no_request_does_no_harm(void **state)
{
    struct metrics_view view = some_view();
    struct listener *listener = listen_with(&view);
    char *large = mem_alloc(64 * 1024);
    (void)state;
    memset(large, 'a', 64 * 1024);
    memcpy(large, "GET /", 5);
    struct buf answer = ask(listener, large, 64 * 1024);
    assert_null(strstr(buf_str(&answer), " 200 "));
    buf_free(&answer);
    static const char *const words[] = {
        "\r\n\r\n\r\n",
        "hello\r\n\r\n",
        "GET /metrics HTTP/9.9\r\n\r\n",
        "\0\0\0\r\n\r\n",
        "GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde",
        "POST /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"};
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        int fd = connect_to(listener);
        assert_true(send(fd, words[i], strlen(words[i]), MSG_NOSIGNAL) >= 0);
        close(fd);
    }
    expect_answer(listener, "GET", "/healthz", "200", "ok\n");
    free(large);
    listener_stop(listener);
}

static void more_connections_than_allowed_do_not_stop_it(void **state)
{
    enum { MANY = 20 }; /* more than it takes at once, fewer than may wait */
    struct metrics_view view = some_view();
    struct listener *listener = listen_with(&view);
    int fd[MANY];
    (void)state;
    for (int i = 0; i < MANY; i++)
        fd[i] = connect_to(listener);
    for (int i = 0; i < MANY; i++)
        close(fd[i]);
    struct buf answer = {0};
    do { /* until it has noticed that they are gone */
        buf_free(&answer);
        answer = get(listener, "GET", "/healthz");
    } while (!strstr(buf_str(&answer), " 200 "));
    buf_free(&answer);
    listener_stop(listener);
}

static void addresses_mean_loopback_unless_they_say_otherwise(void **state)
{
    static const char *const good[] = {"9090",      ":9090",       "localhost:1", "0.0.0.0:9090",
                                       "[::]:9090", "[::1]:65535", "10.1.2.3:80"};
    static const char *const bad[] = {"",         ":",         "host:9090", "9090x",
                                      "1.2.3.4:", "::1:9090",  "[::1]9090", "1.2.3.4",
                                      "70000",    ":99999999", "[::1",      "a:b:c"};
    struct metrics_view view = some_view();
    struct err err = {""};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(good); i++)
        if (!listener_address_valid(good[i], &err))
            fail_msg("%s: %s", good[i], err.text);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        if (listener_address_valid(bad[i], &err))
            fail_msg("%s is taken", bad[i]);
    struct listener *first = listen_with(&view);
    struct listener_options options = {
        strrchr(listener_url(first), ':'), {"a", "b"}, give_view, &view};
    assert_null(listener_start(&options, &err));
    assert_non_null(strstr(err.text, "in use"));
    listener_stop(first);
}

/* The service manager's end. */
static int manager_socket(const struct sockaddr_un *address, socklen_t length)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)address, length), 0);
    return fd;
}

static void expect_word(int fd, const char *wanted)
{
    char text[600];
    struct pollfd waiting = {fd, POLLIN, 0};
    assert_int_equal(poll(&waiting, 1, 10000), 1);
    ssize_t n = recv(fd, text, sizeof(text) - 1, 0);
    assert_true(n >= 0);
    text[n] = '\0';
    assert_string_equal(text, wanted);
}

static void the_manager_hears_by_path_and_by_abstract_name(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char name[64];
    (void)state;
    snprintf(name, sizeof(name), "/tmp/cw-notify-%ld", (long)getpid());
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", name);
    int fd = manager_socket(&address, sizeof(address));
    setenv("NOTIFY_SOCKET", name, 1);
    notify_send("READY=1\nSTATUS=%d events", 7);
    expect_word(fd, "READY=1\nSTATUS=7 events");
    close(fd);
    unlink(name);
    notify_send("READY=1"); /* nobody is there */
    name[0] = '@';
    memset(&address.sun_path, 0, sizeof(address.sun_path));
    memcpy(address.sun_path + 1, name + 1, strlen(name + 1));
    fd = manager_socket(&address,
                        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name)));
    setenv("NOTIFY_SOCKET", name, 1);
    notify_send("STOPPING=1");
    expect_word(fd, "STOPPING=1");
    close(fd);
    setenv("NOTIFY_SOCKET", "nonsense", 1);
    notify_send("READY=1");
    unsetenv("NOTIFY_SOCKET");
    notify_send("READY=1");
}

static void the_watchdog_is_ours_or_nobodys(void **state)
{
    char pid[24];
    (void)state;
    unsetenv("WATCHDOG_USEC");
    assert_int_equal(notify_watchdog_ms(), 0);
    setenv("WATCHDOG_USEC", "30000000", 1);
    assert_int_equal(notify_watchdog_ms(), 30000);
    snprintf(pid, sizeof(pid), "%ld", (long)getpid());
    setenv("WATCHDOG_PID", pid, 1);
    assert_int_equal(notify_watchdog_ms(), 30000);
    setenv("WATCHDOG_PID", "1", 1);
    assert_int_equal(notify_watchdog_ms(), 0);
    unsetenv("WATCHDOG_PID");
    setenv("WATCHDOG_USEC", "nonsense", 1);
    assert_int_equal(notify_watchdog_ms(), 0);
    setenv("WATCHDOG_USEC", "-5", 1);
    assert_int_equal(notify_watchdog_ms(), 0);
    unsetenv("WATCHDOG_USEC");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_of_the_page_keeps_the_format),
        cmocka_unit_test(numbers_are_in_base_units_and_exact),
        cmocka_unit_test(what_is_not_known_is_left_out),
        cmocka_unit_test(the_log_shows_the_same_numbers),
        cmocka_unit_test(health_tells_when_somebody_should_look),
        cmocka_unit_test(the_listener_answers_two_paths),
        cmocka_unit_test(bad_health_is_503_with_the_reason),
        cmocka_unit_test(what_is_no_request_does_no_harm),
        cmocka_unit_test(more_connections_than_allowed_do_not_stop_it),
        cmocka_unit_test(addresses_mean_loopback_unless_they_say_otherwise),
        cmocka_unit_test(the_manager_hears_by_path_and_by_abstract_name),
        cmocka_unit_test(the_watchdog_is_ours_or_nobodys),
    };
    log_set_stderr(false);
    return cmocka_run_group_tests_name("service", tests, NULL, NULL);
}
