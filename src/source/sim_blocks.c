/* Blocks of flows that ask the customer, call a Lambda function, or end the flow. */
#include "source/sim_blocks.h"

#include <stdio.h>
#include <string.h>

/* What an input comes to (contact->option): a choice from 1 up, or one of these. */
enum { INPUT_TIMEOUT = 0, INPUT_NO_MATCH = -1, INPUT_ERROR = -2, INPUT_GONE = -3 };
/* How a Lambda call ends. */
enum { CALL_DONE, CALL_FAILED, CALL_TIMED_OUT, CALL_DENIED, CALL_CROWDED };

static const char denied[] = "Status Code: 403; Error Code: AccessDeniedException; "
                             "RequestId: 7d1c0a52-91ce-4f0b-8a6e-5b0f7c2e4d13";

int64_t sim_speak(struct sim *sim, const struct sim_contact *contact, const char *text)
{
    sim_expand(sim, contact, text, strlen(text), &sim->value2);
    if (contact->channel != SIM_VOICE)
        return sim_between(sim, 300, 1400);
    int64_t took = (int64_t)sim->value2.length * 58 + sim_between(sim, 200, 600);
    return took < 9000 ? took : 9000;
}

static int draw(struct sim *sim, const struct sim_contact *contact, const struct sim_block *block)
{
    if (block->type == BLOCK_MENU && contact->channel == SIM_CHAT)
        return INPUT_ERROR; /* a key-press menu, which a chat cannot answer */
    uint32_t luck = rng_below(&sim->rng, 1000);
    if (luck < 14 && contact->stage == STAGE_FLOW)
        return INPUT_GONE;
    if (block->type == BLOCK_MENU && block->ref == MENU_OFFER)
        return sim_percent(sim, block->percent) ? 1 : INPUT_TIMEOUT;
    if (luck < 60)
        return INPUT_TIMEOUT;
    if (luck < 100)
        return INPUT_NO_MATCH;
    if (block->type == BLOCK_MENU && block->ref == MENU_SCORE)
        return 5 - (int)(luck % 10 < 5 ? 0 : luck % 10 < 8 ? 1 : luck % 5);
    return (int)(contact->queue - sim->queue) + 1;
}

static void log_question(struct sim *sim, const struct sim_contact *contact,
                         const struct sim_block *block)
{
    const char *text = buf_str(&sim->value2), *parameters;
    char digits[16];
    snprintf(digits, sizeof(digits), "%d", block->ref);
    if (block->type == BLOCK_MENU)
        parameters = sim_parameters(sim, "TextToSpeechType", "text", "Timeout", "5000", "MaxDigits",
                                    "1", "Text", text, "Voice", "Amy", (char *)NULL);
    else if (block->type == BLOCK_LEX)
        parameters = sim_parameters(sim, "BotAliasArn", sim->bot_arn, "NoInputTimeout", "5000",
                                    "MaxSpeechDuration", "12000", "Text", text, "TextToSpeechType",
                                    "text", "Voice", "Amy", (char *)NULL);
    else
        parameters = sim_parameters(sim, "TextToSpeechType", "text", "Timeout", "8000", "MaxDigits",
                                    digits, "CustomerInputType", "Custom", "EncryptEntry", "false",
                                    "Text", text, "Voice", "Amy", (char *)NULL);
    sim_log(sim, contact, sim->now, NULL, NULL, parameters);
}

/* Test numbers of the card networks: they pass the check digit and belong to nobody. */
static const char *typed(const struct sim_contact *contact, const struct sim_block *block,
                         char out[32])
{
    static const char *const card[] = {"4111111111111111", "4242424242424242", "5555555555554444"};
    if (block->ref == 16)
        return card[(size_t)contact->customer % ARRAY_SIZE(card)];
    snprintf(out, 32, "%d", sim_account(contact));
    return out;
}

