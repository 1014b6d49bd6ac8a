/* Techy: what single block types did. Types without a function show their parameters. */
#include <stdlib.h>
#include <string.h>

#include "contact/journey_tellers.h"

enum { SHOWN_MAX = 8, NAME_MAX_BYTES = 64 };

static void say_all(struct teller *teller, const cJSON *object, int most)
{
    int shown = 0, more = 0;
    for (const cJSON *item = object ? object->child : NULL; item; item = item->next) {
        if (shown == most) {
            more++;
            continue;
        }
        if (shown++)
            say_words(&teller->did, " ");
        say_json(teller, &teller->did, item->string, item);
    }
    if (more)
        say_format(teller, &teller->did, "%s%d more", shown ? ", " : "", more);
}

/* One parameter stands alone as its value, several as name=value. */
void techy_params(struct teller *teller, const struct moment *moment, const char *names)
{
    if (!names) {
        say_all(teller, moment->parameters, SHOWN_MAX);
        return;
    }
    bool single = !strchr(names, ',');
    uint32_t before = teller->did.count;
    for (const char *name = names; *name;) {
        size_t length = strcspn(name, ",");
        char key[NAME_MAX_BYTES];
        if (length < sizeof(key)) {
            memcpy(key, name, length);
            key[length] = '\0';
            const cJSON *value = json_get(moment->parameters, key);
            if (value && teller->did.count > before)
                say_words(&teller->did, " ");
            if (value)
                say_json(teller, &teller->did, single ? NULL : value->string, value);
        }
        name += length + (name[length] == ',');
    }
}

static void say_limit(struct teller *teller, const char *label, const char *value, int64_t unit)
{
    int64_t ms = value ? strtoll(value, NULL, 10) * unit : 0;
    if (ms <= 0 || ms > DAY_MS * 400)
        return;
    if (ms % SECOND_MS == 0)
        say_format(teller, &teller->did, "%s%s%lld s", teller->did.count ? "  " : "", label,
                   (long long)(ms / SECOND_MS));
    else
        say_format(teller, &teller->did, "%s%s%lld ms", teller->did.count ? "  " : "", label,
                   (long long)ms);
}

static void say_named_param(struct teller *teller, const struct moment *moment, const char *name,
                            const char *label)
{
    const char *value = moment_param(moment, name);
    if (!value)
        return;
    say_words(&teller->did, teller->did.count ? "  " : "");
    say_words(&teller->did, label);
    say_named(&teller->did, NULL, value);
}

void techy_prompt(struct teller *teller, const struct block *block)
{
    if (!say_prompt_of(teller, &teller->did, block->first))
        say_all(teller, block->first->parameters, SHOWN_MAX);
    say_named_param(teller, block->first, "Voice", "voice ");
}

void techy_input(struct teller *teller, const struct block *block)
{
    const struct moment *asked = block->first;
    say_prompt_of(teller, &teller->did, asked);
    say_named_param(teller, asked, "BotName", "bot ");
    say_named_param(teller, asked, "BotAliasArn", "bot ");
    say_limit(teller, "limit ", moment_param(asked, "Timeout"), 1);
    const char *digits = moment_param(asked, "MaxDigits");
    if (digits && strcmp(digits, "1") != 0)
        say_named_param(teller, asked, "MaxDigits", "digits ≤ ");
    const char *encrypt = moment_param(asked, "EncryptEntry");
    if (encrypt && strcasecmp(encrypt, "true") == 0)
        say_words(&teller->did, "  encrypted");
    const char *results = block->result == asked ? asked->results : NULL;
    if (results && results[strspn(results, "0123456789*#")] == '\0')
        say_part(&teller->result, PART_INPUT, NULL, results);
}

void techy_loop(struct teller *teller, const struct block *block)
{
    bool any = false;
    for (const struct moment *moment = block->first; moment; moment = moment->joined) {
        uint32_t before = teller->did.count;
        if (any)
            say_words(&teller->did, ", ");
        if (say_prompt_of(teller, &teller->did, moment))
            any = true;
        else
            teller->did.count = before;
    }
    if (!any)
        say_words(&teller->did, "loop starts");
    say_limit(teller, "interrupt every ", moment_param(block->first, "InterruptSeconds"),
              SECOND_MS);
}

void techy_set_queue(struct teller *teller, const struct block *block)
{
    const char *queue = moment_param(block->first, "Queue"),
               *agent = moment_param(block->first, "Agent");
    if (queue)
        say_part(&teller->did, PART_QUEUE, NULL, queue);
    else if (agent) {
        say_words(&teller->did, "agent ");
        say_part(&teller->did, PART_AGENT, NULL, agent);
    } else
        techy_params(teller, block->first, NULL);
}

