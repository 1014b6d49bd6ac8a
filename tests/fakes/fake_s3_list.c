/* What a bucket has, page by page. */
#include <stdlib.h>
#include <string.h>

#include "fakes/fake_s3.h"

/* A page asked for. */
struct listing {
    struct buf prefix, delimiter, start_after, token, after, keys;
    bool token_given, url;
    size_t most, given;
    struct buf last; /* the key or common prefix given last */
    bool truncated, last_is_prefix;
};

static void listing_free(struct listing *l)
{
    struct buf *const all[] = {&l->prefix, &l->delimiter, &l->start_after, &l->token,
                               &l->after,  &l->keys,      &l->last};
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        buf_free(all[i]);
}

/* Tokens are "1" and the hex of what was given last. */
static bool read_token(struct listing *l)
{
    struct buf escaped = {0};
    const char *hex = buf_str(&l->token);
    bool valid = *hex++ == '1' && strlen(hex) % 2 == 0 && *hex;
    for (; valid && *hex; hex += 2)
        buf_printf(&escaped, "%%%.2s", hex);
    valid = valid && fake_url_decode(&l->after, buf_str(&escaped), escaped.length, false);
    buf_free(&escaped);
    return valid;
}

static void write_token(struct buf *out, const struct listing *l)
{
    buf_char(out, '1');
    for (size_t i = 0; i < l->last.length; i++)
        buf_printf(out, "%02x", (unsigned char)l->last.data[i]);
}

static bool read_listing(const struct fake_request *request, struct fake_reply *reply,
                         struct listing *l)
{
    struct buf text = {0};
    char *end = NULL;
    bool valid = true;
    l->most = S3_KEYS_MAX;
    fake_parameter(request->query, "prefix", &l->prefix);
    fake_parameter(request->query, "delimiter", &l->delimiter);
    fake_parameter(request->query, "start-after", &l->start_after);
    l->token_given = fake_parameter(request->query, "continuation-token", &l->token);
    if (fake_parameter(request->query, "max-keys", &text)) {
        long most = strtol(buf_str(&text), &end, 10);
        valid = text.length && !*end && most >= 0;
        l->most = valid && most < S3_KEYS_MAX ? (size_t)most : S3_KEYS_MAX;
    }
    if (!valid)
        fake_fail(request, reply, 400, "InvalidArgument",
                  "Provided max-keys not an integer or within integer range");
    buf_clear(&text);
    l->url = fake_parameter(request->query, "encoding-type", &text);
    if (valid && l->url && strcmp(buf_str(&text), "url") != 0)
        valid = fake_fail(request, reply, 400, "InvalidArgument",
                          "Invalid Encoding Method specified in Request");
    if (valid && l->token_given && !read_token(l))
        valid = fake_fail(request, reply, 400, "InvalidArgument",
                          "The continuation token provided is incorrect");
    if (!l->token_given)
        buf_text(&l->after, buf_str(&l->start_after));
    buf_free(&text);
    return valid;
}

static void text_element(struct buf *out, const struct listing *l, const char *name,
                         const char *text, size_t length)
{
    static const char plain[] = "-_.*/";
    struct buf shown = {0};
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        bool letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!l->url || letter || strchr(plain, c))
            buf_char(&shown, (char)c);
        else if (c == ' ')
            buf_char(&shown, '+');
        else
            buf_printf(&shown, "%%%02X", c);
    }
    buf_printf(out, "<%s>", name);
    s3_xml_text(out, buf_str(&shown));
    buf_printf(out, "</%s>", name);
    buf_free(&shown);
}

/* The length of the key up to the delimiter behind the prefix; 0 = it has none. */
static size_t common_length(const struct listing *l, const char *key)
{
    const char *found =
        l->delimiter.length ? strstr(key + l->prefix.length, buf_str(&l->delimiter)) : NULL;
    return found ? (size_t)(found - key) + l->delimiter.length : 0;
}

