#include "commands/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contactwatch/config.h"
#include "contactwatch/log.h"

static char *state_path(void)
{
    struct buf path = {0};
    const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (base && *base == '/')
        buf_printf(&path, "%s/contactwatch/state", base);
    else if (home)
        buf_printf(&path, "%s/.local/state/contactwatch/state", home);
    else
        return NULL;
    return buf_take(&path);
}

void state_load(struct state_file *state)
{
    struct config config;
    struct err err = {""};
    state->path = state_path();
    if (!state->path)
        return;
    if (config_load(&config, state->path, true, &err)) {
        for (size_t i = 0; i < config.count; i++)
            free(map_set(&state->value, config.item[i].key, mem_strdup(config.item[i].value)));
    } else {
        log_warning("saved views are not loaded: %s", err.text);
    }
    config_free(&config);
}

static void make_folders(const char *path)
{
    char *copy = mem_strdup(path);
    for (char *p = copy + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (mkdir(copy, 0700) != 0 && errno != EEXIST)
            log_warning("cannot make the folder %s: %s", copy, strerror(errno));
        *p = '/';
    }
    free(copy);
}

static bool write_all(const struct state_file *state, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!file)
        return false;
    struct map_slot *slot;
    for (size_t i = 0; (slot = map_next(&state->value, &i));)
        fprintf(file, "%s = %s\n", slot->key, (const char *)slot->value);
    bool fine = fflush(file) == 0 && fsync(fd) == 0;
    return fclose(file) == 0 && fine;
}

bool state_save(struct state_file *state, const char *key, const char *value)
{
    if (!state->path || strpbrk(key, "=\n[#;") || (value && strchr(value, '\n')))
        return false;
    free(value ? map_set(&state->value, key, mem_strdup(value)) : map_remove(&state->value, key));
    struct buf next = {0};
    buf_printf(&next, "%s.new", state->path);
    make_folders(state->path);
    bool fine = write_all(state, buf_str(&next)) && rename(buf_str(&next), state->path) == 0;
    if (!fine)
        log_warning("cannot write %s: %s", state->path, strerror(errno));
    buf_free(&next);
    return fine;
}

const char *state_find(const struct state_file *state, const char *key)
{
    return map_get(&state->value, key);
}

void state_free(struct state_file *state)
{
    map_free(&state->value, free);
    free(state->path);
    *state = (struct state_file){0};
}
