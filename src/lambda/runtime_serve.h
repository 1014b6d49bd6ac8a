/* One invocation of a thread. */
#ifndef LAMBDA_RUNTIME_SERVE_H
#define LAMBDA_RUNTIME_SERVE_H

#include "lambda/runtime_api.h"

/* Waits for one and serves it. RUNTIME_STOPPED and RUNTIME_GONE end the loop. */
enum runtime_said runtime_serve(struct runtime_api *api, const struct lambda_handler *handler,
                                const struct lambda_setup *setup, void *state);
/* Before the threads: is the trace of each invocation to be in the environment? Only where one
 * serves. */
void runtime_trace(bool told);

#endif
