/* demo: the monitor on a simulated contact centre, in a store of its own that goes with it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/commands.h"
#include "commands/watch.h"

/* A folder of its own, so that the store's side files go with it. */
static char *temporary_folder(struct invocation *invocation, struct err *err)
{
    const char *base = getenv("TMPDIR");
    char *path = arena_printf(&invocation->arena, "%s/contactwatch-demo-XXXXXX",
                              base && *base == '/' ? base : "/tmp");
    if (mkdtemp(path))
        return path;
    err_set(err, "cannot make a temporary folder %s: %s", path, strerror(errno));
    return NULL;
}

static void remove_demo(struct arena *arena, const char *folder)
{
    static const char *const file[] = {"demo.db", "demo.db-wal", "demo.db-shm",
                                       "demo.db.quarantine"};
    for (size_t i = 0; i < ARRAY_SIZE(file); i++)
        unlink(arena_printf(arena, "%s/%s", folder, file[i]));
    rmdir(folder);
}

int run_demo(struct invocation *invocation)
{
    struct err err = {""};
    struct watch watch = {.invocation = invocation};
    struct source_options options;
    if (!setup_source_options(invocation, &options, &err))
        return command_misused(&err);
    options.history_ms = invocation->value[OPT_PAST].number;
    watch.store = option_text(invocation, OPT_STORE);
    char *folder = watch.store ? NULL : temporary_folder(invocation, &err);
    if (!watch.store && !folder)
        return command_failed(&err);
    if (folder)
        watch.store = arena_printf(&invocation->arena, "sqlite:%s/demo.db", folder);
    const char *spec =
        arena_printf(&invocation->arena, "sim:%s", option_text(invocation, OPT_RATE));
    watch.source = source_open(spec, &options, &err);
    int code = watch.source ? watch_run(&watch) : command_failed(&err);
    if (folder)
        remove_demo(&invocation->arena, folder);
    return code;
}
