/* sd_notify's protocol: one datagram to a socket that the environment names. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "contactwatch/log.h"
#include "contactwatch/service.h"

/* A path, or with @ in front an abstract name. */
static socklen_t address_of(const char *name, struct sockaddr_un *out)
{
    size_t length = strlen(name);
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    if ((name[0] != '/' && name[0] != '@') || length < 2 || length >= sizeof(out->sun_path))
        return 0;
    memcpy(out->sun_path, name, length);
    if (name[0] == '@')
        out->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

static void send_to(const char *name, const char *text, size_t length)
{
    struct sockaddr_un address;
    socklen_t size = address_of(name, &address);
    int fd = size ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
    if (fd < 0 || sendto(fd, text, length, MSG_NOSIGNAL, (struct sockaddr *)&address, size) < 0)
        log_debug("the service manager cannot be told: %s", size ? strerror(errno) : name);
    if (fd >= 0)
        close(fd);
}

void notify_send(const char *format, ...)
{
    char text[512];
    const char *name = getenv("NOTIFY_SOCKET");
    if (!name || !*name)
        return;
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (length > 0)
        send_to(name, text, (size_t)length < sizeof(text) ? (size_t)length : sizeof(text) - 1);
}

static bool read_number(const char *name, int64_t *out)
{
    const char *text = getenv(name);
    char *end;
    if (!text || !*text)
        return false;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return !*end && errno == 0;
}

int64_t notify_watchdog_ms(void)
{
    int64_t us, pid;
    if (!read_number("WATCHDOG_USEC", &us) || us <= 0)
        return 0;
    if (read_number("WATCHDOG_PID", &pid) && pid != getpid())
        return 0;
    return us < 1000 ? 1 : us / 1000;
}
