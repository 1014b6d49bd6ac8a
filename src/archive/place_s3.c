/* A bucket as a place: many requests under way at once, writing on conditions. */
#include <stdlib.h>
#include <string.h>

#include "archive/archive_internal.h"
#include "contactwatch/s3.h"

enum { AT_ONCE = 64 };

struct s3_place {
    struct place base;
    struct s3 *s3;
    char *prefix; /* "" or with '/' at its end */
    struct buf key;
};

/* Calls number 0 … count-1, AT_ONCE of them under way. */
struct round {
    struct s3_place *p;
    size_t count;
    void (*begin)(struct round *round, struct s3_call *call);
    /* Came back; sets again when the call is to be started once more (begun by itself). False with
     * err set ends the round. */
    bool (*end)(struct round *round, struct s3_call *call, bool *again, struct err *err);
    void *what;          /* the operation's own */
    const bool *stopped; /* may be NULL: no more are begun once it rises */
};

static const char *key_of(struct s3_place *p, const char *name)
{
    buf_clear(&p->key);
    buf_printf(&p->key, "%s%s", p->prefix, name);
    return p->key.data;
}

static bool failed(const struct s3_place *p, const struct s3_call *call, struct err *err)
{
    s3_call_error(p->s3, call, err);
    return err_wrap(err, "%.200s", p->base.label);
}

static bool run_round(struct round *round, struct err *err)
{
    struct s3 *s3 = round->p->s3;
    size_t slots = round->count < AT_ONCE ? round->count : AT_ONCE, next = 0;
    struct s3_call *slot = mem_zero((slots + 1) * sizeof(*slot)), *call;
    bool good = true;
    for (; next < slots; next++) {
        slot[next].owner = next;
        round->begin(round, &slot[next]);
        s3_start(s3, &slot[next]);
    }
    while ((call = s3_next(s3))) {
        bool again = false;
        if (good)
            good = round->end(round, call, &again, err);
        if (!good)
            continue;
        bool no_more = next == round->count || (round->stopped && *round->stopped);
        if (!again && no_more)
            continue;
        if (!again) {
            call->owner = next++;
            round->begin(round, call);
        }
        s3_start(s3, call);
    }
    for (size_t i = 0; i < slots; i++)
        s3_call_free(&slot[i]);
    free(slot);
    return good;
}

static void begin_read(struct round *round, struct s3_call *call)
{
    struct object *object = round->what;
    s3_get(round->p->s3, call, key_of(round->p, object[call->owner].name));
}

static bool end_read(struct round *round, struct s3_call *call, bool *again, struct err *err)
{
    struct object *object = &((struct object *)round->what)[call->owner];
    struct aws_call *aws = &call->call;
    char shown[NAME_SHOWN];
    (void)again;
    object->found = aws->fault == AWS_FINE;
    if (strcmp(aws->code, "ResponseTooLarge") == 0 || aws->response.length > ARCHIVE_PACKED_MAX)
        return err_set(err, "%.200s/%s is no contact's document: it is larger than 16 MiB",
                       round->p->base.label, name_shown(object->name, shown));
    if (!object->found)
        return s3_missing(call) || failed(round->p, call, err);
    struct buf body = object->body;
    object->body = aws->response;
    aws->response = body;
    memcpy(object->etag, aws->etag, sizeof(object->etag));
    return true;
}

static bool s3_place_read(struct place *place, struct object *object, size_t count, struct err *err)
{
    struct round round = {(struct s3_place *)place, count, begin_read, end_read, object, NULL};
    for (size_t i = 0; i < count; i++) {
        object[i].found = false;
        object[i].etag[0] = '\0';
        buf_clear(&object[i].body);
    }
    return run_round(&round, err);
}

static enum write_result s3_place_write(struct place *place, const char *name,
                                        const struct buf *body, const char *etag, struct err *err)
{
    struct s3_place *p = (struct s3_place *)place;
    struct s3_call call = {0};
    enum write_result result = WRITE_DONE;
    buf_add(&call.call.body, body->data, body->length);
    s3_put(p->s3, &call, key_of(p, name), etag);
    if (!s3_run(p->s3, &call, err)) {
        /* What was to be replaced may be gone: then there is nothing to match. */
        bool raced = s3_conflict(&call) || (*etag && s3_missing(&call));
        result = raced ? WRITE_CONFLICT : WRITE_FAILED;
        if (!raced)
            err_wrap(err, "%.200s", p->base.label);
    }
    s3_call_free(&call);
    return result;
}

static bool end_plain(struct round *round, struct s3_call *call, bool *again, struct err *err)
{
    (void)again;
    return call->call.fault == AWS_FINE || failed(round->p, call, err);
}

