/*
 * The fake runtime API as a program: prints HOST:PORT on stdout, for AWS_LAMBDA_RUNTIME_API, and
 * serves until SIGINT or SIGTERM. Its status is 1 if something was against the rules.
 *
 *     fake-runtime [--port N]
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "fakes/fake_runtime.h"

int main(int argc, char **argv)
{
    static const struct option known[] = {{"port", required_argument, NULL, 'p'}, {0}};
    int port = 0;
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) >= 0;) {
        if (c != 'p') {
            fprintf(stderr, "usage: fake-runtime [--port N]\n");
            return 2;
        }
        port = (int)strtol(optarg, NULL, 10);
    }
    sigset_t ends;
    int which;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    struct fake_runtime *runtime = fake_runtime_start(port);
    if (!runtime) {
        fprintf(stderr, "fake-runtime: port %d cannot be listened on\n", port);
        return 1;
    }
    printf("%s\n", fake_runtime_address(runtime));
    fflush(stdout);
    sigwait(&ends, &which);
    const char *violation = fake_runtime_violation(runtime);
    if (violation)
        fprintf(stderr, "fake-runtime: %s\n", violation);
    fake_runtime_stop(runtime);
    return violation != NULL;
}
