/* One thread, epoll, keep-alive connections; answers may come later (long polls, slow replies). */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fakes/fake_internal.h"

enum { EVENTS = 64, READ_SIZE = 64 << 10, KEPT_BUFFER = 256 << 10 };

struct fake_connection {
    int fd;
    struct buf in, out;
    size_t taken; /* of in, by requests handled */
    size_t sent;  /* of out */
    bool busy;    /* a request is under way: its answer is parked or delayed */
    bool continued, closing, closed, watching_out;
    int64_t due; /* monotonic ms when the delayed answer goes out; 0 = none */
    size_t capture;
    struct fake_reply delayed;
    struct fake_connection *next;
};

struct fake_server {
    struct fake_aws *fake;
    int listener, epoll, wake;
    char url[40];
    pthread_t thread;
    _Atomic bool stop;
    uint64_t opened;
    struct fake_connection *connections;
    struct arena arena;
};

static int64_t now_ms(void)
{
    return monotonic_ns() / 1000000;
}

static void reply_free(struct fake_reply *reply)
{
    buf_free(&reply->header);
    buf_free(&reply->body);
}

/* Only marked here: events of the same round may still name it. */
static void drop(struct fake_server *server, struct fake_connection *c, bool reset)
{
    if (c->closed)
        return;
    struct linger hard = {.l_onoff = 1, .l_linger = 0};
    if (reset)
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    fake_sqs_forget(server->fake, c);
    close(c->fd);
    c->closed = true;
}

static void sweep(struct fake_server *server)
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

static void watch(struct fake_server *server, struct fake_connection *c, bool out)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = c};
    if (out)
        event.events |= EPOLLOUT;
    if (out != c->watching_out)
        epoll_ctl(server->epoll, EPOLL_CTL_MOD, c->fd, &event);
    c->watching_out = out;
}

static void flush(struct fake_server *server, struct fake_connection *c)
{
    while (!c->closed && c->sent < c->out.length) {
        ssize_t n = send(c->fd, c->out.data + c->sent, c->out.length - c->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            if (errno == EAGAIN)
                watch(server, c, true);
            else
                drop(server, c, false);
            return;
        }
        c->sent += (size_t)n;
    }
    if (c->closed)
        return;
    watch(server, c, false);
    c->sent = 0;
    buf_clear(&c->out);
    if (c->out.capacity > KEPT_BUFFER)
        buf_free(&c->out);
    if (c->closing)
        drop(server, c, false);
}

static void send_reply(struct fake_server *server, struct fake_connection *c,
                       struct fake_reply *reply)
{
    c->busy = false;
    c->due = 0;
    fake_capture_answered(server->fake, c->capture, reply->end == FAKE_RESET ? 0 : reply->status);
    if (reply->end == FAKE_RESET) {
        drop(server, c, true);
    } else {
        fake_http_write(server->fake, &c->out, reply);
        c->closing = c->closing || reply->end == FAKE_CUT;
        flush(server, c);
    }
    reply_free(reply);
    pthread_cond_broadcast(&server->fake->changed);
}

/* Sends the reply now, or keeps it until its delay is over. Takes its buffers. */
static void finish(struct fake_server *server, struct fake_connection *c, struct fake_reply *reply)
{
    if (reply->delay_ms > 0) {
        c->busy = true;
        c->due = now_ms() + reply->delay_ms;
        c->delayed = *reply;
    } else {
        send_reply(server, c, reply);
    }
}

static void handle(struct fake_server *server, struct fake_connection *c,
                   struct fake_request *request)
{
    struct fake_reply reply = {.status = 200};
    request->arena = &server->arena;
    request->connection = c;
    fake_dispatch(server->fake, request, &reply);
    arena_reset(&server->arena);
    if (reply.parked)
        c->busy = true;
    else
        finish(server, c, &reply);
    pthread_cond_broadcast(&server->fake->changed);
}

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

/* All whole requests that have come, one after the other. */
static void work(struct fake_server *server, struct fake_connection *c)
{
    while (!c->closed && !c->busy && c->taken < c->in.length) {
        struct fake_request request = {0};
        size_t used = 0, left = c->in.length - c->taken;
        char *text = c->in.data + c->taken;
        const char *head = memmem(text, left, "\r\n\r\n", 4);
        bool wants_continue = false;
        size_t head_length = head ? (size_t)(head - text) + 4 : left;
        struct buf copy = {0};
        if (head)
            buf_add(&copy, text, head_length);
        enum fake_parse result = fake_http_parse(text, left, &request, &used, &wants_continue);
        if (result == FAKE_WHOLE) {
            c->capture =
                fake_capture(server->fake, copy.data, copy.length, request.body, request.length);
            c->continued = false;
            char behind = request.body[request.length];
            request.body[request.length] = '\0';
            c->taken += used;
            handle(server, c, &request);
            if (c->taken < c->in.length)
                c->in.data[c->taken] = behind;
        } else if (result == FAKE_BROKEN) {
            drop(server, c, true);
        } else if (wants_continue && !c->continued) {
            c->continued = true;
            buf_text(&c->out, "HTTP/1.1 100 Continue\r\n\r\n");
            flush(server, c);
        }
        buf_free(&copy);
        if (result != FAKE_WHOLE)
            break;
    }
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
            drop(server, c, false);
            return;
        }
        c->in.length += (size_t)n;
        c->in.data[c->in.length] = '\0';
        if ((size_t)n < room)
            break;
    }
    work(server, c);
}

