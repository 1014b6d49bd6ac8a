#include "function.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

void function_open(struct function *f, const struct lambda_handler *handler, const char *store_spec,
                   struct aws_session *aws)
{
    *f = (struct function){.handler = handler, .time_ms = 8000};
    f->setup = (struct lambda_setup){
        .store_spec = store_spec,
        .store = {.aws = aws},
        .aws = aws,
        .recent_ms = HOUR_MS,
        .active_within_ms = 4 * HOUR_MS,
        .callback_within_ms = DAY_MS,
    };
}

void function_close(struct function *f)
{
    if (f->state)
        f->handler->close(f->state);
    buf_free(&f->answer);
    arena_free(&f->arena);
}

const cJSON *function_call(struct function *f, const char *event)
{
    struct err err = {""};
    int64_t now = clock_now(f->setup.clock);
    const struct lambda_invocation invocation = {.request_id = "request-1",
                                                 .event = event,
                                                 .length = strlen(event),
                                                 .received = now,
                                                 .deadline = now + f->time_ms};
    if (!f->state)
        f->state = f->handler->open(&f->setup, &err);
    if (!f->state)
        fail_msg("%s", err.text);
    buf_clear(&f->answer);
    f->fault = (struct lambda_fault){{0}, {0}};
    if (!f->handler->handle(f->state, &invocation, &f->answer, &f->fault))
        return NULL;
    const cJSON *answer = json_parse(&f->arena, f->answer.data, f->answer.length, &err);
    if (!answer)
        fail_msg("%s", err.text);
    function_flat(f, answer);
    return answer;
}

const char *function_said(const cJSON *answer, const char *member)
{
    const cJSON *value = json_get(answer, member);
    if (!cJSON_IsString(value))
        fail_msg("the answer has no text %s", member);
    return value->valuestring;
}

void function_flat(struct function *f, const cJSON *answer)
{
    const cJSON *member = NULL;
    assert_true(cJSON_IsObject(answer));
    assert_true(f->answer.length <= 32 << 10);
    cJSON_ArrayForEach(member, answer) assert_true(cJSON_IsString(member));
}

const char *function_event(struct function *f, const char *id, const char *data,
                           const char *parameters)
{
    return arena_printf(&f->arena,
                        "{\"Name\":\"ContactFlowEvent\",\"Details\":{\"ContactData\":{"
                        "\"ContactId\":\"%s\"%s},\"Parameters\":%s}}",
                        id, data, parameters);
}
