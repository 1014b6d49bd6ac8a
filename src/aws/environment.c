#include "aws/environment.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

const char *environment_get(const struct aws_environment *environment, const char *name)
{
    const char *value =
        environment->variable ? environment->variable(environment->context, name) : getenv(name);
    return value && *value ? value : NULL;
}

bool text_is_true(const char *text)
{
    return text && strcasecmp(text, "true") == 0;
}

bool environment_on(const struct aws_environment *environment, const char *name)
{
    return text_is_true(environment_get(environment, name));
}

int64_t environment_now(const struct aws_environment *environment)
{
    return clock_now(environment->clock);
}

bool environment_path(const struct aws_environment *environment, const char *path, struct buf *out)
{
    if (strncmp(path, "~/", 2) != 0) {
        buf_text(out, path);
        return true;
    }
    const char *home = environment_get(environment, "HOME");
    if (home)
        buf_printf(out, "%s%s", home, path + 1);
    return home != NULL;
}

/* One line from the terminal, not shown while it is typed. */
static bool ask_terminal(int fd, const char *question, char *answer, size_t size)
{
    struct termios shown, hidden;
    if (dprintf(fd, "%s", question) < 0 || tcgetattr(fd, &shown) != 0)
        return false;
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(fd, TCSAFLUSH, &hidden);
    ssize_t got = read(fd, answer, size - 1);
    tcsetattr(fd, TCSAFLUSH, &shown);
    dprintf(fd, "\n");
    answer[got > 0 ? got : 0] = '\0';
    answer[strcspn(answer, "\r\n")] = '\0';
    return *answer != '\0';
}

bool environment_prompt(const struct aws_environment *environment, const char *question,
                        char *answer, size_t size)
{
    if (environment->prompt)
        return environment->prompt(environment->context, question, answer, size);
    int fd = isatty(STDIN_FILENO) ? open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY) : -1;
    bool fine = fd >= 0 && ask_terminal(fd, question, answer, size);
    if (fd >= 0)
        close(fd);
    return fine;
}
