/* The flows of the simulated contact centre, as data. Texts are resolved when a block runs: see
 * sim_expand. */
#include "source/sim_internal.h"

const char *const sim_block_name[BLOCK_TYPES] = {
    "SetLoggingBehavior",
    "SetRecordingBehavior",
    "SetVoice",
    "PlayPrompt",
    "SetContactFlow",
    "GetUserInput",
    "GetUserInput",
    "StoreUserInput",
    "InvokeExternalResource",
    "SetAttributes",
    "CheckAttribute",
    "CheckHoursOfOperation",
    "CheckStaffing",
    "SetQueue",
    "Transfer",
    "Transfer",
    "AddToPlayLoop",
    "LoopPrompts",
    "GetMetricData",
    "SetCallBackNumber",
    "CreateCallback",
    "TagContact",
    "GetCustomerProfile",
    "InvokeFlowModule",
    "ReturnFromFlowModule",
    "Resume",
    "Disconnect",
    "CheckQueueStatus",
};

const char *const sim_prompt_name[2] = {"Music_Pop_ThisAndThatIsLife_Inst.wav", "CustomerHold.wav"};

const struct sim_lambda sim_lambda[SIM_LAMBDAS] = {
    {"customer-lookup", "requestType=identify;phone=$phone",
     "isSuccess=true;customerId=$id;tier=$tier;firstName=$first;language=en-GB", 3000, 150, 0.75,
     0.015},
    {"verify-account", "requestType=verify;account=$account",
     "isSuccess=true;verified=true;attemptsLeft=2", 4000, 210, 0.6, 0.015},
    {"payment-token", "requestType=tokenise", "isSuccess=true;token=tok_$account;network=visa",
     8000, 620, 0.5, 0.03},
    {"chat-session", "requestType=initContact",
     "logMessage=Chat session initialized;isSuccess=true", 3000, 120, 0.6, 0.01},
    {"routing-priority", NULL, "isSuccess=true;priority=$priority", 3000, 90, 0.5, 0.01},
    {"save-survey", "requestType=survey;score=$digit", "isSuccess=true", 3000, 130, 0.6, 0.02},
};

static const struct sim_block main_inbound[] = {
    {.type = BLOCK_LOGGING},
    {.type = BLOCK_RECORDING},
    {BLOCK_VOICE, .text = "Amy"},
    {BLOCK_HOOK, .text = "CustomerRemaining", .ref = FLOW_SURVEY},
    {BLOCK_HOOK, .text = "CustomerHold", .ref = FLOW_HOLD},
    {BLOCK_PROMPT, .name = "Welcome",
     .text = "Welcome to Northwind Mutual. This call may be recorded for training."},
    {BLOCK_MODULE, .name = "Identify caller", .ref = MODULE_IDENTIFY},
    {BLOCK_HOURS, .name = "Opening hours", .other = 'c'},
    {BLOCK_MENU, .label = 'm', .go = 'q', .other = 'n', .name = "Main menu", .text = "$menu",
     .ref = MENU_QUEUES},
    {BLOCK_PROMPT, .label = 'n', .go = 'm', .name = "Not understood",
     .text = "Sorry, I did not get that."},
    {BLOCK_SET, .label = 'q', .name = "Set intent",
     .text = "intent=$queue;ContactFlow=Main inbound;lang=en"},
    {BLOCK_CHECK, .other = 'v', .name = "Key customer?", .text = "$tier;gold"},
    {BLOCK_TAG, .go = 'r', .name = "Tag key customer", .text = "Centre=Leeds"},
    {BLOCK_MODULE, .label = 'v', .name = "Verify", .ref = MODULE_VERIFY, .percent = 35},
    {BLOCK_MODULE, .name = "Take payment", .ref = MODULE_PAYMENT, .percent = 6},
    {BLOCK_QUEUE, .label = 'r', .name = "Set working queue"},
    {BLOCK_HOOK, .text = "CustomerQueue", .ref = FLOW_QUEUE},
    {BLOCK_HOOK, .text = "AgentWhisper", .ref = FLOW_AGENT_WHISPER},
    {BLOCK_HOOK, .text = "CustomerWhisper", .ref = FLOW_CUSTOMER_WHISPER},
    {BLOCK_STAFF, .name = "Anyone there?", .other = 's'},
    {BLOCK_METRICS, .name = "Queue metrics"},
    {BLOCK_TRANSFER, .name = "Transfer to queue", .other = 's'},
    {BLOCK_PROMPT, .label = 's', .name = "Busy",
     .text = "All lines are busy. Please try again later."},
    {.type = BLOCK_DISCONNECT},
    {BLOCK_PROMPT, .label = 'c', .name = "Closed",
     .text = "Our offices are closed. We are open from eight to eight."},
    {.type = BLOCK_DISCONNECT},
};

