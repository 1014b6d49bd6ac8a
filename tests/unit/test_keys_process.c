/* Programs that print keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aws/program.h"
#include "support/chain_case.h"
#include "support/key_source.h"

#define PRINTS(text) "[default]\ncredential_process = /bin/sh -c \"" text "\"\n"

#define KEYS                                                                                       \
    "printf "                                                                                      \
    "'{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"AKPROC\\\",\\\"SecretAccessKey\\\":\\\"" HUSH     \
    "\\\",\\\"SessionToken\\\":\\\"" HUSH                                                          \
    "t\\\",\\\"Expiration\\\":\\\"2026-11-22T16:00:00Z\\\"}'"

static const struct chain_case processes[] = {
    {.name = "a process that prints keys",
     .config = PRINTS(KEYS),
     .access_key = "AKPROC",
     .token = HUSH "t",
     .says = "credential_process"},
    {.name = "its account from the profile",
     .config = PRINTS(KEYS) "aws_account_id = 123456789012\n",
     .access_key = "AKPROC",
     .token = HUSH "t",
     .account = "123456789012"},
    {.name = "static keys of the credentials file come before",
     .config = PRINTS("exit 1"),
     .credentials = "[default]\naws_access_key_id = AKFILE\naws_secret_access_key = " HUSH "\n",
     .access_key = "AKFILE"},
    {.name = "and those of the config file behind",
     .config = PRINTS(KEYS) "aws_access_key_id = AKFILE\naws_secret_access_key = " HUSH "\n",
     .access_key = "AKPROC",
     .token = HUSH "t"},
    {.name = "a process that fails",
     .config = PRINTS("echo 'no ticket for AKIAHUSH12345678 " HUSH "0123456789abc' >&2; exit 3"),
     .says = "profile default: /bin/sh ended with status 3: no ticket for *"},
    {.name = "a process that is killed",
     .config = PRINTS("kill -9 $$"),
     .says = "ended by signal 9"},
    {.name = "another version",
     .config = PRINTS("echo '{\\\"Version\\\":2,\\\"AccessKeyId\\\":\\\"" HUSH "\\\"}'"),
     .says = "\"Version\": 1"},
    {.name = "no JSON", .config = PRINTS("echo " HUSH), .says = "no JSON object"},
    {.name = "keys that are not all there",
     .config = PRINTS("echo '{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"" HUSH "\\\"}'"),
     .says = "no secret access key"},
    {.name = "an expiry that is none",
     .config = PRINTS(
         "echo '{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"A\\\",\\\"SecretAccessKey\\\":\\\"" HUSH
         "\\\",\\\"Expiration\\\":\\\"soon\\\"}'"),
     .says = "not a time"},
    {.name = "no such program",
     .config = "[default]\ncredential_process = /nonexistent/program\n",
     .says = "/nonexistent/program cannot be started: No such file"},
    {.name = "too much",
     .config = PRINTS("yes " HUSH " | head -c 100000"),
     .says = "printed too much"},
    {.name = "no shell looks at it",
     .config = "[default]\ncredential_process = /bin/echo {\\\"Version\\\":1} ; touch $HOME/made\n",
     .says = "no JSON object"},
    {.name = "an open quote",
     .config = "[default]\ncredential_process = /bin/echo 'a\n",
     .says = "quote left open"},
    {.name = "the source of a role",
     .profile = "r",
     .config = PRINTS(KEYS) "[profile r]\nrole_arn = arn:aws:iam::1:role/x\n"
                            "source_profile = default\n",
     .answer = {{.expect = "Credential=AKPROC/",
                 .status = 200,
                 .body = "<AccessKeyId>AKROLE</AccessKeyId><SecretAccessKey>" HUSH
                         "</SecretAccessKey><Expiration>2026-11-22T16:00:00Z</Expiration>"}},
     .access_key = "AKROLE"},
};

static void processes_print_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(processes); i++)
        run_chain_case(&processes[i]);
}

static void a_process_has_its_time(void **state)
{
    (void)state;
    static const char *const slow[] = {"sleep 100", "sh -c \"exec >&- 2>&-; sleep 100\""};
    for (size_t i = 0; i < ARRAY_SIZE(slow); i++) {
        char **argv = program_split(slow[i]);
        struct buf out = {.max = 100};
        struct err err = {""};
        assert_non_null(argv);
        assert_false(program_run(argv, 50, NULL, &out, &err));
        assert_non_null(strstr(err.text, "took too long"));
        buf_free(&out);
        free(argv);
    }
}

static void a_command_line_is_split_as_a_shell_quotes(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *word[5];
    } cases[] = {
        {"a", {"a"}},
        {"  a  b\tc ", {"a", "b", "c"}},
        {"a 'b c' \"d e\"", {"a", "b c", "d e"}},
        {"a'b'\"c\"d", {"abcd"}},
        {"a '' \"\"", {"a", "", ""}},
        {"a \\ b\\\"c \"\\\"\\\\\\n$x\"", {"a", " b\"c", "\"\\\\n$x"}},
        {"a '\\'", {"a", "\\"}},
        {"a $HOME;b|c", {"a", "$HOME;b|c"}},
        {"", {NULL}},
        {"   ", {NULL}},
        {"a 'b", {NULL}},
        {"a \"b\\", {NULL}},
        {"a\\", {NULL}},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char **argv = program_split(cases[i].line);
        if (!argv != !cases[i].word[0])
            fail_msg("'%s' is %s", cases[i].line, argv ? "taken" : "refused");
        for (size_t w = 0; argv && (argv[w] || cases[i].word[w]); w++)
            if (!argv[w] || !cases[i].word[w] || strcmp(argv[w], cases[i].word[w]) != 0)
                fail_msg("'%s': word %zu is '%s'", cases[i].line, w, argv[w] ? argv[w] : "-");
        free(argv);
    }
}

static void what_could_be_a_key_is_starred(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"key AKIAIOSFODNN7EXAMPLE is old", "key * is old"},
        {"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "*"},
        {"cannot open /usr/local/share/aws", "cannot open /usr/local/share/aws"},
        {"two\nlines\x1b[31m\xc3\xa9", "two lines [31m"},
        {"", ""},
    };
    char out[100], small[8];
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        text_without_secrets(cases[i][0], out, sizeof(out));
        assert_string_equal(out, cases[i][1]);
    }
    text_without_secrets("more than fits", small, sizeof(small));
    assert_string_equal(small, "more th");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processes_print_keys),
        cmocka_unit_test(a_process_has_its_time),
        cmocka_unit_test(a_command_line_is_split_as_a_shell_quotes),
        cmocka_unit_test(what_could_be_a_key_is_starred),
    };
    return cmocka_run_group_tests_name("keys_process", tests, key_source_quiet, NULL);
}
