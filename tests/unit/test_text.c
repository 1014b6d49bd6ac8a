#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/rng.h"
#include "contactwatch/text.h"

static const char *clean(struct buf *out, const char *text, bool ascii)
{
    buf_clear(out);
    text_sanitise(out, text, strlen(text), ascii);
    return buf_str(out);
}

static void nothing_that_moves_hides_or_reorders_passes(void **state)
{
    (void)state;
    struct buf out = {0};
    assert_string_equal(clean(&out, "plain", false), "plain");
    assert_string_equal(clean(&out, "a\x1b[2Jb", false), "a<U+001B>[2Jb");
    assert_string_equal(clean(&out, "a\x1b[2Jb", true), "a^[[2Jb");
    assert_string_equal(clean(&out, "one\ntwo\tthree\r", false), "one two three ");
    assert_string_equal(clean(&out, "x\u202ey", false), "x<U+202E>y");
    assert_string_equal(clean(&out, "x\u200by", false), "x<U+200B>y");
    assert_string_equal(clean(&out, "x\xc2\x9by", false), "x<U+009B>y");
    assert_string_equal(clean(&out, "x\U000e0001y", false), "x<U+E0001>y");
    assert_string_equal(clean(&out, "x\u2028y", false), "x<U+2028>y");
    assert_string_equal(clean(&out, "bad\xff\xc0\x80.", false), "bad\ufffd\ufffd\ufffd.");
    assert_string_equal(clean(&out, "caf\u00e9 \u6f22", true), "caf? ?");
    assert_string_equal(clean(&out, "e\u0301\u0301\u0301\u0301", false), "e\u0301\u0301");
    buf_free(&out);
}

static void random_bytes_come_out_harmless(void **state)
{
    (void)state;
    struct rng rng;
    uint64_t seed = 20260;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_seed(&rng, seed);
    struct buf out = {0};
    for (int i = 0; i < 3000; i++) {
        char bytes[64];
        for (size_t k = 0; k < sizeof(bytes); k++)
            bytes[k] = (char)rng_next(&rng);
        buf_clear(&out);
        text_sanitise(&out, bytes, sizeof(bytes), false);
        assert_true(text_valid_utf8(buf_str(&out), out.length));
        for (size_t k = 0; k < out.length;) {
            uint32_t code;
            k += text_decode(out.data + k, out.length - k, &code);
            assert_false(text_is_unsafe(code));
        }
    }
    buf_free(&out);
}

static void text_is_fitted_by_cells(void **state)
{
    (void)state;
    struct buf out = {0};
    text_fit(&out, "Billing", 10, false, false);
    assert_string_equal(buf_str(&out), "Billing   ");
    buf_clear(&out);
    text_fit(&out, "3:12", 6, true, false);
    assert_string_equal(buf_str(&out), "  3:12");
    buf_clear(&out);
    text_fit(&out, "\u6f22\u5b57\u6f22", 5, false,
             false); /* three wide characters: two fit, then the ellipsis */
    assert_string_equal(buf_str(&out), "\u6f22\u5b57…");
    buf_clear(&out);
    text_fit(&out, "Retentions", 5, false, true);
    assert_string_equal(buf_str(&out), "Rete~");
    assert_int_equal(text_width("e\u0301\u6f22"), 3);
    buf_free(&out);
}

static void folding(void **state)
{
    (void)state;
    assert_true(text_equal_fold("BILLING", "billing"));
    assert_true(text_equal_fold("\u00c4RGER", "\u00e4rger"));
    assert_false(text_equal_fold("bill", "billing"));
    assert_true(text_contains_fold("The Billing queue", "BILL"));
    assert_false(text_contains_fold("The Billing queue", "sales"));
    assert_true(text_contains_fold("x", ""));
    assert_true(text_glob_fold("b*g", "Billing"));
    assert_true(text_glob_fold("*ill*", "Billing"));
    assert_true(text_glob_fold("*", ""));
    assert_false(text_glob_fold("b*x", "Billing"));
    assert_true(text_glob_fold("a*a*a*b", "aaaaaaaaaaaaaaaaaaab"));
    assert_true(text_prefix_fold("edfcdfa6-358e", "EDFC"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_that_moves_hides_or_reorders_passes),
        cmocka_unit_test(random_bytes_come_out_harmless),
        cmocka_unit_test(text_is_fitted_by_cells),
        cmocka_unit_test(folding),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
