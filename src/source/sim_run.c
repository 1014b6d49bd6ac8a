/* Executes flows: each block writes its log lines, takes its time, and chooses its branch. */
#include <stdlib.h>
#include <string.h>

#include "source/sim_blocks.h"

/* An action: runs the current block. */
static void step(struct sim *sim, struct sim_contact *contact, int argument);

static int64_t quick(struct sim *sim)
{
    return sim_between(sim, 4, 22);
}

static const char *flow_id(const struct sim_flow *flow)
{
    return strrchr(flow->arn, '/') + 1;
}

void sim_go(struct sim *sim, struct sim_contact *contact, char label, int64_t delay)
{
    struct sim_frame *frame = &contact->frame[contact->depth - 1];
    const struct sim_script *script = frame->flow->script;
    if (label) {
        for (frame->block = 0; frame->block < script->count; frame->block++)
            if (script->block[frame->block].label == label)
                break;
    } else {
        frame->block++;
    }
    contact->phase = 0;
    if (frame->block < script->count)
        sim_after(sim, delay, step, contact, 0);
}

void sim_again(struct sim *sim, struct sim_contact *contact, int64_t delay)
{
    contact->phase++;
    sim_after(sim, delay, step, contact, 0);
}

void sim_run_start(struct sim *sim, struct sim_contact *contact, enum sim_flow_id flow,
                   int64_t delay)
{
    contact->depth = 1;
    contact->frame[0] = (struct sim_frame){&sim->flow[flow], 0};
    contact->phase = contact->tries = 0;
    sim_after(sim, delay, step, contact, 0);
}

static void run_logging(struct sim *sim, struct sim_contact *contact, const struct sim_block *block)
{
    contact->logging = true;
    sim_log(sim, contact, sim->now, NULL, NULL, "{\"LoggingBehavior\":\"Enable\"}");
    sim_go(sim, contact, block->go, quick(sim));
}

static void run_recording(struct sim *sim, struct sim_contact *contact,
                          const struct sim_block *block)
{
    sim_log(sim, contact, sim->now, NULL, NULL,
            "{\"RecordingBehaviorOption\":\"Enable\",\"RecordingParticipantOption\":\"All\","
            "\"AnalyticsBehaviorOption\":\"Enable\",\"AnalyticsLanguageLocaleCode\":\"en-GB\","
            "\"AnalyticsRedactionOption\":\"Disable\",\"AnalyticsRedactionPolicy\":"
            "\"RedactedAndOriginal\",\"AnalyticsCustomVocabulary\":\"None\","
            "\"ChatAnalyticsMode\":\"ContactLens\",\"VoiceAnalyticsMode\":\"PostCall\"}");
    sim_go(sim, contact, block->go, quick(sim));
}

static void run_voice(struct sim *sim, struct sim_contact *contact, const struct sim_block *block)
{
    sim_log(
        sim, contact, sim->now, NULL, NULL,
        sim_parameters(sim, "GlobalVoice", block->text, "GlobalEngine", "Neural", (char *)NULL));
    sim_go(sim, contact, block->go, quick(sim));
}

static void run_hook(struct sim *sim, struct sim_contact *contact, const struct sim_block *block)
{
    sim_log(sim, contact, sim->now, NULL, NULL,
            sim_parameters(sim, "Type", block->text, "ContactFlowId", sim->flow[block->ref].arn,
                           (char *)NULL));
    sim_go(sim, contact, block->go, quick(sim));
}

/* In a chat a prompt is confirmed by a second entry; whispers and calls have none. */
static void run_prompt(struct sim *sim, struct sim_contact *contact, const struct sim_block *block)
{
    bool chat = contact->channel == SIM_CHAT && contact->stage == STAGE_FLOW;
    if (contact->phase) {
        sim_log(sim, contact, sim->now, "Success", NULL, NULL);
        sim_go(sim, contact, block->go, quick(sim));
        return;
    }
    int64_t took = sim_speak(sim, contact, block->text);
    const char *text = buf_str(&sim->value2);
    sim_log(sim, contact, sim->now, NULL, NULL,
            sim_parameters(sim, "TextToSpeechType", text[0] == '<' ? "ssml" : "text", "Text", text,
                           "Voice", "Amy", (char *)NULL));
    if (chat)
        sim_again(sim, contact, took);
    else
        sim_go(sim, contact, block->go, took);
}

