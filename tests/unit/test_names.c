#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "contactwatch/json.h"
#include "contactwatch/names.h"

#define INSTANCE                                                                                   \
    "arn:aws:connect:eu-west-2:111122223333:instance/5e11c0de-0000-4000-8000-0000000000aa"

static void tails_of_arns(void **state)
{
    (void)state;
    assert_string_equal(arn_tail(INSTANCE "/queue/b1111a60"), "b1111a60");
    assert_string_equal(arn_tail(INSTANCE "/queue/agent/b1111a60"), "b1111a60");
    assert_string_equal(arn_tail("b1111a60"), "b1111a60");
    assert_string_equal(arn_tail("arn:aws:lambda:eu-west-2:111122223333:function:f:live"),
                        "arn:aws:lambda:eu-west-2:111122223333:function:f:live");
    assert_string_equal(arn_tail("ends/with/"), "ends/with/");
    assert_string_equal(arn_tail(""), "");
    assert_null(arn_tail(NULL));
}

static void better_sources_win(void **state)
{
    (void)state;
    struct names names = {0};
    const char *queue = INSTANCE "/queue/b1111a60";
    assert_null(names_find(&names, queue));
    assert_null(names_find(&names, NULL));
    names_set(&names, queue, "learned", NAME_LEARNED);
    assert_string_equal(names_find(&names, "b1111a60"), "learned");
    names_set(&names, queue, "learned later", NAME_LEARNED);
    assert_string_equal(names_find(&names, queue), "learned later");
    names_set(&names, "b1111a60", "from the file", NAME_FILE);
    names_set(&names, queue, "listed", NAME_LISTED);
    names_set(&names, queue, "learned again", NAME_LEARNED);
    names_set(&names, queue, "", NAME_FILE);
    names_set(&names, queue, NULL, NAME_FILE);
    names_set(&names, NULL, "x", NAME_FILE);
    assert_string_equal(names_find(&names, queue), "from the file");
    names_free(&names);
}

static void what_is_shown(void **state)
{
    (void)state;
    struct names names = {0};
    char out[32], small[4];
    names_set(&names, "q1", "Billing", NAME_FILE);
    assert_string_equal(names_show(&names, INSTANCE "/queue/q1", out, sizeof(out)), "Billing");
    assert_string_equal(names_show(&names, INSTANCE "/queue/b1111a60-2f0f", out, sizeof(out)),
                        "b1111a60");
    assert_string_equal(
        names_show(&names,
                   "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", out,
                   sizeof(out)),
        "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9");
    assert_string_equal(names_show(&names, NULL, out, sizeof(out)), "–");
    assert_string_equal(names_show(&names, "", out, sizeof(out)), "–");
    assert_string_equal(names_show(&names, "q1", small, sizeof(small)), "Bil");
    names_set(&names, "q2", "a\xC3\xA9\xC3\xA9", NAME_FILE);
    assert_string_equal(names_show(&names, "q2", small, sizeof(small)), "a\xC3\xA9");
    assert_string_equal(names_show(&names, "q1", out, 0), "");
    names_free(&names);
}

static void a_names_file(void **state)
{
    (void)state;
    char path[] = "/tmp/contactwatch-names-XXXXXX";
    int file = mkstemp(path);
    static const char text[] = "[other]\nq9 = Not a name\n[names]\n# queues\n" INSTANCE
                               "/queue/q1 = Billing = and Sales\nq2=Caf\xC3\xA9\n";
    assert_int_equal(write(file, text, sizeof(text) - 1), (ssize_t)sizeof(text) - 1);
    close(file);
    struct names names = {0};
    struct err err = {""};
    names_set(&names, "q2", "learned", NAME_LEARNED);
    assert_true(names_load(&names, path, &err));
    assert_string_equal(names_find(&names, "q1"), "Billing = and Sales");
    assert_string_equal(names_find(&names, INSTANCE "/queue/q2"), "Caf\xC3\xA9");
    assert_null(names_find(&names, "q9"));
    unlink(path);
    assert_false(names_load(&names, path, &err));
    assert_non_null(strstr(err.text, path));
    names_free(&names);
}

/* A flow tells a Lambda the name of its working queue. */
static void what_flows_tell(void **state)
{
    (void)state;
    struct names names = {0};
    struct arena arena = {0};
    static const char body[] =
        "{\"ContactData\":{\"Queue\":{\"ARN\":\"" INSTANCE "/queue/q1\",\"Name\":\"Billing\"}}}";
    names_learn(&names, json_parse(&arena, body, strlen(body), NULL));
    assert_string_equal(names_find(&names, INSTANCE "/queue/q1"), "Billing");
    names_free(&names);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tails_of_arns),   cmocka_unit_test(better_sources_win),
        cmocka_unit_test(what_is_shown),   cmocka_unit_test(a_names_file),
        cmocka_unit_test(what_flows_tell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
