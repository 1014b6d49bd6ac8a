#include "aws/token_file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/secret.h"
#include "contactwatch/json.h"

enum { FILE_MAX = 256 << 10 };

static void add_hash(struct buf *out, const char *digest, const char *key)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    const EVP_MD *method = EVP_get_digestbyname(digest);
    if (method && EVP_Digest(key, strlen(key), hash, &length, method, NULL) != 1)
        length = 0;
    for (unsigned i = 0; i < length; i++)
        buf_printf(out, "%02x", hash[i]);
}

static bool parse(struct token_file *out, const struct secret *text, struct err *err)
{
    out->json = json_parse(&out->arena, text->data, text->length, NULL);
    return (out->json && cJSON_IsObject(out->json)) ||
           err_set(err, "the token cache %.200s is not the JSON expected", out->path);
}

bool token_file_load(struct token_file *out, const char *folder, const char *digest,
                     const char *key, const char *advice, struct err *err)
{
    struct buf path = {0};
    struct secret text;
    buf_printf(&path, "%s/", folder);
    add_hash(&path, digest, key);
    buf_text(&path, ".json");
    *out = (struct token_file){.path = buf_take(&path)};
    bool fine = secret_read_file(&text, out->path, FILE_MAX);
    if (fine)
        fine = parse(out, &text, err);
    else if (errno == ENOENT)
        err_set(err, "not signed in: %s", advice);
    else
        err_set(err, "%.200s: %s", out->path, strerror(errno));
    secret_free(&text);
    return fine;
}

void token_file_free(struct token_file *file)
{
    arena_wipe(&file->arena);
    free(file->path);
    *file = (struct token_file){0};
}

static const char *changed(const struct token_change *change, size_t changes, const char *name)
{
    for (size_t i = 0; i < changes; i++)
        if (strcmp(change[i].name, name) == 0)
            return change[i].json;
    return NULL;
}

static void member(struct buf *out, const char *name)
{
    buf_char(out, out->length > 1 ? ',' : '{');
    json_quote(out, name);
    buf_char(out, ':');
}

static void print(struct buf *out, const cJSON *json, const struct token_change *change,
                  size_t changes)
{
    buf_reserve(out, 2 * FILE_MAX);
    out->max = 2 * FILE_MAX;
    for (const cJSON *item = json->child; item; item = item->next) {
        if (changed(change, changes, item->string))
            continue;
        member(out, item->string);
        json_canonical(out, item, NULL);
    }
    for (size_t i = 0; i < changes; i++) {
        member(out, change[i].name);
        buf_text(out, change[i].json);
    }
    buf_char(out, '}');
}

static bool write_all(int fd, const char *data, size_t length)
{
    while (length) {
        ssize_t put = write(fd, data, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        data += put;
        length -= (size_t)put;
    }
    return fsync(fd) == 0;
}

bool token_file_save(const struct token_file *file, const struct token_change *change,
                     size_t changes)
{
    struct buf text = {0}, beside = {0};
    print(&text, file->json, change, changes);
    buf_printf(&beside, "%s.XXXXXX", file->path);
    int fd = text.full ? -1 : mkostemp(beside.data, O_CLOEXEC); /* 0600 */
    bool fine = fd >= 0 && write_all(fd, text.data, text.length);
    if (fd >= 0)
        close(fd);
    fine = fine && rename(beside.data, file->path) == 0;
    if (fd >= 0 && !fine)
        unlink(beside.data);
    buf_wipe(&text);
    buf_free(&beside);
    return fine;
}

bool token_time(const char *text, int64_t *out)
{
    size_t length = strlen(text);
    char iso[40];
    if (length < 4 || length >= sizeof(iso) || strcmp(text + length - 3, "UTC") != 0)
        return instant_parse(text, out);
    snprintf(iso, sizeof(iso), "%.*sZ", (int)length - 3, text);
    return instant_parse(iso, out);
}

void token_time_print(int64_t ms, char out[INSTANT_TEXT])
{
    instant_format(ms, out);
    out[19] = 'Z';
    out[20] = '\0';
}

static void write_grant(struct buf *out, const struct token_file *file, const char *const *member,
                        size_t members)
{
    buf_reserve(out, FILE_MAX);
    out->max = FILE_MAX;
    buf_text(out, "{\"grantType\":\"refresh_token\"");
    for (size_t i = 0; i < members; i++) {
        const char *value = json_text(file->json, member[i]);
        buf_printf(out, ",\"%s\":", member[i]);
        json_quote(out, value ? value : "");
    }
    buf_char(out, '}');
}

bool token_exchange(struct provider_context *context, const struct token_file *file,
                    const char *url, struct http_header more, const char *const *member,
                    size_t members, struct http_response *response, bool *denied, struct err *err)
{
    struct buf body = {0};
    char code[64];
    write_grant(&body, file, member, members);
    struct http_request request = {
        .method = "POST",
        .url = url,
        .header = {{"Content-Type", "application/json"}, more},
        .headers = more.name ? 2 : 1,
        .body = body.data,
        .length = body.length,
    };
    bool fine = provider_fetch(context, &request, response, err);
    *denied = fine && response->status >= 400 && response->status < 500 && response->status != 429;
    if (fine && response->status != 200) {
        response_code(response, code, sizeof(code));
        fine = err_set(err, "the refresh was answered by %s (HTTP %d)", *code ? code : "an error",
                       response->status);
    }
    buf_wipe(&body);
    return fine;
}
