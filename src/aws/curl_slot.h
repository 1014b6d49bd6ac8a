/* One easy handle of libcurl with its buffers, used again and again: what is set for ever, and what
 * for each request. */
#ifndef AWS_CURL_SLOT_H
#define AWS_CURL_SLOT_H

#include <curl/curl.h>

#include "contactwatch/http.h"

enum { SLOT_FIXED_LINES = 3 /* headers of curl's own that are taken out */ };

struct slot {
    CURL *easy;
    struct exchange *exchange;
    struct curl_slist line[HTTP_HEADERS_MAX + SLOT_FIXED_LINES];
    struct buf text; /* of the lines */
    size_t response_max;
    char error[CURL_ERROR_SIZE];
    struct slot *next_idle, *next;
};

/* ca_bundle may be NULL. NULL when libcurl gives no handle. */
struct slot *slot_new(const char *ca_bundle);
void slot_request(struct slot *slot, const struct http_request *request);
void slot_wipe(struct slot *slot); /* zeroes what was secret in the request */
void slot_free(struct slot *slot);

#endif
