/*
 * Error answers, whatever their form: JSON members or headers (JSON 1.0, REST JSON), or XML (query,
 * S3). Only what names the error is read: an answer may carry a whole item beside it.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "aws/aws_internal.h"
#include "aws/json_members.h"
#include "contactwatch/json.h"
#include "contactwatch/text.h"

enum { REASONS_MAX = 8, MEMBER_MAX = 16 << 10 };

/* Into a field of a call, without what a terminal or log should not see. */
static void set_text(char *field, size_t size, const char *text, size_t length)
{
    struct buf clean = {0};
    text_sanitise(&clean, text, length < 4 * size ? length : 4 * size, false);
    size_t used = clean.length < size ? clean.length : size - 1;
    while (used < clean.length && used && ((unsigned char)clean.data[used] & 0xC0) == 0x80)
        used--;
    memcpy(field, buf_str(&clean), used);
    field[used] = '\0';
    buf_free(&clean);
}

/* "aws.protocoltests.json10#FooError:http://internal/…" becomes "FooError". */
static void set_code(char *field, size_t size, const char *text)
{
    size_t length = strcspn(text, ":");
    const char *hash = memchr(text, '#', length);
    if (hash) {
        length -= (size_t)(hash + 1 - text);
        text = hash + 1;
    }
    set_text(field, size, text, length);
}

static void append_reasons(struct aws_call *call, const struct json_member *member)
{
    struct arena arena = {0};
    struct buf words = {0};
    const cJSON *list = json_parse(&arena, member->value, member->length, NULL);
    int count = 0;
    for (const cJSON *at = cJSON_IsArray(list) ? list->child : NULL; at && count < REASONS_MAX;
         at = at->next) {
        const char *reason = json_text(at, "reason");
        if (reason)
            buf_printf(&words, "%s%.100s", count++ ? ", " : "", reason);
    }
    size_t used = strlen(call->message);
    if (words.length && used < sizeof(call->message) - 4) {
        char text[sizeof(call->message)];
        snprintf(text, sizeof(text), "%s(%s)", used ? " " : "", words.data);
        set_text(call->message + used, sizeof(call->message) - used, text, strlen(text));
    }
    buf_free(&words);
    arena_free(&arena);
}

/* A string member's text, unescaped; NULL when it is something else. */
static const char *member_text(struct arena *arena, const struct json_member *member)
{
    if (member->length > MEMBER_MAX)
        return NULL;
    const cJSON *value = json_parse(arena, member->value, member->length, NULL);
    return cJSON_IsString(value) ? value->valuestring : NULL;
}

static void read_json(struct aws_call *call)
{
    struct json_member member, reasons = {0};
    struct json_members at;
    struct arena arena = {0};
    char type[sizeof(call->code)] = "";
    json_members_begin(&at, call->response.data, call->response.length);
    while (json_members_next(&at, &member)) {
        bool is_type = json_member_is(&member, "__type");
        bool is_message = json_member_is(&member, "message") || json_member_is(&member, "Message");
        if (json_member_is(&member, "ThrottlingReasons") ||
            json_member_is(&member, "throttlingReasons"))
            reasons = member;
        if (!is_type && !is_message && !json_member_is(&member, "code"))
            continue;
        const char *text = member_text(&arena, &member);
        if (!text)
            continue;
        if (is_message && !*call->message)
            set_text(call->message, sizeof(call->message), text, strlen(text));
        else if (!is_message && (is_type || !*type))
            set_code(type, sizeof(type), text);
    }
    if (!*call->code)
        memcpy(call->code, type, sizeof(type));
    if (reasons.value && reasons.length <= MEMBER_MAX)
        append_reasons(call, &reasons);
    arena_free(&arena);
}

static void read_xml(struct aws_call *call)
{
    char text[512];
    const char *xml = buf_str(&call->response);
    size_t length = call->response.length;
    if (aws_xml_text(xml, length, "Code", text, sizeof(text)))
        set_code(call->code, sizeof(call->code), text);
    if (aws_xml_text(xml, length, "Message", text, sizeof(text)))
        set_text(call->message, sizeof(call->message), text, strlen(text));
    if (!*call->request_id && (aws_xml_text(xml, length, "RequestId", text, sizeof(text)) ||
                               aws_xml_text(xml, length, "RequestID", text, sizeof(text))))
        set_text(call->request_id, sizeof(call->request_id), text, strlen(text));
}

static void read_head(struct aws_call *call, const struct http_response *response)
{
    char text[256];
    if (http_header_get(response, "x-amzn-errortype", text, sizeof(text)))
        set_code(call->code, sizeof(call->code), text);
    if (http_header_get(response, "x-amzn-query-error", text, sizeof(text)))
        set_text(call->query_code, sizeof(call->query_code), text, strcspn(text, ";"));
    if (http_header_get(response, "x-amzn-requestid", text, sizeof(text)) ||
        http_header_get(response, "x-amz-request-id", text, sizeof(text)))
        set_text(call->request_id, sizeof(call->request_id), text, strlen(text));
}

void aws_read_failure(struct aws_call *call, const struct aws_service_spec *spec,
                      const struct http_response *response)
{
    read_head(call, response);
    if (spec->protocol == AWS_JSON_1_0 || spec->protocol == AWS_REST_JSON)
        read_json(call);
    else
        read_xml(call);
    if (!*call->message)
        snprintf(call->message, sizeof(call->message), "the service answered with HTTP status %d",
                 call->status);
}

static bool crc_matches(const struct aws_call *call, const struct http_response *response)
{
    char text[32], *end;
    if (!http_header_get(response, "x-amz-crc32", text, sizeof(text)))
        return true;
    unsigned long long told = strtoull(text, &end, 10);
    if (end == text || *end)
        return true;
    return told == crc32_z(0, (const Bytef *)buf_str(&call->response), call->response.length);
}

/* From brace to brace: an answer cut by a proxy is not handed on as a service's. */
static bool looks_like_json(const struct buf *body)
{
    size_t from = 0, to = body->length;
    while (from < to && isspace((unsigned char)body->data[from]))
        from++;
    while (to > from && isspace((unsigned char)body->data[to - 1]))
        to--;
    return from == to || (body->data[from] == '{' && body->data[to - 1] == '}');
}

bool aws_body_sound(struct aws_call *call, const struct aws_service_spec *spec,
                    const struct http_response *response)
{
    const char *wrong = NULL;
    if (spec->checks_crc && !crc_matches(call, response))
        wrong = "the answer was damaged on its way (CRC)";
    else if (spec->protocol == AWS_JSON_1_0 && call->status / 100 == 2 &&
             !looks_like_json(&call->response))
        wrong = "the answer is not JSON";
    if (wrong)
        snprintf(call->message, sizeof(call->message), "%s", wrong);
    return !wrong;
}
