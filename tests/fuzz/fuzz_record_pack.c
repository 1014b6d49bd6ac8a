/* A record's packed bytes, as a damaged file may hold them: refused, or read and written back to
 * the same record. */
#include <stdlib.h>
#include <string.h>

#include "store/record_pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct record_view view = {0}, again = {0};
    struct buf first = {0}, second = {0};
    if (record_view_read(&view, "contact", data, size)) {
        record_pack(&first, &view.record);
        if (!record_view_read(&again, "contact", first.data, first.length))
            abort();
        record_pack(&second, &again.record);
        if (first.length != second.length || memcmp(first.data, second.data, first.length) != 0)
            abort();
    }
    record_view_free(&view);
    record_view_free(&again);
    buf_free(&first);
    buf_free(&second);
    return 0;
}
