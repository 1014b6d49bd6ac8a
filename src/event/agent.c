/* What is done with an agent event's word on the agent, wherever it is kept. */
#include <stddef.h>
#include <string.h>

#include "contactwatch/event.h"

static const size_t text_at[] = {
    offsetof(struct agent_event, agent_arn),   offsetof(struct agent_event, agent_name),
    offsetof(struct agent_event, event_type),  offsetof(struct agent_event, status_name),
    offsetof(struct agent_event, status_type),
};

static const char *text_of(const struct agent_event *agent, size_t at)
{
    const char *text;
    memcpy(&text, (const char *)agent + at, sizeof(text));
    return text;
}

bool agent_event_fits(const struct agent_event *agent)
{
    for (size_t i = 0; i < ARRAY_SIZE(text_at); i++) {
        const char *text = text_of(agent, text_at[i]);
        if (text && strlen(text) > AGENT_TEXT_MAX)
            return false;
    }
    return agent->agent_arn && *agent->agent_arn;
}

static int compare_texts(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

int agent_event_compare(const struct agent_event *a, const struct agent_event *b)
{
    if (a->time != b->time)
        return a->time > b->time ? 1 : -1;
    if (a->status_since != b->status_since)
        return a->status_since > b->status_since ? 1 : -1;
    if (a->contacts != b->contacts)
        return a->contacts > b->contacts ? 1 : -1;
    for (size_t i = 0; i < ARRAY_SIZE(text_at); i++) {
        int order = compare_texts(text_of(a, text_at[i]), text_of(b, text_at[i]));
        if (order)
            return order;
    }
    return 0;
}

struct agent_event agent_event_copy(struct arena *arena, const struct agent_event *agent)
{
    struct agent_event copy = *agent;
    copy.agent_arn = arena_strdup(arena, agent->agent_arn);
    copy.agent_name = arena_strdup(arena, agent->agent_name);
    copy.event_type = arena_strdup(arena, agent->event_type);
    copy.status_name = arena_strdup(arena, agent->status_name);
    copy.status_type = arena_strdup(arena, agent->status_type);
    return copy;
}
