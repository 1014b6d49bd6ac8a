/*
 * Listed names in the store: a document "names/<instance id>" with a line "id TAB name" each, and a
 * document "names" with the ids of the instances.
 */
#include <stdio.h>
#include <string.h>

#include "ingest/caretaker_internal.h"

static const char index_document[] = "names";

void names_cache_key(char out[96], const char *instance_id)
{
    snprintf(out, 96, "names/%.64s", instance_id);
}

/* Controls in a name would break its line, and say nothing. */
void names_cache_line(struct buf *out, const char *id, const char *name)
{
    if (!*id || strpbrk(id, "\t\n"))
        return;
    buf_text(out, id);
    buf_char(out, '\t');
    for (const char *p = name; *p; p++)
        buf_char(out, (unsigned char)*p < 0x20 ? ' ' : *p);
    buf_char(out, '\n');
}

/* Calls visit with each line cut at its tab; a line without one gives "" as name. Changes text. */
static void each_line(char *text, void (*visit)(void *context, const char *id, const char *name),
                      void *context)
{
    for (char *line; (line = strsep(&text, "\n")) != NULL;) {
        char *name = strchr(line, '\t');
        if (name)
            *name++ = '\0';
        if (*line)
            visit(context, line, name ? name : "");
    }
}

struct reading {
    struct store *store;
    void (*visit)(void *context, const char *id, const char *name);
    void *context;
    struct err *err;
    bool failed;
    unsigned instances;
};

static void read_instance(void *context, const char *id, const char *unused)
{
    struct reading *r = context;
    struct buf text = {.max = STORE_DOCUMENT_MAX};
    char key[96];
    int64_t written;
    (void)unused;
    if (r->failed || ++r->instances > INSTANCES_MAX)
        return;
    names_cache_key(key, id);
    if (!r->store->ops->document_get(r->store, key, &text, &written, r->err))
        r->failed = true;
    else if (text.length)
        each_line(text.data, r->visit, r->context);
    buf_free(&text);
}

bool names_cached(struct store *store,
                  void (*visit)(void *context, const char *id, const char *name), void *context,
                  struct err *err)
{
    struct reading r = {.store = store, .visit = visit, .context = context, .err = err};
    struct buf text = {.max = STORE_DOCUMENT_MAX};
    int64_t written;
    if (!store->ops->document_get(store, index_document, &text, &written, err))
        r.failed = true;
    else if (text.length)
        each_line(text.data, read_instance, &r);
    buf_free(&text);
    return !r.failed;
}

static void take(void *context, const char *id, const char *name)
{
    names_set(context, id, name, NAME_LISTED);
}

bool names_take_cached(struct store *store, struct names *names, struct err *err)
{
    return names_cached(store, take, names, err);
}

struct looking {
    const char *id;
    bool there;
};

static void look(void *context, const char *id, const char *unused)
{
    struct looking *looking = context;
    (void)unused;
    looking->there |= strcmp(id, looking->id) == 0;
}

bool names_cache_index(struct store *store, const char *instance_id, struct err *err)
{
    struct buf text = {.max = STORE_DOCUMENT_MAX}, copy = {0};
    struct looking looking = {.id = instance_id};
    int64_t written;
    bool fine = store->ops->document_get(store, index_document, &text, &written, err);
    if (fine && text.length) {
        buf_add(&copy, text.data, text.length);
        each_line(copy.data, look, &looking);
    }
    if (fine && !looking.there) {
        buf_printf(&text, "%s\n", instance_id);
        fine = store->ops->document_put(store, index_document, text.data, text.length, err);
    }
    buf_free(&copy);
    buf_free(&text);
    return fine;
}
