/*
 * What Lambda starts: hands over to the program beside it, by the package's own dynamic loader and
 * libraries, so that it does not matter which C library the image has. Linked statically. The
 * folder is the one it was started from: /var/task of a function, /opt of a layer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#if defined(__x86_64__)
static const char loader_name[] = "ld-linux-x86-64.so.2";
#elif defined(__aarch64__)
static const char loader_name[] = "ld-linux-aarch64.so.1";
#else
#error "Lambda has x86_64 and arm64"
#endif

enum { PATH_SIZE = 4096, ARGUMENTS_MAX = 64 };

int main(int argc, char **argv)
{
    const char *self = (const char *)getauxval(AT_EXECFN);
    const char *slash = self ? strrchr(self, '/') : NULL;
    int length = slash ? (int)(slash - self) : 1;
    const char *folder = slash ? self : ".";
    char loader[PATH_SIZE], libraries[PATH_SIZE], program[PATH_SIZE];
    char *command[ARGUMENTS_MAX + 8] = {loader,    "--inhibit-cache", "--library-path", libraries,
                                        "--argv0", "contactwatch",    program,          "lambda"};
    if (length > PATH_SIZE - 64 || argc > ARGUMENTS_MAX) {
        fprintf(stderr, "bootstrap: the path or the command line is too long\n");
        return 126;
    }
    snprintf(loader, sizeof(loader), "%.*s/lib/%s", length, folder, loader_name);
    snprintf(libraries, sizeof(libraries), "%.*s/lib", length, folder);
    snprintf(program, sizeof(program), "%.*s/contactwatch", length, folder);
    for (int i = 1; i < argc; i++)
        command[7 + i] = argv[i];
    /* They name libraries that were made for the image's own C library. */
    unsetenv("LD_LIBRARY_PATH");
    unsetenv("LD_PRELOAD");
    execv(loader, command);
    perror(loader);
    return 127;
}
