/* A request of whatever bytes: "METHOD\npath\nquery\nname:value\n…\n\nbody". The canonical request
 * keeps its lines, is its own canonical form where it should be, and a cached key signs as a fresh
 * one does. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "contactwatch/sigv4.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADERS = 24 };

static void demand(bool holds)
{
    if (!holds)
        abort();
}

/* The next line of text, ended in place; "" at its end. */
static char *take_line(char **text)
{
    char *line = *text, *end = strchr(line, '\n');
    if (end)
        *end = '\0';
    *text = end ? end + 1 : line + strlen(line);
    return line;
}

static size_t lines_of(const struct buf *text)
{
    size_t count = 1;
    for (size_t i = 0; i < text->length; i++)
        count += text->data[i] == '\n';
    return count;
}

static size_t different_names(const struct http_header *header, size_t count)
{
    size_t different = 0;
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t j = 0; j < i; j++)
            known = known || strcasecmp(header[i].name, header[j].name) == 0;
        different += !known;
    }
    return different;
}

/* Path and query as they were signed, signed again as they are. */
static void demand_stable(const struct sigv4_request *request, const struct buf *canonical)
{
    char *copy = mem_strdup(canonical->data), *at = copy;
    struct sigv4_request again = *request;
    struct buf text = {0};
    take_line(&at);
    again.path = take_line(&at);
    again.query = take_line(&at);
    again.keep_path = true;
    sigv4_canonical_request(&text, &again);
    demand(strcmp(text.data, canonical->data) == 0);
    buf_free(&text);
    free(copy);
}

static void check(const struct sigv4_request *request, size_t names)
{
    struct sigv4_key cache = {0};
    struct buf canonical = {0}, fresh = {0}, cached = {0}, again = {0};
    sigv4_canonical_request(&canonical, request);
    demand(lines_of(&canonical) == 3 + names + (names == 0) + 1 + 2);
    demand_stable(request, &canonical);
    sigv4_authorization(&fresh, request, NULL);
    sigv4_authorization(&cached, request, &cache);
    sigv4_authorization(&again, request, &cache);
    demand(strcmp(fresh.data, cached.data) == 0 && strcmp(fresh.data, again.data) == 0);
    sigv4_wipe(&cache);
    buf_free(&canonical);
    buf_free(&fresh);
    buf_free(&cached);
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_strndup((const char *)data, size), *at = text;
    struct http_header header[HEADERS];
    struct sigv4_request request = {
        .header = header,
        .region = "eu-west-1",
        .service = "service",
        .access_key = "AKIDEXAMPLE",
        .secret_key = "secret",
        .time = INT64_C(1440938160000),
    };
    request.method = take_line(&at);
    request.path = take_line(&at);
    request.query = take_line(&at);
    for (char *line; request.headers < HEADERS && *(line = take_line(&at));) {
        char *colon = strchr(line, ':');
        if (!colon)
            break;
        *colon = '\0';
        header[request.headers++] = (struct http_header){line, colon + 1};
    }
    request.body = at;
    request.length = strlen(at);
    request.keep_path = size % 2;
    check(&request, different_names(header, request.headers));
    free(text);
    return 0;
}
