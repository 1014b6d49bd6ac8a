#include "support/feed_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/sources_internal.h"

int feed_setup(void **state)
{
    struct feed_fixture *f = mem_zero(sizeof(*f));
    snprintf(f->folder, sizeof(f->folder), "/tmp/cw-source-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof(f->path), "%s/feed", f->folder);
    *state = f;
    return 0;
}

int feed_teardown(void **state)
{
    struct feed_fixture *f = *state;
    char other[128];
    snprintf(other, sizeof(other), "%s.1", f->path);
    unlink(other);
    unlink(f->path);
    rmdir(f->folder);
    free(f);
    return 0;
}

static void write_file(const char *path, const char *mode, const char *text, size_t length)
{
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    fclose(file);
}

void feed_put(const struct feed_fixture *f, const char *mode, const char *text)
{
    write_file(f->path, mode, text, strlen(text));
}

struct source *feed_open(const struct feed_fixture *f, const struct source_options *options)
{
    struct err err = {0};
    struct source *source = file_source_open(f->path, options, &err);
    if (!source)
        fail_msg("%s", err.text);
    return source;
}

enum receive feed_receive(struct source *source, struct buf *out, int timeout_ms)
{
    struct message message[16];
    struct err err = {0};
    size_t count;
    enum receive result =
        source->ops->receive(source, message, ARRAY_SIZE(message), timeout_ms, &count, &err);
    for (size_t i = 0; i < count; i++) {
        if (message[i].refused)
            buf_printf(out, "!%s!", message[i].refused);
        else
            buf_printf(out, "<%.*s>", (int)message[i].length, message[i].body);
    }
    if (result == RECEIVE_ERROR)
        buf_printf(out, "?%s?", err.text);
    if (count)
        source->ops->settle(source, message, count, SETTLE_DONE);
    return result;
}

struct buf feed_read_all(const struct feed_fixture *f, const struct source_options *options)
{
    struct source *source = feed_open(f, options);
    struct buf out = {0};
    while (feed_receive(source, &out, 0) != RECEIVE_END)
        continue;
    source->ops->close(source);
    return out;
}

void feed_expect(void **state, const char *input, const char *expected)
{
    feed_put(*state, "w", input);
    struct buf out = feed_read_all(*state, &(struct source_options){0});
    assert_string_equal(buf_str(&out), expected);
    buf_free(&out);
}
