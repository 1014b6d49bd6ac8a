/* demo: the monitor on a simulated contact centre, in a store of its own that goes with it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/commands.h"
#include "commands/watch.h"
#include "contactwatch/sim.h"

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

/* The simulator knows the names of its queues, agents and flows; the screen need not learn them one
 * by one. */
static void take_names(const struct source_options *options, double rate, struct names *names)
{
    const struct sim_options same = {
        .seed = options->seed,
        .start = clock_now(NULL),
        .rate = rate,
        .names_file = options->names_file,
    };
    struct sim *sim = sim_new(&same, NULL);
    struct buf text = {0};
    struct config config = {0};
    if (!sim)
        return;
    sim_write_names(sim, &text);
    if (config_parse(&config, buf_str(&text), text.length, "names", NULL))
        for (size_t i = 0; i < config.count; i++)
            names_set(names, config.item[i].key, config.item[i].value, NAME_LISTED);
    config_free(&config);
    buf_free(&text);
    sim_free(sim);
}

int run_demo(struct invocation *invocation)
{
    struct err err = {""};
    struct watch watch = {.invocation = invocation};
    struct source_options options;
    if (!setup_source_options(invocation, NULL, &options, &err))
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
    take_names(&options, invocation->value[OPT_RATE].real, &watch.names);
    watch.wait_for_past = true;
    watch.source = source_open(spec, &options, &err);
    int code = watch.source ? watch_run(&watch) : command_failed(&err);
    if (folder)
        remove_demo(&invocation->arena, folder);
    return code;
}
