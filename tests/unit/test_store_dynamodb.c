/* The conformance suite on DynamoDB. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/dynamodb_fixture.h"
#include "support/store_conformance.h"

static void expire(void)
{
    dynamodb_fixture_expire(conformance_now);
}

int main(void)
{
    static const struct store_factory factory = {
        .name = "dynamodb",
        .fresh = dynamodb_fixture_fresh,
        .open = dynamodb_fixture_open,
        .expire = expire,
    };
    dynamodb_fixture_begin(NULL);
    int failed = store_conformance(&factory);
    dynamodb_fixture_end(NULL);
    return failed;
}
