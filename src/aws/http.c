#include "contactwatch/http.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Lines of a response's head are "name: value\n", names in lower case. */
bool http_header_get(const struct http_response *response, const char *name, char *out, size_t size)
{
    size_t length = strlen(name);
    const char *line = buf_str(&response->head);
    for (const char *end; (end = strchr(line, '\n')); line = end + 1) {
        if (strncmp(line, name, length) != 0 || line[length] != ':')
            continue;
        const char *value = line + length + 1;
        while (value < end && isspace((unsigned char)*value))
            value++;
        while (end > value && isspace((unsigned char)end[-1]))
            end--;
        size_t used = (size_t)(end - value) < size ? (size_t)(end - value) : size - 1;
        memcpy(out, value, used);
        out[used] = '\0';
        return true;
    }
    return false;
}

void http_response_free(struct http_response *response)
{
    buf_free(&response->head);
    buf_free(&response->body);
    *response = (struct http_response){0};
}

bool http_fetch(struct transport *transport, const struct http_request *request,
                struct http_response *response, struct err *err)
{
    struct exchange exchange = {.request = *request, .response = *response}, *done;
    transport->ops->start(transport, &exchange);
    do
        done = transport->ops->wait(transport, -1);
    while (done != &exchange);
    *response = exchange.response;
    if (!response->status)
        return err_set(err, "%s", response->error);
    return true;
}

/* The host of an absolute URL, brackets of an IPv6 address gone; false when it has none or is
 * more than a host can be. */
static bool host_of(const char *authority, char *out, size_t size)
{
    size_t length = strcspn(authority, "/?#");
    for (size_t i = 0; i < length; i++)
        if (authority[i] == '@' || authority[i] == '\\' || (unsigned char)authority[i] <= ' ')
            return false;
    if (*authority == '[') {
        authority++;
        length = strcspn(authority, "]/?#");
        if (authority[length] != ']')
            return false;
    } else {
        length = strcspn(authority, ":/?#");
    }
    if (!length || length >= size)
        return false;
    memcpy(out, authority, length);
    out[length] = '\0';
    return true;
}

static bool plain_host_allowed(const char *host)
{
    static const char *const metadata_v4[] = {"169.254.169.254", "169.254.170.2", "169.254.170.23"};
    static const char *const metadata_v6[] = {"::1", "fd00:ec2::254", "fd00:ec2::23"};
    struct in_addr v4;
    struct in6_addr v6, allowed;
    if (inet_pton(AF_INET, host, &v4) == 1) {
        if (ntohl(v4.s_addr) >> 24 == 127)
            return true;
        for (size_t i = 0; i < ARRAY_SIZE(metadata_v4); i++)
            if (strcmp(host, metadata_v4[i]) == 0)
                return true;
        return false;
    }
    if (inet_pton(AF_INET6, host, &v6) == 1) {
        for (size_t i = 0; i < ARRAY_SIZE(metadata_v6); i++)
            if (inet_pton(AF_INET6, metadata_v6[i], &allowed) == 1 &&
                memcmp(&v6, &allowed, sizeof(v6)) == 0)
                return true;
        return false;
    }
    size_t length = strlen(host);
    return strcasecmp(host, "localhost") == 0 ||
           (length > 10 && strcasecmp(host + length - 10, ".localhost") == 0);
}

static bool url_allowed(const char *url, bool vouched, struct err *err)
{
    char host[256];
    bool plain = strncasecmp(url, "http://", 7) == 0;
    if (!plain && strncasecmp(url, "https://", 8) != 0)
        return err_set(err, "%.200s is not an https:// address", url);
    if (!host_of(url + (plain ? 7 : 8), host, sizeof(host)))
        return err_set(err, "%.200s does not name a host; give https://HOST[:PORT]", url);
    if (plain && !vouched && !plain_host_allowed(host))
        return err_set(err,
                       "http:// is not encrypted and is used for this machine only; "
                       "ask %.200s by https://",
                       host);
    return true;
}

bool http_url_allowed(const char *url, struct err *err)
{
    return url_allowed(url, false, err);
}

bool http_request_allowed(const struct http_request *request, struct err *err)
{
    return url_allowed(request->url, request->vouched, err);
}
