/* Listing names: each instance once a day, five lists, a page a call; then the whole document. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/log.h"
#include "ingest/caretaker_internal.h"

enum {
    PAGES_MAX = 200,         /* of one list: 200,000 names */
    SPREAD_MS = 2 * 3600000, /* so that caretakers of many stores do not list all at once */
    SHOW_EVERY_MS = 600000,  /* the screen takes up what others listed */
    SHOW_FIRST_MS = 60000,   /* … sooner while there is nothing */
};

void caretaker_instance(struct caretaker *c, const char *arn, int64_t now)
{
    struct connect_instance instance;
    if (!connect_instance_read(&instance, arn) || c->rosters == INSTANCES_MAX)
        return;
    for (size_t i = 0; i < c->rosters; i++)
        if (strcmp(c->roster[i].instance.id, instance.id) == 0)
            return;
    if (c->options.aws && strcmp(instance.region, aws_session_region(c->options.aws)) != 0) {
        char text[160];
        snprintf(text, sizeof(text),
                 "Connect instance %s is in %s, not in this Region: it is not asked", instance.id,
                 instance.region);
        caretaker_say(c, text);
        return;
    }
    c->roster[c->rosters] =
        (struct roster){.instance = instance, .due = now, .text.max = STORE_DOCUMENT_MAX};
    c->rosters++;
    if (c->options.list_names)
        c->due[JOB_LIST] = now;
}

static void listing_begin(struct roster *r)
{
    buf_clear(&r->text);
    r->text.full = false;
    free(r->token);
    r->token = NULL;
    r->names = 0;
    r->list = CONNECT_QUEUES;
    r->pages = r->denied = 0;
}

/* Is the document of another day? Sets when to look again. */
static bool listing_needed(struct caretaker *c, struct roster *r, int64_t now, struct err *err)
{
    struct buf old = {.max = STORE_DOCUMENT_MAX};
    char key[96];
    int64_t written = INSTANT_NONE;
    names_cache_key(key, r->instance.id);
    bool read = c->store->ops->document_get(c->store, key, &old, &written, err);
    buf_free(&old);
    if (!read)
        return false;
    r->looked = written == INSTANT_NONE || now - written >= NAMES_CACHE_LIFE_MS;
    if (!r->looked)
        r->due = written + NAMES_CACHE_LIFE_MS + caretaker_jitter(c, SPREAD_MS);
    else
        listing_begin(r);
    return true;
}

static void add_name(void *context, const char *id, const char *name)
{
    struct roster *r = context;
    struct buf line = {0};
    names_cache_line(&line, id, name);
    bool fits = line.length > 0 && r->text.length + line.length <= STORE_DOCUMENT_MAX;
    if (fits)
        buf_add(&r->text, line.data, line.length);
    r->names += fits;
    buf_free(&line);
}

static void next_list(struct roster *r)
{
    free(r->token);
    r->token = NULL;
    r->pages = 0;
    r->list++;
}

static void page_read(struct caretaker *c, struct roster *r, const struct aws_call *call)
{
    struct err err = {""};
    struct connect_visit visit = {r, add_name};
    const char *token = NULL;
    if (!connect_list_read(&c->arena, r->list, buf_str(&call->response), call->response.length,
                           &visit, &token, &err))
        caretaker_say(c, err.text);
    bool stuck = token && r->token && strcmp(token, r->token) == 0;
    if (!token || stuck || ++r->pages == PAGES_MAX) {
        next_list(r);
        return;
    }
    free(r->token);
    r->token = mem_strdup(token);
}

static void page_refused(struct caretaker *c, struct roster *r, const struct aws_call *call)
{
    struct err err = {""};
    aws_call_error(call, &err);
    caretaker_say(c, err.text);
    r->denied++;
    next_list(r);
}

static void ask_page(struct caretaker *c, struct roster *r, int64_t now)
{
    struct aws_call call = {0};
    connect_list_call(&call, &c->arena, r->list, r->instance.id, r->token, CONNECT_PAGE);
    caretaker_ask(c, &call, now);
    if (call.fault == AWS_FINE)
        page_read(c, r, &call);
    else if (call.fault == AWS_DENIED || call.fault == AWS_REFUSED)
        page_refused(c, r, &call);
    r->due = c->next_call;
    aws_call_free(&call);
    arena_reset(&c->arena);
}

static bool listing_end(struct caretaker *c, struct roster *r, int64_t now, struct err *err)
{
    char key[96];
    names_cache_key(key, r->instance.id);
    if (r->denied < CONNECT_LIST_COUNT &&
        (!c->store->ops->document_put(c->store, key, buf_str(&r->text), r->text.length, err) ||
         !names_cache_index(c->store, r->instance.id, err)))
        return false;
    if (r->denied < CONNECT_LIST_COUNT)
        log_info("%zu names listed from Connect instance %s", r->names, r->instance.id);
    if (c->options.inbox)
        c->due[JOB_SHOW] = now;
    buf_free(&r->text);
    r->looked = false;
    r->due = now + NAMES_CACHE_LIFE_MS + caretaker_jitter(c, SPREAD_MS);
    return true;
}

static bool listing_step(struct caretaker *c, struct roster *r, int64_t now, struct err *err)
{
    if (!r->looked)
        return listing_needed(c, r, now, err);
    if (r->list == CONNECT_LIST_COUNT)
        return listing_end(c, r, now, err);
    if (now < c->next_call)
        r->due = c->next_call;
    else
        ask_page(c, r, now);
    return true;
}

int64_t caretaker_list(struct caretaker *c, int64_t now)
{
    struct err err = {""};
    int64_t due = INT64_MAX;
    if (!caretaker_store(c))
        return now + STORE_AGAIN_MS;
    for (size_t i = 0; i < c->rosters; i++) {
        struct roster *r = &c->roster[i];
        if (r->due <= now && !listing_step(c, r, now, &err))
            return caretaker_store_failed(c, &err, now);
        if (r->due < due)
            due = r->due;
    }
    return due;
}

struct showing {
    struct note *note;
    size_t capacity;
};

static void show_name(void *context, const char *id, const char *name)
{
    struct showing *s = context;
    struct note *note = s->note;
    mem_grow(note->name, note->names, s->capacity);
    note->name[note->names++] =
        (struct note_name){arena_strdup(&note->arena, id), arena_strdup(&note->arena, name)};
}

int64_t caretaker_show(struct caretaker *c, int64_t now)
{
    struct err err = {""};
    struct store *store = caretaker_store(c);
    if (!store)
        return now + STORE_AGAIN_MS;
    struct showing s = {.note = note_new(NOTE_NAMES)};
    if (!names_cached(store, show_name, &s, &err)) {
        note_free(s.note);
        return caretaker_store_failed(c, &err, now);
    }
    if (!s.note->names || !queue_try_push(c->options.inbox->queue, s.note)) {
        note_free(s.note);
        return now + SHOW_FIRST_MS;
    }
    return now + SHOW_EVERY_MS;
}
