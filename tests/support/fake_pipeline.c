#include "support/fake_pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char mark[] = "\"T\":\"";

void fake_line(struct buf *out, unsigned contact, unsigned token, unsigned second)
{
    char time[INSTANT_TEXT];
    instant_format(INT64_C(1700000000000) + second * SECOND_MS, time);
    buf_printf(out,
               "{\"ContactId\":\"c%u\",\"ContactFlowId\":\"arn:aws:connect:eu-west-2:1:instance/i/"
               "contact-flow/f\",\"ContactFlowModuleType\":\"PlayPrompt\",\"Timestamp\":\"%s\","
               "\"Parameters\":{%s%u\"}}\n",
               contact, time, mark, token);
}

/* The number behind the next mark; false when there is none. *at moves on. */
static bool next_token(const char **at, unsigned *token)
{
    const char *found = strstr(*at, mark);
    if (!found)
        return false;
    *at = found + strlen(mark);
    *token = (unsigned)strtoul(*at, NULL, 10) % FAKE_TOKENS;
    return true;
}

struct connection {
    struct store base;
    struct fake_store *shared;
};

static unsigned join_entries(struct fake_store *f, const struct history *entries)
{
    unsigned fresh = 0;
    for (size_t i = 0; i < entries->count; i++) {
        char id[33];
        for (int b = 0; b < 16; b++)
            snprintf(id + 2 * b, 3, "%02x", entries->entry[i].id.byte[b]);
        const char *at = entries->entry[i].body;
        unsigned token;
        if (next_token(&at, &token))
            f->stored[token] = true;
        fresh += map_set(&f->ids, id, f) == NULL;
    }
    f->entries += fresh;
    return fresh;
}

static enum store_outcome outcome(struct fake_store *f, const char *contact_id)
{
    if (strcmp(contact_id, "c666") == 0)
        return STORE_REFUSED;
    return rng_chance(&f->rng, f->retry_share) ? STORE_RETRY : STORE_STORED;
}

static bool fake_apply(struct store *store, struct store_change *change, size_t count,
                       struct err *err)
{
    struct fake_store *f = ((struct connection *)store)->shared;
    bool any = false;
    pthread_mutex_lock(&f->lock);
    f->applies++;
    pthread_cond_broadcast(&f->changed);
    while (f->shut)
        pthread_cond_wait(&f->changed, &f->lock);
    bool failing = f->fail_all || f->fail_next;
    f->fail_next -= f->fail_next > 0;
    err_set(err, "the fake store does not want it");
    for (size_t i = 0; i < count; i++) {
        change[i].outcome = failing ? STORE_RETRY : outcome(f, change[i].delta->contact_id);
        if (change[i].outcome == STORE_STORED)
            change[i].fresh = join_entries(f, change[i].entries);
        any |= change[i].outcome == STORE_STORED;
    }
    pthread_mutex_unlock(&f->lock);
    return any;
}

static void fake_close(struct store *store)
{
    struct fake_store *f = ((struct connection *)store)->shared;
    pthread_mutex_lock(&f->lock);
    f->closed++;
    pthread_mutex_unlock(&f->lock);
    free(store);
}

static bool fake_apply_agents(struct store *store, const struct agent_event *agent, size_t count,
                              struct err *err)
{
    struct fake_store *f = ((struct connection *)store)->shared;
    pthread_mutex_lock(&f->lock);
    bool fails = f->fail_agents > 0;
    f->fail_agents -= fails;
    for (size_t i = 0; !fails && i < count; i++)
        buf_printf(&f->agents, "%s %s\n", agent[i].agent_name, agent[i].status_name);
    pthread_mutex_unlock(&f->lock);
    return !fails || err_set(err, "the fake store wants no agents");
}

static bool fake_quarantine(struct store *store, const char *lines, size_t length, struct err *err)
{
    struct fake_store *f = ((struct connection *)store)->shared;
    pthread_mutex_lock(&f->lock);
    bool fails = f->fail_lines > 0;
    f->fail_lines -= fails;
    if (!fails)
        buf_add(&f->lines, lines, length);
    pthread_mutex_unlock(&f->lock);
    return !fails || err_set(err, "the fake store keeps no lines");
}

static bool fake_beat(struct store *store, const struct store_beat *beat, struct err *err)
{
    struct fake_store *f = ((struct connection *)store)->shared;
    (void)err;
    pthread_mutex_lock(&f->lock);
    if (!f->beats++)
        f->first_beat = *beat;
    f->last_beat = *beat;
    f->beat_give_up = store->give_up;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
    return true;
}

static void fake_counts(struct store *store, struct store_counts *out)
{
    struct fake_store *f = ((struct connection *)store)->shared;
    pthread_mutex_lock(&f->lock);
    *out = (struct store_counts){f->applies, 7, 11, 13, 17};
    pthread_mutex_unlock(&f->lock);
}

static const struct store_ops store_ops = {
    .name = "fake", .apply = fake_apply, .close = fake_close};
static const struct store_ops shared_ops = {
    .name = "fake",
    .apply = fake_apply,
    .apply_agents = fake_apply_agents,
    .quarantine = fake_quarantine,
    .beat = fake_beat,
    .counts = fake_counts,
    .close = fake_close,
};

struct store *fake_store_open(void *fake_store, struct err *err)
{
    struct fake_store *f = fake_store;
    if (f->cannot_open) {
        err_set(err, "the fake store is not there");
        return NULL;
    }
    struct connection *connection = mem_zero(sizeof(*connection));
    connection->base.ops = f->shared ? &shared_ops : &store_ops;
    connection->shared = f;
    f->opened++;
    return &connection->base;
}

