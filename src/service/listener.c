/* The HTTP listener. Small on purpose: few connections, short waits, no request bodies, two pages.
 */
#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contactwatch/instant.h"
#include "contactwatch/log.h"
#include "contactwatch/service.h"
#include "service/address.h"

enum { CONNECTIONS_MAX = 16, IDLE_S = 10, REQUEST_BYTES = 8192, BACKLOG = 16 };

struct listener {
    struct listener_options options;
    struct MHD_Daemon *daemon;
    char url[96];
};

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *type,
                              struct buf *body)
{
    size_t length = body->length;
    buf_reserve(body, 1);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(length, buf_take(body), MHD_RESPMEM_MUST_FREE);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", type);
    MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, "Allow", "GET, HEAD");
    enum MHD_Result queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result answer_words(struct MHD_Connection *connection, unsigned status,
                                    const char *words)
{
    struct buf body = {0};
    buf_printf(&body, "%s\n", words);
    return answer(connection, status, "text/plain; charset=utf-8", &body);
}

static enum MHD_Result show_metrics(struct listener *l, struct MHD_Connection *connection)
{
    struct metrics_view view;
    struct buf body = {0};
    l->options.metrics(l->options.context, &view);
    metrics_page(&body, &view, &l->options.info);
    return answer(connection, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", &body);
}

static enum MHD_Result show_health(struct listener *l, struct MHD_Connection *connection)
{
    struct metrics_view view;
    char reason[HEALTH_REASON_MAX];
    l->options.metrics(l->options.context, &view);
    bool healthy = metrics_healthy(&view, clock_now(NULL), reason);
    return answer_words(connection, healthy ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE,
                        healthy ? "ok" : reason);
}

static const struct page {
    const char *path;
    enum MHD_Result (*show)(struct listener *listener, struct MHD_Connection *connection);
} pages[] = {{"/metrics", show_metrics}, {"/healthz", show_health}};

/* Called with the headers first, with nothing left to read last; in between comes a body, which
 * nobody wants. */
static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **state)
{
    static char headers_seen;
    (void)version;
    (void)upload;
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return answer_words(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD");
    if (!*state) {
        *state = &headers_seen;
        return MHD_YES;
    }
    if (*upload_size)
        return MHD_NO;
    for (size_t i = 0; i < ARRAY_SIZE(pages); i++)
        if (strcmp(url, pages[i].path) == 0)
            return pages[i].show(context, connection);
    return answer_words(connection, MHD_HTTP_NOT_FOUND, "there are /metrics and /healthz");
}

static void log_it(void *context, const char *format, va_list args)
{
    char text[256];
    (void)context;
    vsnprintf(text, sizeof(text), format, args);
    log_debug("metrics listener: %s", text);
}

static int open_socket(const struct listener_options *options, struct sockaddr_storage *address,
                       socklen_t *length, struct err *err)
{
    int one = 1;
    if (!listen_address(options->address, address, length, err))
        return -1;
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
        bind(fd, (struct sockaddr *)address, *length) < 0 || listen(fd, BACKLOG) < 0 ||
        getsockname(fd, (struct sockaddr *)address, length) < 0) {
        err_set(err, "cannot listen at %s: %s", options->address, strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

/* With all signals blocked, so that the thread it starts takes none. */
static struct MHD_Daemon *start_daemon(struct listener *l, int fd)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ERROR_LOG, 0, NULL, NULL, handle,
        l, MHD_OPTION_EXTERNAL_LOGGER, log_it, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)REQUEST_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return daemon;
}

struct listener *listener_start(const struct listener_options *options, struct err *err)
{
    struct sockaddr_storage address;
    socklen_t length;
    char text[80];
    int fd = open_socket(options, &address, &length, err);
    if (fd < 0)
        return NULL;
    struct listener *l = mem_zero(sizeof(*l));
    l->options = *options;
    address_text(&address, length, text, sizeof(text));
    snprintf(l->url, sizeof(l->url), "http://%s", text);
    l->daemon = start_daemon(l, fd);
    if (!l->daemon) {
        err_set(err, "cannot listen at %s: no thread could be started", options->address);
        close(fd);
        free(l);
        return NULL;
    }
    log_info("metrics at %s/metrics%s", l->url,
             address_is_loopback(&address) ? "" : ", open to the network");
    return l;
}

const char *listener_url(const struct listener *l)
{
    return l->url;
}

bool listener_address_valid(const char *address, struct err *err)
{
    struct sockaddr_storage ignored;
    socklen_t length;
    return listen_address(address, &ignored, &length, err);
}

void listener_stop(struct listener *l)
{
    if (!l)
        return;
    MHD_stop_daemon(l->daemon);
    free(l);
}