static void run_set(struct sim *sim, struct sim_contact *contact, const struct sim_block *block)
{
    const char *pairs = block->text;
    struct sim_pair pair;
    char key[64];
    for (int64_t at = sim->now; sim_pair(&pairs, &pair) && pair.key_length < sizeof(key); at++) {
        memcpy(key, pair.key, pair.key_length);
        key[pair.key_length] = '\0';
        sim_expand(sim, contact, pair.value, pair.value_length, &sim->value);
        sim_log(sim, contact, at, NULL, NULL,
                sim_parameters(sim, "Value", buf_str(&sim->value), "AddAttributeToRelatedContact",
                               "false", "Key", key, (char *)NULL));
    }
    if (sim_percent(sim, 12)) {
        contact->updated = "UserDefinedAttributes";
        sim_emit(sim, contact, SIM_DATA_UPDATED);
    }
    sim_go(sim, contact, block->go, quick(sim) + 4);
}

/* One entry for each condition tried, up to the first that holds. */
static void run_check(struct sim *sim, struct sim_contact *contact, const struct sim_block *block)
{
    const char *cases = block->text;
    struct sim_pair pair;
    char second[64];
    bool met = false;
    sim_pair(&cases, &pair);
    sim_expand(sim, contact, pair.key, pair.key_length, &sim->value);
    for (int64_t at = sim->now; !met && sim_pair(&cases, &pair) && pair.key_length < sizeof(second);
         at++) {
        bool greater = pair.key[0] == '>';
        size_t length = pair.key_length - greater;
        memcpy(second, pair.key + greater, length);
        second[length] = '\0';
        const char *value = buf_str(&sim->value);
        met = greater ? strtol(value, NULL, 10) > strtol(second, NULL, 10)
                      : strcmp(value, second) == 0;
        sim_log(sim, contact, at, met ? "true" : "false", NULL,
                sim_parameters(sim, "Value", value, "SecondValue", second, "ComparisonMethod",
                               greater ? "GreaterThan" : "Equals", (char *)NULL));
    }
    sim_go(sim, contact, met ? block->go : block->other, quick(sim) + 3);
}

/* Hours, staffing and queue status: nearly always a yes. */
static void run_question(struct sim *sim, struct sim_contact *contact,
                         const struct sim_block *block)
{
    bool split = block->type == BLOCK_SPLIT;
    bool no = block->other &&
              (split ? contact->method != SIM_QUEUE_TRANSFER && sim_percent(sim, block->percent)
                     : rng_chance(&sim->rng, 0.004));
    sim_log(sim, contact, sim->now, no == split ? "true" : "false", NULL, "{}");
    sim_go(sim, contact, no ? block->other : block->go, quick(sim));
}

static void run_queue(struct sim *sim, struct sim_contact *contact, const struct sim_block *block)
{
    bool agent = contact->target != NULL;
    sim_log(sim, contact, sim->now, NULL, NULL,
            sim_parameters(sim, agent ? "Agent" : "Queue",
                           agent ? contact->target->id : contact->queue->arn, (char *)NULL));
    sim_go(sim, contact, block->go, quick(sim));
}

static void enter_queue(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    sim_enqueue(sim, contact, contact->queue);
}

/* Results say whether the queue is at capacity: "false" means that the transfer happens. */
static void run_transfer(struct sim *sim, struct sim_contact *contact,
                         const struct sim_block *block)
{
    bool full = block->other && rng_chance(&sim->rng, 0.003);
    sim_log(sim, contact, sim->now, full ? "true" : "false", NULL, "{}");
    if (full)
        sim_go(sim, contact, block->other, quick(sim));
    else
        sim_after(sim, sim_between(sim, 250, 700), enter_queue, contact, 0);
}

static void run_overflow(struct sim *sim, struct sim_contact *contact,
                         const struct sim_block *block)
{
    (void)block;
    sim_log(sim, contact, sim->now, "false", NULL, "{}");
    sim_queue_transfer(sim, contact);
}

