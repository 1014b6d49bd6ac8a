/* The attendant watches over a pipeline until it is closed: also over a source that does not
 * close. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands/attend.h"
#include "contactwatch/log.h"
#include "support/sqlite_file.h"

enum { PATIENCE_S = 20, CLOSED = 99 };

/* Has nothing, and never ends its closing. */
struct stubborn {
    struct source base;
    int woken; /* eventfd */
    int told;  /* the test's pipe */
};

static void tell(int fd, char what)
{
    assert_int_equal(write(fd, &what, 1), 1);
}

static enum receive receive_nothing(struct source *source, struct message *out, size_t max,
                                    int timeout_ms, size_t *count, struct err *err)
{
    struct pollfd fd = {((struct stubborn *)source)->woken, POLLIN, 0};
    (void)out;
    (void)max;
    (void)err;
    poll(&fd, 1, timeout_ms);
    *count = 0;
    return RECEIVE_OK;
}

static void settle_nothing(struct source *source, struct message *message, size_t count,
                           enum settlement how)
{
    (void)source;
    (void)message;
    (void)count;
    (void)how;
}

static void wake(struct source *source)
{
    eventfd_write(((struct stubborn *)source)->woken, 1);
}

static void never_close(struct source *source)
{
    tell(((struct stubborn *)source)->told, 'c');
    for (;;)
        pause();
}

static _Noreturn void run_child(int told)
{
    static const struct source_ops ops = {
        .name = "stubborn",
        .receive = receive_nothing,
        .settle = settle_nothing,
        .wake = wake,
        .close = never_close,
    };
    struct stubborn source = {{&ops}, eventfd(0, EFD_CLOEXEC), told};
    const struct ingest_options options = {.store_spec = sqlite_file_spec};
    struct err err = {""};
    alarm(PATIENCE_S); /* what hangs dies of it */
    attend_block_signals();
    struct ingest *ingest = ingest_start(&source.base, &options, &err);
    struct attendant *attendant = ingest ? attend_begin(ingest, NULL, &err) : NULL;
    if (!attendant)
        _exit(EXIT_FAILED + CLOSED);
    tell(told, 'r');
    attend_wait(attendant, &err);
    ingest_free(ingest);
    attend_end(attendant);
    _exit(CLOSED);
}

static char heard(int fd)
{
    char what = '?';
    return read(fd, &what, 1) == 1 ? what : '?';
}

static void a_second_signal_ends_it_also_while_it_closes(void **state)
{
    int told[2], status = 0;
    (void)state;
    assert_int_equal(pipe(told), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        run_child(told[1]);
    close(told[1]);
    assert_int_equal(heard(told[0]), 'r');
    kill(child, SIGTERM);
    assert_int_equal(heard(told[0]), 'c');
    kill(child, SIGTERM);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_FAILED);
    close(told[0]);
}

static int begin(void **state)
{
    (void)state;
    log_set_level(LOG_ERROR);
    return sqlite_file_begin() ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    sqlite_file_end();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_signal_ends_it_also_while_it_closes),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
