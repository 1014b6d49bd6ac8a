/*
 * The fake as a program: prints its URL on stdout and serves until SIGINT or SIGTERM.
 *
 *     fake-aws [--port N] [--region R] [--seed N]
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "fakes/fake_aws.h"

static int usage(void)
{
    fprintf(stderr, "usage: fake-aws [--port N] [--region R] [--seed N]\n");
    return 2;
}

int main(int argc, char **argv)
{
    static const struct option known[] = {{"port", required_argument, NULL, 'p'},
                                          {"region", required_argument, NULL, 'r'},
                                          {"seed", required_argument, NULL, 's'},
                                          {0}};
    struct fake_aws_options options = {0};
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) >= 0;) {
        if (c == 'p')
            options.port = (int)strtol(optarg, NULL, 10);
        else if (c == 'r')
            options.region = optarg;
        else if (c == 's')
            options.seed = strtoull(optarg, NULL, 10);
        else
            return usage();
    }
    sigset_t ends;
    int which;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    struct fake_aws *fake = fake_aws_start(&options);
    if (!fake) {
        fprintf(stderr, "fake-aws: port %d cannot be listened on\n", options.port);
        return 1;
    }
    printf("%s\n", fake_aws_url(fake));
    fflush(stdout);
    sigwait(&ends, &which);
    fake_aws_stop(fake);
    return 0;
}
