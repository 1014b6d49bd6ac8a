/* The answer to ListObjectsV2, read as a stream of tags: names of what lies there, and where the
 * next page begins. */
#include <string.h>

#include "aws/aws_internal.h"
#include "contactwatch/s3.h"

enum { DEPTH_MAX = 8 };

struct tag {
    const char *name;
    size_t length;
};
struct page_reader {
    struct s3_page *page;
    struct tag open[DEPTH_MAX];
    unsigned depth;
    const char *text, *end; /* behind the tag opened last */
    bool whole, truncated;
};

static bool tag_is(const struct page_reader *r, unsigned depth, const char *name)
{
    const struct tag *tag = &r->open[depth];
    return depth < r->depth && tag->length == strlen(name) &&
           memcmp(tag->name, name, tag->length) == 0;
}

static void take_name(struct page_reader *r, size_t length, bool is_prefix)
{
    char name[S3_KEY_MAX + 1];
    aws_xml_read(r->text, length, name, sizeof(name));
    r->page->stopped = !r->page->name(r->page->context, name, is_prefix);
}

/* An element ends whose text is `length` bytes from r->text. */
static void take_text(struct page_reader *r, size_t length)
{
    char word[8];
    if (r->depth == 3 && tag_is(r, 1, "Contents") && tag_is(r, 2, "Key")) {
        take_name(r, length, false);
    } else if (r->depth == 3 && tag_is(r, 1, "CommonPrefixes") && tag_is(r, 2, "Prefix")) {
        take_name(r, length, true);
    } else if (r->depth == 2 && tag_is(r, 1, "NextContinuationToken")) {
        aws_xml_read(r->text, length, r->page->token, sizeof(r->page->token));
    } else if (r->depth == 2 && tag_is(r, 1, "IsTruncated")) {
        aws_xml_read(r->text, length, word, sizeof(word));
        r->truncated = strcmp(word, "true") == 0;
    }
}

static bool open_tag(struct page_reader *r, const char *name, const char *close)
{
    if (r->depth == DEPTH_MAX || (r->depth == 0 && r->whole))
        return false;
    size_t length = 0;
    while (name + length < close && !strchr(" \t\r\n/", name[length]))
        length++;
    r->open[r->depth++] = (struct tag){name, length};
    r->text = close + 1;
    return r->depth > 1 || tag_is(r, 0, "ListBucketResult");
}

static bool close_tag(struct page_reader *r, const char *name, size_t length, const char *start)
{
    if (!r->depth || r->open[r->depth - 1].length != length ||
        memcmp(r->open[r->depth - 1].name, name, length) != 0)
        return false;
    if (r->text)
        take_text(r, (size_t)(start - r->text));
    r->text = NULL;
    r->depth--;
    r->whole = r->depth == 0;
    return true;
}

/* One tag, from its '<' to its '>'. */
static bool take_tag(struct page_reader *r, const char *start, const char *close)
{
    if (start[1] == '?' || start[1] == '!')
        return r->depth == 0;
    if (start[1] == '/')
        return close_tag(r, start + 2, (size_t)(close - start - 2), start);
    if (!open_tag(r, start + 1, close))
        return false;
    const struct tag *tag = &r->open[r->depth - 1];
    return close[-1] != '/' || close_tag(r, tag->name, tag->length, close + 1);
}

bool s3_page_read(struct s3_page *page, const char *xml, size_t length, struct err *err)
{
    struct page_reader r = {.page = page};
    const char *at = xml, *end = xml + length;
    bool good = length > 0;
    page->token[0] = '\0';
    page->stopped = false;
    while (good && !page->stopped && at < end && (at = memchr(at, '<', (size_t)(end - at)))) {
        const char *close = memchr(at, '>', (size_t)(end - at));
        good = close && close - at > 1 && take_tag(&r, at, close);
        at = good ? close + 1 : end;
    }
    if (page->stopped)
        return true;
    if (!good || !r.whole)
        return err_set(err, "ListObjectsV2: the answer is no listing");
    if (!r.truncated)
        page->token[0] = '\0';
    else if (!page->token[0])
        return err_set(err, "ListObjectsV2: the answer does not say where it goes on");
    return true;
}
