/* The follower's thread: live index, then changes, then whatever is asked of it. */
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "contactwatch/thread.h"
#include "ingest/follower_internal.h"
#include "ingest/ingest_internal.h"

/* Not queue_push: the thread that empties the inbox may be the one that is waiting for this one to
 * stop. */
bool follower_post(struct follower *f, struct note *note)
{
    while (!queue_try_push(f->inbox->queue, note)) {
        if (queue_closed(f->inbox->queue) || follower_pause(f, FULL_STEP_MS)) {
            note_free(note);
            return false;
        }
    }
    return true;
}

static bool post_held(struct follower *f, struct note **held)
{
    struct note *note = *held;
    *held = NULL;
    return !note || follower_post(f, note);
}

bool follower_post_held(struct follower *f)
{
    return post_held(f, &f->records) && post_held(f, &f->entries) && post_held(f, &f->agents);
}

static bool take_record(void *context, const struct record *record)
{
    struct follower *f = context;
    f->visited++;
    if (follower_concerns(f, record))
        f->dirty = true;
    if (!f->records) {
        f->records = note_new(NOTE_RECORDS);
        f->records->record = mem_alloc(NOTE_BATCH * sizeof(*f->records->record));
    }
    record_copy(&f->records->record[f->records->records++], record);
    return f->records->records < NOTE_BATCH || post_held(f, &f->records);
}

static bool take_entry(void *context, const char *contact_id, const struct entry *entry)
{
    struct follower *f = context;
    f->dirty |= follower_concerns_id(f, contact_id);
    if (!f->entries) {
        f->entries = note_new(NOTE_ENTRIES);
        f->entries->entry = mem_alloc(ENTRY_BATCH * sizeof(*f->entries->entry));
    }
    struct note *note = f->entries;
    struct note_entry *copy = &note->entry[note->entries++];
    copy->contact_id = arena_strdup(&note->arena, contact_id);
    copy->entry = *entry;
    copy->entry.body = arena_strndup(&note->arena, entry->body, entry->length);
    copy->entry.log_event_id = arena_strdup(&note->arena, entry->log_event_id);
    /* The records of a call go first: an entry's contact should be known. */
    return note->entries < ENTRY_BATCH || (post_held(f, &f->records) && post_held(f, &f->entries));
}

static struct store_visit visit_of(struct follower *f)
{
    return (struct store_visit){
        .context = f, .record = take_record, .entry = take_entry, .agent = follower_take_agent};
}

static bool load(struct follower *f, struct err *err)
{
    const struct store_visit visit = visit_of(f);
    if (!f->store->ops->live(f->store, f->ended_since, &visit, &f->cursor, err))
        return false;
    f->loaded = follower_post_held(f) && follower_post(f, note_new(NOTE_LOADED));
    return true;
}

static bool read_changes(struct follower *f, struct err *err)
{
    const struct store_visit visit = visit_of(f);
    do {
        f->visited = 0;
        if (!f->store->ops->changes(f->store, &f->cursor, NOTE_BATCH, &visit, err))
            return false;
        follower_post_held(f);
    } while (f->visited >= NOTE_BATCH && !follower_stopping(f));
    return true;
}

static void post_text(struct follower *f, const char *text)
{
    struct note *note = note_new(NOTE_ERROR);
    note->text = arena_strdup(&note->arena, text);
    follower_post(f, note);
}

static int64_t open_due_ms(const struct follower *f)
{
    int64_t step = f->watch >= 0 ? OPEN_STEP_MS : OPEN_POLLED_STEP_MS;
    if (f->watch < 0 && step < f->opening_ns * OPEN_SHARE / 1000000)
        step = f->opening_ns * OPEN_SHARE / 1000000;
    int64_t left = step - (monotonic_ns() - f->posted_ns) / 1000000;
    return f->dirty && left > 0 ? left : 0;
}

static bool open_store(struct follower *f, struct err *err)
{
    f->store = f->open(f->context, err);
    if (f->store && f->store->ops->watch)
        f->watch = f->store->ops->watch(f->store);
    return f->store != NULL;
}

static void close_store(struct follower *f)
{
    if (f->watch >= 0)
        close(f->watch);
    f->watch = -1;
    store_close(f->store);
    f->store = NULL;
}

