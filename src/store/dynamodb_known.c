/* What a reader has handed out: contacts by their version, entries of late by their identity. */
#include <stdlib.h>
#include <string.h>

#include "store/dynamodb_follow_internal.h"

struct follow_known *follow_known(struct ddb_follow *f, const char *contact_id)
{
    return map_get(&f->known, contact_id);
}

/* Updated_At only grows, also across a contact that was removed and came again. */
bool follow_newer(const struct ddb_follow *f, const struct record *record)
{
    const struct follow_known *known = map_get(&f->known, record->contact_id);
    if (!known || record->updated_at != known->updated)
        return !known || record->updated_at > known->updated;
    return record->version > known->version;
}

struct follow_known *follow_note(struct ddb_follow *f, const struct record *record, bool hidden)
{
    struct follow_known *known = map_get(&f->known, record->contact_id);
    const char *status = record->field[FIELD_STATUS].value;
    if (!known) {
        known = mem_zero(sizeof(*known));
        map_set(&f->known, record->contact_id, known);
    }
    *known = (struct follow_known){.updated = record->updated_at,
                                   .version = record->version,
                                   .changed = clock_now(f->s->clock),
                                   .status = hash_text(status ? status : ""),
                                   .live = !(record->flags & FLAG_ENDED),
                                   .hidden = hidden};
    return known;
}

enum { SEEN_SLOTS = FOLLOW_SEEN_MAX * 2 };

static bool is_zero(const struct hash128 *hash)
{
    static const struct hash128 zero;
    return hash_compare(hash, &zero) == 0;
}

/* The slot it has, or would have. */
static struct hash128 *seen_slot(struct hash128 *slots, const struct hash128 *hash)
{
    size_t at;
    memcpy(&at, hash->byte, sizeof(at));
    for (;; at++) {
        struct hash128 *slot = &slots[at % SEEN_SLOTS];
        if (is_zero(slot) || hash_compare(slot, hash) == 0)
            return slot;
    }
}

bool follow_first_time(struct follow_seen *seen, const char *contact_id, const struct entry *entry)
{
    const struct hash_part parts[] = {{contact_id, strlen(contact_id)},
                                      {entry->id.byte, sizeof(entry->id.byte)},
                                      {entry->body, entry->length}};
    struct hash128 hash = hash_parts(parts, ARRAY_SIZE(parts));
    for (int i = 0; i < 2; i++) {
        if (!seen->slot[i])
            seen->slot[i] = mem_zero(SEEN_SLOTS * sizeof(hash));
        if (!is_zero(seen_slot(seen->slot[i], &hash)))
            return false;
    }
    if (seen->count == FOLLOW_SEEN_MAX) {
        struct hash128 *older = seen->slot[1];
        seen->slot[1] = seen->slot[0];
        seen->slot[0] = older;
        memset(older, 0, SEEN_SLOTS * sizeof(hash));
        seen->count = 0;
    }
    *seen_slot(seen->slot[0], &hash) = hash;
    seen->count++;
    return true;
}

void follow_seen_free(struct follow_seen *seen)
{
    free(seen->slot[0]);
    free(seen->slot[1]);
    *seen = (struct follow_seen){0};
}

struct follow_agent {
    struct agent_event event;
    struct arena arena; /* its texts */
};

bool follow_agent_newer(struct ddb_follow *f, const struct agent_event *agent)
{
    struct follow_agent *known = map_get(&f->told_agent, agent->agent_arn);
    if (known && agent_event_compare(&known->event, agent) >= 0)
        return false;
    if (!known) {
        known = mem_zero(sizeof(*known));
        map_set(&f->told_agent, agent->agent_arn, known);
    }
    arena_reset(&known->arena);
    known->event = agent_event_copy(&known->arena, agent);
    return true;
}

static void free_agent(void *agent)
{
    arena_free(&((struct follow_agent *)agent)->arena);
    free(agent);
}

void follow_agents_free(struct ddb_follow *f)
{
    map_free(&f->told_agent, free_agent);
}
