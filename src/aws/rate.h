/*
 * The sending rate of the adaptive retry mode: nothing is held back until the first throttle; from
 * then on a bucket of tokens, whose rate falls with each throttle and grows again along a cubic
 * curve, but never beyond twice the rate that was measured. One for each client. Pure: time is an
 * argument, in ms.
 */
#ifndef AWS_RATE_H
#define AWS_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct rate {
    bool limited; /* since the first throttle */
    /* The rate measured, in half-second steps. */
    double measured, step, sent;
    /* The curve: its height at the last throttle, and when it gets there again. */
    double height, zero, failed;
    /* The bucket. */
    double fill, most, tokens, filled;
};

void rate_begin(struct rate *rate, int64_t now_ms);
/* Takes a token: 0 when there is one, else the ms until there may be. */
int64_t rate_take(struct rate *rate, int64_t now_ms);
/* An attempt came back. */
void rate_observe(struct rate *rate, bool throttled, int64_t now_ms);

#endif
