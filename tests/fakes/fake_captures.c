/* The newest requests as they came. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fakes/fake_internal.h"

enum { BODY_KEPT = 64 << 10 };

struct fake_captures {
    struct fake_captured kept[FAKE_CAPTURED];
    size_t count; /* so far */
};

struct fake_captures *fake_captures_open(void)
{
    return mem_zero(sizeof(struct fake_captures));
}

void fake_captured_free(struct fake_captured *captured)
{
    buf_free(&captured->head);
    buf_free(&captured->body);
}

void fake_captures_close(struct fake_captures *captures)
{
    for (size_t i = 0; i < FAKE_CAPTURED; i++)
        fake_captured_free(&captures->kept[i]);
    free(captures);
}

static struct fake_captured *slot(struct fake_captures *captures, size_t number)
{
    return &captures->kept[number % FAKE_CAPTURED];
}

size_t fake_capture(struct fake_aws *fake, const char *head, size_t head_length, const char *body,
                    size_t length)
{
    struct fake_captures *captures = fake->captures;
    struct fake_captured *captured = slot(captures, captures->count);
    buf_clear(&captured->head);
    buf_clear(&captured->body);
    buf_add(&captured->head, head, head_length);
    buf_add(&captured->body, body, length < BODY_KEPT ? length : BODY_KEPT);
    captured->status = 0;
    captured->operation[0] = '\0';
    return captures->count++;
}

void fake_capture_operation(struct fake_aws *fake, const char *operation)
{
    struct fake_captures *captures = fake->captures;
    if (!captures->count)
        return;
    struct fake_captured *captured = slot(captures, captures->count - 1);
    snprintf(captured->operation, sizeof(captured->operation), "%s", operation);
}

void fake_capture_answered(struct fake_aws *fake, size_t number, int status)
{
    if (fake->captures->count - number <= FAKE_CAPTURED)
        slot(fake->captures, number)->status = status;
}

bool fake_aws_captured(struct fake_aws *fake, size_t back, struct fake_captured *out)
{
    fake_lock(fake);
    struct fake_captures *captures = fake->captures;
    bool found = back < captures->count && back < FAKE_CAPTURED;
    if (found) {
        const struct fake_captured *from = slot(captures, captures->count - 1 - back);
        *out = (struct fake_captured){.status = from->status};
        buf_add(&out->head, buf_str(&from->head), from->head.length);
        buf_add(&out->body, buf_str(&from->body), from->body.length);
        snprintf(out->operation, sizeof(out->operation), "%s", from->operation);
    }
    fake_unlock(fake);
    return found;
}
