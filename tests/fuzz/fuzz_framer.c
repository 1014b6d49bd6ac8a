/* The framer and the pacing: any bytes in any pieces. Bodies stay under the cap, and the framer
 * always comes to the end. */
#include <stdlib.h>
#include <string.h>

#include "source/framer_internal.h"
#include "source/pace_internal.h"

enum { CAP = 4096 }; /* small, so that oversized records are within reach */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(const struct frame *frame, size_t *bytes)
{
    if (frame->length > CAP || (frame->length && !frame->body))
        abort();
    pace_event_time(frame->body, frame->length);
    *bytes += frame->length;
}

/* The first byte says how large the pieces are, and whether records come one by one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    struct framer framer = {.single = data[0] & 1, .cap = CAP};
    size_t piece = 1 + (size_t)(data[0] >> 1) * 8, bytes = 0, bodies = 0;
    data++;
    size--;
    for (size_t at = 0; at < size;) {
        size_t n = piece < size - at ? piece : size - at;
        memcpy(framer_room(&framer, n), data + at, n);
        framer_add(&framer, n);
        at += n;
        struct frame frame;
        while (framer_next(&framer, at == size, &frame)) {
            take(&frame, &bytes);
            if (++bodies > 4 * size)
                abort();
        }
    }
    framer_free(&framer);
    return 0;
}
