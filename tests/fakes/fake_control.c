/* Steering by HTTP, for scripts: POST /_fake/... */
#include <string.h>

#include "fakes/fake_internal.h"

void fake_control(struct fake_aws *fake, struct fake_request *request, struct fake_reply *reply)
{
    (void)fake;
    (void)request;
    reply->status = 404;
}
