/* The program under test, started, killed and stopped. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "convergence/convergence.h"

static void own_environment(const struct run *run)
{
    clearenv();
    setenv("HOME", run->folder, 1);
    setenv("TZ", "UTC", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("AWS_ACCESS_KEY_ID", FAKE_ACCESS_KEY, 1);
    setenv("AWS_SECRET_ACCESS_KEY", FAKE_SECRET_KEY, 1);
    setenv("AWS_REGION", FAKE_REGION, 1);
    setenv("AWS_ENDPOINT_URL", fake_aws_url(run->fake), 1);
}

pid_t program_start(struct run *run, const char *log, char *const argument[])
{
    char *path = run_path(run, log);
    pid_t pid = fork();
    if (pid == 0) {
        char *all[32] = {(char *)run->binary};
        int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
        for (size_t i = 0; argument[i] && i + 2 < ARRAY_SIZE(all); i++)
            all[i + 1] = argument[i];
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        own_environment(run);
        execv(run->binary, all);
        _exit(127);
    }
    free(path);
    return pid;
}

int program_wait(pid_t pid)
{
    int status = 0;
    if (waitpid(pid, &status, 0) != pid)
        return -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int program_run(struct run *run, const char *log, char *const argument[])
{
    return program_wait(program_start(run, log, argument));
}

void worker_start(struct run *run, unsigned which)
{
    char source[160], quarantine[96], log[24];
    snprintf(source, sizeof(source), "sqs:%s", fake_aws_queue_url(run->fake, "contacts"));
    snprintf(quarantine, sizeof(quarantine), "%s/quarantine.%u", run->folder, which);
    snprintf(log, sizeof(log), "worker.%u.log", which);
    char *argument[] = {
        "ingest",       "--source",    source,         "--store", (char *)table_spec,
        "--quarantine", quarantine,    "--visibility", "10s",     "--list-names",
        "no",           "--log-level", "WARNING",      NULL};
    run->worker[which] = program_start(run, log, argument);
}

void worker_kill(struct run *run, unsigned which)
{
    kill(run->worker[which], SIGKILL);
    program_wait(run->worker[which]);
}

bool workers_stop(struct run *run)
{
    bool good = true;
    for (unsigned i = 0; i < run->workers; i++)
        kill(run->worker[i], SIGTERM);
    for (unsigned i = 0; i < run->workers; i++) {
        int status = program_wait(run->worker[i]);
        if (status)
            fprintf(stderr, "ingester %u ended with %d\n", i, status);
        good &= status == 0;
    }
    return good;
}
