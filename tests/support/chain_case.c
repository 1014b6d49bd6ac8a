#include "support/chain_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "contactwatch/log.h"

void chain_case_open(const struct chain_case *c, struct aws_world *world)
{
    world_open(world);
    world->mfa_code = c->mfa_code;
    for (size_t i = 0; i < ARRAY_SIZE(c->variable) && c->variable[i]; i++) {
        char name[64], value[300];
        const char *text = strchr(c->variable[i], '=') + 1, *home = strstr(text, "$HOME");
        snprintf(name, sizeof(name), "%.*s", (int)(text - 1 - c->variable[i]), c->variable[i]);
        if (home)
            snprintf(value, sizeof(value), "%.*s%s%s", (int)(home - text), text, world->home,
                     home + 5);
        else
            snprintf(value, sizeof(value), "%s", text);
        world_set(world, name, value);
    }
    if (c->config)
        world_file(world, ".aws/config", c->config);
    if (c->credentials)
        world_file(world, ".aws/credentials", c->credentials);
    for (size_t i = 0; i < ARRAY_SIZE(c->file) && c->file[i].path; i++)
        world_file(world, c->file[i].path, c->file[i].text);
    size_t answers = 0;
    while (answers < ARRAY_SIZE(c->answer) &&
           (c->answer[answers].status || c->answer[answers].error))
        answers++;
    scripted_script(world->scripted, c->answer, answers);
}

static void check_keys(const struct chain_case *c, const struct aws_keys *keys)
{
    if (!c->access_key)
        fail_msg("%s: was not refused", c->name);
    assert_string_equal(keys->access_key, c->access_key);
    if (!keys->token != !c->token || (c->token && strcmp(keys->token, c->token) != 0))
        fail_msg("%s: another token", c->name);
    if (c->says && !strstr(keys->from, c->says))
        fail_msg("%s: keys from %s", c->name, keys->from);
    if (c->account)
        assert_string_equal(keys->account, c->account);
}

void run_chain_case(const struct chain_case *c)
{
    struct aws_world world;
    struct aws_keys keys;
    struct err err;
    chain_case_open(c, &world);
    if (world_keys(&world, c->profile, &keys, &err)) {
        check_keys(c, &keys);
        aws_keys_wipe(&keys);
    } else {
        if (c->access_key)
            fail_msg("%s: %s", c->name, err.text);
        if (strstr(err.text, HUSH))
            fail_msg("%s: a secret in '%s'", c->name, err.text);
        if (!strstr(err.text, c->says))
            fail_msg("%s: '%s' lacks '%s'", c->name, err.text, c->says);
    }
    world_close(&world);
}

static char log_path[] = "/tmp/contactwatch-log-XXXXXX";

int chain_log_open(void **state)
{
    (void)state;
    int fd = mkstemp(log_path);
    assert_true(fd >= 0);
    close(fd);
    log_set_level(LOG_DEBUG);
    log_set_stderr(false);
    return log_open_file(log_path) ? 0 : -1;
}

int chain_log_close(void **state)
{
    (void)state;
    return unlink(log_path);
}

static void the_log_tells_no_secret(void)
{
    char line[2000];
    FILE *file = fopen(log_path, "re");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file))
        if (strstr(line, HUSH))
            fail_msg("a secret in the log: %s", line);
    fclose(file);
}

void run_chain_cases(const struct chain_case *c, size_t count)
{
    for (size_t i = 0; i < count; i++)
        run_chain_case(&c[i]);
    the_log_tells_no_secret();
    print_message("%zu scenarios\n", count);
}
