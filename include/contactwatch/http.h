/*
 * One HTTP exchange, and the transport that carries it. The transport is injected: libcurl in the
 * program, scripted answers in tests.
 */
#ifndef CONTACTWATCH_HTTP_H
#define CONTACTWATCH_HTTP_H

#include "contactwatch/err.h"
#include "contactwatch/mem.h"

enum {
    HTTP_HEADERS_MAX = 16,
    HTTP_RESPONSE_MAX = 17 << 20, /* DynamoDB answers at most 16 MB, SQS 10 MiB and its frame */
};

struct http_header {
    const char *name, *value;
};

/* All texts are the caller's and live until the exchange has completed. */
struct http_request {
    const char *method;
    const char *url; /* absolute; http:// only to loopback and the metadata addresses, or vouched */
    struct http_header header[HTTP_HEADERS_MAX];
    size_t headers;
    const char *body; /* may be NULL */
    size_t length;
    int connect_timeout_ms; /* 0 = 2 s */
    int timeout_ms;         /* of the whole exchange; 0 = 10 s, -1 = none */
    size_t response_max;    /* 0 = HTTP_RESPONSE_MAX */
    bool vouched;           /* http:// wherever the URL says: the Lambda runtime API is on this
                               machine whatever its address */
    bool no_proxy;          /* metadata addresses and the Lambda runtime; implied by http:// */
};

struct http_response {
    int status;      /* 0 = there was no answer: error says why */
    struct buf head; /* "name: value\n" lines, names in lower case */
    struct buf body;
    bool timed_out;
    bool too_large; /* the answer went beyond response_max and was given up */
    char error[160];
};
/* A header's value by its name in lower case, blanks around it gone, into out; false if absent. */
bool http_header_get(const struct http_response *response, const char *name, char *out,
                     size_t size);
void http_response_free(struct http_response *response);

struct exchange {
    struct http_request request;
    struct http_response response;
    void *owner;     /* the starter's */
    void *transport; /* the transport's, while under way */
};

struct transport;
struct transport_ops {
    /* Starts it; never blocks, never fails: what goes wrong is in the response, which is emptied
     * first. */
    void (*start)(struct transport *transport, struct exchange *exchange);
    /* The next one completed, waiting up to timeout_ms (-1 = for ever); NULL on time-out, on a
     * wake, or when nothing is under way and timeout_ms is -1. */
    struct exchange *(*wait)(struct transport *transport, int timeout_ms);
    /* Gives an exchange up; it is the caller's again at once. */
    void (*cancel)(struct transport *transport, struct exchange *exchange);
    void (*wake)(struct transport *transport); /* any thread */
    void (*close)(struct transport *transport);
};
/* Used by one thread at a time, but for wake. Connections are kept and reused. */
struct transport {
    const struct transport_ops *ops;
};

struct transport_options {
    const char *ca_bundle; /* AWS_CA_BUNDLE; NULL = SSL_CERT_FILE, or the system's */
    unsigned connections;  /* kept alive at most; 0 = 64 */
};
struct transport *transport_curl_open(const struct transport_options *options);

/* One exchange from start to end, blocking, on a transport with nothing else under way. False with
 * err set when there was no answer. */
bool http_fetch(struct transport *transport, const struct http_request *request,
                struct http_response *response, struct err *err);

/* May this URL be asked? https, or http to loopback, 169.254.169.254, 169.254.170.2,
 * 169.254.170.23, [fd00:ec2::254], [fd00:ec2::23]. err says what to do. */
bool http_url_allowed(const char *url, struct err *err);
/* May this request be sent? Its URL is allowed, or http:// and vouched for. */
bool http_request_allowed(const struct http_request *request, struct err *err);

#endif
