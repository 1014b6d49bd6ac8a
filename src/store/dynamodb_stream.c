/* The event that Lambda makes of a table's stream, walked where it lies: each record is parsed
 * alone, so that one that cannot be does not spoil its neighbours. */
#include <string.h>

#include "base/json_internal.h"
#include "contactwatch/json.h"
#include "store/dynamodb_internal.h"

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && strchr(" \t\r\n", *at))
        at++;
    return at;
}

bool dynamodb_stream_open(struct dynamodb_stream *stream, const char *event, size_t length,
                          struct err *err)
{
    size_t used = json_span(event, length);
    struct ddb_span whole = {event, used};
    struct ddb_span records = used ? ddb_get(whole, "Records") : (struct ddb_span){0};
    if (!used || skip_blanks(event + used, event + length) != event + length)
        return err_set(err, "the event is no JSON document");
    if (!records.text || *records.text != '[')
        return err_set(err, "the event has no Records: it is not of a table's stream");
    *stream = (struct dynamodb_stream){records.text, records.text + records.length};
    return true;
}

/* Is it this text, or, with a capital letter, a name of the stream's own interface? */
static bool is_text(struct ddb_span value, const char *wanted)
{
    size_t length = strlen(wanted);
    return value.length == length + 2 && value.text[0] == '"' &&
           memcmp(value.text + 1, wanted, length) == 0;
}

static struct ddb_span either(struct ddb_span object, const char *name, const char *other)
{
    struct ddb_span value = ddb_get(object, name);
    return value.text ? value : ddb_get(object, other);
}

static bool is_ttl(struct ddb_span record)
{
    struct ddb_span who = ddb_get(record, "userIdentity");
    return is_text(ddb_get(record, "eventName"), "REMOVE") &&
           is_text(either(who, "type", "Type"), "Service") &&
           is_text(either(who, "principalId", "PrincipalId"), "dynamodb.amazonaws.com");
}

/* The contact whose item this is; NULL when it is none: others have names of their own, and those
 * of the history and the feed a range key. */
static const char *contact_of(struct arena *arena, struct ddb_span change)
{
    const cJSON *keys = ddb_parse(arena, ddb_get(change, "Keys"), NULL);
    const char *id = ddb_text(keys, DDB_KEY);
    bool alone = keys && keys->child && !keys->child->next;
    return alone && id && *id && !ddb_reserved_key(id) ? id : NULL;
}

static bool take_sequence(struct dynamodb_removal *out, struct ddb_span sequence)
{
    size_t length = sequence.length >= 2 ? sequence.length - 2 : 0;
    if (!length || length >= sizeof(out->sequence) || sequence.text[0] != '"')
        return false;
    for (size_t i = 1; i <= length; i++)
        if (sequence.text[i] <= ' ' || sequence.text[i] > '~' || sequence.text[i] == '\\')
            return false;
    memcpy(out->sequence, sequence.text + 1, length);
    out->sequence[length] = '\0';
    return true;
}

enum dynamodb_next dynamodb_stream_next(struct dynamodb_stream *stream, struct arena *arena,
                                        struct dynamodb_removal *out, struct err *err)
{
    struct ddb_span record;
    const char *before = stream->at;
    *out = (struct dynamodb_removal){0};
    if (!ddb_element_next(&stream->at, stream->end, &record)) {
        const char *rest = skip_blanks(before + (*before == '['), stream->end);
        return rest + 1 == stream->end && *rest == ']'
                   ? DYNAMODB_STREAM_ENDED
                   : (err_set(err, "the event's Records are damaged"), DYNAMODB_STREAM_DAMAGED);
    }
    struct ddb_span change = ddb_get(record, "dynamodb");
    if (!is_text(ddb_get(record, "eventSource"), "aws:dynamodb") ||
        !take_sequence(out, ddb_get(change, "SequenceNumber"))) {
        err_set(err, "a record of the event is not of a table's stream");
        return DYNAMODB_STREAM_DAMAGED;
    }
    if (is_ttl(record))
        out->contact_id = contact_of(arena, change);
    struct ddb_span image = ddb_get(change, "OldImage");
    out->image = image.text;
    out->length = image.length;
    return DYNAMODB_STREAM_RECORD;
}

bool dynamodb_image_read(struct record *record, struct arena *arena, const char *image,
                         size_t length, struct history *inline_history, struct err *err)
{
    *record = (struct record){0};
    const cJSON *item = ddb_parse(arena, (struct ddb_span){image, length}, err);
    return item && ddb_record_read(record, arena, item, inline_history, err);
}
