/* Starting threads that take no signal: those are for the thread that waits for them. And waiting
 * for a time, which goes by the monotonic clock. */
#ifndef CONTACTWATCH_THREAD_H
#define CONTACTWATCH_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* With all signals blocked in it, whatever the caller's mask is; false when there is none to be
 * had. */
bool thread_start(pthread_t *thread, void *(*run)(void *context), void *context);

/* A condition for pthread_cond_timedwait with thread_deadline. */
void thread_cond_init(pthread_cond_t *condition);
struct timespec thread_deadline(int64_t ms); /* that long from now; 0 or less = now */

#endif
