/*
 * Once per flow log, on the path of every event: so it is written in place, into memory of the
 * greatest size possible (each byte at most six characters once escaped), and nothing is allocated.
 */
#include "contact/latest_flow_internal.h"

#include <string.h>

#include "contact/registers_internal.h"
#include "contactwatch/instant.h"
#include "contactwatch/json.h"

enum { TEXTS = 7, ESCAPED = 6, KEYS = 256 };
_Static_assert(TEXTS *LATEST_TEXT_MAX *ESCAPED + KEYS < LATEST_FLOW_MAX, "room for every escape");

static void put_member(struct buf *out, const char *key, size_t key_length, const char *text)
{
    if (!text || !*text)
        return;
    char cut[LATEST_TEXT_MAX + 1];
    size_t length = cut_length(text, LATEST_TEXT_MAX);
    if (text[length]) {
        memcpy(cut, text, length);
        cut[length] = '\0';
        text = cut;
    }
    buf_add(out, key, key_length);
    json_quote(out, text);
}
#define PUT(out, name, text) put_member(out, ",\"" name "\":", sizeof(",\"" name "\":") - 1, text)

size_t latest_flow_write(char out[LATEST_FLOW_MAX], const struct event *event)
{
    const struct flow_log *flow = &event->flow;
    char time[INSTANT_TEXT] = "";
    if (event->entry.time != INSTANT_NONE)
        instant_format(event->entry.time, time);
    struct buf buf = {.data = out, .capacity = LATEST_FLOW_MAX};
    PUT(&buf, "ContactFlowId", flow->flow_id);
    PUT(&buf, "ContactFlowModuleType", flow->block_type);
    PUT(&buf, "ContactFlowName", flow->flow_name);
    PUT(&buf, "ContactId", event->contact_id);
    PUT(&buf, "Identifier", flow->block_id);
    PUT(&buf, "LogType", log_type_name[LOGTYPE_FLOW]);
    PUT(&buf, "Results", flow->results);
    PUT(&buf, "Timestamp", time);
    buf_char(&buf, '}');
    out[0] = '{';
    return buf.length;
}
