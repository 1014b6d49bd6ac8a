#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "commands/command.h"

static bool read_words(struct invocation *invocation, struct err *err, const char *words)
{
    static char copy[512];
    static char *argv[32];
    int argc = 0, code;
    snprintf(copy, sizeof(copy), "contactwatch %s", words);
    char *rest = copy;
    while (rest && argc < 31)
        argv[argc++] = strsep(&rest, " ");
    err->text[0] = '\0';
    return invocation_read(invocation, argc, argv, &code, err);
}

static char folder[] = "/tmp/contactwatch-test-XXXXXX";

static int own_home(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    setenv("XDG_CONFIG_HOME", folder, 1);
    unsetenv("CONTACTWATCH_RETENTION");
    unsetenv("CONTACT_RETENTION");
    return 0;
}

static int leave_home(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void without_a_command_it_watches(void **state)
{
    (void)state;
    struct invocation invocation;
    struct err err;
    assert_true(read_words(&invocation, &err, "--filter status=queued -u"));
    assert_string_equal(invocation.command->name, "watch");
    assert_string_equal(option_text(&invocation, OPT_FILTER), "status=queued");
    assert_true(option_on(&invocation, OPT_UTC));
    assert_int_equal(invocation.value[OPT_RETENTION].number, 1440 * 60000);
    invocation_free(&invocation);
}

static void the_command_line_is_stronger_than_environment_and_file(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof(path), "%s/c.ini", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("retention = 10\nredact = all\nlinger = 1s\n[queue Billing]\nsl = 20s\n", file);
    fclose(file);
    setenv("CONTACT_RETENTION", "20", 1); /* the original's, in minutes: defect 4 */
    char words[300];
    struct invocation invocation;
    struct err err;
    snprintf(words, sizeof(words), "ingest --config %s --linger 2s", path);
    assert_true(read_words(&invocation, &err, words));
    assert_int_equal(invocation.value[OPT_RETENTION].number, 20 * 60000);
    assert_int_equal(invocation.value[OPT_LINGER].number, 2000);
    assert_int_equal(invocation.value[OPT_REDACT].number, 3);
    assert_non_null(strstr(invocation.value[OPT_REDACT].from, "c.ini:2"));
    invocation_free(&invocation);
    unsetenv("CONTACT_RETENTION");
    unlink(path);
}

static void mistakes_say_what_and_where(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"dance", "no command 'dance'"},
        {"list --nonsense", "--nonsense"},
        {"list --keep-ended 5m", "--keep-ended"},
        {"list --filter", "needs a value"},
        {"watch --colours pink", "pink"},
        {"simulate --rate 0", "0.01"},
        {"simulate --seed x", "--seed"},
        {"ingest --linger soon", "duration"},
        {"show", "usage"},
        {"show a b", "usage"},
        {"list --config /nonexistent.ini", "/nonexistent.ini"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct invocation invocation;
        struct err err;
        assert_false(read_words(&invocation, &err, bad[i][0]));
        if (!strstr(err.text, bad[i][1]))
            fail_msg("'%s' says '%s'", bad[i][0], err.text);
        invocation_free(&invocation);
    }
}

static void a_list_gathers(void **state)
{
    (void)state;
    struct invocation invocation;
    struct err err;
    assert_true(read_words(&invocation, &err, "ingest --instance a --instance b"));
    assert_string_equal(invocation.value[OPT_INSTANCE].list[0], "a");
    assert_string_equal(invocation.value[OPT_INSTANCE].list[1], "b");
    assert_null(invocation.value[OPT_INSTANCE].list[2]);
    invocation_free(&invocation);
}

/* The lines that follow a # at once are settings. */
static void write_uncommented_sample(const char *path)
{
    char *text = NULL, *line;
    size_t length = 0;
    FILE *sample = open_memstream(&text, &length), *out = fopen(path, "w");
    assert_non_null(sample);
    assert_non_null(out);
    write_sample_config(sample);
    fclose(sample);
    for (char *rest = text; (line = strsep(&rest, "\n")) != NULL;)
        fprintf(out, "%s\n", line + (line[0] == '#' && line[1] != ' '));
    fclose(out);
    free(text);
}

static void every_line_of_the_sample_configuration_is_accepted(void **state)
{
    (void)state;
    char path[64], words[200];
    snprintf(path, sizeof(path), "%s/sample.ini", folder);
    write_uncommented_sample(path);
    for (const struct command *command = commands; command->name; command++) {
        struct invocation invocation;
        struct err err;
        snprintf(words, sizeof(words), "%s --config %s%s", command->name, path,
                 command->least ? " argument" : "");
        if (!read_words(&invocation, &err, words))
            fail_msg("%s: %s", command->name, err.text);
        assert_true(invocation.config.count >= OPTION_COUNT - 3);
        assert_null(option_text(&invocation, OPT_FILTER));
        invocation_free(&invocation);
    }
    unlink(path);
}

static void the_table_is_sound(void **state)
{
    (void)state;
    for (enum option_id a = 0; a < OPTION_COUNT; a++) {
        const struct option_spec *spec = &option_specs[a];
        assert_true((spec->type == OPTION_FLAG) == (spec->argument == NULL));
        assert_true((spec->type == OPTION_CHOICE) == (spec->choices != NULL));
        assert_true(spec->commands != 0 && spec->help && *spec->help);
        for (enum option_id b = 0; b < a; b++) {
            assert_string_not_equal(spec->name, option_specs[b].name);
            bool together = spec->commands & option_specs[b].commands;
            assert_false(together && spec->letter && spec->letter == option_specs[b].letter);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_command_it_watches),
        cmocka_unit_test(the_command_line_is_stronger_than_environment_and_file),
        cmocka_unit_test(mistakes_say_what_and_where),
        cmocka_unit_test(a_list_gathers),
        cmocka_unit_test(every_line_of_the_sample_configuration_is_accepted),
        cmocka_unit_test(the_table_is_sound),
    };
    return cmocka_run_group_tests_name("invocation", tests, own_home, leave_home);
}
