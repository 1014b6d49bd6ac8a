#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aws/program.h"
#include "aws/secret.h"
#include "contactwatch/instant.h"

enum { SAID_MAX = 4096, STEP_MS = 10, SLICE_MS = 200 };

struct running {
    pid_t pid;
    int out, error; /* pipes' ends; -1 = closed */
    struct buf *printed;
    struct buf said;
    int64_t deadline; /* monotonic ns */
    const atomic_bool *closing;
    bool late;
};

/* The child sees an empty input, the two pipes, and signals as a program finds them at its start.
 */
static int spawn(char *const *argv, const int out[2], const int error[2], pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, standard;
    sigemptyset(&none);
    sigemptyset(&standard);
    sigaddset(&standard, SIGPIPE);
    sigaddset(&standard, SIGTERM);
    sigaddset(&standard, SIGINT);
    sigaddset(&standard, SIGHUP);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, error[1], STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &standard);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int failed = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failed;
}

/* Reads what is there; closes the pipe at its end. What does not fit is dropped, and noted. */
static void drain(int *fd, struct buf *into)
{
    char block[4096];
    ssize_t got = read(*fd, block, sizeof(block));
    if (got > 0) {
        buf_add(into, block, (size_t)got);
    } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
        close(*fd);
        *fd = -1;
    }
    explicit_bzero(block, sizeof(block));
}

static int left_ms(const struct running *running)
{
    if (running->closing && atomic_load(running->closing))
        return 0;
    int64_t left = (running->deadline - monotonic_ns()) / 1000000;
    return left > 0 ? (int)left : 0;
}

static void read_both(struct running *running)
{
    while ((running->out >= 0 || running->error >= 0) && !running->late) {
        struct pollfd fds[2] = {{running->out, POLLIN, 0}, {running->error, POLLIN, 0}};
        int left = left_ms(running);
        int ready = poll(fds, 2, left < SLICE_MS ? left : SLICE_MS);
        running->late = left_ms(running) == 0;
        if (ready <= 0)
            continue;
        if (fds[0].revents)
            drain(&running->out, running->printed);
        if (fds[1].revents)
            drain(&running->error, &running->said);
    }
}

/* Its exit status once it has ended; killed when it is late. */
static int reap(struct running *running)
{
    int status = 0;
    while (!running->late && waitpid(running->pid, &status, WNOHANG) == 0) {
        running->late = left_ms(running) == 0;
        poll(NULL, 0, STEP_MS);
        if (running->late)
            break;
    }
    if (running->late) {
        kill(running->pid, SIGKILL);
        while (waitpid(running->pid, &status, 0) < 0 && errno == EINTR)
            continue;
    }
    return status;
}

static bool judge(struct running *running, int status, const char *program, struct err *err)
{
    char said[200];
    if (running->late)
        return err_set(err, "%.100s took too long", program);
    if (running->printed->full)
        return err_set(err, "%.100s printed too much", program);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    text_without_secrets(buf_str(&running->said), said, sizeof(said));
    if (WIFSIGNALED(status))
        return err_set(err, "%.100s was ended by signal %d: %s", program, WTERMSIG(status), said);
    return err_set(err, "%.100s ended with status %d: %s", program, WEXITSTATUS(status), said);
}

bool program_run(char *const *argv, int timeout_ms, const atomic_bool *closing, struct buf *out,
                 struct err *err)
{
    int printed[2], said[2];
    if (pipe2(printed, O_CLOEXEC) != 0)
        return err_set(err, "no pipe: %s", strerror(errno));
    if (pipe2(said, O_CLOEXEC) != 0) {
        close(printed[0]);
        close(printed[1]);
        return err_set(err, "no pipe: %s", strerror(errno));
    }
    struct running running = {
        .out = printed[0],
        .error = said[0],
        .printed = out,
        .said = {.max = SAID_MAX},
        .closing = closing,
        .deadline = monotonic_ns() + (int64_t)timeout_ms * 1000000,
    };
    int failed = spawn(argv, printed, said, &running.pid);
    close(printed[1]);
    close(said[1]);
    bool fine = false;
    if (failed) {
        err_set(err, "%.100s cannot be started: %s", argv[0], strerror(failed));
    } else {
        read_both(&running);
        fine = judge(&running, reap(&running), argv[0], err);
    }
    if (running.out >= 0)
        close(running.out);
    if (running.error >= 0)
        close(running.error);
    buf_wipe(&running.said);
    return fine;
}

static bool key_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("+/=_-", c));
}

/* Keys and tokens are long words of both digits and capitals; of words of prose few are. */
static bool could_be_key(const char *word, size_t length)
{
    bool digit = false, capital = false;
    for (size_t i = 0; i < length; i++) {
        digit = digit || (word[i] >= '0' && word[i] <= '9');
        capital = capital || (word[i] >= 'A' && word[i] <= 'Z');
    }
    return length >= 16 && digit && capital;
}

void text_without_secrets(const char *text, char *out, size_t size)
{
    size_t used = 0;
    while (*text && used + 1 < size) {
        size_t word = 0;
        while (key_char(text[word]))
            word++;
        if (could_be_key(text, word)) {
            out[used++] = '*';
            text += word;
            continue;
        }
        size_t step = word ? word : 1;
        for (size_t i = 0; i < step && used + 1 < size; i++)
            out[used++] = (text[i] >= ' ' && text[i] <= '~') ? text[i] : ' ';
        text += step;
    }
    while (used && out[used - 1] == ' ')
        used--;
    out[used] = '\0';
}
