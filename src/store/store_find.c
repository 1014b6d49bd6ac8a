/* Contacts by the beginning of their id, as people give it. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/store.h"
#include "contactwatch/text.h"

struct finding {
    const char *prefix;
    store_id_visitor *visit;
    void *context;
    bool stopped;
};

static bool tell(void *context, const char *contact_id)
{
    struct finding *f = context;
    f->stopped = !f->visit(f->context, contact_id);
    return !f->stopped;
}

static bool tell_record(void *context, const struct record *record)
{
    struct finding *f = context;
    return !text_prefix_fold(record->contact_id, f->prefix) || tell(f, record->contact_id);
}

bool store_find(struct store *store, const char *prefix, store_id_visitor *visit, void *context,
                bool *more, struct err *err)
{
    struct finding f = {prefix, visit, context, false};
    const struct store_visit all = {.context = &f, .record = tell_record};
    bool good = store->ops->find ? store->ops->find(store, prefix, tell, &f, err)
                                 : store->ops->all(store, &all, err);
    if (more)
        *more = !f.stopped;
    return good;
}

struct choice {
    char *id;
    bool several;
};

static bool choose(void *context, const char *contact_id)
{
    struct choice *choice = context;
    choice->several = choice->id && strcmp(choice->id, contact_id) != 0;
    if (!choice->id)
        choice->id = mem_strdup(contact_id);
    return !choice->several;
}

bool store_whole_id(struct store *store, const char *prefix, char **id, bool *several,
                    struct err *err)
{
    struct choice choice = {NULL, false};
    *id = NULL;
    *several = false;
    bool good = strlen(prefix) < STORE_PREFIX_LEAST ||
                store_find(store, prefix, choose, &choice, NULL, err);
    *several = good && choice.several;
    if (good && !choice.several)
        *id = choice.id;
    else
        free(choice.id);
    return good;
}
