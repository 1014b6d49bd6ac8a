#include <stdlib.h>
#include <string.h>

#include "aws/client_internal.h"

void aws_call_reset(struct aws_call *call)
{
    struct aws_call kept = {.body = call->body, .response = call->response, .state = call->state};
    *call = kept;
    buf_clear(&call->body);
    buf_clear(&call->response);
}

void aws_call_free(struct aws_call *call)
{
    struct aws_call_state *state = call->state;
    if (state) {
        http_response_free(&state->exchange.response);
        attempt_wipe(state);
        buf_free(&state->text);
        buf_free(&state->authorization);
        free(state);
    }
    buf_free(&call->body);
    buf_free(&call->response);
    *call = (struct aws_call){0};
}

/* What to do about it, for people. */
static const struct {
    const char *code, *advice;
} advices[] = {
    {"ExpiredToken", "renew the credentials"},
    {"ExpiredTokenException", "renew the credentials"},
    {"UnrecognizedClientException", "the access key is not known there; check profile and region"},
    {"InvalidClientTokenId", "the access key is not known there; check profile and region"},
    {"InvalidAccessKeyId", "the access key is not known there; check profile and region"},
    {"SignatureDoesNotMatch", "check the secret key"},
    {"InvalidSignatureException", "check the secret key and this machine's clock"},
    {"RequestTimeTooSkewed", "set this machine's clock"},
};

static const char *advice_for(const struct aws_call *call)
{
    for (size_t i = 0; i < ARRAY_SIZE(advices); i++)
        if (strcmp(advices[i].code, call->code) == 0)
            return advices[i].advice;
    return call->fault == AWS_THROTTLED ? "the service is throttling; it was tried again in vain"
                                        : "";
}

bool aws_call_error(const struct aws_call *call, struct err *err)
{
    const char *advice = advice_for(call);
    return err_set(err, "%s: %s%s%s%s%s%s", call->operation, call->code, *call->code ? ": " : "",
                   call->message, *advice ? " (" : "", advice, *advice ? ")" : "");
}
