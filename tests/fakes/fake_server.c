/* The server's loop: one thread, epoll, and what time brings. */
#include "fakes/fake_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 64, TICK_MAX = 1000 };

static void accept_all(struct fake_server *server)
{
    int fd;
    while ((fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
        fake_connection_add(server, fd);
}

/* What time brings; gives how long until the next such thing, -1 = until something comes. */
static int tick(struct fake_server *server)
{
    if (fake_in_outage(server->fake))
        fake_server_reset_all(server);
    int64_t next = fake_sqs_tick(server->fake), now = fake_monotonic_ms();
    for (struct fake_connection *c = server->connections; c; c = c->next) {
        int64_t left = fake_connection_tick(server, c, now);
        if (left >= 0 && (next < 0 || left < next))
            next = left;
    }
    fake_connection_sweep(server);
    return next > TICK_MAX ? TICK_MAX : (int)next;
}

static void event(struct fake_server *server, const struct epoll_event *event)
{
    uint64_t wakes;
    if (event->data.ptr == &server->listener) {
        accept_all(server);
    } else if (event->data.ptr == &server->wake) {
        if (read(server->wake, &wakes, sizeof(wakes)) < 0)
            return; /* another wake has been taken with it */
    } else {
        fake_connection_event(server, event->data.ptr, event->events);
    }
}

/*
 * Held while a server works, and taken by whoever forks: a child must not inherit the allocator's
 * locks from amid a request, which it would then wait for without end.
 */
static pthread_mutex_t at_work = PTHREAD_MUTEX_INITIALIZER;

static void stop_work(void)
{
    pthread_mutex_lock(&at_work);
}

static void resume_work(void)
{
    pthread_mutex_unlock(&at_work);
}

static void guard_forks(void)
{
    pthread_atfork(stop_work, resume_work, resume_work);
}

static void *serve(void *context)
{
    struct fake_server *server = context;
    struct epoll_event events[EVENTS];
    int timeout = -1;
    while (!atomic_load(&server->stop)) {
        int count = epoll_wait(server->epoll, events, EVENTS, timeout);
        stop_work();
        fake_lock(server->fake);
        for (int i = 0; i < count; i++)
            event(server, &events[i]);
        timeout = tick(server);
        fake_unlock(server->fake);
        resume_work();
    }
    return NULL;
}

void fake_server_reset_all(struct fake_server *server)
{
    for (struct fake_connection *c = server->connections; c; c = c->next)
        fake_connection_drop(server, c, true);
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

/* Listens on the port (0 = any); false when it is taken. */
static bool start_listening(struct fake_server *server, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int on = 1;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(server->listener, (struct sockaddr *)&address, size) ||
        listen(server->listener, 512) ||
        getsockname(server->listener, (struct sockaddr *)&address, &size))
        return false;
    snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%d", ntohs(address.sin_port));
    return true;
}

struct fake_server *fake_server_open(struct fake_aws *fake, int port)
{
    struct fake_server *server = mem_zero(sizeof(*server));
    server->fake = fake;
    if (!start_listening(server, port)) {
        close(server->listener);
        free(server);
        return NULL;
    }
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    server->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct epoll_event listening = {.events = EPOLLIN, .data.ptr = &server->listener};
    struct epoll_event waking = {.events = EPOLLIN, .data.ptr = &server->wake};
    epoll_ctl(server->epoll, EPOLL_CTL_ADD, server->listener, &listening);
    epoll_ctl(server->epoll, EPOLL_CTL_ADD, server->wake, &waking);
    fake->server = server; /* before the thread runs */
    static pthread_once_t guarded = PTHREAD_ONCE_INIT;
    pthread_once(&guarded, guard_forks);
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
    fake_connection_sweep(server);
    close(server->listener);
    close(server->epoll);
    close(server->wake);
    arena_free(&server->arena);
    free(server);
}
