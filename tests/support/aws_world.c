#include "support/aws_world.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char *variable(void *context, const char *name)
{
    struct aws_world *world = context;
    return map_get(&world->variables, name);
}

static struct transport *transport(void *context)
{
    struct aws_world *world = context;
    const struct aws_environment *inner = scripted_environment(world->scripted);
    return inner->transport(inner->context);
}

static bool prompt(void *context, const char *question, char *answer, size_t size)
{
    struct aws_world *world = context;
    (void)question;
    world->prompts++;
    if (world->mfa_code)
        snprintf(answer, size, "%s", world->mfa_code);
    return world->mfa_code != NULL;
}

void world_open(struct aws_world *world)
{
    *world = (struct aws_world){.scripted = scripted_open()};
    snprintf(world->home, sizeof(world->home), "/tmp/contactwatch-aws-XXXXXX");
    assert_non_null(mkdtemp(world->home));
    world->environment = (struct aws_environment){
        .variable = variable,
        .context = world,
        .clock = scripted_environment(world->scripted)->clock,
        .transport = transport,
        .prompt = prompt,
    };
    world_set(world, "HOME", world->home);
    world_set(world, "AWS_EC2_METADATA_DISABLED", "true");
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *place)
{
    (void)st;
    (void)kind;
    (void)place;
    return remove(path);
}

void world_close(struct aws_world *world)
{
    scripted_finished(world->scripted);
    scripted_close(world->scripted);
    map_free(&world->variables, free);
    nftw(world->home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void world_set(struct aws_world *world, const char *name, const char *value)
{
    free(map_set(&world->variables, name, mem_strdup(value)));
}

const char *world_path(struct aws_world *world, const char *path)
{
    static char full[400];
    snprintf(full, sizeof(full), "%s/%s", world->home, path);
    return full;
}

static void make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
        *slash = '/';
    }
}

void world_file(struct aws_world *world, const char *path, const char *text)
{
    char full[400];
    snprintf(full, sizeof(full), "%s/%s", world->home, path);
    make_folders(full);
    int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    for (const char *home; (home = strstr(text, "$HOME")); text = home + 5)
        dprintf(fd, "%.*s%s", (int)(home - text), text, world->home);
    assert_true(dprintf(fd, "%s", text) >= 0);
    close(fd);
}

char *world_read(struct aws_world *world, const char *path)
{
    FILE *file = fopen(world_path(world, path), "re");
    char *text = NULL;
    size_t room = 0;
    if (!file)
        return NULL;
    if (getdelim(&text, &room, '\0', file) < 0) {
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}

bool world_keys(struct aws_world *world, const char *profile, struct aws_keys *out, struct err *err)
{
    err->text[0] = '\0';
    struct credentials *credentials =
        credentials_open(&world->environment, profile, "eu-west-1", err);
    bool fine = credentials && credentials_get(credentials, out, err);
    snprintf(world->from, sizeof(world->from), "%s", fine ? out->from : "");
    if (fine)
        out->from = world->from;
    credentials_close(credentials);
    return fine;
}
