/* The server's inside: its loop, and one connection each. */
#ifndef TESTS_FAKE_SERVER_H
#define TESTS_FAKE_SERVER_H

#include "fakes/fake_internal.h"

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
    struct arena arena; /* of the request being handled */
};

static inline int64_t fake_monotonic_ms(void)
{
    return monotonic_ns() / 1000000;
}

void fake_connection_add(struct fake_server *server, int fd);
/* Closed at once, released by the next sweep: events of the same round may still name it. */
void fake_connection_drop(struct fake_server *server, struct fake_connection *c, bool reset);
void fake_connection_sweep(struct fake_server *server);
void fake_connection_event(struct fake_server *server, struct fake_connection *c, uint32_t events);
/* Sends the delayed answer if it is due; gives the ms until then, -1 = there is none. */
int64_t fake_connection_tick(struct fake_server *server, struct fake_connection *c, int64_t now);

#endif
