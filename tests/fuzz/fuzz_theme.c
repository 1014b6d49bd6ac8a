/* A theme file: any bytes load or are refused, and a refused theme leaves the one before as it was.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ui/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int fd = memfd_create("theme", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    struct theme theme, before;
    struct err err = {""};
    if (!theme_load(&theme, "dark", NULL, &err))
        abort();
    before = theme;
    if (!theme_load(&theme, path, NULL, &err) && memcmp(&theme, &before, sizeof(theme)) != 0)
        abort();
    close(fd);
    return 0;
}