static void remember(struct listing *l, const char *text, size_t length)
{
    buf_clear(&l->last);
    buf_add(&l->last, text, length);
    l->given++;
}

static void write_object(struct buf *out, const struct listing *l, const struct s3_object *object)
{
    char when[INSTANT_TEXT];
    instant_format(object->modified, when);
    buf_text(out, "<Contents>");
    text_element(out, l, "Key", object->key, strlen(object->key));
    buf_printf(out, "<LastModified>%s</LastModified><ETag>&quot;%.32s&quot;</ETag>", when,
               object->etag + 1);
    buf_printf(out, "<Size>%zu</Size><StorageClass>STANDARD</StorageClass></Contents>",
               object->body.length);
}

/* Keys go to out, common prefixes to l->keys, which stand behind them. */
static void fill_page(const struct s3_bucket *bucket, struct listing *l, struct buf *out)
{
    const char *prefix = buf_str(&l->prefix), *after = buf_str(&l->after);
    bool found, by_prefix = strcmp(prefix, after) > 0;
    bool after_prefix =
        l->token_given && l->delimiter.length && common_length(l, after) == l->after.length;
    for (size_t i = s3_place(bucket, by_prefix ? prefix : after, &found); i < bucket->count; i++) {
        const char *key = bucket->object[i]->key;
        if (strncmp(key, prefix, l->prefix.length) != 0)
            break;
        if (!by_prefix && strcmp(key, after) == 0)
            continue;
        size_t common = common_length(l, key);
        bool seen =
            (after_prefix && common == l->after.length && memcmp(key, after, common) == 0) ||
            (l->given && common && common == l->last.length &&
             memcmp(key, l->last.data, common) == 0);
        if (seen)
            continue;
        if (l->given == l->most) {
            l->truncated = l->most > 0;
            break;
        }
        remember(l, key, common ? common : strlen(key));
        if (common) {
            buf_text(&l->keys, "<CommonPrefixes>");
            text_element(&l->keys, l, "Prefix", key, common);
            buf_text(&l->keys, "</CommonPrefixes>");
        } else {
            write_object(out, l, bucket->object[i]);
        }
    }
}

static void write_head(struct buf *out, const struct fake_request *request, const struct listing *l)
{
    buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>");
    s3_xml_text(out, request->bucket);
    buf_text(out, "</Name>");
    text_element(out, l, "Prefix", buf_str(&l->prefix), l->prefix.length);
    if (l->start_after.length)
        text_element(out, l, "StartAfter", l->start_after.data, l->start_after.length);
    if (l->delimiter.length)
        text_element(out, l, "Delimiter", l->delimiter.data, l->delimiter.length);
    if (l->token_given)
        buf_printf(out, "<ContinuationToken>%s</ContinuationToken>", buf_str(&l->token));
    if (l->url)
        buf_text(out, "<EncodingType>url</EncodingType>");
    if (l->truncated) {
        buf_text(out, "<NextContinuationToken>");
        write_token(out, l);
        buf_text(out, "</NextContinuationToken>");
    }
    buf_printf(out, "<KeyCount>%zu</KeyCount><MaxKeys>%zu</MaxKeys><IsTruncated>%s</IsTruncated>",
               l->given, l->most, l->truncated ? "true" : "false");
}

FAKE_HANDLER(fake_s3_list)
{
    struct s3_bucket *bucket = s3_bucket_asked(fake, request, reply);
    struct listing l = {.given = 0};
    struct buf contents = {0};
    if (bucket && read_listing(request, reply, &l)) {
        if (l.most > 1 && fake_strike(fake, request->operation, FAKE_SHORT_PAGE))
            l.most = 1;
        fill_page(bucket, &l, &contents);
        reply->type = "application/xml";
        write_head(&reply->body, request, &l);
        buf_add(&reply->body, buf_str(&contents), contents.length);
        buf_add(&reply->body, buf_str(&l.keys), l.keys.length);
        buf_text(&reply->body, "</ListBucketResult>");
    }
    buf_free(&contents);
    listing_free(&l);
}
