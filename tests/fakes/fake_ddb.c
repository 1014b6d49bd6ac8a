#include "fakes/fake_internal.h"
#include <stdlib.h>
struct fake_ddb *fake_ddb_open(void)
{
    return NULL;
}
void fake_ddb_close(struct fake_ddb *ddb)
{
    (void)ddb;
}
