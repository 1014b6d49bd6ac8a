/* An answer of whatever bytes: a byte for service and status, the head's lines, an empty line, the
 * body. No crash; what is shown is short, printable text; a verdict is always reached. */
#include <stdlib.h>
#include <string.h>

#include "aws/aws_internal.h"
#include "aws/json_members.h"
#include "aws/retry.h"
#include "aws/skew.h"
#include "contactwatch/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void demand_text(const char *text, size_t size)
{
    size_t length = strnlen(text, size);
    demand(length < size && text_valid_utf8(text, length));
    for (size_t i = 0; i < length; i++)
        demand((unsigned char)text[i] >= ' ' && text[i] != 0x7f);
}

static void walk_members(const struct buf *body)
{
    struct json_members at;
    struct json_member member;
    json_members_begin(&at, body->data, body->length);
    const char *end = body->data + body->length;
    while (json_members_next(&at, &member))
        demand(member.name >= body->data && member.name + member.name_length <= end &&
               member.value >= body->data && member.value + member.length <= end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {0, 200, 400, 403, 429, 500, 503, 301};
    if (size < 1)
        return 0;
    const struct aws_service_spec *spec = &aws_service_specs[(data[0] & 31) % AWS_SERVICE_COUNT];
    struct aws_call call = {.operation = "Anything", .status = statuses[data[0] >> 5]};
    struct http_response response = {.status = call.status};
    const char *text = (const char *)data + 1;
    const char *blank = memmem(text, size - 1, "\n\n", 2);
    size_t head = blank ? (size_t)(blank + 1 - text) : 0;
    char word[96];
    int64_t skew = 0;
    buf_add(&response.head, text, head);
    buf_add(&call.response, text + head + (blank != NULL), size - 1 - head - (blank != NULL));
    aws_body_sound(&call, spec, &response);
    call.message[0] = '\0';
    aws_read_failure(&call, spec, &response);
    demand_text(call.code, sizeof(call.code));
    demand_text(call.query_code, sizeof(call.query_code));
    demand_text(call.message, sizeof(call.message));
    demand_text(call.request_id, sizeof(call.request_id));
    demand(call.message[0] != '\0');
    enum aws_fault fault = retry_classify(call.status, call.code, call.query_code, call.message);
    demand(fault >= AWS_THROTTLED && fault <= AWS_REFUSED);
    int64_t hint = retry_hint_ms(&response, INT64_C(1795359600000));
    int64_t delay = retry_delay_ms(fault, 50, 3, 0.5, hint);
    demand(delay >= 0 && delay <= RETRY_LONGEST_MS + RETRY_HINT_EXTRA_MS);
    skew_observe(&response, 0, 1000, &skew);
    aws_xml_text(buf_str(&call.response), call.response.length, "Code", word, sizeof(word));
    if (call.response.data)
        walk_members(&call.response);
    http_response_free(&response);
    aws_call_free(&call);
    return 0;
}