static const struct sim_block speech_inbound[] = {
    {.type = BLOCK_LOGGING},
    {.type = BLOCK_RECORDING},
    {BLOCK_VOICE, .text = "Amy"},
    {BLOCK_HOOK, .text = "CustomerRemaining", .ref = FLOW_SURVEY},
    {BLOCK_MODULE, .name = "Identify caller", .ref = MODULE_IDENTIFY},
    {BLOCK_LEX, .label = 'm', .go = 'q', .other = 'n', .name = "How can we help",
     .text = "Hello $first. In a few words, how can we help you today?"},
    {BLOCK_PROMPT, .label = 'n', .go = 'm', .name = "Ask again",
     .text = "Sorry. You can say things like: a question about my bill."},
    {BLOCK_SET, .label = 'q', .name = "Set intent",
     .text = "intent=$queue;ContactFlow=Speech inbound"},
    {BLOCK_QUEUE, .name = "Set working queue"},
    {BLOCK_HOOK, .text = "CustomerQueue", .ref = FLOW_QUEUE},
    {BLOCK_STAFF, .name = "Anyone there?"},
    {BLOCK_TRANSFER, .name = "Transfer to queue"},
    {BLOCK_PROMPT, .text = "All lines are busy. Please try again later."},
    {.type = BLOCK_DISCONNECT},
};

static const struct sim_block chat_entry[] = {
    {.type = BLOCK_LOGGING},
    {.type = BLOCK_RECORDING},
    {BLOCK_LAMBDA, .name = "Init chat session", .ref = LAMBDA_CHAT},
    {BLOCK_PROFILE, .name = "Find profile"},
    {BLOCK_MODULE, .name = "Identify caller", .ref = MODULE_IDENTIFY},
    {BLOCK_PROMPT, .name = "Greeting", .text = "Hi $first, you are through to Northwind Mutual."},
    {BLOCK_LEX, .label = 'm', .go = 'q', .other = 'n', .name = "Chat bot",
     .text = "What is it about?"},
    {BLOCK_PROMPT, .label = 'n', .go = 'm', .name = "Ask again",
     .text = "Could you put that differently?"},
    {BLOCK_SET, .label = 'q', .name = "Set intent",
     .text = "intent=$queue;ContactFlow=Chat entry;lang=en"},
    {BLOCK_QUEUE, .name = "Set working queue"},
    {BLOCK_HOOK, .text = "CustomerQueue", .ref = FLOW_QUEUE_PLAIN},
    {BLOCK_TRANSFER, .name = "Transfer to queue"},
    {BLOCK_PROMPT, .text = "Nobody can chat right now. Please write to us."},
    {.type = BLOCK_DISCONNECT},
};

static const struct sim_block task_entry[] = {
    {.type = BLOCK_LOGGING},
    {BLOCK_LAMBDA, .name = "Priority", .ref = LAMBDA_PRIORITY},
    {BLOCK_CHECK, .name = "Urgent?", .text = "$priority;>3"},
    {BLOCK_SET, .name = "Set intent",
     .text = "intent=$queue;ContactFlow=Task entry;priority=$priority"},
    {BLOCK_QUEUE, .name = "Set working queue"},
    {BLOCK_TRANSFER, .name = "Transfer to queue"},
    {.type = BLOCK_DISCONNECT},
};

