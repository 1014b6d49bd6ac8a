/* Proof of possession (RFC 9449): a header that shows we hold the key a token was given to. */
#ifndef AWS_DPOP_H
#define AWS_DPOP_H

#include "contactwatch/err.h"
#include "contactwatch/instant.h"
#include "contactwatch/mem.h"

/* Appends the value of a DPoP header for a POST to url, signed by an EC P-256 key in PEM (ES256).
 * id: the proof's own, never used twice. */
bool dpop_header(struct buf *out, const char *pem, const char *url, int64_t now, const char *id,
                 struct err *err);

#endif