static void begin_mark(struct round *round, struct s3_call *call)
{
    char *const *name = round->what;
    s3_put(round->p->s3, call, key_of(round->p, name[call->owner]), NULL);
}

static bool s3_place_mark(struct place *place, char *const *name, size_t count, struct err *err)
{
    struct round round = {
        (struct s3_place *)place, count, begin_mark, end_plain, (void *)name, NULL};
    return run_round(&round, err);
}

static void begin_remove(struct round *round, struct s3_call *call)
{
    char *const *name = round->what;
    s3_delete(round->p->s3, call, key_of(round->p, name[call->owner]));
}

static bool s3_place_remove(struct place *place, char *const *name, size_t count, struct err *err)
{
    struct round round = {
        (struct s3_place *)place, count, begin_remove, end_plain, (void *)name, NULL};
    return run_round(&round, err);
}

struct listing {
    char *const *prefix;
    bool folders, stopped;
    place_visitor *visit;
    void *context;
    size_t own; /* length of the place's prefix */
};

static void begin_list(struct round *round, struct s3_call *call)
{
    struct listing *listing = round->what;
    s3_list(round->p->s3, call, key_of(round->p, listing->prefix[call->owner]),
            listing->folders ? "/" : NULL, NULL);
}

static bool take_name(void *context, const char *name, bool is_prefix)
{
    struct listing *listing = context;
    if (strlen(name) <= listing->own || is_prefix != listing->folders)
        return true;
    listing->stopped = !listing->visit(listing->context, name + listing->own);
    return !listing->stopped;
}

static bool end_list(struct round *round, struct s3_call *call, bool *again, struct err *err)
{
    struct listing *listing = round->what;
    struct s3_page page = {.context = listing, .name = take_name};
    if (call->call.fault != AWS_FINE)
        return failed(round->p, call, err);
    if (listing->stopped)
        return true;
    if (!s3_page_read(&page, buf_str(&call->call.response), call->call.response.length, err))
        return err_wrap(err, "%.200s", round->p->base.label);
    *again = page.token[0] && !listing->stopped;
    if (*again)
        s3_list(round->p->s3, call, key_of(round->p, listing->prefix[call->owner]),
                listing->folders ? "/" : NULL, page.token);
    return true;
}

static bool s3_place_list(struct place *place, char *const *prefix, size_t count, bool folders,
                          place_visitor *visit, void *context, struct err *err)
{
    struct s3_place *p = (struct s3_place *)place;
    struct listing listing = {prefix, folders, false, visit, context, strlen(p->prefix)};
    struct round round = {p, count, begin_list, end_list, &listing, &listing.stopped};
    return run_round(&round, err);
}

static void s3_place_close(struct place *place)
{
    struct s3_place *p = (struct s3_place *)place;
    s3_close(p->s3);
    free(p->prefix);
    buf_free(&p->key);
    free(p);
}

/* "" or "PREFIX/", without slashes at either end of PREFIX. */
static char *prefix_of(const char *text)
{
    struct buf prefix = {0};
    text += strspn(text, "/");
    size_t length = strlen(text);
    while (length && text[length - 1] == '/')
        length--;
    if (length)
        buf_printf(&prefix, "%.*s/", (int)length, text);
    else
        buf_text(&prefix, "");
    return prefix.data ? buf_take(&prefix) : mem_strdup("");
}

struct place *place_s3_open(const char *bucket_and_prefix, struct aws_session *session,
                            struct err *err)
{
    static const struct place_ops ops = {s3_place_read, s3_place_write,  s3_place_mark,
                                         s3_place_list, s3_place_remove, NULL,
                                         NULL,          s3_place_close};
    size_t length = strcspn(bucket_and_prefix, "/");
    char *bucket = mem_strndup(bucket_and_prefix, length);
    char *prefix = prefix_of(bucket_and_prefix + length);
    struct s3 *s3 = NULL;
    if (strlen(prefix) > ARCHIVE_PREFIX_MAX)
        err_set(err, "the prefix of s3://%s is longer than %d bytes", bucket, ARCHIVE_PREFIX_MAX);
    else if (!session)
        err_set(err, "s3://%s: no AWS session", bucket);
    else
        s3 = s3_open(session, bucket, err);
    struct s3_place *p = NULL;
    if (s3) {
        struct buf label = {0};
        buf_printf(&label, "s3://%s%s%.*s", bucket, *prefix ? "/" : "",
                   *prefix ? (int)strlen(prefix) - 1 : 0, prefix);
        p = mem_zero(sizeof(*p));
        *p = (struct s3_place){.base = {&ops, buf_take(&label)}, .s3 = s3, .prefix = prefix};
    } else {
        free(prefix);
    }
    free(bucket);
    return p ? &p->base : NULL;
}
