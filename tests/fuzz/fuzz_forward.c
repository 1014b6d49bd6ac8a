/*
 * Whatever a subscription's payload holds: no crash, and each message that comes of it is one that
 * a queue takes and that the decoder opens. The first byte says whether the rest is the event
 * itself, or what is in it in base64.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/decode.h"
#include "lambda/forward_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void check_allowed(const unsigned char *body, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        demand(body[i] >= 0x20);
        demand(i + 2 >= length || body[i] != 0xef || body[i + 1] != 0xbf || body[i + 2] < 0xbe);
    }
}

static bool check_message(void *context, const char *body, size_t length)
{
    struct arena *arena = context;
    demand(length && length <= SQS_BODY_MAX && strlen(body) == length);
    check_allowed((const unsigned char *)body, length);
    demand(body[0] != '{' || json_parse(arena, body, length, NULL));
    arena_reset(arena);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct arena arena = {0};
    struct buf event = {0};
    const struct forward_sink sink = {&arena, check_message};
    struct forward_packer packer = {.sink = &sink};
    struct lambda_fault fault = {{0}, {0}};
    if (data[0] & 1) {
        buf_add(&event, data + 1, size - 1);
    } else {
        buf_text(&event, "{\"awslogs\":{\"data\":\"");
        buf_reserve(&event, size * 2 + 8);
        event.length += (size_t)EVP_EncodeBlock((unsigned char *)event.data + event.length,
                                                data + 1, (int)size - 1);
        buf_text(&event, "\"}}");
    }
    bool done = forward_repack(&packer, buf_str(&event), event.length, &fault);
    demand(done == !fault.type[0]);
    forward_packer_free(&packer);
    buf_free(&event);
    arena_free(&arena);
    return 0;
}
