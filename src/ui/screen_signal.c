#include "ui/screen_signal.h"

#include <curses.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "contactwatch/mem.h"

static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

/* One terminal a process: what the handlers need, all of it set before they are installed. */
static struct {
    struct termios modes;
    char leave[256]; /* escape sequences that end full-screen mode */
    size_t length;
    int in, out, resized;
    int users;
    bool terminal;
    struct sigaction before[ARRAY_SIZE(fatal)], winch;
} saved = {.resized = -1};

static void on_resize(int signal)
{
    (void)signal;
    uint64_t one = 1;
    if (write(saved.resized, &one, sizeof(one)) < 0)
        return; /* it is readable already */
}

static void on_fatal(int signal)
{
    if (saved.terminal) {
        if (write(saved.out, saved.leave, saved.length) < 0)
            saved.length = 0; /* the terminal has gone as well */
        tcsetattr(saved.in, TCSANOW, &saved.modes);
    }
    for (size_t i = 0; i < ARRAY_SIZE(fatal); i++)
        sigaction(fatal[i], &saved.before[i], NULL);
    raise(signal);
}

void screen_signal_save(int in, int out)
{
    if (saved.users++)
        return;
    saved.in = in;
    saved.out = out;
    saved.terminal = tcgetattr(in, &saved.modes) == 0;
    if (saved.resized < 0)
        saved.resized = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static void note_capability(const char *name)
{
    const char *text = tigetstr(name); /* these are strings: NULL or a text */
    size_t length = text ? strlen(text) : 0;
    if (saved.length + length < sizeof(saved.leave)) {
        memcpy(saved.leave + saved.length, text ? text : "", length);
        saved.length += length;
    }
}

static void note_leaving(void)
{
    static const char mouse_off[] = "\033[?1000l\033[?1002l\033[?1006l";
    saved.length = 0;
    memcpy(saved.leave, mouse_off, sizeof(mouse_off) - 1);
    saved.length = sizeof(mouse_off) - 1;
    static const char *const names[] = {"sgr0", "rmkx", "cnorm"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        note_capability(names[i]);
    if (screen_has_own_page())
        note_capability("clear");
    note_capability("rmcup");
}

bool screen_has_own_page(void)
{
    const char *leave = tigetstr("rmcup");
    return leave && leave != (const char *)-1 && *leave;
}

void screen_signal_catch(void)
{
    if (saved.users != 1)
        return;
    static char stack[64 * 1024]; /* a handler's own, for when the stack has overflowed */
    stack_t own = {.ss_sp = stack, .ss_size = sizeof(stack)};
    sigaltstack(&own, NULL);
    note_leaving();
    struct sigaction action = {.sa_handler = on_fatal, .sa_flags = SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_SIZE(fatal); i++)
        sigaction(fatal[i], &action, &saved.before[i]);
    action = (struct sigaction){.sa_handler = on_resize, .sa_flags = SA_RESTART};
    sigaction(SIGWINCH, &action, &saved.winch);
}

void screen_signal_forget(void)
{
    if (--saved.users)
        return;
    for (size_t i = 0; saved.length && i < ARRAY_SIZE(fatal); i++)
        sigaction(fatal[i], &saved.before[i], NULL);
    if (saved.length)
        sigaction(SIGWINCH, &saved.winch, NULL);
    saved.length = 0;
}

int screen_signal_fd(void)
{
    return saved.resized;
}

void screen_signal_seen(void)
{
    uint64_t count;
    if (read(saved.resized, &count, sizeof(count)) < 0)
        return; /* it was empty */
}
