/* Who may ask for what. */
#include <stdlib.h>
#include <string.h>

#include "fakes/fake_internal.h"
#include "fakes/fake_verify.h"

static void release(void *key)
{
    struct fake_known *known = key;
    free((char *)known->key.access_key);
    free((char *)known->key.secret_key);
    free((char *)known->key.token);
    free((char *)known->key.denied);
    free((char *)known->key.account);
    OPENSSL_cleanse(known->derived, sizeof(known->derived));
    free(known);
}

static void add(struct fake_verifier *verifier, const struct fake_key *key)
{
    struct fake_known *known = mem_zero(sizeof(*known));
    known->key = (struct fake_key){
        .access_key = mem_strdup(key->access_key),
        .secret_key = mem_strdup(key->secret_key),
        .token = mem_strdup(key->token),
        .expires = key->expires,
        .denied = mem_strdup(key->denied),
        .account = mem_strdup(key->account ? key->account : FAKE_ACCOUNT),
    };
    void *old = map_set(&verifier->keys, key->access_key, known);
    if (old)
        release(old);
}

struct fake_verifier *fake_verifier_open(void)
{
    struct fake_verifier *verifier = mem_zero(sizeof(*verifier));
    verifier->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    verifier->digest = EVP_MD_CTX_new();
    add(verifier, &(struct fake_key){.access_key = FAKE_ACCESS_KEY, .secret_key = FAKE_SECRET_KEY});
    return verifier;
}

void fake_verifier_close(struct fake_verifier *verifier)
{
    map_free(&verifier->keys, release);
    EVP_MD_CTX_free(verifier->digest);
    EVP_MD_free(verifier->sha256);
    buf_free(&verifier->canonical);
    free(verifier);
}

void fake_aws_key(struct fake_aws *fake, const struct fake_key *key)
{
    fake_lock(fake);
    add(fake->verifier, key);
    fake_unlock(fake);
}

void fake_key_add(struct fake_aws *fake, const struct fake_key *key)
{
    add(fake->verifier, key);
}

void fake_aws_key_remove(struct fake_aws *fake, const char *access_key)
{
    fake_lock(fake);
    void *old = map_remove(&fake->verifier->keys, access_key);
    if (old)
        release(old);
    fake_unlock(fake);
}

/* Batches have no action of their own at SQS, nor heads at S3. */
const char *fake_action(const struct fake_operation *operation)
{
    static const char *const others[][2] = {
        {"SendMessageBatch", "SendMessage"},
        {"DeleteMessageBatch", "DeleteMessage"},
        {"ChangeMessageVisibilityBatch", "ChangeMessageVisibility"},
        {"HeadObject", "GetObject"},
        {"HeadBucket", "ListBucket"},
        {"ListObjectsV2", "ListBucket"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        if (strcmp(operation->name, others[i][0]) == 0)
            return others[i][1];
    return operation->name;
}

bool fake_allowed(const struct fake_key *key, enum fake_service of, const char *action)
{
    const char *service = fake_service_name(of);
    size_t prefix = strlen(service);
    for (const char *at = key->denied ? key->denied : ""; *at;) {
        size_t length = strcspn(at, " ");
        if (length > prefix && strncmp(at, service, prefix) == 0 && at[prefix] == ':') {
            const char *name = at + prefix + 1;
            size_t rest = length - prefix - 1;
            if ((rest == 1 && *name == '*') ||
                (rest == strlen(action) && strncmp(name, action, rest) == 0))
                return false;
        }
        at += length + strspn(at + length, " ");
    }
    return true;
}

bool fake_permitted(const struct fake_key *key, const struct fake_operation *operation)
{
    return fake_allowed(key, operation->service, fake_action(operation));
}