static void accept_all(struct fake_server *server)
{
    int fd;
    while ((fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        struct fake_connection *c = mem_zero(sizeof(*c));
        c->fd = fd;
        c->next = server->connections;
        server->connections = c;
        server->opened++;
        struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = c};
        epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event);
        if (fake_in_outage(server->fake))
            drop(server, c, true);
    }
}

/* What time brings; gives how long until the next such thing, at most. */
static int tick(struct fake_server *server)
{
    if (fake_in_outage(server->fake))
        fake_server_reset_all(server);
    int64_t next = fake_sqs_tick(server->fake), now = now_ms();
    for (struct fake_connection *c = server->connections; c; c = c->next) {
        if (c->closed || !c->due)
            continue;
        if (c->due <= now) {
            struct fake_reply reply = c->delayed;
            c->delayed = (struct fake_reply){0};
            send_reply(server, c, &reply);
            work(server, c);
        } else if (next < 0 || c->due - now < next) {
            next = c->due - now;
        }
    }
    sweep(server);
    return next < 0 ? -1 : next > 1000 ? 1000 : (int)next;
}

static void event(struct fake_server *server, const struct epoll_event *event)
{
    struct fake_connection *c = event->data.ptr;
    uint64_t wakes;
    if (event->data.ptr == &server->listener) {
        accept_all(server);
    } else if (event->data.ptr == &server->wake) {
        if (read(server->wake, &wakes, sizeof(wakes)) < 0)
            return;
    } else if (!c->closed) {
        if (event->events & EPOLLOUT)
            flush(server, c);
        if (!c->closed && event->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
            receive(server, c);
    }
}

static void *serve(void *context)
{
    struct fake_server *server = context;
    struct epoll_event events[EVENTS];
    int timeout = -1;
    while (!atomic_load(&server->stop)) {
        int count = epoll_wait(server->epoll, events, EVENTS, timeout);
        fake_lock(server->fake);
        for (int i = 0; i < count; i++)
            event(server, &events[i]);
        timeout = tick(server);
        fake_unlock(server->fake);
    }
    return NULL;
}

void fake_server_answer(struct fake_server *server, struct fake_connection *connection,
                        struct fake_reply *reply)
{
    finish(server, connection, reply);
    if (!connection->busy)
        work(server, connection);
}

void fake_server_reset_all(struct fake_server *server)
{
    for (struct fake_connection *c = server->connections; c; c = c->next)
        drop(server, c, true);
}

const char *fake_server_url(const struct fake_server *server)
{
    return server->url;
}

uint64_t fake_server_connections(const struct fake_server *server)
{
    return server->opened;
}

void fake_server_wake(struct fake_server *server)
{
    uint64_t one = 1;
    if (write(server->wake, &one, sizeof(one)) < 0)
        return; /* the counter is full: it wakes anyway */
}

struct fake_server *fake_server_open(struct fake_aws *fake, int port)
{
    struct fake_server *server = mem_zero(sizeof(*server));
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int on = 1;
    server->fake = fake;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(server->listener, (struct sockaddr *)&address, size) ||
        listen(server->listener, 512) ||
        getsockname(server->listener, (struct sockaddr *)&address, &size)) {
        close(server->listener);
        free(server);
        return NULL;
    }
    snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%d", ntohs(address.sin_port));
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    server->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct epoll_event listening = {.events = EPOLLIN, .data.ptr = &server->listener};
    struct epoll_event waking = {.events = EPOLLIN, .data.ptr = &server->wake};
    epoll_ctl(server->epoll, EPOLL_CTL_ADD, server->listener, &listening);
    epoll_ctl(server->epoll, EPOLL_CTL_ADD, server->wake, &waking);
    fake->server = server; /* before the thread runs */
    pthread_create(&server->thread, NULL, serve, server);
    return server;
}

void fake_server_close(struct fake_server *server)
{
    if (!server)
        return;
    atomic_store(&server->stop, true);
    fake_server_wake(server);
    pthread_join(server->thread, NULL);
    fake_server_reset_all(server);
    sweep(server);
    close(server->listener);
    close(server->epoll);
    close(server->wake);
    arena_free(&server->arena);
    free(server);
}
