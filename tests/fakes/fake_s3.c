/* Buckets and their objects. */
#include "fakes/fake_s3.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

struct fake_s3 *fake_s3_open(void)
{
    return mem_zero(sizeof(struct fake_s3));
}

static void object_free(struct s3_object *object)
{
    free(object->key);
    free(object->type);
    buf_free(&object->body);
    buf_free(&object->header);
    free(object);
}

static void bucket_free(void *entry)
{
    struct s3_bucket *bucket = entry;
    for (size_t i = 0; i < bucket->count; i++)
        object_free(bucket->object[i]);
    free(bucket->object);
    free(bucket->name);
    free(bucket);
}

void fake_s3_close(struct fake_s3 *s3)
{
    map_free(&s3->buckets, bucket_free);
    free(s3);
}

struct s3_bucket *s3_bucket_named(struct fake_aws *fake, const char *name)
{
    return map_get(&fake->s3->buckets, name);
}

struct s3_bucket *s3_bucket_make(struct fake_aws *fake, const char *name)
{
    struct s3_bucket *bucket = mem_zero(sizeof(*bucket));
    bucket->name = mem_strdup(name);
    void *old = map_set(&fake->s3->buckets, name, bucket);
    if (old)
        bucket_free(old);
    return bucket;
}

size_t s3_place(const struct s3_bucket *bucket, const char *key, bool *found)
{
    size_t low = 0, high = bucket->count;
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(bucket->object[middle]->key, key);
        if (order == 0)
            *found = true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct s3_object *s3_object_named(const struct s3_bucket *bucket, const char *key)
{
    bool found;
    size_t place = s3_place(bucket, key, &found);
    return found ? bucket->object[place] : NULL;
}

static void make_etag(struct s3_object *object)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    char hex[2 * EVP_MAX_MD_SIZE + 1];
    EVP_Digest(buf_str(&object->body), object->body.length, hash, NULL, EVP_md5(), NULL);
    fake_hex(hash, 16, hex);
    object->etag[0] = object->etag[33] = '"';
    memcpy(object->etag + 1, hex, 32);
}

struct s3_object *s3_object_set(struct fake_aws *fake, struct s3_bucket *bucket, const char *key,
                                const void *body, size_t length)
{
    bool found;
    size_t place = s3_place(bucket, key, &found);
    struct s3_object *object = mem_zero(sizeof(*object));
    object->key = mem_strdup(key);
    object->modified = fake_now(fake);
    buf_add(&object->body, body, length);
    make_etag(object);
    if (found) {
        object_free(bucket->object[place]);
    } else {
        mem_grow(bucket->object, bucket->count, bucket->capacity);
        memmove(bucket->object + place + 1, bucket->object + place,
                (bucket->count - place) * sizeof(*bucket->object));
        bucket->count++;
    }
    bucket->object[place] = object;
    return object;
}

void s3_object_remove(struct s3_bucket *bucket, const char *key)
{
    bool found;
    size_t place = s3_place(bucket, key, &found);
    if (!found)
        return;
    object_free(bucket->object[place]);
    bucket->count--;
    memmove(bucket->object + place, bucket->object + place + 1,
            (bucket->count - place) * sizeof(*bucket->object));
}

void fake_aws_bucket(struct fake_aws *fake, const char *name)
{
    fake_lock(fake);
    if (!s3_bucket_named(fake, name))
        s3_bucket_make(fake, name);
    fake_unlock(fake);
}

void fake_aws_put_object(struct fake_aws *fake, const char *bucket, const char *key,
                         const void *body, size_t length)
{
    fake_lock(fake);
    struct s3_bucket *into = s3_bucket_named(fake, bucket);
    s3_object_set(fake, into ? into : s3_bucket_make(fake, bucket), key, body, length);
    fake_unlock(fake);
}

bool fake_aws_object(struct fake_aws *fake, const char *bucket, const char *key, struct buf *body)
{
    fake_lock(fake);
    const struct s3_bucket *from = s3_bucket_named(fake, bucket);
    const struct s3_object *object = from ? s3_object_named(from, key) : NULL;
    if (object && body)
        buf_add(body, buf_str(&object->body), object->body.length);
    fake_unlock(fake);
    return object != NULL;
}

size_t fake_aws_objects(struct fake_aws *fake, const char *bucket, fake_object_visitor *visit,
                        void *context)
{
    fake_lock(fake);
    const struct s3_bucket *from = s3_bucket_named(fake, bucket);
    size_t count = from ? from->count : 0;
    for (size_t i = 0; visit && i < count; i++)
        visit(context, from->object[i]->key, buf_str(&from->object[i]->body),
              from->object[i]->body.length);
    fake_unlock(fake);
    return count;
}
