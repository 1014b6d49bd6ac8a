/* The signer against the published cases, where they are at hand. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/instant.h"
#include "contactwatch/json.h"
#include "contactwatch/sigv4.h"

static const char vectors[] = "../shared/vectors/sigv4";

static char *read_vector(const char *name, const char *file)
{
    char path[512];
    struct buf text = {0};
    snprintf(path, sizeof(path), "%s/%s/%s", vectors, name, file);
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    char piece[4096];
    for (size_t n; (n = fread(piece, 1, sizeof(piece), stream));)
        buf_add(&text, piece, n);
    fclose(stream);
    return buf_take(&text);
}

/* Takes "METHOD target HTTP/1.1", headers (some folded) and a body apart, in place. */
static void parse_vector(char *text, struct sigv4_request *request, struct http_header *header)
{
    char *body = strstr(text, "\n\n");
    request->body = body ? body + 2 : "";
    request->length = strlen(request->body);
    if (body)
        *body = '\0';
    char *line_end = strchr(text, '\n'), *rest = line_end ? line_end + 1 : NULL;
    if (line_end)
        *line_end = '\0';
    request->method = text;
    char *target = strchr(text, ' ');
    *target++ = '\0';
    *strstr(target, " HTTP/1.1") = '\0';
    char *query = strchr(target, '?');
    if (query)
        *query++ = '\0';
    request->path = target;
    request->query = query ? query : "";
    while (rest && *rest) {
        char *end = strchr(rest, '\n');
        while (end && (end[1] == ' ' || end[1] == '\t'))
            end = strchr(end + 1, '\n');
        if (end)
            *end = '\0';
        char *colon = strchr(rest, ':');
        *colon = '\0';
        header[request->headers++] = (struct http_header){rest, colon + 1};
        rest = end ? end + 1 : NULL;
    }
}

static void check_vector(const char *name)
{
    struct arena arena = {0};
    struct http_header header[32];
    char *context = read_vector(name, "context.json"), *text = read_vector(name, "request.txt");
    const cJSON *root = json_parse(&arena, context, strlen(context), NULL);
    const cJSON *keys = json_get(root, "credentials");
    struct sigv4_request request = {
        .header = header,
        .region = json_text(root, "region"),
        .service = json_text(root, "service"),
        .access_key = json_text(keys, "access_key_id"),
        .secret_key = json_text(keys, "secret_access_key"),
        .keep_path = !cJSON_IsTrue(json_get(root, "normalize")),
    };
    char date[SIGV4_DATE], hash[65];
    assert_true(instant_parse(json_text(root, "timestamp"), &request.time));
    parse_vector(text, &request, header);
    sigv4_date(request.time, date);
    header[request.headers++] = (struct http_header){"X-Amz-Date", date};
    if (json_text(keys, "token") && !cJSON_IsTrue(json_get(root, "omit_session_token")))
        header[request.headers++] =
            (struct http_header){"X-Amz-Security-Token", json_text(keys, "token")};
    if (cJSON_IsTrue(json_get(root, "sign_body"))) {
        sha256_hex(request.body, request.length, hash);
        header[request.headers++] = (struct http_header){"x-amz-content-sha256", hash};
    }
    static const char *const files[] = {"header-canonical-request.txt", "header-string-to-sign.txt",
                                        "header-signature.txt"};
    struct buf made[3] = {0};
    sigv4_canonical_request(&made[0], &request);
    sigv4_string_to_sign(&made[1], &request, buf_str(&made[0]));
    struct buf authorization = {0};
    sigv4_authorization(&authorization, &request, NULL);
    buf_text(&made[2], strstr(buf_str(&authorization), "Signature=") + 10);
    for (size_t i = 0; i < 3; i++) {
        char *expected = read_vector(name, files[i]);
        if (strcmp(expected, buf_str(&made[i])) != 0)
            fail_msg("%s, %s:\n%s\ninstead of\n%s", name, files[i], made[i].data, expected);
        free(expected);
        buf_free(&made[i]);
    }
    buf_free(&authorization);
    free(context);
    free(text);
    arena_free(&arena);
}

static void published_cases(void **state)
{
    (void)state;
    DIR *folder = opendir(vectors);
    size_t ran = 0;
    if (folder) {
        for (struct dirent *entry; (entry = readdir(folder));)
            if (*entry->d_name != '.') {
                check_vector(entry->d_name);
                ran++;
            }
        closedir(folder);
        assert_int_equal(ran, 38);
    }
    print_message("%zu published signing cases ran\n", ran);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
