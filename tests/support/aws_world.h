/*
 * A machine for the credential tests: variables, a HOME of its own, a clock that stands still, and
 * a network that answers by a script. Nothing of the real one is seen.
 */
#ifndef TESTS_AWS_WORLD_H
#define TESTS_AWS_WORLD_H

#include "contactwatch/aws.h"
#include "contactwatch/map.h"
#include "support/scripted_transport.h"

struct aws_world {
    struct scripted_transport *scripted;
    struct aws_environment environment;
    struct map variables; /* heap texts */
    char home[64];
    const char *mfa_code; /* what the user types; NULL = there is no user */
    unsigned prompts;
    char from[200]; /* where world_keys had them from */
};

void world_open(struct aws_world *world);
void world_close(struct aws_world *world); /* removes HOME; asserts that the script is used up */

void world_set(struct aws_world *world, const char *variable, const char *value);
/* Writes HOME/path with all its folders; $HOME in the text becomes the folder. */
void world_file(struct aws_world *world, const char *path, const char *text);
const char *world_path(struct aws_world *world, const char *path); /* valid until the next one */
/* The text of a file of this HOME; NULL if there is none. The caller's. */
char *world_read(struct aws_world *world, const char *path);

/* The keys of a chain on this machine, in one go. */
bool world_keys(struct aws_world *world, const char *profile, struct aws_keys *out,
                struct err *err);

#endif
