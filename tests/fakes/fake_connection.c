/* One keep-alive connection: bytes in, requests handled, answers out. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fakes/fake_server.h"

enum { READ_SIZE = 64 << 10, KEPT_BUFFER = 256 << 10 };

static void reply_free(struct fake_reply *reply)
{
    buf_free(&reply->header);
    buf_free(&reply->body);
}

void fake_connection_drop(struct fake_server *server, struct fake_connection *c, bool reset)
{
    struct linger hard = {.l_onoff = 1, .l_linger = 0};
    if (c->closed)
        return;
    if (reset)
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    fake_sqs_forget(server->fake, c);
    /* A forked child may hold the descriptor too: closing alone would leave it watched. */
    epoll_ctl(server->epoll, EPOLL_CTL_DEL, c->fd, NULL);
    close(c->fd);
    c->closed = true;
}

void fake_connection_sweep(struct fake_server *server)
{
    for (struct fake_connection **at = &server->connections; *at;) {
        struct fake_connection *c = *at;
        if (!c->closed) {
            at = &c->next;
            continue;
        }
        *at = c->next;
        buf_free(&c->in);
        buf_free(&c->out);
        reply_free(&c->delayed);
        free(c);
    }
}

void fake_connection_add(struct fake_server *server, int fd)
{
    struct fake_connection *c = mem_zero(sizeof(*c));
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = c};
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    c->fd = fd;
    c->next = server->connections;
    server->connections = c;
    server->opened++;
    epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event);
    if (fake_in_outage(server->fake))
        fake_connection_drop(server, c, true);
}

static void watch_out(struct fake_server *server, struct fake_connection *c, bool out)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = c};
    if (out)
        event.events |= EPOLLOUT;
    if (out != c->watching_out)
        epoll_ctl(server->epoll, EPOLL_CTL_MOD, c->fd, &event);
    c->watching_out = out;
}

static void send_out(struct fake_server *server, struct fake_connection *c)
{
    while (!c->closed && c->sent < c->out.length) {
        ssize_t n = send(c->fd, c->out.data + c->sent, c->out.length - c->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            watch_out(server, c, true);
            return;
        }
        if (n < 0)
            fake_connection_drop(server, c, false);
        else
            c->sent += (size_t)n;
    }
    if (c->closed)
        return;
    watch_out(server, c, false);
    c->sent = 0;
    buf_clear(&c->out);
    if (c->out.capacity > KEPT_BUFFER)
        buf_free(&c->out);
    if (c->closing)
        fake_connection_drop(server, c, false);
}

static void send_reply(struct fake_server *server, struct fake_connection *c,
                       struct fake_reply *reply)
{
    c->busy = false;
    c->due = 0;
    fake_capture_answered(server->fake, c->capture, reply->end == FAKE_RESET ? 0 : reply->status);
    if (reply->end == FAKE_RESET) {
        fake_connection_drop(server, c, true);
    } else {
        fake_http_write(server->fake, &c->out, reply);
        c->closing = c->closing || reply->end == FAKE_CUT;
        send_out(server, c);
    }
    reply_free(reply);
    pthread_cond_broadcast(&server->fake->changed);
}

/* Sends the reply now, or keeps it until its delay is over. Takes its buffers. */
static void finish(struct fake_server *server, struct fake_connection *c, struct fake_reply *reply)
{
    if (reply->delay_ms > 0) {
        c->busy = true;
        c->due = fake_monotonic_ms() + reply->delay_ms;
        c->delayed = *reply;
    } else {
        send_reply(server, c, reply);
    }
}

static void handle(struct fake_server *server, struct fake_connection *c,
                   struct fake_request *request)
{
    struct fake_reply reply = {.status = 200, .head_only = strcmp(request->method, "HEAD") == 0};
    char *end = request->body + request->length, behind = *end;
    *end = '\0';
    request->arena = &server->arena;
    request->connection = c;
    fake_dispatch(server->fake, request, &reply);
    arena_reset(&server->arena);
    *end = behind; /* the next request's first byte */
    if (reply.parked)
        c->busy = true;
    else
        finish(server, c, &reply);
    pthread_cond_broadcast(&server->fake->changed);
}

/* Drops the bytes of requests handled. */
static void compact(struct fake_connection *c)
{
    if (c->taken == c->in.length) {
        buf_clear(&c->in);
        if (c->in.capacity > KEPT_BUFFER)
            buf_free(&c->in);
    } else if (c->taken) {
        memmove(c->in.data, c->in.data + c->taken, c->in.length - c->taken + 1);
        c->in.length -= c->taken;
    }
    c->taken = 0;
}

/* The next whole request; false when there is none yet. */
static bool work_one(struct fake_server *server, struct fake_connection *c)
{
    struct fake_extent extent;
    struct fake_request request = {.headers = 0};
    char *text = c->in.data + c->taken;
    enum fake_parse found = fake_http_measure(text, c->in.length - c->taken, &extent);
    if (found == FAKE_MORE && extent.continue_wanted && !c->continued) {
        c->continued = true;
        buf_text(&c->out, "HTTP/1.1 100 Continue\r\n\r\n");
        send_out(server, c);
    }
    if (found == FAKE_MORE)
        return false;
    if (found == FAKE_WHOLE) {
        c->capture = fake_capture(server->fake, text, extent.head, text + extent.head, extent.body);
        c->continued = false;
        c->taken += extent.head + extent.body;
    }
    if (found == FAKE_BROKEN || !fake_http_read(text, &extent, &request)) {
        fake_connection_drop(server, c, true);
        return false;
    }
    handle(server, c, &request);
    return true;
}

static void work(struct fake_server *server, struct fake_connection *c)
{
    while (!c->closed && !c->busy && c->taken < c->in.length && work_one(server, c))
        ;
    if (!c->closed)
        compact(c);
}

static void receive(struct fake_server *server, struct fake_connection *c)
{
    for (;;) {
        buf_reserve(&c->in, READ_SIZE);
        size_t room = c->in.capacity - c->in.length - 1;
        ssize_t n = recv(c->fd, c->in.data + c->in.length, room, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        if (n <= 0) {
            fake_connection_drop(server, c, false);
            return;
        }
        c->in.length += (size_t)n;
        c->in.data[c->in.length] = '\0';
        if ((size_t)n < room)
            break;
    }
    work(server, c);
}

void fake_connection_event(struct fake_server *server, struct fake_connection *c, uint32_t events)
{
    if (!c->closed && events & EPOLLOUT)
        send_out(server, c);
    if (!c->closed && events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        receive(server, c);
}

int64_t fake_connection_tick(struct fake_server *server, struct fake_connection *c, int64_t now)
{
    if (c->closed || !c->due)
        return -1;
    if (c->due > now)
        return c->due - now;
    struct fake_reply reply = c->delayed;
    c->delayed = (struct fake_reply){0};
    send_reply(server, c, &reply);
    work(server, c);
    return c->due ? c->due - now : -1;
}

void fake_server_answer(struct fake_server *server, struct fake_connection *connection,
                        struct fake_reply *reply)
{
    finish(server, connection, reply);
    if (!connection->busy)
        work(server, connection);
}
