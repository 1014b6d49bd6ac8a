/* Keys: taken, copied, wiped. */
#include <openssl/crypto.h>
#include <string.h>

#include "aws/providers.h"
#include "aws/secret.h"

enum { TOKEN_MAX = 64 << 10, ACCOUNT = 12 };

_Static_assert(ACCOUNT < sizeof(((struct aws_keys *)0)->account), "an account fits");

void aws_keys_wipe(struct aws_keys *keys)
{
    text_wipe(keys->token);
    OPENSSL_cleanse(keys, sizeof(*keys));
}

void aws_keys_copy(struct aws_keys *into, const struct aws_keys *from)
{
    *into = *from;
    into->token = mem_strdup(from->token);
}

/* A key goes into headers: it must be one visible word. */
static bool check(const char *text, size_t size, const char *what, struct err *err)
{
    size_t length = text ? strlen(text) : 0;
    if (!length)
        return err_set(err, "there is no %s", what);
    if (length >= size)
        return err_set(err, "the %s is too long to be one", what);
    for (size_t i = 0; i < length; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return err_set(err, "the %s has a character in it that none can have", what);
    return true;
}

bool keys_set(struct aws_keys *out, const char *access_key, const char *secret_key,
              const char *token, struct err *err)
{
    *out = (struct aws_keys){.from = ""};
    if (token && !*token)
        token = NULL;
    if (!check(access_key, sizeof(out->access_key), "access key id", err) ||
        !check(secret_key, sizeof(out->secret_key), "secret access key", err) ||
        (token && !check(token, TOKEN_MAX, "session token", err)))
        return false;
    memcpy(out->access_key, access_key, strlen(access_key) + 1);
    memcpy(out->secret_key, secret_key, strlen(secret_key) + 1);
    out->token = mem_strdup(token);
    return true;
}

bool keys_set_expiry(struct aws_keys *out, const char *text, struct err *err)
{
    if (!text || !*text || instant_parse(text, &out->expires))
        return true;
    aws_keys_wipe(out);
    return err_set(err, "the expiry is not a time such as 2026-11-22T15:00:00Z");
}

void keys_set_account(struct aws_keys *out, const char *account)
{
    size_t length = account ? strlen(account) : 0;
    if (length == ACCOUNT && strspn(account, "0123456789") == length)
        memcpy(out->account, account, length + 1);
}
