/* forget: removes a contact, or every contact of a customer, from the store, and says what went. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/commands.h"
#include "commands/setup.h"
#include "contactwatch/text.h"

enum { NAMED_MAX = 5, FORGET_MAX = 100000 };

struct forgetting {
    const char *what; /* the argument */
    bool contact;     /* it is the id of one that is there */
    char **id;
    size_t count, capacity;
    bool cut;
};

static bool take(void *context, const struct record *record)
{
    struct forgetting *f = context;
    if (f->contact && strcmp(record->contact_id, f->what) == 0)
        return true;
    f->cut = f->count == FORGET_MAX;
    if (f->cut)
        return false;
    mem_grow(f->id, f->count, f->capacity);
    f->id[f->count++] = mem_strdup(record->contact_id);
    return true;
}

/* The contact of this id, then the contacts of this customer. */
static bool find(struct forgetting *f, struct store *store, struct err *err)
{
    struct record record;
    struct arena arena = {0};
    bool found = false;
    bool fine = strlen(f->what) > CONTACT_ID_MAX ||
                store_get(store, f->what, &arena, &record, NULL, &found, err);
    arena_free(&arena);
    if (fine && found) {
        take(f, &record);
        f->contact = true;
        record_free(&record);
    }
    struct store_visit visit = {.context = f, .record = take};
    return fine && store->ops->by_customer(store, f->what, &visit, err);
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

/* The argument itself too, where it is no contact that can be read: one that has expired is hidden,
 * but may still lie there. */
static bool remove_all(struct forgetting *f, struct store *store, unsigned *removed,
                       struct err *err)
{
    unsigned some = 0;
    *removed = 0;
    for (size_t i = 0; i < f->count; i++, *removed += some)
        if (!store->ops->forget(store, f->id[i], &some, err))
            return err_wrap(err, "%zu of %zu contacts were removed", i, f->count);
    some = 0;
    if (!f->contact && strlen(f->what) <= CONTACT_ID_MAX &&
        !store->ops->forget(store, f->what, &some, err))
        return false;
    *removed += some;
    return true;
}

static int forget(struct invocation *invocation, struct forgetting *f, struct store *store)
{
    struct err err = {""};
    unsigned removed = 0;
    if (!find(f, store, &err))
        return command_failed(&err);
    if (f->count && !confirmed(invocation, f, &err))
        return option_on(invocation, OPT_YES) || isatty(STDIN_FILENO) ? command_failed(&err)
                                                                      : command_misused(&err);
    if (!remove_all(f, store, &removed, &err))
        return command_failed(&err);
    if (!removed) {
        print(stdout, f->what);
        puts(": nothing of it is stored");
        return EXIT_DONE;
    }
    fputs("removed ", stdout);
    say_what(stdout, f);
    printf("; %u records and entries in all\n", removed);
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
    struct store *store = spec && setup_store_options(invocation, spec, &options, &err)
                              ? open_existing(spec, &options, &err)
                              : NULL;
    if (!store)
        return command_failed(&err);
    int code = forget(invocation, &forgetting, store);
    for (size_t i = 0; i < forgetting.count; i++)
        free(forgetting.id[i]);
    free(forgetting.id);
    store_close(store);
    return code;
}
