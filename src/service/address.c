/* Where to listen, from text. Names are not looked up: an address is written as numbers. */
#include "service/address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOST_MAX = 64 };

static bool not_an_address(const char *text, struct err *err)
{
    return err_set(err, "'%s' is none of PORT, ADDR:PORT and [ADDR6]:PORT", text);
}

/* Splits [host:]port; the host of an IPv6 address stands in brackets. */
static const char *split(const char *text, char host[HOST_MAX])
{
    const char *colon = strrchr(text, ':'), *end = colon;
    host[0] = '\0';
    if (!colon)
        return text;
    if (text[0] == '[') {
        if (colon == text || colon[-1] != ']')
            return NULL;
        text++;
        end = colon - 1;
    } else if (memchr(text, ':', (size_t)(colon - text))) {
        return NULL;
    }
    if (end - text >= HOST_MAX)
        return NULL;
    memcpy(host, text, (size_t)(end - text));
    host[end - text] = '\0';
    return colon + 1;
}

bool listen_address(const char *text, struct sockaddr_storage *out, socklen_t *length,
                    struct err *err)
{
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char host[HOST_MAX];
    const char *port = split(text, host);
    size_t digits = port ? strspn(port, "0123456789") : 0;
    if (!port || digits == 0 || digits > 5 || port[digits] || strtol(port, NULL, 10) > UINT16_MAX)
        return not_an_address(text, err);
    bool loopback = !host[0] || strcmp(host, "localhost") == 0;
    if (getaddrinfo(loopback ? "127.0.0.1" : host, port, &wanted, &found) != 0)
        return not_an_address(text, err);
    *length = found->ai_addrlen;
    *out = (struct sockaddr_storage){0};
    memcpy(out, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return true;
}

void address_text(const struct sockaddr_storage *address, socklen_t length, char *out, size_t size)
{
    char host[HOST_MAX] = "?", port[8] = "?";
    getnameinfo((const struct sockaddr *)address, length, host, sizeof(host), port, sizeof(port),
                NI_NUMERICHOST | NI_NUMERICSERV);
    bool brackets = strchr(host, ':') != NULL;
    snprintf(out, size, "%s%s%s:%s", brackets ? "[" : "", host, brackets ? "]" : "", port);
}

bool address_is_loopback(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
}
