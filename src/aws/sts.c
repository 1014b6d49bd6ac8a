#include "aws/sts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "aws/aws_internal.h"
#include "aws/environment.h"
#include "aws/secret.h"
#include "aws/skew.h"

enum { ATTEMPTS = 3, PAUSE_MS = 200, BODY_MAX = 96 << 10 };

struct sts_call {
    struct provider_context *context;
    const char *action;
    const struct aws_keys *signer;
    struct buf url, body;
    int64_t skew; /* AWS's time − ours, as far as it was told */
};

void sts_session_name(const struct provider_context *context, char out[64])
{
    snprintf(out, 64, "contactwatch-%" PRId64, environment_now(context->environment) / SECOND_MS);
}

static void sign(const struct sts_call *call, struct http_request *request, const char *path,
                 struct buf *authorization)
{
    struct sigv4_key key = {0};
    const struct sigv4_request signing = {
        .method = "POST",
        .path = path,
        .query = "",
        .header = request->header,
        .headers = request->headers,
        .body = request->body,
        .length = request->length,
        .region = call->context->region,
        .service = "sts",
        .access_key = call->signer->access_key,
        .secret_key = call->signer->secret_key,
        .time = environment_now(call->context->environment) + call->skew,
    };
    sigv4_authorization(authorization, &signing, &key);
    sigv4_wipe(&key);
    request->header[request->headers++] =
        (struct http_header){"Authorization", buf_str(authorization)};
}

static bool post(struct sts_call *call, struct http_response *response, struct err *err)
{
    char host[ENDPOINT_MAX], date[SIGV4_DATE];
    const char *authority = strstr(buf_str(&call->url), "://") + 3;
    const char *path = strchr(authority, '/');
    snprintf(host, sizeof(host), "%.*s", (int)(path - authority), authority);
    sigv4_date(environment_now(call->context->environment) + call->skew, date);
    struct http_request request = {
        .method = "POST",
        .url = buf_str(&call->url),
        .header = {{"Host", host},
                   {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
        .headers = 2,
        .body = call->body.data,
        .length = call->body.length,
    };
    struct buf authorization = {0};
    if (call->signer) {
        request.header[request.headers++] = (struct http_header){"X-Amz-Date", date};
        if (call->signer->token)
            request.header[request.headers++] =
                (struct http_header){"X-Amz-Security-Token", call->signer->token};
        sign(call, &request, path, &authorization);
    }
    bool fine = provider_fetch(call->context, &request, response, err);
    buf_free(&authorization);
    return fine;
}

/* arn:aws:sts::ACCOUNT:assumed-role/… */
static void take_account(struct aws_keys *out, const char *arn)
{
    char account[16];
    for (int colons = 0; arn && colons < 4; colons++) {
        arn = strchr(arn, ':');
        arn = arn ? arn + 1 : NULL;
    }
    if (!arn)
        return;
    snprintf(account, sizeof(account), "%.*s", (int)strcspn(arn, ":"), arn);
    keys_set_account(out, account);
}

static bool read_keys(const struct http_response *response, struct aws_keys *out, struct err *err)
{
    const char *xml = buf_str(&response->body);
    size_t length = response->body.length, room = length + 1;
    struct secret text = {.data = mem_zero(room * 5), .size = room * 5};
    static const char *const tag[] = {"AccessKeyId", "SecretAccessKey", "SessionToken",
                                      "Expiration", "Arn"};
    const char *value[ARRAY_SIZE(tag)] = {NULL};
    for (size_t i = 0; i < ARRAY_SIZE(tag); i++)
        if (aws_xml_text(xml, length, tag[i], text.data + i * room, room))
            value[i] = text.data + i * room;
    bool fine =
        keys_set(out, value[0], value[1], value[2], err) && keys_set_expiry(out, value[3], err);
    if (fine && out->expires == INSTANT_NONE) {
        aws_keys_wipe(out);
        fine = err_set(err, "the answer tells no expiry");
    }
    if (fine)
        take_account(out, value[4]);
    secret_free(&text);
    return fine;
}

static bool worth_another(const struct http_response *response, const char *code)
{
    static const char *const codes[] = {"Throttling", "ThrottlingException",
                                        "IDPCommunicationError", "RequestTimeout"};
    for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
        if (strcmp(codes[i], code) == 0)
            return true;
    return response->status == 0 || response->status == 429 || response->status >= 500;
}

static bool clock_was_wrong(struct sts_call *call, const struct http_response *response,
                            const char *code, int64_t sent)
{
    int64_t skew = call->skew, before = call->skew;
    if (!skew_observe(response, sent, environment_now(call->context->environment), &skew) ||
        !skew_explains(code, before, skew))
        return false;
    call->skew = skew;
    return true;
}

static const char *advice(const char *code)
{
    static const struct {
        const char *code, *advice;
    } known[] = {
        {"AccessDenied", "; the role's trust policy has to name who asks, and they need "
                         "sts:AssumeRole on it"},
        {"ExpiredToken", "; the keys that ask for it have expired: renew them"},
        {"ExpiredTokenException", "; the token has expired: have it renewed"},
        {"InvalidClientTokenId", "; the keys that ask for it are not known to AWS"},
        {"SignatureDoesNotMatch", "; the secret key that asks for it is wrong"},
        {"RegionDisabledException", "; STS is not active in this region"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(known); i++)
        if (strcmp(known[i].code, code) == 0)
            return known[i].advice;
    return "";
}

/* One attempt; *again tells whether another one may do better. */
static bool attempt(struct sts_call *call, struct aws_keys *out, bool *again, struct err *err)
{
    struct http_response response;
    char code[64] = "";
    int64_t sent = environment_now(call->context->environment);
    bool fine = post(call, &response, err);
    *again = false;
    if (fine && response.status == 200) {
        fine = read_keys(&response, out, err);
    } else {
        if (fine)
            response_code(&response, code, sizeof(code));
        *again = worth_another(&response, code) || clock_was_wrong(call, &response, code, sent);
        if (fine)
            fine = err_set(err, "STS answered %s (HTTP %d)%s", *code ? code : "an error",
                           response.status, advice(code));
    }
    response_wipe(&response);
    return fine || err_wrap(err, "%s", call->action);
}

bool sts_assume(struct provider_context *context, const char *action, const struct buf *form,
                const struct aws_keys *signer, struct aws_keys *out, struct err *err)
{
    struct sts_call call = {.context = context, .action = action, .signer = signer};
    if (!context->region)
        return err_set(err, "no region to ask STS in: set AWS_REGION");
    if (!provider_url(context, AWS_STS, context->region, "/", &call.url, err))
        return false;
    buf_reserve(&call.body, BODY_MAX);
    call.body.max = BODY_MAX;
    form_add(&call.body, "Action", action);
    form_add(&call.body, "Version", "2011-06-15");
    buf_char(&call.body, '&');
    buf_add(&call.body, form->data, form->length);
    bool fine = !call.body.full || err_set(err, "%s: the request is too large", action);
    bool again = fine;
    for (int i = 0; again && i < ATTEMPTS; i++) {
        if (i)
            provider_pause(context, PAUSE_MS << i);
        fine = attempt(&call, out, &again, err);
    }
    buf_wipe(&call.body);
    buf_free(&call.url);
    return fine;
}
