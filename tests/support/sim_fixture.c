#include "support/sim_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/hash.h"

static char mark;

static void note_kind(struct sim_seen *centre, const char *what, const char *name)
{
    char key[128];
    snprintf(key, sizeof(key), "%s %s", what, name ? name : "-");
    map_set(&centre->kinds, key, &mark);
}

static struct seen *seen_of(struct sim_seen *centre, const char *id)
{
    struct seen *seen = map_get(&centre->contacts, id);
    if (!seen) {
        seen = calloc(1, sizeof(*seen));
        map_set(&centre->contacts, id, seen);
    }
    return seen;
}

static void keep(char link[64], const char *id)
{
    if (id)
        snprintf(link, 64, "%s", id);
}

static void on_contact(struct sim_seen *centre, const struct event *event)
{
    const struct contact_event *contact = &event->contact;
    struct seen *seen = seen_of(centre, event->contact_id);
    note_kind(centre, contact->channel, contact->method);
    note_kind(centre, "event", contact->type);
    seen->initiated = contact->initiated;
    seen->callback |= strcmp(contact->method, "CALLBACK") == 0;
    seen->voice_or_chat = contact->channel[0] == 'V' || contact->channel[0] == 'C';
    seen->enqueued = contact->enqueued ? contact->enqueued : seen->enqueued;
    seen->answered = contact->connected_to_agent ? contact->connected_to_agent : seen->answered;
    seen->ended = contact->disconnected ? contact->disconnected : seen->ended;
    keep(seen->link[0], contact->initial_id);
    keep(seen->link[1], contact->previous_id);
    keep(seen->link[2], contact->related_id);
    centre->contact_events++;
    centre->slow += centre->due - event->entry.time > 1000;
    centre->very_slow += centre->due - event->entry.time > MINUTE_MS;
}

static void note_arns(struct sim_seen *centre, const char *body)
{
    for (const char *p = body; (p = strstr(p, "\"arn:aws:"));) {
        p++;
        char arn[512];
        snprintf(arn, sizeof(arn), "%.*s", (int)strcspn(p, "\""), p);
        map_set(&centre->arns, arn, &mark);
    }
}

static bool enough(const struct sim_seen *centre)
{
    for (const char *const *kind = centre->until; kind && *kind; kind++)
        if (!map_get(&centre->kinds, *kind))
            return false;
    return centre->until != NULL;
}

static void on_event(void *context, const struct event *event)
{
    struct sim_seen *centre = context;
    centre->events++;
    if (centre->keep_arns)
        note_arns(centre, event->entry.body);
    if (event->entry.type == LOGTYPE_CONTACT)
        on_contact(centre, event);
    else if (event->entry.type == LOGTYPE_FLOW) {
        note_kind(centre, "block", event->flow.block_type);
        note_kind(centre, "result", event->flow.results);
        seen_of(centre, event->contact_id)->callback |=
            strcmp(event->flow.block_type, "CreateCallback") == 0;
    } else if (event->entry.type == LOGTYPE_AGENT) {
        note_kind(centre, "state", event->agent.state);
        note_kind(centre, "agent", event->agent.event_type);
    }
}

static void on_agent(void *context, const struct agent_event *agent)
{
    struct sim_seen *centre = context;
    (void)agent;
    centre->agents++;
}

static void on_refused(void *context, const char *where, const char *why, const char *text,
                       size_t length)
{
    struct sim_seen *centre = context;
    print_message("refused %s: %s: %.*s\n", where, why, (int)(length < 300 ? length : 300), text);
    centre->refused++;
}

struct sim_options sim_plain(double rate)
{
    return (struct sim_options){.seed = SIM_SEED, .start = SIM_START, .rate = rate};
}

void sim_watch(struct sim_seen *centre, const struct sim_options *options, int64_t minutes)
{
    struct err err;
    struct arena arena = {0};
    struct buf body = {0};
    struct decode_options decode = {.redact = REDACT_NONE};
    struct decode_sink sink = {centre, on_event, on_agent, on_refused};
    print_message("seed %llu\n", (unsigned long long)options->seed);
    centre->sim = sim_new(options, &err);
    assert_non_null(centre->sim);
    int64_t last = 0;
    while (sim_next(centre->sim, &body, &centre->due)) {
        if (minutes && centre->due > SIM_START + minutes * MINUTE_MS)
            break;
        assert_true(centre->due >= last); /* in order of delivery */
        last = centre->due;
        centre->messages++;
        char key[20];
        snprintf(key, sizeof(key), "%016llx", (unsigned long long)hash_text(body.data));
        centre->twice += map_set(&centre->bodies, key, &mark) != NULL;
        decode_body(&arena, &decode, body.data, body.length, centre->due, &sink);
        arena_reset(&arena);
        if (centre->messages % 1000 == 0 && enough(centre))
            break;
    }
    arena_free(&arena);
    buf_free(&body);
}

void sim_leave(struct sim_seen *centre)
{
    map_free(&centre->contacts, free);
    map_free(&centre->kinds, NULL);
    map_free(&centre->bodies, NULL);
    map_free(&centre->arns, NULL);
    sim_free(centre->sim);
    memset(centre, 0, sizeof(*centre));
}
