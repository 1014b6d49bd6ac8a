/* Regions and partitions: what a region's name tells of its hosts. */
#ifndef AWS_REGION_H
#define AWS_REGION_H

#include <stdbool.h>
#include <stddef.h>

struct aws_partition {
    const char *name;      /* "aws-cn": also the second word of ARNs */
    const char *region;    /* what names of its regions begin with; NULL = all others */
    const char *suffix;    /* "amazonaws.com" */
    const char *dualstack; /* "api.aws" */
    const char *sign_in;   /* of REGION.signin.SUFFIX, where `aws login` is refreshed */
};
const struct aws_partition *partition_of(const char *region);

/* Is it fit to be a label of a host's name? Lower case, digits and hyphens. */
bool region_valid(const char *region);

#endif
