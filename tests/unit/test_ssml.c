/* SSML becomes the words that are spoken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/journey.h"

static const struct {
    const char *ssml, *text;
} cases[] = {
    {"<speak>Hello</speak>", "Hello"},
    {"<speak>Hello,<break time=\"1s\"/>dear <prosody rate='115%'>customer</prosody>.</speak>",
     "Hello, dear customer."},
    {"  a \n\t b  ", "a b"},
    {"Tom &amp; Jerry &lt;3 &#233;&#xE9; &quot;x&quot;", "Tom & Jerry <3 éé \"x\""},
    {"AT&T", "AT&T"},
    {"a & b", "a & b"},
    {"&unknown; &#0; &#xD800; &#x110000; &#zz;", "&unknown; &#0; &#xD800; &#x110000; &#zz;"},
    {"1 < 2", "1 < 2"},
    {"<speak>one</speak", "one"},
    {"<!-- not <b>this</b> -->this", "this"},
    {"<!-- never closed", ""},
    {"<p>one</p><p>two</p>", "one two"},
    {"<say-as interpret-as=\"digits\">12</say-as>34", "1234"},
    {"", ""},
    {"<speak></speak>", ""},
    {"안녕<break/>하세요", "안녕 하세요"},
};

static void tags_go_words_stay(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct buf out = {0};
        ssml_to_text(&out, cases[i].ssml);
        assert_string_equal(buf_str(&out), cases[i].text);
        buf_free(&out);
    }
}

static void text_is_appended(void **state)
{
    (void)state;
    struct buf out = {0};
    buf_text(&out, "> ");
    ssml_to_text(&out, " <speak>x</speak>");
    assert_string_equal(buf_str(&out), "> x");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_go_words_stay),
        cmocka_unit_test(text_is_appended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
