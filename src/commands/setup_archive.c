/* --archive: alone, or beneath a store. */
#include <string.h>

#include "commands/setup.h"

bool setup_archive(struct invocation *invocation, bool write, struct archive **out, struct err *err)
{
    const char *spec = option_text(invocation, OPT_ARCHIVE);
    *out = NULL;
    if (!spec)
        return true;
    if (archive_needs_aws(spec) && !setup_aws(invocation, NULL, err))
        return false;
    *out = archive_open(spec, invocation->aws, write, err);
    return *out || err_wrap(err, "archive");
}

struct store *setup_archived_store(struct invocation *invocation, const char *spec,
                                   const struct store_options *options, struct err *err)
{
    struct archive *archive;
    struct store *store = store_open(spec, options, err);
    if (!store)
        return NULL;
    if (!setup_archive(invocation, false, &archive, err)) {
        store_close(store);
        return NULL;
    }
    return archive ? store_with_archive(store, archive) : store;
}
