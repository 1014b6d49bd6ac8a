/* Between the signer's two files. */
#ifndef AWS_SIGV4_INTERNAL_H
#define AWS_SIGV4_INTERNAL_H

#include "contactwatch/sigv4.h"

/* The request's headers in signing order, ended by NULL; to be freed. */
const struct http_header **sigv4_sorted_headers(const struct sigv4_request *request);
void sigv4_signed_names(struct buf *out, const struct http_header **sorted);

#endif
