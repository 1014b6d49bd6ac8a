#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/config.h"

static void sections_names_and_repeated_keys(void **state)
{
    (void)state;
    static const char text[] = "# a comment\n"
                               "theme = light\r\n"
                               "empty =\n"
                               "[queue Billing]\n"
                               "sl = 20s ; not a comment\n"
                               "  ; a comment\n"
                               "[alert long-wait]\n"
                               "do = bell\n"
                               "do = exec /bin/page a=b\n"
                               "theme = dark";
    struct config config;
    struct err err = {""};
    assert_true(config_parse(&config, text, strlen(text), "t.ini", &err));
    assert_string_equal(config_get(&config, "", "", "theme"), "light");
    assert_string_equal(config_get(&config, "", "", "empty"), "");
    assert_string_equal(config_get(&config, "queue", "Billing", "sl"), "20s ; not a comment");
    assert_string_equal(config_get(&config, "alert", "long-wait", "do"), "exec /bin/page a=b");
    assert_null(config_get(&config, "alert", "other", "do"));
    assert_int_equal(config.count, 6);
    assert_int_equal(config.item[3].line, 8);
    config_free(&config);
}

static void long_values_are_not_cut(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_text(&text, "token=");
    buf_pad(&text, 'x', 100000);
    struct config config;
    struct err err;
    assert_true(config_parse(&config, buf_str(&text), text.length, "t.ini", &err));
    assert_int_equal(strlen(config_get(&config, "", "", "token")), 100000);
    config_free(&config);
    buf_free(&text);
}

static void mistakes_say_where(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"a = 1\nrubbish\n", "t.ini:2"},
        {"[open\n", "t.ini:1"},
        {"= 3\n", "t.ini:1"},
        {"[]\n", "t.ini:1"},
        {"a = \xff\n", "in UTF-8"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct config config;
        struct err err = {""};
        assert_false(config_parse(&config, bad[i][0], strlen(bad[i][0]), "t.ini", &err));
        assert_non_null(strstr(err.text, bad[i][1]));
        config_free(&config);
    }
}

static void a_missing_file_is_empty_only_when_optional(void **state)
{
    (void)state;
    struct config config;
    struct err err;
    assert_true(config_load(&config, "/nonexistent/x.ini", true, &err));
    assert_int_equal(config.count, 0);
    config_free(&config);
    assert_false(config_load(&config, "/nonexistent/x.ini", false, &err));
    assert_non_null(strstr(err.text, "/nonexistent/x.ini"));
    config_free(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_names_and_repeated_keys),
        cmocka_unit_test(long_values_are_not_cut),
        cmocka_unit_test(mistakes_say_where),
        cmocka_unit_test(a_missing_file_is_empty_only_when_optional),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
