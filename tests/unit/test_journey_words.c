/* The techy story has words for every block type, known or not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "contact/journey_internal.h"
#include "support/journey_case.h"

#define LAMBDA "\"FunctionArn\":\"arn:aws:lambda:eu-west-2:111122223333:function:handler:live\""

/* One entry of each type, and what the engineer reads. */
static const struct {
    const char *type, *parameters, *results, *line;
} words[] = {
    {"SetLoggingBehavior", "{\"LoggingBehavior\":\"Enable\"}", NULL, "Enable"},
    {"SetVoice", "{\"GlobalVoice\":\"Mizuki\",\"GlobalEngine\":\"Neural\"}", NULL,
     "GlobalVoice=Mizuki GlobalEngine=Neural"},
    {"PlayPrompt", "{\"Text\":\"Hi\",\"Voice\":\"Joanna\"}", NULL, "“Hi”  voice Joanna"},
    {"PlayPrompt", "{\"AudioPrompt\":\"arn:x/prompt/chime\"}", NULL, "the recording Chime"},
    {"PlayPrompt", "{\"Text\":\"Hi\"}", "No prompt provided", "“Hi” → No prompt provided  ✗"},
    {"GetUserInput", "{\"Text\":\"Press\",\"MaxDigits\":\"1\",\"Timeout\":\"5000\"}", NULL,
     "“Press”  limit 5 s"},
    {"GetUserInput", "{\"Text\":\"Say\",\"BotName\":\"Rooms\"}", NULL, "“Say”  bot Rooms"},
    {"GetParticipantInput", "{\"Text\":\"Press\"}", "7", "“Press” → 7"},
    {"StoreUserInput", "{\"Text\":\"Pin\",\"MaxDigits\":\"4\",\"EncryptEntry\":\"true\"}", NULL,
     "“Pin”  digits ≤ 4  encrypted"},
    {"CheckAttribute",
     "{\"Value\":\"ko-KR\",\"SecondValue\":\"ko-KR\",\"ComparisonMethod\":\"Equals\"}", "true",
     "\"ko-KR\" Equals \"ko-KR\" → true"},
    {"CheckAttribute",
     "{\"Value\":\"3\",\"SecondValue\":\"2\",\"ComparisonMethod\":\"GreaterThan\"}", "true",
     "\"3\" > \"2\" → true"},
    {"SetAttributes",
     "{\"Key\":\"lang\",\"Value\":\"en\",\"AddAttributeToRelatedContact\":\"false\"}", NULL,
     "lang=en"},
    {"SetFlowAttributes", "{\"Key\":\"turn\",\"Value\":\"1\"}", NULL, "turn=1"},
    {"InvokeExternalResource", "{" LAMBDA ",\"TimeLimit\":\"4000\"}", NULL,
     "handler:live  limit 4000 ms"},
    {"InvokeLambdaFunction", "{" LAMBDA "}", "The Lambda Function Returned An Error.",
     "handler:live → The Lambda Function Returned An Error.  ✗"},
    {"InvokeFlowModule", "{\"FlowModuleId\":\"99999999-0000-4000-8000-000000000009\"}", NULL,
     "module 99999999"},
    {"ReturnFromFlowModule", "{}", NULL, "leaves Main"},
    {"SetQueue", "{\"Queue\":\"x/queue/billing\"}", NULL, "Billing"},
    {"SetQueue", "{\"Agent\":\"x/agent/doe\"}", NULL, "agent j.doe"},
    {"SetQueue", "{\"Queue\":[\"x/queue/billing\"]}", NULL, "Queue=[\"x/queue/billing\"]"},
    {"Transfer", "{}", "false", "→ queue (queue not logged)"},
    {"Transfer", "{}", "true", "→ queue (queue not logged) → queue at capacity  ✗"},
    {"Transfer", "{\"ContactFlowId\":\"x/contact-flow/12345678-0000-4000-8000-000000000009\"}",
     NULL, "→ flow x/contact-flow/12345678-0000-4000-8000-000000000009"},
    {"TransferToFlow",
     "{\"ContactFlowId\":\"arn:aws:connect:x:1:instance/i/contact-flow/12345678-0\"}", NULL,
     "→ flow 12345678"},
    {"AddToPlayLoop", "{\"Text\":\"Please hold\"}", NULL, "“Please hold”"},
    {"LoopPrompts", "{\"Text\":\"Please hold\",\"InterruptSeconds\":\"30\"}", NULL,
     "“Please hold”  interrupt every 30 s"},
    {"SetContactFlow",
     "{\"Type\":\"CustomerQueue\",\"ContactFlowId\":\"arn:x/contact-flow/87654321-0\"}", NULL,
     "CustomerQueue flow 87654321"},
    {"SetEventHook",
     "{\"Type\":\"CustomerWhisper\",\"ContactFlowId\":\"arn:x/contact-flow/87654321-0\"}", NULL,
     "CustomerWhisper flow 87654321"},
    {"SetRecordingBehavior",
     "{\"RecordingBehaviorOption\":\"Enable\",\"RecordingParticipantOption\":\"All\","
     "\"AnalyticsBehaviorOption\":\"Enable\",\"AnalyticsLanguageLocaleCode\":\"en-GB\"}",
     NULL, "recording=Enable of All  analytics=Enable en-GB"},
    {"CheckHoursOfOperation", "{}", "true", "within hours? → true"},
    {"CheckStaffing", "{}", "false", "staffed? → false"},
    {"CheckQueueStatus", "{}", "NoMatch", "queue status? → NoMatch"},
    {"GetMetricData", "{}", NULL, "queue metrics read (values are not logged)"},
    {"GetQueueMetrics", "{}", NULL, "queue metrics read (values are not logged)"},
    {"TagContact", "{\"Tags\":{\"From\":\"SELRS\"}}", NULL, "From=SELRS"},
    {"StartMediaStreaming", "{\"MediaStreamTypes\":\"Audio\",\"Track\":[\"ToCustomer\"]}", "Error",
     "streams  MediaStreamTypes=Audio Track=[\"ToCustomer\"] → Error  ✗"},
    {"StopMediaStreaming", "{}", NULL, "stops streaming"},
    {"GetCustomerProfile",
     "{\"ProfileRequestData\":[\"IdentifierName=_account\",\"IdentifierValue=77\"],"
     "\"ProfileResponseData\":[\"FirstName=true\"]}",
     "NoMatch", "_account=77  wants FirstName=true → NoMatch  !"},
    {"CreateCustomerProfile", "{\"ProfileRequestData\":[\"Tier=gold\"]}",
     "Invalid Parameter Exception Was Thrown While Search Profile.",
     "Tier=gold → Invalid Parameter Exception Was Thrown While Search Profile.  ✗"},
    {"AssociateContactToCustomerProfile", "{}", NULL, "AssociateContactToCustomerProfile “b”"},
    {"Resume", "{}", NULL, "end of this flow"},
    {"Disconnect", "{}", NULL, "ends the contact"},
    {"Loop", "{\"LoopCount\":\"3\"}", "Looping", "×3 → Looping"},
    {"Wait", "{\"TimeoutSeconds\":\"60\"}", NULL, "limit 60 s"},
    {"CreateCallback",
     "{\"InitialDelaySeconds\":\"5\",\"RetryDelaySeconds\":\"600\",\"MaxRetryAttempts\":\"1\"}",
     NULL, "in 5 s  again after 600 s  retries ≤ 1"},
    {"SetCallBackNumber", "{\"CallBackNumber\":\"+441632961234\"}", NULL, "+441632961234"},
    {"UpdateContactCallbackNumber", "{\"CallbackNumber\":\"+441632961234\"}", NULL,
     "+441632961234"},
    {"Dial", "{\"PhoneNumber\":\"+441632961234\"}", NULL, "+441632961234"},
    {"DistributeByPercentage", "{}", "30", "branches by percentage → 30"},
    {"ChangeRoutingPriority", "{\"Priority\":\"1\"}", NULL, "routing priority  Priority=1"},
    {"SetRoutingCriteria", "{}", NULL, "routing criteria"},
    {"CreateTask", "{\"Name\":\"Call back\"}", NULL, "creates a task  Name=Call back"},
    {"CreateCase", "{}", NULL, "creates a case"},
    {"GetCase", "{}", "NoMatch", "looks a case up → NoMatch"},
    {"UpdateCase", "{}", NULL, "updates the case"},
    {"SendMessage", "{\"Text\":\"Your code\"}", NULL, "“Your code”"},
    {"ShowView", "{\"ViewId\":\"form\"}", NULL, "shows a view  ViewId=form"},
    {"SetContactData", "{\"Name\":\"x\"}", NULL, "contact data  Name=x"},
    {"SetWisdomAssistant", "{}", NULL, "assistant"},
    {"CreatePersistentContactAssociation", "{}", NULL, "continues an earlier chat"},
    {"AuthenticateParticipant", "{}", NULL, "asks to sign in"},
    {"HoldCustomerOrAgent", "{}", NULL, "hold or back from hold"},
    {"ResumeContact", "{}", NULL, "resumes the contact"},
    {"BrandNewBlock", "{\"A\":\"1\",\"B\":{\"C\":[2]}}", "Maybe", "A=1 B={\"C\":[2]} → Maybe"},
    {"BrandNewBlock", "{\"Bot\":\"arn:aws:lex:eu-west-2:111122223333:bot-alias/B/A\"}", NULL,
     "Bot=bot-alias/B/A"},
    {"BrandNewBlock", NULL, NULL, "BrandNewBlock “b”"},
};

static void every_type_has_its_words(void **state)
{
    struct journey_case *c = *state;
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        case_free(c);
        case_call_start(c);
        case_block(c, LEG_A, 1, words[i].type, "b", words[i].parameters, words[i].results);
        case_tell(c, 0);
        assert_techy(c, words[i].line);
        assert_non_null(strstr(buf_str(&c->techy), words[i].type));
    }
}

static void every_type_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (strcmp(words[i].type, "BrandNewBlock") != 0)
            assert_true(block_kind_find(words[i].type)->type[0] != '\0');
    assert_string_equal(block_kind_find("BrandNewBlock")->type, "");
    assert_string_equal(block_kind_find("")->type, "");
    assert_string_equal(block_kind_find("TransferToQueue")->type, "Transfer");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, case_call_setup, case_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_type_has_its_words),
        TEST(every_type_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
