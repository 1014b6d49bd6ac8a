/* Flows as data: blocks, scripts, and the Lambda functions they call. */
#ifndef SOURCE_SIM_SCRIPT_H
#define SOURCE_SIM_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

/* Blocks of a flow; sim_block_name gives the type as the log writes it. */
enum sim_block_type {
    BLOCK_LOGGING,
    BLOCK_RECORDING,
    BLOCK_VOICE,
    BLOCK_PROMPT,
    BLOCK_HOOK,
    BLOCK_MENU,
    BLOCK_LEX,
    BLOCK_STORE,
    BLOCK_LAMBDA,
    BLOCK_SET,
    BLOCK_CHECK,
    BLOCK_HOURS,
    BLOCK_STAFF,
    BLOCK_QUEUE,
    BLOCK_TRANSFER,
    BLOCK_OVERFLOW,
    BLOCK_MUSIC,
    BLOCK_INTERRUPT,
    BLOCK_METRICS,
    BLOCK_NUMBER,
    BLOCK_CALLBACK,
    BLOCK_TAG,
    BLOCK_PROFILE,
    BLOCK_MODULE,
    BLOCK_RETURN,
    BLOCK_RESUME,
    BLOCK_DISCONNECT,
    BLOCK_SPLIT,
    BLOCK_TYPES
};
extern const char *const sim_block_name[BLOCK_TYPES];

/* One block. Labels are single characters; go is where it leads (0 = the next block), other its
 * second branch. */
struct sim_block {
    enum sim_block_type type;
    char label, go, other;
    const char *name; /* its Identifier; NULL = a UUID of its own */
    const char *text; /* prompt, pairs key=value;… with $variables, type of a hook */
    int ref;          /* flow, module, Lambda function */
    int percent;      /* how often `other` is taken, where that is chance */
};
struct sim_script {
    const char *name;
    bool module;
    const struct sim_block *block;
    size_t count;
};

/* What a menu asks. */
enum sim_menu { MENU_QUEUES, MENU_OFFER, MENU_SCORE };

enum sim_flow_id {
    FLOW_MAIN,
    FLOW_SPEECH,
    FLOW_CHAT,
    FLOW_TASK,
    FLOW_EMAIL,
    FLOW_REMINDER,
    FLOW_OUTBOUND,
    FLOW_QUEUE,
    FLOW_QUEUE_PLAIN,
    FLOW_AGENT_WHISPER,
    FLOW_CUSTOMER_WHISPER,
    FLOW_HOLD,
    FLOW_SURVEY,
    FLOW_TO_QUEUE,
    FLOW_TO_AGENT,
    MODULE_IDENTIFY,
    MODULE_VERIFY,
    MODULE_PAYMENT,
    SIM_FLOWS
};
extern const struct sim_script sim_script[SIM_FLOWS];

enum sim_lambda_id {
    LAMBDA_LOOKUP,
    LAMBDA_VERIFY,
    LAMBDA_PAYMENT,
    LAMBDA_CHAT,
    LAMBDA_PRIORITY,
    LAMBDA_SURVEY,
    SIM_LAMBDAS
};
struct sim_lambda {
    const char *name;
    const char *parameters; /* pairs; NULL = none */
    const char *results;    /* pairs */
    int limit_ms;
    double median_ms, sigma;
    double error; /* share of calls that fail */
};
extern const struct sim_lambda sim_lambda[SIM_LAMBDAS];

#endif
