/* May a flow's parameters be put on its contact's record? */
#ifndef LAMBDA_INSERT_CHECK_H
#define LAMBDA_INSERT_CHECK_H

#include "contactwatch/flow_event.h"
#include "contactwatch/record.h"

enum {
    INSERT_NAME_MAX = MEMBER_NAME_MAX, /* bytes */
    INSERT_VALUE_MAX = 4096,
    INSERT_CUSTOMER_MAX = 256,
    INSERT_COUNT_MAX = ATTRIBUTES_MAX,
    INSERT_ALL_MAX = 32 << 10, /* names and values together */
    INSERT_NAMES_SAID = 1024   /* bytes of names in an answer */
};

struct insert_check {
    const char *reason; /* the first one; static */
    struct buf names;   /* of the parameters refused, separated by commas */
    size_t count;       /* of parameters that say something */
    size_t bytes;
};

/* True when all may be written. */
bool insert_check(struct insert_check *check, const struct flow_event *event, struct arena *arena);
void insert_check_free(struct insert_check *check);

#endif
