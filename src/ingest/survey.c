/*
 * The survey of the live contacts: which instances they are of, and, reconciling, which of them
 * have been silent for too long. The ones due are lined up, the one that has been due longest
 * first.
 */
#include <stdlib.h>
#include <string.h>

#include "ingest/caretaker_internal.h"

enum {
    SURVEY_EVERY_MS = 5 * 60000,  /* reconciling */
    GLANCE_EVERY_MS = 30 * 60000, /* for new instances alone */
    GLANCE_FIRST_MS = 60000,      /* … while none is known */
    GLANCE_RECORDS = 2000,
    SPREAD_MS = 60000,
};

struct silent {
    char *id, *root;
    int64_t allowance, due;
};

struct survey {
    struct caretaker *c;
    int64_t now;
    size_t records;
    struct map newest; /* chain root -> int64_t * */
    struct silent *silent;
    size_t silents, capacity;
};

static void note_newest(struct survey *s, const char *root, int64_t newest)
{
    int64_t *known = map_get(&s->newest, root);
    if (!known) {
        known = mem_alloc(sizeof(*known));
        *known = newest;
        map_set(&s->newest, root, known);
    } else if (newest > *known) {
        *known = newest;
    }
}

static bool take_record(void *context, const struct record *record)
{
    struct survey *s = context;
    struct caretaker *c = s->c;
    const char *instance = record->field[FIELD_INSTANCE].value;
    if (instance && !c->options.instances)
        caretaker_instance(c, instance, s->now);
    if (!c->options.reconcile)
        return ++s->records < GLANCE_RECORDS;
    if (!record_is_live(record, s->now))
        return true;
    const char *root = record_chain_root(record);
    int64_t newest = record_newest(record);
    int64_t allowance = reconcile_allowance(record, &c->options.unsure);
    note_newest(s, root, newest);
    if (s->now - newest <= allowance)
        return true;
    mem_grow(s->silent, s->silents, s->capacity);
    s->silent[s->silents++] = (struct silent){
        .id = mem_strdup(record->contact_id), .root = mem_strdup(root), .allowance = allowance};
    return true;
}

static int by_due(const void *a, const void *b)
{
    const struct silent *x = a, *y = b;
    return x->due != y->due ? (x->due > y->due) - (x->due < y->due) : strcmp(x->id, y->id);
}

/* Forgets what was answered of contacts that are not live any more. */
static void forget_gone(struct caretaker *c)
{
    struct map_slot *slot;
    for (size_t i = 0; (slot = map_next(&c->answered, &i));) {
        struct answered *answered = slot->value;
        if (answered->seen)
            answered->seen = false;
        else
            free(map_remove(&c->answered, slot->key));
    }
}

/* The due ones of the survey, the one that has been due longest first. */
static void line_up(struct survey *s)
{
    struct caretaker *c = s->c;
    for (size_t i = 0; i < s->silents; i++) {
        struct silent *silent = &s->silent[i];
        struct answered *answered = map_get(&c->answered, silent->id);
        silent->due = *(const int64_t *)map_get(&s->newest, silent->root) + silent->allowance;
        if (answered)
            answered->seen = true;
        if (answered && answered->due > silent->due)
            silent->due = answered->due;
    }
    forget_gone(c);
    if (s->silents)
        qsort(s->silent, s->silents, sizeof(*s->silent), by_due);
    caretaker_suspects_free(c);
    for (size_t i = 0; i < s->silents && c->suspects < SUSPECTS_MAX; i++) {
        if (s->silent[i].due >= s->now + SURVEY_EVERY_MS)
            break;
        c->suspect[c->suspects++] = (struct suspect){s->silent[i].id, s->silent[i].due};
        s->silent[i].id = NULL;
    }
}

static void survey_free(struct survey *s)
{
    for (size_t i = 0; i < s->silents; i++) {
        free(s->silent[i].id);
        free(s->silent[i].root);
    }
    free(s->silent);
    map_free(&s->newest, free);
}

int64_t caretaker_survey(struct caretaker *c, int64_t now)
{
    struct err err = {""};
    struct survey survey = {.c = c, .now = now};
    struct store_visit visit = {.context = &survey, .record = take_record};
    struct store *store = caretaker_store(c);
    if (!store)
        return now + STORE_AGAIN_MS;
    bool read = store->ops->live(store, now, &visit, NULL, &err);
    if (read && c->options.reconcile) {
        line_up(&survey);
        c->due[JOB_ASK] = c->suspects ? now : INT64_MAX;
    }
    survey_free(&survey);
    if (!read) {
        caretaker_store_failed(c, &err, now);
        return now + SURVEY_EVERY_MS; /* a table that may not be queried: no need to insist */
    }
    int64_t wait = c->options.reconcile ? SURVEY_EVERY_MS
                   : c->rosters         ? GLANCE_EVERY_MS
                                        : GLANCE_FIRST_MS;
    return now + wait + caretaker_jitter(c, SPREAD_MS);
}

void caretaker_suspects_free(struct caretaker *c)
{
    for (size_t i = 0; i < c->suspects; i++)
        free(c->suspect[i].id);
    c->suspects = c->asked = 0;
}