void techy_set_flow(struct teller *teller, const struct block *block)
{
    const char *type = moment_param(block->first, "Type"),
               *flow = moment_param(block->first, "ContactFlowId");
    if (!type && !flow) {
        techy_params(teller, block->first, NULL);
        return;
    }
    if (type)
        say_part(&teller->did, PART_VALUE, NULL, type);
    if (flow) {
        say_words(&teller->did, type ? " flow " : "flow ");
        say_part(&teller->did, PART_FLOW, flow, NULL);
    }
}

/* The queue that the flow set last before this block. */
static const char *queue_set_before(const struct leg_story *leg, const struct block *block)
{
    for (size_t i = block->index; i-- > 0;) {
        const struct moment *moment = leg->block[i].first;
        if (strcmp(leg->block[i].kind->type, "SetQueue") == 0)
            return moment_param(moment, "Queue");
    }
    return NULL;
}

static void say_transfer_target(struct teller *teller, const struct block *block)
{
    const char *flow = moment_param(block->first, "ContactFlowId");
    const char *number = moment_param(block->first, "PhoneNumber");
    if (flow) {
        say_words(&teller->did, "→ flow ");
        say_part(&teller->did, PART_FLOW, flow, NULL);
    } else if (number) {
        say_words(&teller->did, "→ number ");
        say_part(&teller->did, PART_PHONE, NULL, number);
        say_limit(teller, "limit ", moment_param(block->first, "TimeLimit"), SECOND_MS);
    } else {
        say_words(&teller->did, "→ queue ");
        say_queue(&teller->did, queue_set_before(teller->leg, block));
    }
}

/* Results answer “at capacity?”: "false" means that the transfer happened. */
void techy_transfer(struct teller *teller, const struct block *block)
{
    const char *results = block->first->results;
    say_transfer_target(teller, block);
    teller->result_told =
        results && (strcasecmp(results, "false") == 0 || strcasecmp(results, "true") == 0);
    if (results && strcasecmp(results, "true") == 0)
        say_part(&teller->result, PART_ERROR, NULL, "queue at capacity");
}

void techy_callback(struct teller *teller, const struct block *block)
{
    say_limit(teller, "in ", moment_param(block->first, "InitialDelaySeconds"), SECOND_MS);
    say_limit(teller, "again after ", moment_param(block->first, "RetryDelaySeconds"), SECOND_MS);
    say_named_param(teller, block->first, "MaxRetryAttempts", "retries ≤ ");
}

void techy_callback_number(struct teller *teller, const struct block *block)
{
    const char *number = moment_param(block->first, "CallBackNumber");
    if (!number)
        number = moment_param(block->first, "CallbackNumber");
    if (number)
        say_part(&teller->did, PART_PHONE, NULL, number);
    else
        techy_params(teller, block->first, NULL);
}

void techy_dial(struct teller *teller, const struct block *block)
{
    const char *number = moment_param(block->first, "PhoneNumber");
    if (number)
        say_part(&teller->did, PART_PHONE, NULL, number);
    else
        techy_params(teller, block->first, NULL);
}

void techy_wait(struct teller *teller, const struct block *block)
{
    say_limit(teller, "limit ", moment_param(block->first, "TimeoutSeconds"), SECOND_MS);
    if (!teller->did.count)
        techy_params(teller, block->first, NULL);
}

void techy_repeat(struct teller *teller, const struct block *block)
{
    const char *count = moment_param(block->first, "LoopCount");
    if (count) {
        say_words(&teller->did, "×");
        say_part(&teller->did, PART_VALUE, NULL, count);
    }
}

static const char *module_name(const struct moment *moment, const char *module)
{
    const struct moment *next = moment->next_flow;
    const char *tail = strrchr(module, '/');
    const char *inside = next && next->flow_id ? strrchr(next->flow_id, '/') : NULL;
    return inside && strcmp(inside + 1, tail ? tail + 1 : module) == 0 ? next->flow_name : NULL;
}

void techy_module(struct teller *teller, const struct block *block)
{
    const char *module = moment_param(block->first, "FlowModuleId");
    if (!module) {
        techy_params(teller, block->first, NULL);
        return;
    }
    say_words(&teller->did, "module ");
    say_part(&teller->did, PART_FLOW, module, module_name(block->first, module));
}

void techy_return(struct teller *teller, const struct block *block)
{
    say_words(&teller->did, "leaves ");
    say_part(&teller->did, PART_FLOW, block->first->flow_id ? block->first->flow_id : "the module",
             block->first->flow_name);
}

void techy_resume(struct teller *teller, const struct block *block)
{
    say_words(&teller->did, "end of this flow");
    if (block->first->parameters && block->first->parameters->child) {
        say_words(&teller->did, "  ");
        say_all(teller, block->first->parameters, SHOWN_MAX);
    }
}
