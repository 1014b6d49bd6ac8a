/* forget: removes a contact, or every contact of a customer, from the store and the archive, and
 * says what went from where. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/commands.h"
#include "commands/setup.h"
#include "contactwatch/map.h"
#include "contactwatch/text.h"

enum { NAMED_MAX = 5, FORGET_MAX = 100000 };

struct forgetting {
    const char *what; /* the argument */
    struct store *store;
    struct archive *archive; /* NULL = none was named */
    char **id;               /* each once */
    size_t count, capacity;
    struct map known; /* ids */
    bool cut;
    unsigned records, documents; /* removed from the store, from the archive */
};

static bool take_id(void *context, const char *contact_id)
{
    struct forgetting *f = context;
    if (map_get(&f->known, contact_id))
        return true;
    f->cut = f->count == FORGET_MAX;
    if (f->cut)
        return false;
    map_set(&f->known, contact_id, f);
    mem_grow(f->id, f->count, f->capacity);
    f->id[f->count++] = mem_strdup(contact_id);
    return true;
}

static bool take(void *context, const struct record *record)
{
    return take_id(context, record->contact_id);
}

static bool is_stored(const struct forgetting *f, bool *found, struct err *err)
{
    struct record record;
    struct arena arena = {0};
    bool fine = store_get(f->store, f->what, &arena, &record, NULL, found, err);
    if (fine && *found)
        record_free(&record);
    arena_free(&arena);
    return fine;
}

static bool is_archived(const struct forgetting *f, bool *found, struct err *err)
{
    return archive_has(f->archive, f->what, found, err) || err_wrap(err, "archive");
}

/* The contact of this id, then the contacts of this customer. */
static bool find(struct forgetting *f, struct err *err)
{
    struct store_visit visit = {.context = f, .record = take};
    bool found = false;
    if (*f->what && strlen(f->what) <= CONTACT_ID_MAX) {
        if (!is_stored(f, &found, err) || (!found && f->archive && !is_archived(f, &found, err)))
            return false;
        if (found)
            take_id(f, f->what);
    }
    return f->store->ops->by_customer(f->store, f->what, &visit, err) &&
           (!f->archive || archive_customer(f->archive, f->what, take_id, f, err) ||
            err_wrap(err, "archive"));
}

static void print(FILE *out, const char *text)
{
    struct buf safe = {0};
    text_sanitise(&safe, text, strlen(text), false);
    fputs(buf_str(&safe), out);
    buf_free(&safe);
}

static void say_what(FILE *out, const struct forgetting *f)
{
    fprintf(out, "%zu contact%s", f->count, f->count == 1 ? "" : "s");
    for (size_t i = 0; i < f->count && i < NAMED_MAX; i++) {
        fputs(i ? ", " : ": ", out);
        print(out, f->id[i]);
    }
    fputs(f->count > NAMED_MAX ? ", …" : "", out);
}

/* Nobody to ask is a no. */
static bool confirmed(const struct invocation *invocation, const struct forgetting *f,
                      struct err *err)
{
    char answer[16];
    if (option_on(invocation, OPT_YES))
        return true;
    if (!isatty(STDIN_FILENO))
        return err_set(err, "forget asks before it removes; where nobody can answer, say --yes");
    say_what(stderr, f);
    fputs("\nRemove for good, with all history? [y/N] ", stderr);
    if (fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
        return true;
    return err_set(err, "nothing was removed");
}

static bool remove_one(struct forgetting *f, const char *id, struct err *err)
{
    unsigned some = 0;
    if (!f->store->ops->forget(f->store, id, &some, err))
        return false;
    f->records += some;
    some = 0;
    if (f->archive && !archive_remove(f->archive, id, &some, err))
        return err_wrap(err, "archive");
    f->documents += some;
    return true;
}

/* The argument itself too, where it is no contact that can be read: one that has expired is hidden,
 * but may still lie there. */
static bool remove_all(struct forgetting *f, struct err *err)
{
    for (size_t i = 0; i < f->count; i++)
        if (!remove_one(f, f->id[i], err))
            return err_wrap(err, "%zu of %zu contacts were removed", i, f->count);
    return map_get(&f->known, f->what) || strlen(f->what) > CONTACT_ID_MAX ||
           remove_one(f, f->what, err);
}

static int forget(struct invocation *invocation, struct forgetting *f)
{
    struct err err = {""};
    if (!find(f, &err))
        return command_failed(&err);
    if (f->count && !confirmed(invocation, f, &err))
        return option_on(invocation, OPT_YES) || isatty(STDIN_FILENO) ? command_failed(&err)
                                                                      : command_misused(&err);
    if (!remove_all(f, &err))
        return command_failed(&err);
    if (!f->records && !f->documents) {
        print(stdout, f->what);
        puts(f->archive ? ": nothing of it is stored or archived" : ": nothing of it is stored");
        return EXIT_DONE;
    }
    fputs("removed ", stdout);
    say_what(stdout, f);
    printf("; %u records and entries in all", f->records);
    if (f->archive)
        printf(" from the store, %u document%s from the archive", f->documents,
               f->documents == 1 ? "" : "s");
    puts("");
    if (f->cut)
        puts("there are more: run it again");
    return EXIT_DONE;
}

/* Only a store that is there: opening one to write would make it. */
static struct store *open_existing(const char *spec, struct store_options *options, struct err *err)
{
    options->read_only = true;
    struct store *store = store_open(spec, options, err);
    if (!store)
        return NULL;
    store_close(store);
    options->read_only = false;
    return store_open(spec, options, err);
}

int run_forget(struct invocation *invocation)
{
    struct err err = {""};
    struct store_options options;
    struct forgetting forgetting = {.what = invocation->argument[0]};
    const char *spec = setup_store(invocation, &err);
    if (!*forgetting.what) {
        err_set(&err, "forget needs the id of a contact, or a customer");
        return command_misused(&err);
    }
    if (!spec || !setup_store_options(invocation, spec, &options, &err) ||
        !(forgetting.store = open_existing(spec, &options, &err)))
        return command_failed(&err);
    int code = setup_archive(invocation, false, &forgetting.archive, &err)
                   ? forget(invocation, &forgetting)
                   : command_failed(&err);
    for (size_t i = 0; i < forgetting.count; i++)
        free(forgetting.id[i]);
    free(forgetting.id);
    map_free(&forgetting.known, NULL);
    archive_close(forgetting.archive);
    store_close(forgetting.store);
    return code;
}
