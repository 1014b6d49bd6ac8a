/*
 * What a long-running process shows to those who look after it: the metrics page and its health
 * over HTTP, and words to the service manager. Neither says anything of contacts.
 */
#ifndef CONTACTWATCH_SERVICE_H
#define CONTACTWATCH_SERVICE_H

#include "contactwatch/err.h"
#include "contactwatch/mem.h"
#include "contactwatch/metrics.h"

/* What runs here, for the page. */
struct service_info {
    const char *source, *store; /* kinds: "sqs", "dynamodb" */
};

/* The Prometheus text format, version 0.0.4. */
void metrics_page(struct buf *out, const struct metrics_view *view,
                  const struct service_info *info);
/* The same numbers as members of a JSON object, without its braces; the prefix of the names is left
 * out. */
void metrics_json(struct buf *out, const struct metrics_view *view);

enum {
    HEALTH_REASON_MAX = 224,
    HEALTH_SILENT_MS = 60000, /* without a successful receive, while the source errs */
    HEALTH_STORE_MS = 10000,  /* without a successful write, while writers try */
    HEALTH_STUCK_MS = 60000,  /* at one step */
};
/* False with the reason when somebody should look. now: wall clock, ms. */
bool metrics_healthy(const struct metrics_view *view, int64_t now, char reason[HEALTH_REASON_MAX]);

/*
 * The listener: GET and HEAD of /metrics and /healthz, by one thread of its own. address is PORT or
 * :PORT (then loopback), ADDR:PORT or [ADDR6]:PORT; port 0 = any free one.
 */
struct listener_options {
    const char *address;
    struct service_info info;
    void (*metrics)(void *context, struct metrics_view *out); /* on the listener's thread */
    void *context;
};
struct listener;
struct listener *listener_start(const struct listener_options *options, struct err *err);
const char *listener_url(const struct listener *listener); /* "http://127.0.0.1:9090" */
void listener_stop(struct listener *listener);             /* NULL is allowed */
bool listener_address_valid(const char *address, struct err *err);

/*
 * Words to the service manager: one datagram to $NOTIFY_SOCKET, nothing where there is none.
 * state: lines "READY=1\nSTATUS=…". Any thread.
 */
void notify_send(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* How long the manager waits for a sign of life, ms ($WATCHDOG_USEC, if it means this process); 0 =
 * it does not. */
int64_t notify_watchdog_ms(void);

#endif