static void log_answer(struct sim *sim, const struct sim_contact *contact,
                       const struct sim_block *block)
{
    static const char *const failure[] = {"Timeout", "NoMatch", "Error"};
    char text[SIM_MAX_NAME + 8];
    const char *results = text;
    bool lex = block->type == BLOCK_LEX;
    if (contact->option <= 0)
        results = lex ? "FallbackIntent" : failure[-contact->option];
    else if (lex)
        snprintf(text, sizeof(text), "%sIntent", contact->queue->name);
    else if (block->type == BLOCK_STORE)
        results = typed(contact, block, text);
    else
        snprintf(text, sizeof(text), "%d", contact->option);
    sim_log(sim, contact, sim->now, results, NULL, NULL);
}

static char branch_of(struct sim_contact *contact, const struct sim_block *block)
{
    bool answered = contact->option > 0;
    if (block->type == BLOCK_MENU && block->ref == MENU_OFFER)
        return answered ? block->other : block->go;
    if (block->type == BLOCK_MENU && block->ref == MENU_SCORE)
        contact->score = (uint8_t)(answered ? contact->option : 0);
    if (block->type == BLOCK_STORE || block->ref == MENU_SCORE)
        return answered ? block->go : block->other;
    /* The third failure, or a broken menu, goes on with a default. */
    if (answered || contact->option == INPUT_ERROR || ++contact->tries >= 3)
        return block->go;
    return block->other;
}

static void hang_up(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    sim_contact_end(sim, contact);
}

/* A prompt entry, then a result entry; none when the customer leaves during the prompt. */
void sim_run_input(struct sim *sim, struct sim_contact *contact, const struct sim_block *block)
{
    if (contact->phase) {
        log_answer(sim, contact, block);
        sim_go(sim, contact, branch_of(contact, block), sim_between(sim, 4, 22));
        return;
    }
    contact->option = draw(sim, contact, block);
    int64_t took = sim_speak(sim, contact, block->text);
    log_question(sim, contact, block);
    if (contact->option == INPUT_GONE)
        sim_after(sim, took + sim_between(sim, 0, 4000), hang_up, contact, 0);
    else if (contact->option == INPUT_ERROR)
        sim_again(sim, contact, sim_between(sim, 900, 1500));
    else if (contact->option == INPUT_TIMEOUT)
        sim_again(sim, contact, took + 5000 + sim_between(sim, 0, 60));
    else
        sim_again(sim, contact,
                  took * 3 / 4 + sim_around(sim, block->type == BLOCK_STORE ? 5000 : 1800, 0.5));
}

static int draw_call(struct sim *sim, const struct sim_lambda *lambda)
{
    if (!rng_chance(&sim->rng, lambda->error))
        return CALL_DONE;
    uint32_t luck = rng_below(&sim->rng, 20);
    return luck < 12   ? CALL_FAILED
           : luck < 18 ? CALL_TIMED_OUT
           : luck < 19 ? CALL_DENIED
                       : CALL_CROWDED;
}

static void log_call(struct sim *sim, const struct sim_contact *contact,
                     const struct sim_block *block)
{
    static const char *const failure[] = {
        [CALL_FAILED] = "The Lambda Function Returned An Error.",
        [CALL_TIMED_OUT] = "The Lambda Function Returned An Error.",
        [CALL_DENIED] = denied,
        [CALL_CROWDED] = "Instance has reached concurrent Lambda thread access limit",
    };
    const struct sim_lambda *lambda = &sim_lambda[block->ref];
    bool done = contact->option == CALL_DONE;
    struct buf *out = &sim->parameters;
    buf_clear(&sim->external);
    if (done)
        sim_object(sim, contact, lambda->results, &sim->external);
    buf_clear(out);
    buf_text(out, "{\"FunctionArn\":\"");
    buf_text(out, sim->lambda_arn[block->ref]);
    buf_char(out, '"');
    if (lambda->parameters) {
        buf_text(out, ",\"Parameters\":");
        sim_object(sim, contact, lambda->parameters, out);
    }
    buf_printf(out, ",\"ResponseValidation\":\"ResponseType=STRING_MAP\",\"TimeLimit\":\"%d\"}",
               lambda->limit_ms);
    sim_log(sim, contact, contact->block_start, done ? NULL : failure[contact->option],
            done ? buf_str(&sim->external) : NULL, buf_str(out));
}

