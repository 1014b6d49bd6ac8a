/*
 * A small HTTP/1.1 server on 127.0.0.1 for tests and benchmarks of the transport: one thread, many
 * kept connections, and a handler that says what goes back and how it goes wrong.
 */
#ifndef TESTS_HTTP_SERVER_H
#define TESTS_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "contactwatch/mem.h"

struct http_server_request {
    const char *head; /* request line and headers, NUL-terminated */
    const char *body;
    size_t length;
    unsigned connection; /* 1 = the first accepted */
    unsigned number;     /* 1 = the first request of all */
};
struct http_server_reply {
    struct buf bytes; /* the whole answer, status line included */
    int delay_ms;     /* before the first byte */
    size_t cut;       /* 0 = all; else the connection is reset behind so many bytes */
    bool reset;       /* before the first byte */
    bool close;       /* behind the last byte */
};
/* Runs on the server's thread. */
typedef void (*http_server_handler)(void *context, const struct http_server_request *request,
                                    struct http_server_reply *reply);

struct http_server;
struct http_server *http_server_open(http_server_handler handler, void *context);
/* "http://127.0.0.1:PORT" */
const char *http_server_url(const struct http_server *server);
unsigned http_server_connections(struct http_server *server); /* accepted so far */
void http_server_close(struct http_server *server);

/* A complete answer with a Content-Length; more: further header lines, each with its CRLF. */
void http_server_answer(struct http_server_reply *reply, int status, const char *more,
                        const void *body, size_t length);

#endif
