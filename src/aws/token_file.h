/* The token caches of the AWS CLI: JSON files named by a hash, of `aws sso login` and `aws login`.
 */
#ifndef AWS_TOKEN_FILE_H
#define AWS_TOKEN_FILE_H

#include <cjson/cJSON.h>

#include "aws/providers.h"

struct token_file {
    char *path;
    struct arena arena; /* of the tree; wiped */
    const cJSON *json;  /* an object */
};

/* folder/HASH.json, by "SHA1" or "SHA256" of the key. False with err set when there is no such file
 * ("not signed in: run …" with the advice given), or it cannot be read. Free it either way. */
bool token_file_load(struct token_file *out, const char *folder, const char *digest,
                     const char *key, const char *advice, struct err *err);
void token_file_free(struct token_file *file);

/* A member that a refresh has changed: its new value as JSON. */
struct token_change {
    const char *name;
    const char *json;
};
/* Writes the file anew (0600, by rename) with members replaced or added. False = it stays as it
 * was.
 */
bool token_file_save(const struct token_file *file, const struct token_change *change,
                     size_t changes);

/*
 * Sends {"grantType":"refresh_token"} with these members of the cache to url, with a header more if
 * it has a name. True when the answer is 200; else err names the code, and *denied tells that the
 * sign-in itself is over.
 */
bool token_exchange(struct provider_context *context, const struct token_file *file,
                    const char *url, struct http_header more, const char *const *member,
                    size_t members, struct http_response *response, bool *denied, struct err *err);

/* A time of a cache: ISO-8601, also with "UTC" for Z. */
bool token_time(const char *text, int64_t *out);
/* "2026-11-22T15:00:00Z" */
void token_time_print(int64_t ms, char out[INSTANT_TEXT]);

#endif