static void run_music(struct sim *sim, struct sim_contact *contact, const struct sim_block *block)
{
    int64_t at = sim->now;
    if (block->text) {
        sim_log(sim, contact, at, NULL, NULL,
                sim_parameters(sim, "Text", block->text, "Voice", "Amy", (char *)NULL));
        at += sim_between(sim, 8, 13);
    }
    sim_log(sim, contact, at, NULL, NULL,
            sim_parameters(sim, "AudioPrompt", sim->prompt_arn[contact->held_since ? 1 : 0],
                           (char *)NULL));
    at += sim_between(sim, 12, 24);
    sim_log(sim, contact, at, NULL, NULL, "{}");
    sim_go(sim, contact, block->go, sim_between(sim, 15000, 20000));
}

static void run_interrupt(struct sim *sim, struct sim_contact *contact,
                          const struct sim_block *block)
{
    sim_log(sim, contact, sim->now, NULL, NULL,
            sim_parameters(sim, "AudioPrompt", sim->prompt_arn[0], "InterruptSeconds", "20",
                           (char *)NULL));
    sim_go(sim, contact, block->go, 20000 + quick(sim));
}

static void run_metrics(struct sim *sim, struct sim_contact *contact, const struct sim_block *block)
{
    sim_log(sim, contact, sim->now, NULL, NULL, "{}");
    sim_go(sim, contact, block->go, sim_between(sim, 20, 70));
}

static void run_module(struct sim *sim, struct sim_contact *contact, const struct sim_block *block)
{
    const struct sim_flow *module = &sim->flow[block->ref];
    if ((block->percent && !sim_percent(sim, block->percent)) || contact->depth == SIM_MAX_DEPTH) {
        sim_go(sim, contact, block->go, quick(sim));
        return;
    }
    sim_log(sim, contact, sim->now, NULL, NULL,
            sim_parameters(sim, "FlowModuleId", flow_id(module), (char *)NULL));
    contact->frame[contact->depth++] = (struct sim_frame){module, 0};
    contact->phase = 0;
    sim_after(sim, quick(sim), step, contact, 0);
}

static void run_return(struct sim *sim, struct sim_contact *contact, const struct sim_block *block)
{
    (void)block;
    sim_log(sim, contact, sim->now, NULL, NULL, "{}");
    contact->depth--;
    const struct sim_frame *frame = &contact->frame[contact->depth - 1];
    sim_go(sim, contact, frame->flow->script->block[frame->block].go, quick(sim));
}

static const sim_block_run run[BLOCK_TYPES] = {
    [BLOCK_LOGGING] = run_logging,
    [BLOCK_RECORDING] = run_recording,
    [BLOCK_VOICE] = run_voice,
    [BLOCK_PROMPT] = run_prompt,
    [BLOCK_HOOK] = run_hook,
    [BLOCK_MENU] = sim_run_input,
    [BLOCK_LEX] = sim_run_input,
    [BLOCK_STORE] = sim_run_input,
    [BLOCK_LAMBDA] = sim_run_lambda,
    [BLOCK_SET] = run_set,
    [BLOCK_CHECK] = run_check,
    [BLOCK_HOURS] = run_question,
    [BLOCK_STAFF] = run_question,
    [BLOCK_QUEUE] = run_queue,
    [BLOCK_TRANSFER] = run_transfer,
    [BLOCK_OVERFLOW] = run_overflow,
    [BLOCK_MUSIC] = run_music,
    [BLOCK_INTERRUPT] = run_interrupt,
    [BLOCK_METRICS] = run_metrics,
    [BLOCK_NUMBER] = sim_run_number,
    [BLOCK_CALLBACK] = sim_run_callback,
    [BLOCK_TAG] = sim_run_tag,
    [BLOCK_PROFILE] = sim_run_profile,
    [BLOCK_MODULE] = run_module,
    [BLOCK_RETURN] = run_return,
    [BLOCK_RESUME] = sim_run_resume,
    [BLOCK_DISCONNECT] = sim_run_disconnect,
    [BLOCK_SPLIT] = run_question,
};

static void step(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    const struct sim_frame *frame = &contact->frame[contact->depth - 1];
    const struct sim_block *block = &frame->flow->script->block[frame->block];
    run[block->type](sim, contact, block);
}