/* One entry, stamped with the start, written when the function has returned. */
void sim_run_lambda(struct sim *sim, struct sim_contact *contact, const struct sim_block *block)
{
    const struct sim_lambda *lambda = &sim_lambda[block->ref];
    if (contact->phase) {
        log_call(sim, contact, block);
        bool done = contact->option == CALL_DONE;
        if (done && block->ref == LAMBDA_LOOKUP)
            contact->identified = true;
        sim_go(sim, contact, done ? block->go : block->other, sim_between(sim, 4, 14));
        return;
    }
    contact->option = block->ref == LAMBDA_SURVEY ? CALL_DONE : draw_call(sim, lambda);
    int64_t took = sim_around(sim, lambda->median_ms, lambda->sigma);
    if (took > lambda->limit_ms - 50 || contact->option == CALL_TIMED_OUT)
        took = contact->option == CALL_TIMED_OUT ? lambda->limit_ms : lambda->limit_ms - 50;
    contact->block_start = sim->now;
    sim_again(sim, contact, took);
}

/* Who asks to be called back leaves the queue, even while an agent's telephone rings. */
static void leave_queue(struct sim *sim, struct sim_contact *contact)
{
    contact->epoch++;
    contact->stage = STAGE_FLOW;
    sim_unqueue(contact);
    sim_agent_drop(sim, contact);
    contact->agent = NULL;
}

void sim_run_number(struct sim *sim, struct sim_contact *contact, const struct sim_block *block)
{
    leave_queue(sim, contact);
    sim_expand(sim, contact, "$phone", 6, &sim->value);
    sim_log(sim, contact, sim->now, NULL, NULL,
            sim_parameters(sim, "CallBackNumber", buf_str(&sim->value), (char *)NULL));
    sim_go(sim, contact, block->go, sim_between(sim, 4, 22));
}

void sim_run_callback(struct sim *sim, struct sim_contact *contact, const struct sim_block *block)
{
    sim_log(sim, contact, sim->now, NULL, NULL,
            "{\"InitialDelaySeconds\":\"30\",\"RetryDelaySeconds\":\"300\",\"MaxRetryAttempts\":"
            "\"2\"}");
    sim_callback(sim, contact, 30 * SECOND_MS);
    sim_go(sim, contact, block->go, sim_between(sim, 40, 120));
}

void sim_run_tag(struct sim *sim, struct sim_contact *contact, const struct sim_block *block)
{
    sim_log(sim, contact, sim->now, NULL, NULL, "{\"Tags\":{\"Centre\":\"Leeds\"}}");
    contact->tagged = true;
    contact->updated = "Tags";
    sim_emit(sim, contact, SIM_DATA_UPDATED);
    sim_go(sim, contact, block->go, sim_between(sim, 30, 90));
}

void sim_run_profile(struct sim *sim, struct sim_contact *contact, const struct sim_block *block)
{
    bool found = !sim_percent(sim, 15);
    buf_clear(&sim->parameters);
    buf_printf(&sim->parameters,
               "{\"ProfileRequestData\":[\"IdentifierName=_account\",\"IdentifierValue=%d\"],"
               "\"ProfileResponseData\":[%s]}",
               sim_account(contact), found ? "\"FirstName=true\"" : "");
    sim_log(sim, contact, sim->now, found ? NULL : "NoMatch", NULL, buf_str(&sim->parameters));
    sim_go(sim, contact, block->go, sim_between(sim, 80, 300));
}

/* The end of a whisper: after the agent's comes the customer's, then they are joined. */
void sim_run_resume(struct sim *sim, struct sim_contact *contact, const struct sim_block *block)
{
    (void)block;
    sim_log(sim, contact, sim->now, NULL, NULL, "{}");
    if (contact->stage != STAGE_WHISPER)
        return;
    if (contact->frame[0].flow == &sim->flow[FLOW_AGENT_WHISPER])
        sim_run_start(sim, contact, FLOW_CUSTOMER_WHISPER, sim_between(sim, 30, 120));
    else
        sim_contact_answer(sim, contact);
}

void sim_run_disconnect(struct sim *sim, struct sim_contact *contact, const struct sim_block *block)
{
    (void)block;
    sim_log(sim, contact, sim->now, NULL, NULL, "{}");
    sim_after(sim, sim_between(sim, 20, 90), hang_up, contact, 0);
}
