/* Keys and error codes in the answers of services, processes and token caches. */
#include <string.h>

#include "aws/aws_internal.h"
#include "aws/providers.h"
#include "contactwatch/json.h"

static bool set_expires(struct aws_keys *out, const cJSON *value, struct err *err)
{
    if (!value)
        return true;
    if (cJSON_IsNumber(value)) {
        bool fit = value->valuedouble > 0 && value->valuedouble < 4e15;
        if (fit)
            out->expires = (int64_t)value->valuedouble;
        else
            aws_keys_wipe(out);
        return fit || err_set(err, "the expiry is no time");
    }
    return keys_set_expiry(out, cJSON_IsString(value) ? value->valuestring : NULL, err);
}

static bool take(struct aws_keys *out, const cJSON *object, const struct keys_names *names,
                 struct err *err)
{
    const char *token = names->token ? json_text(object, names->token) : NULL;
    if (!keys_set(out, json_text(object, names->access_key), json_text(object, names->secret_key),
                  token, err))
        return false;
    keys_set_account(out, names->account ? json_text(object, names->account) : NULL);
    return set_expires(out, json_get(object, names->expires), err);
}

bool keys_from_json(struct aws_keys *out, const char *json, size_t length,
                    const struct keys_names *names, struct err *err)
{
    struct arena arena = {0};
    const cJSON *object = json_parse(&arena, json, length, NULL);
    if (object && names->object)
        object = json_get(object, names->object);
    bool fine = object && cJSON_IsObject(object)
                    ? take(out, object, names, err)
                    : err_set(err, "the answer is not the JSON expected");
    arena_wipe(&arena);
    return fine;
}

/* Only what a code is made of goes on, up to a blank or a colon, from behind a '#'. */
static void take_code(const char *text, char *out, size_t size)
{
    const char *hash = strchr(text, '#');
    size_t length = 0;
    for (text = hash ? hash + 1 : text; *text && length + 1 < size; text++) {
        bool letter = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
                      (*text >= '0' && *text <= '9') || *text == '.' || *text == '_';
        if (!letter)
            break;
        out[length++] = *text;
    }
    out[length] = '\0';
}

void response_code(const struct http_response *response, char *out, size_t size)
{
    static const char *const member[] = {"__type", "code", "Code", "error"};
    const char *body = buf_str(&response->body);
    char text[128] = "";
    struct arena arena = {0};
    const cJSON *json = NULL;
    if (!http_header_get(response, "x-amzn-errortype", text, sizeof(text)) &&
        !aws_xml_text(body, response->body.length, "Code", text, sizeof(text)))
        json = json_parse(&arena, body, response->body.length, NULL);
    for (size_t i = 0; json && !*text && i < ARRAY_SIZE(member); i++) {
        const char *value = json_text(json, member[i]);
        if (value)
            take_code(value, text, sizeof(text));
    }
    take_code(text, out, size);
    arena_wipe(&arena);
}
