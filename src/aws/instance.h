/* The metadata service of an EC2 instance (IMDSv2, and v1 where nothing else is to be had). */
#ifndef AWS_INSTANCE_H
#define AWS_INSTANCE_H

#include "aws/providers.h"

struct instance {
    struct provider_context *context;
    struct buf base;   /* "http://169.254.169.254" */
    struct buf token;  /* empty = v1 */
    struct buf answer; /* of the last instance_get */
    int timeout_ms, tries;
    bool v1_disabled;
};

enum instance_answer {
    INSTANCE_FINE,
    INSTANCE_ABSENT,  /* switched off, not there, or it does not know */
    INSTANCE_REFUSED, /* err says why */
};
/* Reads settings and fetches a token. Close it whatever it says. */
enum instance_answer instance_open(struct instance *instance, struct provider_context *context,
                                   struct err *err);
/* path: "/latest/meta-data/…", then name if it is not NULL. */
enum instance_answer instance_get(struct instance *instance, const char *path, const char *name);
void instance_close(struct instance *instance);

/* The region this machine is in; false if it is none of AWS's. */
bool instance_region(struct provider_context *context, char *out, size_t size);

#endif
