#include "aws/instance.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/environment.h"
#include "aws/region.h"
#include "aws/secret.h"

enum { TIMEOUT_S = 1, TRIES = 1, TOKEN_SIZE_MAX = 4096 };

static const char *setting(const struct provider_context *context, const char *variable,
                           const char *key)
{
    const char *value = environment_get(context->environment, variable);
    return value ? value : profiles_get(context->profiles, context->profile, key);
}

static int number(const struct provider_context *context, const char *variable, const char *key,
                  int usual)
{
    const char *text = setting(context, variable, key);
    if (!text || strlen(text) > 3 || strspn(text, "0123456789") != strlen(text))
        return usual;
    int value = (int)strtol(text, NULL, 10);
    return value > 0 ? value : usual;
}

static bool configure(struct instance *instance, struct err *err)
{
    const struct provider_context *context = instance->context;
    const char *endpoint =
        setting(context, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
    const char *mode = setting(context, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
                               "ec2_metadata_service_endpoint_mode");
    bool v6 = mode && strcasecmp(mode, "ipv6") == 0;
    if (mode && !v6 && strcasecmp(mode, "ipv4") != 0)
        return err_set(err, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is neither IPv4 nor IPv6");
    buf_text(&instance->base, endpoint ? endpoint
                              : v6     ? "http://[fd00:ec2::254]"
                                       : "http://169.254.169.254");
    while (instance->base.length && instance->base.data[instance->base.length - 1] == '/')
        instance->base.data[--instance->base.length] = '\0';
    instance->timeout_ms = 1000 * number(context, "AWS_METADATA_SERVICE_TIMEOUT",
                                         "metadata_service_timeout", TIMEOUT_S);
    instance->tries = number(context, "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
                             "metadata_service_num_attempts", TRIES);
    instance->v1_disabled =
        text_is_true(setting(context, "AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled"));
    return http_url_allowed(buf_str(&instance->base), err);
}

static bool exchange(struct instance *instance, const char *method, const char *path,
                     const char *name, struct http_header header, struct http_response *response)
{
    struct buf url = {0};
    buf_printf(&url, "%s%s%s", buf_str(&instance->base), path, name ? name : "");
    struct http_request request = {
        .method = method,
        .url = buf_str(&url),
        .header = {header},
        .headers = header.name ? 1 : 0,
        .connect_timeout_ms = instance->timeout_ms,
        .timeout_ms = instance->timeout_ms,
        .no_proxy = true,
    };
    bool answered = provider_fetch(instance->context, &request, response, NULL);
    buf_free(&url);
    return answered;
}

static bool fit_token(const struct buf *text)
{
    return text->length && text->length < TOKEN_SIZE_MAX && !strpbrk(buf_str(text), "\r\n");
}

/* Without a token version 1 is tried, but where the request itself was wrong. */
static enum instance_answer fetch_token(struct instance *instance)
{
    static const struct http_header lasts = {"x-aws-ec2-metadata-token-ttl-seconds", "21600"};
    enum instance_answer answer = INSTANCE_FINE;
    bool done = false;
    for (int i = 0; i < instance->tries && !done; i++) {
        struct http_response response;
        bool answered = exchange(instance, "PUT", "/latest/api/token", NULL, lasts, &response);
        if (answered && response.status == 200 && fit_token(&response.body))
            buf_add(&instance->token, response.body.data, response.body.length);
        if (answered && response.status == 400)
            answer = INSTANCE_ABSENT;
        done = response.timed_out || (answered && response.status < 500);
        if (!answered && !response.timed_out && i + 1 == instance->tries)
            answer = INSTANCE_ABSENT; /* nobody is there */
        response_wipe(&response);
    }
    return answer;
}

enum instance_answer instance_open(struct instance *instance, struct provider_context *context,
                                   struct err *err)
{
    *instance = (struct instance){.context = context};
    if (environment_on(context->environment, "AWS_EC2_METADATA_DISABLED"))
        return INSTANCE_ABSENT;
    if (!configure(instance, err))
        return INSTANCE_REFUSED;
    buf_reserve(&instance->token, TOKEN_SIZE_MAX);
    enum instance_answer answer = fetch_token(instance);
    if (answer == INSTANCE_FINE && !instance->token.length && instance->v1_disabled) {
        err_set(err, "the metadata service gives no token, and version 1 of it is disabled");
        return INSTANCE_REFUSED;
    }
    return answer;
}

enum instance_answer instance_get(struct instance *instance, const char *path, const char *name)
{
    struct http_header header = {0};
    enum instance_answer answer = INSTANCE_ABSENT;
    if (instance->token.length)
        header = (struct http_header){"x-aws-ec2-metadata-token", buf_str(&instance->token)};
    for (int i = 0; i < instance->tries && answer != INSTANCE_FINE; i++) {
        struct http_response response;
        bool answered = exchange(instance, "GET", path, name, header, &response);
        if (answered && response.status == 200 && response.body.length) {
            buf_wipe(&instance->answer);
            instance->answer = response.body;
            response.body = (struct buf){0};
            answer = INSTANCE_FINE;
        }
        response_wipe(&response);
    }
    return answer;
}

void instance_close(struct instance *instance)
{
    buf_free(&instance->base);
    buf_wipe(&instance->token);
    buf_wipe(&instance->answer);
}

bool instance_region(struct provider_context *context, char *out, size_t size)
{
    struct instance instance;
    bool fine =
        instance_open(&instance, context, NULL) == INSTANCE_FINE &&
        instance_get(&instance, "/latest/meta-data/placement/region", NULL) == INSTANCE_FINE;
    if (fine) {
        size_t length = strcspn(buf_str(&instance.answer), "\r\n");
        fine = length < size;
        if (fine) {
            memcpy(out, instance.answer.data, length);
            out[length] = '\0';
            fine = region_valid(out);
        }
    }
    instance_close(&instance);
    return fine;
}
