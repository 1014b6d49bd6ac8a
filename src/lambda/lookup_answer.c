#include "contactwatch/json.h"
#include "lambda/flow_call.h"
#include "lambda/lookup_internal.h"

#define LOOKUP_MEMBER_NAME(id, name) [LOOKUP_##id] = name,
const char *const lookup_member_name[LOOKUP_MEMBER_COUNT] = {LOOKUP_MEMBERS(LOOKUP_MEMBER_NAME)};

static void know_nothing(struct lookup_result *out)
{
    for (int i = 0; i < LOOKUP_MEMBER_COUNT; i++)
        out->text[i] = "";
    out->text[LOOKUP_SUGGESTION] = "NONE";
    out->text[LOOKUP_CUSTOMER_KNOWN] = out->text[LOOKUP_ACTIVE_CALLBACK] = "false";
}

bool lookup_find(struct store *store, const struct lookup_options *options,
                 const struct lookup_request *request, struct arena *arena,
                 struct lookup_result *out, struct err *err)
{
    struct lookup_known known = {.options = options, .request = request, .arena = arena};
    know_nothing(out);
    bool good = lookup_read(&known, store, err);
    if (good)
        lookup_judge(&known, out);
    if (request->customer && *request->customer)
        out->text[LOOKUP_CUSTOMER_KNOWN] = "true";
    lookup_known_free(&known);
    return good;
}

void lookup_write(struct buf *out, const struct lookup_result *result)
{
    for (int i = 0; i < LOOKUP_MEMBER_COUNT; i++)
        flow_answer_text(out, lookup_member_name[i], result->text[i]);
    flow_answer_end(out);
}

bool lookup_answer(struct store *store, const struct lookup_options *options,
                   const struct lookup_request *request, struct buf *out, struct err *err)
{
    struct arena arena = {0};
    struct lookup_result result;
    bool good = lookup_find(store, options, request, &arena, &result, err);
    size_t before = out->length;
    if (good)
        lookup_write(out, &result);
    if (out->length - before > LOOKUP_ANSWER_MAX) {
        out->length = before;
        lookup_safe_answer(out, "store");
    }
    arena_free(&arena);
    return good;
}

void lookup_safe_answer(struct buf *out, const char *trouble)
{
    struct lookup_result result;
    know_nothing(&result);
    result.text[LOOKUP_TROUBLE] = trouble;
    lookup_write(out, &result);
}
