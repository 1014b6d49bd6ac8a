/* From the store into the archive. */
#include "contactwatch/archive.h"

bool archive_take(struct archive *archive, struct store *store, const struct record *record,
                  const struct history *more, unsigned *removed, struct err *err)
{
    struct arena arena = {0};
    struct history history = {0};
    *removed = 0;
    bool good = store->ops->history(store, record->contact_id, &arena, &history, err);
    if (good) {
        if (more)
            history_append(&history, more);
        history_sort(&history);
        good = archive_put(archive, record, &history, err) &&
               store->ops->remove(store, record, &history, removed, err);
    }
    history_free(&history);
    arena_free(&arena);
    return good;
}
