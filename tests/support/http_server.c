#include "support/http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contactwatch/instant.h"

struct connection {
    int fd;
    unsigned number;
    struct buf in;
    struct http_server_reply reply;
    size_t sent;
    bool answering;
    int64_t due_ns; /* of the answer's first byte */
    struct connection *next;
};

struct http_server {
    http_server_handler handler;
    void *context;
    int listener, epoll, stop;
    char url[64];
    struct connection *connections;
    unsigned requests;
    atomic_uint accepted;
    pthread_t thread;
};

static void watch(struct http_server *server, int fd, void *pointer, uint32_t events, int operation)
{
    struct epoll_event event = {.events = events, .data.ptr = pointer};
    epoll_ctl(server->epoll, operation, fd, &event);
}

static void drop(struct http_server *server, struct connection *connection, bool reset)
{
    struct connection **at = &server->connections;
    while (*at != connection)
        at = &(*at)->next;
    *at = connection->next;
    struct linger abort_it = {1, 0};
    if (reset)
        setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &abort_it, sizeof(abort_it));
    close(connection->fd);
    buf_free(&connection->in);
    buf_free(&connection->reply.bytes);
    free(connection);
}

/* Length of the first whole request in the buffer, 0 when it is not all there; *head: of its head.
 */
static size_t whole_request(const struct buf *in, size_t *head)
{
    char *end = in->length ? memmem(in->data, in->length, "\r\n\r\n", 4) : NULL;
    if (!end)
        return 0;
    *head = (size_t)(end + 4 - in->data);
    char *length = memmem(in->data, *head, "Content-Length: ", 16);
    size_t body = length ? strtoul(length + 16, NULL, 10) : 0;
    return in->length >= *head + body ? *head + body : 0;
}

/* Sends what can be sent now; false when the connection is gone. */
static bool send_some(struct http_server *server, struct connection *connection)
{
    struct http_server_reply *reply = &connection->reply;
    size_t all = reply->cut && reply->cut < reply->bytes.length ? reply->cut : reply->bytes.length;
    if (reply->reset)
        return drop(server, connection, true), false;
    while (connection->sent < all) {
        ssize_t n = send(connection->fd, reply->bytes.data + connection->sent,
                         all - connection->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN) {
            watch(server, connection->fd, connection, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
            return true;
        }
        if (n <= 0)
            return drop(server, connection, false), false;
        connection->sent += (size_t)n;
    }
    if (reply->cut || reply->close)
        return drop(server, connection, reply->cut != 0), false;
    connection->answering = false;
    return true;
}

/* Answers the requests that are whole, one after the other. */
static void serve(struct http_server *server, struct connection *connection)
{
    size_t head, length;
    while (!connection->answering && (length = whole_request(&connection->in, &head))) {
        struct buf *in = &connection->in;
        in->data[head - 1] = '\0';
        struct http_server_request request = {in->data, in->data + head, length - head,
                                              connection->number, ++server->requests};
        buf_clear(&connection->reply.bytes);
        connection->reply = (struct http_server_reply){.bytes = connection->reply.bytes};
        server->handler(server->context, &request, &connection->reply);
        memmove(in->data, in->data + length, in->length - length);
        in->length -= length;
        connection->sent = 0;
        connection->answering = true;
        connection->due_ns = 0;
        if (connection->reply.delay_ms)
            connection->due_ns = monotonic_ns() + connection->reply.delay_ms * INT64_C(1000000);
        else if (!send_some(server, connection))
            return;
    }
}

static void receive(struct http_server *server, struct connection *connection, uint32_t events)
{
    if (events & EPOLLOUT && connection->answering && !connection->due_ns) {
        watch(server, connection->fd, connection, EPOLLIN, EPOLL_CTL_MOD);
        if (!send_some(server, connection))
            return;
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        buf_reserve(&connection->in, 65536);
        ssize_t n =
            recv(connection->fd, connection->in.data + connection->in.length, 65536, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN)) {
            drop(server, connection, false);
            return;
        }
        if (n > 0)
            connection->in.length += (size_t)n;
    }
    serve(server, connection);
}

static void accept_one(struct http_server *server)
{
    int fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
    if (fd < 0)
        return;
    struct connection *connection = mem_zero(sizeof(*connection));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    connection->fd = fd;
    connection->number = atomic_fetch_add(&server->accepted, 1) + 1;
    connection->next = server->connections;
    server->connections = connection;
    watch(server, fd, connection, EPOLLIN, EPOLL_CTL_ADD);
}

/* Sends delayed answers whose time has come; ms to the next, -1 when there is none. */
static int send_due(struct http_server *server)
{
    int64_t now = monotonic_ns(), first = -1;
    for (struct connection *at = server->connections, *next; at; at = next) {
        next = at->next;
        if (!at->answering || !at->due_ns)
            continue;
        if (at->due_ns <= now) {
            at->due_ns = 0;
            if (send_some(server, at))
                serve(server, at);
        } else if (first < 0 || at->due_ns - now < first) {
            first = at->due_ns - now;
        }
    }
    return first < 0 ? -1 : (int)(first / 1000000) + 1;
}

static void *run(void *argument)
{
    struct http_server *server = argument;
    for (;;) {
        struct epoll_event event[64];
        int count = epoll_wait(server->epoll, event, ARRAY_SIZE(event), send_due(server));
        for (int i = 0; i < count; i++) {
            if (event[i].data.ptr == &server->stop)
                return NULL;
            if (event[i].data.ptr == &server->listener)
                accept_one(server);
            else
                receive(server, event[i].data.ptr, event[i].events);
        }
    }
}

struct http_server *http_server_open(http_server_handler handler, void *context)
{
    struct http_server *server = mem_zero(sizeof(*server));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    server->handler = handler;
    server->context = context;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    server->stop = eventfd(0, EFD_CLOEXEC);
    if (bind(server->listener, (struct sockaddr *)&address, size) != 0 ||
        listen(server->listener, 128) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &size) != 0)
        abort();
    snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%u", ntohs(address.sin_port));
    watch(server, server->listener, &server->listener, EPOLLIN, EPOLL_CTL_ADD);
    watch(server, server->stop, &server->stop, EPOLLIN, EPOLL_CTL_ADD);
    pthread_create(&server->thread, NULL, run, server);
    return server;
}

const char *http_server_url(const struct http_server *server)
{
    return server->url;
}

unsigned http_server_connections(struct http_server *server)
{
    return atomic_load(&server->accepted);
}

void http_server_close(struct http_server *server)
{
    uint64_t one = 1;
    if (write(server->stop, &one, sizeof(one)) != sizeof(one))
        abort();
    pthread_join(server->thread, NULL);
    while (server->connections)
        drop(server, server->connections, false);
    close(server->listener);
    close(server->epoll);
    close(server->stop);
    free(server);
}

void http_server_answer(struct http_server_reply *reply, int status, const char *more,
                        const void *body, size_t length)
{
    buf_printf(&reply->bytes, "HTTP/1.1 %d Status\r\nContent-Length: %zu\r\n%s\r\n", status, length,
               more ? more : "");
    buf_add(&reply->bytes, body, length);
}