/* A store that is polled is not asked again at once, however often this thread is woken. */
static bool keep_pace(struct follower *f)
{
    int64_t gone = (monotonic_ns() - f->looked_ns) / 1000000;
    bool polled = f->store && f->watch < 0 && f->looked_ns;
    bool stopped = polled && gone < POLL_STEP_MS && follower_pause(f, POLL_STEP_MS - gone);
    f->looked_ns = monotonic_ns();
    return !stopped;
}

/* One round; false with err set when the store could not be opened or read. */
static bool round_trip(struct follower *f, struct err *err)
{
    if (!f->store && !open_store(f, err))
        return false;
    if (!f->loaded && !load(f, err))
        return false;
    if (f->loaded && !read_changes(f, err))
        return false;
    return !f->dirty || open_due_ms(f) > 0 || follower_post_contact(f, err);
}

static void drop_held(struct follower *f)
{
    note_free(f->records);
    note_free(f->entries);
    note_free(f->agents);
    f->records = f->entries = f->agents = NULL;
}

/* A store that failed is opened anew; the cursor stays, and what was read twice is harmless. One
 * that endures does not give again what it gave before it failed. */
static int64_t failed(struct follower *f, const char *why, int64_t backoff)
{
    if (!f->failing)
        post_text(f, why);
    f->failing = true;
    if (follower_store_endures(f)) {
        follower_post_held(f);
        follower_post_health(f);
    } else {
        drop_held(f);
        close_store(f);
    }
    return backoff * 2 < RETRY_LAST_MS ? backoff * 2 : RETRY_LAST_MS;
}

static int64_t next_look_ms(const struct follower *f)
{
    int64_t due = f->dirty ? open_due_ms(f) : -1;
    if (f->watch >= 0)
        return due;
    return due >= 0 && due < POLL_MS ? due : POLL_MS;
}

static void *follower_main(void *context)
{
    struct follower *f = context;
    int64_t backoff = RETRY_FIRST_MS, wait = 0;
    while (follower_wait(f, wait) && keep_pace(f)) {
        struct err err = {0};
        if (!round_trip(f, &err)) {
            wait = backoff;
            backoff = failed(f, err.text, backoff);
            if (follower_pause(f, wait))
                break;
            wait = 0;
            continue;
        }
        if (f->failing)
            post_text(f, "");
        f->failing = false;
        follower_post_health(f);
        backoff = RETRY_FIRST_MS;
        wait = next_look_ms(f);
    }
    drop_held(f);
    follower_switch(f, NULL, false);
    close_store(f);
    return NULL;
}

static struct store *open_spec(void *context, struct err *err)
{
    struct follower *f = context;
    return store_open(f->spec, &f->options, err);
}

static struct follower *new_follower(struct inbox *inbox, int64_t ended_since)
{
    struct follower *f = mem_zero(sizeof(*f));
    f->inbox = inbox;
    f->watch = -1;
    f->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    f->ended_since = ended_since;
    pthread_mutex_init(&f->lock, NULL);
    thread_cond_init(&f->changed);
    return f;
}

struct follower *follower_start_with(struct store *(*open)(void *context, struct err *err),
                                     void *context, struct inbox *inbox, int64_t ended_since)
{
    struct follower *f = new_follower(inbox, ended_since);
    f->open = open;
    f->context = context;
    ingest_thread(&f->thread, follower_main, f);
    return f;
}

struct follower *follower_start(const char *store_spec, const struct store_options *options,
                                struct inbox *inbox, int64_t ended_since, struct err *err)
{
    if (!store_spec) {
        err_set(err, "no store to follow");
        return NULL;
    }
    struct follower *f = new_follower(inbox, ended_since);
    f->spec = mem_strdup(store_spec);
    f->options = *options;
    f->open = open_spec;
    f->context = f;
    ingest_thread(&f->thread, follower_main, f);
    return f;
}

void follower_stop(struct follower *f)
{
    if (!f)
        return;
    pthread_mutex_lock(&f->lock);
    f->stopping = true;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
    follower_raise(f);
    pthread_join(f->thread, NULL);
    pthread_mutex_destroy(&f->lock);
    pthread_cond_destroy(&f->changed);
    close(f->wake);
    free(f->wanted);
    free(f->spec);
    free(f);
}
