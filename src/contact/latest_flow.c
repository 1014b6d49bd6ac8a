/*
 * Once per flow log, on the path of every event: so it is written in place, into memory of the
 * greatest size possible (each byte at most six characters once escaped), and nothing is allocated.
 */
#include "contact/latest_flow_internal.h"

#include <string.h>

#include "contact/registers_internal.h"
#include "contactwatch/instant.h"
#include "contactwatch/json.h"

enum { TEXTS = 8, ESCAPED = 6, KEYS = 256 };
_Static_assert(TEXTS *LATEST_TEXT_MAX *ESCAPED + KEYS < LATEST_FLOW_MAX, "room for every escape");

/* Copies text that needs no escaping; false if it does, and then what was copied is void. */
static inline bool copy_plain(char *out, const char *text, size_t length)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t found = 0, word;
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
        memcpy(&word, text + i, 8);
        memcpy(out + i, &word, 8);
        uint64_t quote = word ^ ones * '"', back = word ^ ones * '\\';
        found |=
            ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) | ((back - ones) & ~back);
    }
    bool escape = (found & ones * 0x80) != 0;
    for (; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        out[i] = text[i];
        escape |= c < 0x20 || c == '"' || c == '\\';
    }
    return !escape;
}

static char *put_escaped(char *out, const char *text, size_t length)
{
    char cut[LATEST_TEXT_MAX + 1];
    struct buf quoted = {.data = out, .capacity = LATEST_TEXT_MAX * ESCAPED + 3};
    memcpy(cut, text, length);
    cut[length] = '\0';
    json_quote(&quoted, cut);
    return out + quoted.length;
}

static inline char *put_member(char *out, const char *key, size_t key_length, const char *text)
{
    if (!text || !*text)
        return out;
    size_t length = cut_length(text, LATEST_TEXT_MAX);
    memcpy(out, key, key_length);
    out += key_length;
    if (!copy_plain(out + 1, text, length))
        return put_escaped(out, text, length);
    *out = '"';
    out[length + 1] = '"';
    return out + length + 2;
}
#define PUT(out, name, text) put_member(out, ",\"" name "\":", sizeof(",\"" name "\":") - 1, text)

size_t latest_flow_write(char out[LATEST_FLOW_MAX], const struct event *event)
{
    const struct flow_log *flow = &event->flow;
    char time[INSTANT_TEXT] = "";
    if (event->entry.time != INSTANT_NONE)
        instant_format(event->entry.time, time);
    char *p = out;
    p = PUT(p, "ContactFlowId", flow->flow_id);
    p = PUT(p, "ContactFlowModuleType", flow->block_type);
    p = PUT(p, "ContactFlowName", flow->flow_name);
    p = PUT(p, "ContactId", event->contact_id);
    p = PUT(p, "Flow_Run", flow->run_id);
    p = PUT(p, "Identifier", flow->block_id);
    p = PUT(p, "LogType", log_type_name[LOGTYPE_FLOW]);
    p = PUT(p, "Results", flow->results);
    p = PUT(p, "Timestamp", time);
    out[0] = '{';
    *p++ = '}';
    *p = '\0';
    return (size_t)(p - out);
}
