#ifndef LIVE_LEVEL_H
#define LIVE_LEVEL_H

#include "live/live_internal.h"

enum { LEVEL_TARGETS_CACHED = 256 };
#define WAIT_STEP_MS (5 * MINUTE_MS)

struct level {
    unsigned of, within;              /* D, R */
    unsigned abandoned, abandoned_of; /* n, Q */
    unsigned answered, waits;         /* waits: stints that left the queue */
    int64_t waited_ms;                /* of these */
    unsigned history[WAIT_STEPS];
};

/* One pass over the stints asks for few queues' targets, but for each of them very often. */
struct level_pass {
    const struct live *live;
    int64_t now, window;
    struct {
        const char *queue;
        int64_t target;
    } cached[LEVEL_TARGETS_CACHED];
    int64_t least, most; /* targets seen; -1 */
};

void level_pass_init(struct level_pass *pass, const struct live *live, int64_t now, int64_t window);
void level_count(struct level_pass *pass, struct level *level, const struct stint *stint);
int64_t level_common_target(const struct level_pass *pass); /* -1 unless all are equal */

#endif
