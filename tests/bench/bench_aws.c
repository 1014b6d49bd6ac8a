/* What a call costs: signing, and small signed requests over loopback from one thread. */
#include <stdlib.h>
#include <string.h>

#include "aws/aws_internal.h"
#include "contactwatch/sigv4.h"
#include "support/bench.h"
#include "support/http_server.h"

enum { SIGNATURES = 20000, REQUESTS = 20000, UNDER_WAY = 16, BODY = 1500 };

static char body[BODY + 1];

static double sign_us(struct sigv4_key *cache)
{
    static const struct http_header header[] = {
        {"Host", "dynamodb.eu-west-1.amazonaws.com"},
        {"X-Amz-Date", "20261122T150000Z"},
        {"X-Amz-Target", "DynamoDB_20120810.UpdateItem"},
        {"Content-Type", "application/x-amz-json-1.0"},
    };
    const struct sigv4_request request = {
        .method = "POST",
        .path = "/",
        .query = "",
        .header = header,
        .headers = 4,
        .body = body,
        .length = BODY,
        .region = "eu-west-1",
        .service = "dynamodb",
        .access_key = "AKIDEXAMPLE",
        .secret_key = "secret",
        .time = INT64_C(1795359600000),
    };
    struct buf out = {0};
    int64_t mark = bench_cpu_ns();
    for (int i = 0; i < SIGNATURES; i++) {
        buf_clear(&out);
        sigv4_authorization(&out, &request, cache);
    }
    double us = bench_cpu_ms(&mark) * 1000 / SIGNATURES;
    buf_free(&out);
    return us;
}

static void answer(void *context, const struct http_server_request *request,
                   struct http_server_reply *reply)
{
    (void)context;
    (void)request;
    http_server_answer(reply, 200,
                       "Content-Type: application/x-amz-json-1.0\r\nx-amzn-RequestId: 1\r\n"
                       "Date: Sun, 22 Nov 2026 15:00:00 GMT\r\n",
                       "{}", 2);
}

static const char *no_variable(void *context, const char *name)
{
    (void)context;
    (void)name;
    return NULL;
}

static void begin(struct aws_client *client, struct aws_call *call)
{
    aws_call_reset(call);
    call->operation = "UpdateItem";
    buf_add(&call->body, body, BODY);
    aws_start(client, call);
}

static void run_requests(struct aws_client *client, unsigned under_way)
{
    struct aws_call call[UNDER_WAY] = {0};
    unsigned started = 0, done = 0;
    for (; started < under_way; started++)
        begin(client, &call[started]);
    while (done < REQUESTS) {
        struct aws_call *finished = aws_next(client, -1);
        if (!finished || finished->fault != AWS_FINE)
            abort();
        done++;
        if (started < REQUESTS) {
            begin(client, finished);
            started++;
        }
    }
    for (unsigned i = 0; i < UNDER_WAY; i++)
        aws_call_free(&call[i]);
}

static void measure_requests(unsigned under_way, const char *what, enum bench_bar kind, double bar)
{
    static const struct aws_environment nothing = {.variable = no_variable};
    struct http_server *server = http_server_open(answer, NULL);
    struct err err = {0};
    struct aws_options options = {
        .region = "eu-west-1",
        .endpoint_url = http_server_url(server),
        .environment = &nothing,
        .credentials = credentials_fixed("AKIDEXAMPLE", "secret", NULL),
    };
    struct aws_session *session = aws_session_open(&options, NULL, &err);
    struct aws_client *client = session ? aws_client_open(session, AWS_DYNAMODB, &err) : NULL;
    if (!client)
        abort();
    int64_t wall = monotonic_ns(), cpu = bench_cpu_ns();
    run_requests(client, under_way);
    double seconds = bench_wall_ms(&wall) / 1000, cpu_us = bench_cpu_ms(&cpu) * 1000 / REQUESTS;
    bench_figure(what, REQUESTS / seconds, "requests/s", kind, bar);
    bench_figure("  processor time of the thread", cpu_us, "us/request", BENCH_NO_BAR, 0);
    aws_client_close(client);
    aws_session_close(session);
    http_server_close(server);
}

int main(void)
{
    struct sigv4_key cache = {0};
    memset(body, 'x', BODY);
    bench_figure("signing 1.5 KB, key cached", sign_us(&cache), "us", BENCH_NO_BAR, 0);
    bench_figure("signing 1.5 KB, key derived anew", sign_us(NULL), "us", BENCH_NO_BAR, 0);
    measure_requests(1, "signed requests, one at a time", BENCH_NO_BAR, 0);
    measure_requests(UNDER_WAY, "signed requests, 16 under way, one thread", BENCH_AT_LEAST, 12000);
    return 0;
}
