/* A reader's state: made at its first question, begun anew at another cursor. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/dynamodb_follow_internal.h"

struct ddb_follow *ddb_follow_of(struct dynamodb_store *s)
{
    if (!s->in) {
        s->in = mem_zero(sizeof(*s->in));
        s->in->s = s;
        s->in->merge.taken = -1;
    }
    return s->in;
}

/* Positions are ms; what is in the shards up to FOLLOW_FIRST_OVERLAP_MS before is read again. */
void follow_restart(struct ddb_follow *f, const struct store_cursor *cursor)
{
    merge_close(&f->merge);
    feed_rows_clear(&f->rows);
    map_free(&f->writer, free);
    map_free(&f->known, free);
    follow_seen_free(&f->seen);
    follow_agents_free(f);
    f->writer = f->known = f->told_agent = (struct map){0};
    f->holes = 0;
    f->pending = f->row_given = f->caught_up = f->reload = f->scans = f->no_index = f->no_feed =
        false;
    f->first = true;
    f->full_at = f->beats_at = f->beats_ms = 0;
    f->relist_at = clock_now(f->s->clock);
    f->start_ms = 0;
    for (int i = 0; i < DDB_FEED_SHARDS; i++) {
        f->shard[i] = (struct follow_shard){.moved = clock_now(f->s->clock)};
        f->shard[i].tail_ms = cursor ? cursor->position[i] : 0;
    }
    f->given = cursor ? *cursor : (struct store_cursor){{0}};
}

bool follow_knows_nothing(const struct ddb_follow *f)
{
    bool nothing = f->known.count == 0;
    for (int i = 0; i < DDB_FEED_SHARDS; i++)
        nothing &= f->shard[i].tail[0] == '\0';
    return nothing;
}

void follow_note_tail(struct ddb_follow *f, unsigned shard, const char *written, int64_t ms)
{
    struct follow_shard *sh = &f->shard[shard];
    if (strcmp(written, sh->tail) <= 0)
        return;
    snprintf(sh->tail, sizeof(sh->tail), "%s", written);
    sh->tail_ms = ms;
    sh->moved = clock_now(f->s->clock);
}

void follow_set_cursor(struct ddb_follow *f, struct store_cursor *cursor)
{
    for (int i = 0; i < DDB_FEED_SHARDS; i++) {
        /* An empty shard, too, has been read up to some time ago. */
        int64_t position = f->shard[i].tail_ms, read = f->read_at - FOLLOW_FORGET_MS;
        if (f->caught_up && position < read)
            position = read;
        if (position > f->given.position[i])
            f->given.position[i] = position;
    }
    if (cursor)
        *cursor = f->given;
}

void ddb_follow_free(struct ddb_follow *f)
{
    if (!f)
        return;
    merge_close(&f->merge);
    feed_rows_free(&f->rows);
    map_free(&f->writer, free);
    map_free(&f->known, free);
    follow_agents_free(f);
    follow_seen_free(&f->seen);
    map_free(&f->given_up, NULL);
    buf_free(&f->bytes);
    free(f->hole);
    free(f->beat);
    free(f);
}
