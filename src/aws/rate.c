#include "aws/rate.h"

#include <math.h>

static const double beta = 0.7, scale = 0.4; /* of the curve */
static const double least_fill = 0.5;        /* tokens a second */
static const double smoothing = 0.8, step_s = 0.5;

static double seconds(int64_t ms)
{
    return (double)ms / 1000.0;
}

static void refill(struct rate *rate, double now)
{
    if (now > rate->filled)
        rate->tokens = fmin(rate->most, rate->tokens + (now - rate->filled) * rate->fill);
    rate->filled = now;
}

static void set_fill(struct rate *rate, double fill, double now)
{
    refill(rate, now);
    rate->fill = fmax(fill, least_fill);
    rate->most = fmax(fill, 1);
    rate->tokens = fmin(rate->tokens, rate->most);
}

void rate_begin(struct rate *rate, int64_t now_ms)
{
    double now = seconds(now_ms);
    *rate = (struct rate){.step = floor(now), .failed = now, .filled = now};
    set_fill(rate, 1, now);
}

int64_t rate_take(struct rate *rate, int64_t now_ms)
{
    if (!rate->limited)
        return 0;
    refill(rate, seconds(now_ms));
    if (rate->tokens >= 1) {
        rate->tokens -= 1;
        return 0;
    }
    return (int64_t)ceil((1 - rate->tokens) / rate->fill * 1000.0);
}

static void measure(struct rate *rate, double now)
{
    double step = floor(now / step_s) * step_s;
    rate->sent += 1;
    if (step <= rate->step)
        return;
    double current = rate->sent / (step - rate->step);
    rate->measured = current * smoothing + rate->measured * (1 - smoothing);
    rate->sent = 0;
    rate->step = step;
}

void rate_observe(struct rate *rate, bool throttled, int64_t now_ms)
{
    double now = seconds(now_ms), fill;
    measure(rate, now);
    if (throttled) {
        rate->height = rate->limited ? fmin(rate->measured, rate->fill) : rate->measured;
        rate->zero = cbrt(rate->height * (1 - beta) / scale);
        rate->failed = now;
        rate->limited = true;
        fill = rate->height * beta;
    } else {
        fill = scale * pow(now - rate->failed - rate->zero, 3) + rate->height;
    }
    set_fill(rate, fmin(fill, 2 * rate->measured), now);
}