static const struct sim_block email_entry[] = {
    {.type = BLOCK_LOGGING},
    {BLOCK_MODULE, .name = "Identify caller", .ref = MODULE_IDENTIFY},
    {BLOCK_SET, .name = "Set intent", .text = "intent=$queue;ContactFlow=E-mail entry"},
    {BLOCK_QUEUE, .name = "Set working queue"},
    {BLOCK_TRANSFER, .name = "Transfer to queue"},
    {.type = BLOCK_DISCONNECT},
};

static const struct sim_block reminder[] = {
    {.type = BLOCK_LOGGING},
    {BLOCK_VOICE, .text = "Amy"},
    {BLOCK_PROMPT, .name = "Reminder",
     .text = "<speak>Hello $first. You have an <emphasis>appointment</emphasis> tomorrow.</speak>"},
    {BLOCK_MENU, .go = 'k', .other = 'q', .name = "Confirm", .ref = MENU_OFFER, .percent = 30,
     .text = "To speak to someone, press 1. Otherwise just hang up."},
    {BLOCK_PROMPT, .label = 'k', .text = "Thank you. Good bye."},
    {.type = BLOCK_DISCONNECT},
    {BLOCK_QUEUE, .label = 'q', .name = "Set working queue"},
    {BLOCK_HOOK, .text = "CustomerQueue", .ref = FLOW_QUEUE},
    {BLOCK_TRANSFER, .name = "Transfer to queue"},
    {.type = BLOCK_DISCONNECT},
};

static const struct sim_block outbound[] = {
    {.type = BLOCK_LOGGING},
    {BLOCK_PROMPT, .name = "Recording notice", .text = "This call may be recorded."},
    {.type = BLOCK_RESUME},
};

static const struct sim_block queue_with_callback[] = {
    {BLOCK_MUSIC, .name = "Hold music",
     .text = "Thank you for calling. Your call is very important to us and will be answered in the "
             "order it "
             "was received."},
    {BLOCK_METRICS, .label = 'w', .name = "Queue metrics"},
    {BLOCK_SPLIT, .other = 'o', .name = "Overflow?", .percent = 10},
    {BLOCK_MENU, .go = 'l', .other = 'c', .name = "Offer a call-back", .ref = MENU_OFFER,
     .percent = 22, .text = "To keep your place and be called back, press 1."},
    {BLOCK_INTERRUPT, .label = 'l', .go = 'w', .name = "Wait music"},
    {BLOCK_OVERFLOW, .label = 'o', .name = "Overflow"},
    {BLOCK_NUMBER, .label = 'c', .name = "Call-back number"},
    {BLOCK_CALLBACK, .name = "Create call-back"},
    {BLOCK_PROMPT, .name = "Good bye", .text = "We will call you back. Good bye."},
    {.type = BLOCK_DISCONNECT},
};

static const struct sim_block queue_plain[] = {
    {BLOCK_MUSIC, .name = "Loop",
     .text = "Thank you for waiting. Somebody will be with you shortly."},
};

static const struct sim_block agent_whisper[] = {
    {BLOCK_PROMPT, .text = "$queue, $tier customer."},
    {.type = BLOCK_RESUME},
};

static const struct sim_block customer_whisper[] = {
    {BLOCK_PROMPT, .text = "You are now being connected."},
    {.type = BLOCK_RESUME},
};

static const struct sim_block hold[] = {
    {BLOCK_MUSIC, .name = "Hold loop"},
};

static const struct sim_block survey[] = {
    {BLOCK_PROMPT, .name = "Survey intro",
     .text = "Please stay on the line for one short question."},
    {BLOCK_MENU, .go = 's', .other = 'e', .name = "Score", .ref = MENU_SCORE,
     .text = "How was your service today? Press one to five."},
    {BLOCK_SET, .label = 's', .name = "Keep score", .text = "survey_score=$digit"},
    {BLOCK_LAMBDA, .name = "Save score", .ref = LAMBDA_SURVEY},
    {BLOCK_PROMPT, .text = "Thank you. Good bye."},
    {BLOCK_DISCONNECT, .label = 'e'},
};

static const struct sim_block to_queue[] = {
    {.type = BLOCK_HOURS},
    {.type = BLOCK_STAFF},
    {BLOCK_PROMPT, .text = "Now transferring."},
    {.type = BLOCK_TRANSFER},
    {.type = BLOCK_DISCONNECT},
};

