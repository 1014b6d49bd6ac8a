#include "support/decoded.h"

#include <stdio.h>
#include <string.h>

static void keep_event(void *context, const struct event *event)
{
    struct decoded *decoded = context;
    if (decoded->events < DECODED_MAX)
        decoded->event[decoded->events] = *event;
    decoded->events++;
}

static void keep_agent(void *context, const struct agent_event *agent)
{
    struct decoded *decoded = context;
    if (decoded->agents < DECODED_MAX)
        decoded->agent[decoded->agents] = *agent;
    decoded->agents++;
}

static void keep_refusal(void *context, const char *where, const char *why, const char *text,
                         size_t length)
{
    struct decoded *decoded = context;
    (void)text;
    size_t n = decoded->refusals++;
    if (n >= DECODED_MAX)
        return;
    snprintf(decoded->refused[n].where, sizeof(decoded->refused[n].where), "%s", where);
    snprintf(decoded->refused[n].why, sizeof(decoded->refused[n].why), "%s", why);
    decoded->refused[n].length = length;
}

void decoded_clear(struct decoded *decoded)
{
    arena_reset(&decoded->arena);
    decoded->events = decoded->agents = decoded->refusals = 0;
}

void decoded_free(struct decoded *decoded)
{
    arena_free(&decoded->arena);
}

void decoded_body(struct decoded *decoded, const struct decode_options *options, const char *body,
                  size_t length)
{
    static const struct decode_options all = {.redact = REDACT_NONE};
    const struct decode_sink sink = {decoded, keep_event, keep_agent, keep_refusal};
    decoded_clear(decoded);
    decoded->result =
        decode_body(&decoded->arena, options ? options : &all, body, length, DECODED_SENT, &sink);
}

void decoded_text(struct decoded *decoded, const char *body)
{
    decoded_body(decoded, NULL, body, strlen(body));
}
