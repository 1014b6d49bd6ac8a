/* The screen on a real pseudo-terminal: keys, resizing, suspending, a terminal that goes away, a
 * crash. */
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "contactwatch/ui.h"
#include "support/live_fixture.h"

enum { PATIENCE_MS = 20000 };
static const char leave_screen[] = "\033[?1049l";

struct session {
    pid_t child;
    int terminal;
    struct buf seen;
};

static void run_child(void)
{
    const struct live_config config = {.utc = 1};
    const struct ui_options options = {
        .title = "terminal", .colours = 256, .mouse = true, .term = "xterm-256color"};
    struct err err = {""};
    struct live *live = live_new(&config);
    struct inbox inbox = {queue_new(16)};
    int64_t now = clock_now(NULL);
    const struct test_leg legs[] = {{.id = "first000-1", .start = now, .enqueued = now},
                                    {.id = "second00-1", .start = now, .flow_at = now}};
    for (size_t i = 0; i < ARRAY_SIZE(legs); i++)
        test_put(live, &legs[i], now);
    queue_push(inbox.queue, note_new(NOTE_LOADED));
    struct ui *ui = ui_new(live, &inbox, NULL, &options, &err);
    if (!ui)
        _exit(9);
    int status = ui_run(ui);
    ui_free(ui);
    live_free(live);
    queue_free(inbox.queue, (void (*)(void *))note_free);
    _exit(status ? status : 3); /* 3: left in order */
}

static void start(struct session *s)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    *s = (struct session){.child = -1};
    setenv("LC_ALL", "C.UTF-8", 1);
    s->child = forkpty(&s->terminal, NULL, NULL, &size);
    assert_true(s->child >= 0);
    if (s->child == 0)
        run_child();
}

/* Reads until the text has come; a terminal that is closed ends it as well. */
static bool wait_for(struct session *s, const char *text)
{
    for (;;) {
        char chunk[4096];
        struct pollfd fd = {s->terminal, POLLIN, 0};
        if (s->seen.length && memmem(s->seen.data, s->seen.length, text, strlen(text)))
            return true;
        if (poll(&fd, 1, PATIENCE_MS) <= 0)
            return false;
        ssize_t n = read(s->terminal, chunk, sizeof(chunk));
        if (n <= 0)
            return false;
        buf_add(&s->seen, chunk, (size_t)n);
    }
}

static void expect(struct session *s, const char *text)
{
    if (!wait_for(s, text))
        fail_msg("“%s” never came: %.2000s", text, buf_str(&s->seen));
    buf_clear(&s->seen);
}

static void type(const struct session *s, const char *keys)
{
    assert_int_equal(write(s->terminal, keys, strlen(keys)), (ssize_t)strlen(keys));
}

/* Reads what is left to read, as nobody else does: a program that still writes could not end. */
static void read_to_the_end(struct session *s)
{
    if (s->terminal >= 0)
        wait_for(s, "\001never\001");
    buf_clear(&s->seen);
}

/* After the program has gone, before it is forgotten. */
static void expect_modes_restored(struct session *s)
{
    read_to_the_end(s);
    siginfo_t info;
    struct termios modes;
    assert_int_equal(waitid(P_PID, (id_t)s->child, &info, WNOWAIT | WEXITED), 0);
    assert_int_equal(tcgetattr(s->terminal, &modes), 0);
    assert_true(modes.c_lflag & ECHO && modes.c_lflag & ICANON);
}

static int end(struct session *s)
{
    int status = 0;
    read_to_the_end(s);
    assert_int_equal(waitpid(s->child, &status, 0), s->child);
    buf_free(&s->seen);
    if (s->terminal >= 0)
        close(s->terminal);
    return status;
}

static void keys_arrive_and_q_restores(void **state)
{
    struct session s;
    (void)state;
    start(&s);
    expect(&s, "first000");
    type(&s, "?");
    expect(&s, "Everywhere");
    type(&s, "\033"); /* Esc alone, no arrow */
    expect(&s, "IN STATE");
    type(&s, "\033OB"); /* Down */
    expect(&s, "ORDER HELD");
    type(&s, "\033[<0;5;7M"); /* a press on the second row */
    type(&s, "q");
    expect(&s, leave_screen);
    expect_modes_restored(&s);
    int status = end(&s);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
}

static void unknown_sequences_type_nothing(void **state)
{
    static const char *const sequence[] = {
        "\033[<0;5;10M\033[<0;5;10m?",
        "\033[?1;2c?",
        "\033[999~?",
        "\033]11;rgb:0000/0000/mmmm\a?",
        "\033Pm\033\\?",
        "\033Om?",
        "\033[M?!!?" /* three stand for a mouse's button and place */
    };
    struct session s;
    (void)state;
    start(&s);
    expect(&s, "first000");
    for (size_t i = 0; i < ARRAY_SIZE(sequence); i++) {
        type(&s, sequence[i]);
        assert_true(wait_for(&s, "Everywhere"));
        assert_null(memmem(s.seen.data, s.seen.length, "UNMASKED", 8));
        buf_clear(&s.seen);
        type(&s, "\033");
        expect(&s, "IN STATE");
    }
    type(&s, "q");
    assert_int_equal(WEXITSTATUS(end(&s)), 3);
}

static void a_new_size_is_drawn(void **state)
{
    struct session s;
    struct winsize size = {.ws_row = 30, .ws_col = 140};
    (void)state;
    start(&s);
    expect(&s, "CONTACT");
    assert_int_equal(ioctl(s.terminal, TIOCSWINSZ, &size), 0);
    expect(&s, "NOW AT"); /* there was no room for it */
    size = (struct winsize){.ws_row = 5, .ws_col = 30};
    assert_int_equal(ioctl(s.terminal, TIOCSWINSZ, &size), 0);
    expect(&s, "needs 40");
    type(&s, "q");
    expect(&s, leave_screen);
    end(&s);
}

static void suspending_gives_the_terminal_back(void **state)
{
    struct session s;
    int status;
    (void)state;
    start(&s);
    expect(&s, "first000");
    type(&s, "\032");
    expect(&s, leave_screen);
    assert_int_equal(waitpid(s.child, &status, WUNTRACED), s.child);
    assert_true(WIFSTOPPED(status));
    assert_int_equal(kill(s.child, SIGCONT), 0);
    expect(&s, "first000");
    type(&s, "q");
    expect(&s, leave_screen);
    status = end(&s);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
}

static void a_closed_terminal_ends_the_program(void **state)
{
    struct session s;
    (void)state;
    start(&s);
    expect(&s, "first000");
    close(s.terminal);
    s.terminal = -1;
    int status = end(&s); /* by SIGHUP, or in order when that is caught */
    assert_true(WIFEXITED(status) || WTERMSIG(status) == SIGHUP);
}

static void a_crash_restores_the_terminal(void **state)
{
    static const int signals[] = {SIGSEGV, SIGABRT, SIGBUS};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
        struct session s;
        start(&s);
        expect(&s, "first000");
        assert_int_equal(kill(s.child, signals[i]), 0);
        expect(&s, leave_screen);
        expect_modes_restored(&s);
        int status = end(&s);
        assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_arrive_and_q_restores),
        cmocka_unit_test(unknown_sequences_type_nothing),
        cmocka_unit_test(a_new_size_is_drawn),
        cmocka_unit_test(suspending_gives_the_terminal_back),
        cmocka_unit_test(a_closed_terminal_ends_the_program),
        cmocka_unit_test(a_crash_restores_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
