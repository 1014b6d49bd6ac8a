/* Starting threads that take no signal: those are for the thread that waits for them. */
#ifndef CONTACTWATCH_THREAD_H
#define CONTACTWATCH_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* With all signals blocked in it, whatever the caller's mask is; false when there is none to be
 * had. */
bool thread_start(pthread_t *thread, void *(*run)(void *context), void *context);

#endif
