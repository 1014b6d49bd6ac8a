/* The difference between AWS's clock and ours, learnt from Date headers (aws.md 3.3). */
#ifndef AWS_SKEW_H
#define AWS_SKEW_H

#include "aws/aws_internal.h"

enum { SKEW_MATTERS_MS = 4 * 60 * 1000, SKEW_SLOWEST_MS = 15 * 60 * 1000 };

/* "Sun, 06 Nov 1994 08:49:37 GMT" into ms; false for anything else. */
bool http_date_parse(const char *text, int64_t *out);

/*
 * Looks at an answer that came at now (by our clock) to a request sent at sent; false when it says
 * nothing about AWS's time: no Date, from a cache, too slow to tell, or our clock was set back
 * meanwhile. A Date has whole seconds and was written some time between the two, so *skew stays
 * while the answer agrees with it, and does not waver with every long poll; else the Date is taken
 * for that of the middle.
 */
bool skew_observe(const struct http_response *response, int64_t sent, int64_t now, int64_t *skew);
/* Was the refusal due to our clock, which is corrected now? signed_with: the skew when the request
 * was signed. */
bool skew_explains(const char *code, int64_t signed_with, int64_t skew);

#endif