void fake_store_init(struct fake_store *f, uint64_t seed)
{
    *f = (struct fake_store){.entries = 0};
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->changed, NULL);
    rng_seed(&f->rng, seed);
}

void fake_store_free(struct fake_store *f)
{
    map_free(&f->ids, NULL);
    buf_free(&f->agents);
    buf_free(&f->lines);
    pthread_mutex_destroy(&f->lock);
    pthread_cond_destroy(&f->changed);
}

void fake_store_shut(struct fake_store *f, bool shut)
{
    pthread_mutex_lock(&f->lock);
    f->shut = shut;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
}

void fake_store_wait_applies(struct fake_store *f, unsigned applies)
{
    pthread_mutex_lock(&f->lock);
    while (f->applies < applies)
        pthread_cond_wait(&f->changed, &f->lock);
    pthread_mutex_unlock(&f->lock);
}

void fake_store_wait_beats(struct fake_store *f, unsigned beats)
{
    pthread_mutex_lock(&f->lock);
    while (f->beats < beats)
        pthread_cond_wait(&f->changed, &f->lock);
    pthread_mutex_unlock(&f->lock);
}

static bool fails_now(struct fake_source *s)
{
    bool at_end = s->next == s->count;
    unsigned *left = at_end ? &s->last_errors : &s->errors;
    bool fails = *left > 0;
    *left -= fails;
    return fails;
}

static enum receive fake_receive(struct source *source, struct message *out, size_t max,
                                 int timeout_ms, size_t *count, struct err *err)
{
    struct fake_source *s = (struct fake_source *)source;
    enum receive result = RECEIVE_OK;
    (void)timeout_ms;
    *count = 0;
    pthread_mutex_lock(&s->lock);
    while (s->endless && s->next == s->count && !s->woken)
        pthread_cond_wait(&s->changed, &s->lock);
    s->woken = false;
    if (s->a_receive && s->a_receive < max)
        max = s->a_receive;
    if (fails_now(s)) {
        err_set(err, "the fake source fails");
        result = RECEIVE_ERROR;
    } else if (s->next == s->count && !s->endless) {
        result = RECEIVE_END;
    }
    while (result == RECEIVE_OK && s->next < s->count && *count < max) {
        struct scripted_message *m = &s->message[s->next++];
        m->fate = FATE_IN_FLIGHT;
        out[(*count)++] = (struct message){.body = m->body,
                                           .length = m->length,
                                           .sent = clock_now(NULL),
                                           .position = s->next,
                                           .handle = m,
                                           .refused = m->refused};
    }
    pthread_mutex_unlock(&s->lock);
    return result;
}

static bool is_stored(struct fake_store *store, const char *body)
{
    bool all = true;
    unsigned token;
    pthread_mutex_lock(&store->lock);
    for (const char *at = body; next_token(&at, &token);)
        all &= store->stored[token];
    pthread_mutex_unlock(&store->lock);
    return all;
}

static void fake_settle(struct source *source, struct message *message, size_t count,
                        enum settlement how)
{
    struct fake_source *s = (struct fake_source *)source;
    for (size_t i = 0; i < count; i++) {
        struct scripted_message *m = message[i].handle;
        bool early = how == SETTLE_DONE && !m->refused && !strstr(m->body, "\"c666\"") &&
                     !is_stored(s->store, m->body);
        pthread_mutex_lock(&s->lock);
        s->early += early || m->fate != FATE_IN_FLIGHT;
        m->fate = how == SETTLE_DONE ? FATE_DONE : FATE_RELEASED;
        pthread_mutex_unlock(&s->lock);
    }
}

static void fake_wake(struct source *source)
{
    struct fake_source *s = (struct fake_source *)source;
    pthread_mutex_lock(&s->lock);
    s->woken = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

static void fake_source_close(struct source *source)
{
    ((struct fake_source *)source)->closed = true;
}

static void fake_state(struct source *source, struct source_state *out)
{
    (void)source;
    *out = (struct source_state){.backlog = 42, .oldest_ms = 1500, .held = 5, .throttles = 3};
}

static const struct source_ops queue_ops = {.name = "fake",
                                            .receive = fake_receive,
                                            .settle = fake_settle,
                                            .wake = fake_wake,
                                            .state = fake_state,
                                            .close = fake_source_close};
static const struct source_ops source_ops = {.name = "fake",
                                             .receive = fake_receive,
                                             .settle = fake_settle,
                                             .wake = fake_wake,
                                             .close = fake_source_close};

void fake_source_init(struct fake_source *s, struct fake_store *store)
{
    *s = (struct fake_source){.base = {&source_ops}, .store = store};
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
}

void fake_source_is_queue(struct fake_source *s)
{
    s->base.ops = &queue_ops;
}

void fake_source_free(struct fake_source *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->message[i].body);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->changed);
}

void fake_source_add(struct fake_source *s, const char *text, size_t length)
{
    s->message[s->count++] =
        (struct scripted_message){mem_strndup(text, length), length, NULL, FATE_UNREAD};
}

size_t fake_source_with_fate(struct fake_source *s, enum fake_fate fate)
{
    size_t count = 0;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->count; i++)
        count += s->message[i].fate == fate;
    pthread_mutex_unlock(&s->lock);
    return count;
}