static const struct sim_block to_agent[] = {
    {BLOCK_PROMPT, .text = "Transferring now."},
    {.type = BLOCK_QUEUE},
    {.type = BLOCK_TRANSFER},
    {.type = BLOCK_DISCONNECT},
};

static const struct sim_block identify[] = {
    {BLOCK_LAMBDA, .other = 'e', .name = "Look up customer", .ref = LAMBDA_LOOKUP},
    {BLOCK_SET, .name = "Keep customer",
     .text = "customer_id=$id;tier=$tier;first_name=$first;phone=$phone"},
    {BLOCK_CHECK, .name = "Tier", .text = "$tier;gold;silver;bronze"},
    {.type = BLOCK_RETURN},
    {BLOCK_SET, .label = 'e', .name = "Lookup failed", .text = "lookup=failed"},
    {.type = BLOCK_RETURN},
};

static const struct sim_block verify[] = {
    {BLOCK_STORE, .other = 'e', .name = "Ask account number", .ref = 8,
     .text = "Please enter your eight digit account number."},
    {BLOCK_LAMBDA, .other = 'e', .name = "Check account", .ref = LAMBDA_VERIFY},
    {BLOCK_SET, .name = "Verified", .text = "verified=true;account_number=$account"},
    {.type = BLOCK_RETURN},
    {BLOCK_SET, .label = 'e', .name = "Not verified", .text = "verified=false"},
    {.type = BLOCK_RETURN},
};

static const struct sim_block payment[] = {
    {BLOCK_STORE, .other = 'e', .name = "Ask card number", .ref = 16,
     .text = "Please enter the long number on your card."},
    {BLOCK_LAMBDA, .other = 'e', .name = "Tokenise", .ref = LAMBDA_PAYMENT},
    {BLOCK_SET, .name = "Paid", .text = "payment=taken"},
    {.type = BLOCK_RETURN},
    {BLOCK_SET, .label = 'e', .name = "Not paid", .text = "payment=failed"},
    {.type = BLOCK_RETURN},
};

#define SCRIPT(title, blocks)                                                                      \
    {                                                                                              \
        title, false, blocks, ARRAY_SIZE(blocks)                                                   \
    }
#define MODULE(title, blocks)                                                                      \
    {                                                                                              \
        title, true, blocks, ARRAY_SIZE(blocks)                                                    \
    }
const struct sim_script sim_script[SIM_FLOWS] = {
    [FLOW_MAIN] = SCRIPT("Main inbound", main_inbound),
    [FLOW_SPEECH] = SCRIPT("Speech inbound", speech_inbound),
    [FLOW_CHAT] = SCRIPT("Chat entry", chat_entry),
    [FLOW_TASK] = SCRIPT("Task entry", task_entry),
    [FLOW_EMAIL] = SCRIPT("E-mail entry", email_entry),
    [FLOW_REMINDER] = SCRIPT("Appointment reminder", reminder),
    [FLOW_OUTBOUND] = SCRIPT("Default outbound", outbound),
    [FLOW_QUEUE] = SCRIPT("Queue with call-back", queue_with_callback),
    [FLOW_QUEUE_PLAIN] = SCRIPT("Default customer queue", queue_plain),
    [FLOW_AGENT_WHISPER] = SCRIPT("Default agent whisper", agent_whisper),
    [FLOW_CUSTOMER_WHISPER] = SCRIPT("Default customer whisper", customer_whisper),
    [FLOW_HOLD] = SCRIPT("Default customer hold", hold),
    [FLOW_SURVEY] = SCRIPT("After-call survey", survey),
    [FLOW_TO_QUEUE] = SCRIPT("Default queue transfer", to_queue),
    [FLOW_TO_AGENT] = SCRIPT("Default agent transfer", to_agent),
    [MODULE_IDENTIFY] = MODULE("Identify customer", identify),
    [MODULE_VERIFY] = MODULE("Verify account", verify),
    [MODULE_PAYMENT] = MODULE("Take payment", payment),
};
