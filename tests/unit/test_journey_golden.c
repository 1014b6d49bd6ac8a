/*
 * Whole histories from the wire (tests/fixtures/journey/NAME.ndjson) against both stories as text:
 * NAME.txt masked in UTF-8, NAME.ascii.txt unmasked in ASCII. With CONTACTWATCH_WRITE_GOLDEN set
 * the files are written instead.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/journey_case.h"

static const char folder[] = "tests/fixtures/journey";

static void read_all(struct buf *out, const char *path)
{
    FILE *file = fopen(path, "r");
    char block[4096];
    size_t length;
    if (!file)
        fail_msg("cannot open %s", path);
    while ((length = fread(block, 1, sizeof(block), file)) > 0)
        buf_add(out, block, length);
    fclose(file);
}

static void write_all(const struct buf *text, const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file)
        fail_msg("cannot write %s", path);
    fwrite(buf_str(text), 1, text->length, file);
    fclose(file);
}

static void compare(const struct buf *told, const char *path)
{
    if (getenv("CONTACTWATCH_WRITE_GOLDEN")) {
        write_all(told, path);
        return;
    }
    struct buf golden = {0};
    read_all(&golden, path);
    if (strcmp(buf_str(&golden), buf_str(told)) != 0)
        fail_msg("%s differs; told:\n%s", path, buf_str(told));
    buf_free(&golden);
}

static void tell(const char *name, bool ascii)
{
    char path[256];
    struct journey_case c;
    struct buf lines = {0}, told = {0};
    snprintf(path, sizeof(path), "%s/%s.ndjson", folder, name);
    read_all(&lines, path);
    case_start(&c);
    c.ascii = ascii;
    c.masked = !ascii;
    case_feed(&c, buf_str(&lines), lines.length);
    case_write(&c, &told);
    snprintf(path, sizeof(path), "%s/%s%s.txt", folder, name, ascii ? ".ascii" : "");
    compare(&told, path);
    case_free(&c);
    buf_free(&lines);
    buf_free(&told);
}

static void both(void **state)
{
    tell(*state, false);
    tell(*state, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"voice-inbound", both, NULL, NULL, "voice-inbound"},
        {"chat-handed-over", both, NULL, NULL, "chat-handed-over"},
        {"callback", both, NULL, NULL, "callback"},
        {"logs-alone", both, NULL, NULL, "logs-alone"},
        {"closed", both, NULL, NULL, "closed"},
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
