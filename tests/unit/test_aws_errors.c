/* What an error answer says, in each of its forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aws/aws_internal.h"
#include "aws/json_members.h"
#include "contactwatch/text.h"
#include "support/aws_fixture.h"

static void codes_and_messages(void **state)
{
    (void)state;
    static const struct {
        enum aws_service service;
        const char *head, *body, *code, *query_code, *message;
    } cases[] = {
        {AWS_SQS, "x-amzn-query-error: AWS.SimpleQueueService.NonExistentQueue;Sender\n",
         "{\"__type\":\"com.amazonaws.sqs#QueueDoesNotExist\",\"message\":\"no queue\"}",
         "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "no queue"},
        {AWS_DYNAMODB, "", "{\"__type\":\"a#B\",\"Message\":\"capital\"}", "B", "", "capital"},
        {AWS_DYNAMODB, "x-amzn-errortype: FooError\n", "", "FooError", "", NULL},
        {AWS_DYNAMODB, "x-amzn-errortype: a.b#FooError:http://i.example/\n", "{}", "FooError", "",
         NULL},
        {AWS_CONNECT, "x-amzn-errortype: ResourceNotFoundException:\n", "{\"Message\":\"gone\"}",
         "ResourceNotFoundException", "", "gone"},
        {AWS_DYNAMODB, "", "{\"code\":\"a#FooError:http://x\"}", "FooError", "", NULL},
        {AWS_DYNAMODB, "", "{\"code\":\"Second\",\"__type\":\"First\"}", "First", "", NULL},
        {AWS_DYNAMODB, "x-amzn-errortype: First\n", "{\"__type\":\"Second\"}", "First", "", NULL},
        {AWS_DYNAMODB, "", "{\"__type\":7,\"message\":{\"a\":1}}", "", "", NULL},
        {AWS_DYNAMODB, "", "<html>Bad gateway</html>", "", "", NULL},
        {AWS_DYNAMODB, "", "{\"__type\":\"X\",\"message\":\"tail is cut\",\"Item\":{\"a\":[", "X",
         "", "tail is cut"},
        {AWS_STS, "",
         "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n"
         "    <Type>Sender</Type>\n    <Code>InvalidClientTokenId</Code>\n"
         "    <Message>The token &amp; key &lt;are&gt; &#x201c;bad&#8221;</Message>\n  </Error>\n"
         "  <RequestId>7</RequestId>\n</ErrorResponse>",
         "InvalidClientTokenId", "",
         "The token & key <are> \xE2\x80\x9C"
         "bad\xE2\x80\x9D"},
        {AWS_S3, "",
         "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>none</Message></Error>",
         "NoSuchKey", "", "none"},
        {AWS_S3, "", "<Error><Code>NoSuch", "", "", NULL},
        {AWS_DYNAMODB, "",
         "{\"__type\":\"ProvisionedThroughputExceededException\",\"message\":\"too much\","
         "\"ThrottlingReasons\":[{\"reason\":\"TableWriteKeyRangeThroughputExceeded\","
         "\"resource\":\"arn\"},{\"reason\":\"B\"}]}",
         "ProvisionedThroughputExceededException", "",
         "too much (TableWriteKeyRangeThroughputExceeded, B)"},
        {AWS_DYNAMODB, "",
         "{\"throttlingReasons\":[{\"reason\":\"A\"}],\"__type\":\"ThrottlingException\"}",
         "ThrottlingException", "", "(A)"},
        {AWS_DYNAMODB, "", "{\"__type\":\"X\",\"message\":\"a\\u001b[31m\\nb\"}", "X", "",
         "a<U+001B>[31m b"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct aws_call call =
            read_answer(cases[i].service, 400, cases[i].head, cases[i].body, strlen(cases[i].body));
        assert_string_equal(call.code, cases[i].code);
        assert_string_equal(call.query_code, cases[i].query_code);
        assert_string_equal(call.message, cases[i].message
                                              ? cases[i].message
                                              : "the service answered with HTTP status 400");
        aws_call_free(&call);
    }
}

static void request_ids(void **state)
{
    (void)state;
    struct aws_call call = read_answer(AWS_DYNAMODB, 400, "x-amzn-requestid: ABC-1 \n", "{}", 2);
    assert_string_equal(call.request_id, "ABC-1");
    aws_call_free(&call);
    call = read_answer(AWS_S3, 404, "x-amz-request-id: S3ID\n", "", 0);
    assert_string_equal(call.request_id, "S3ID");
    aws_call_free(&call);
    static const char body[] = "<ErrorResponse><RequestId>in-body</RequestId></ErrorResponse>";
    call = read_answer(AWS_STS, 400, "", body, strlen(body));
    assert_string_equal(call.request_id, "in-body");
    aws_call_free(&call);
}

/* An item beside the error may be larger than a document that is parsed as a whole. */
static void a_large_item_is_passed_over(void **state)
{
    (void)state;
    struct buf body = {0};
    buf_text(&body, "{\"Item\":{\"a\":{\"S\":\"");
    buf_pad(&body, 'x', 3 << 20);
    buf_text(&body, "\\\"}\"}},\"Message\":\"failed\",\"__type\":\"d#ConditionalCheckFailed"
                    "Exception\"}");
    struct aws_call call = read_answer(AWS_DYNAMODB, 400, "", body.data, body.length);
    assert_string_equal(call.code, "ConditionalCheckFailedException");
    assert_string_equal(call.message, "failed");
    aws_call_free(&call);
    buf_free(&body);
}

static void long_texts_are_cut_at_a_character(void **state)
{
    (void)state;
    struct buf body = {0};
    buf_text(&body, "{\"message\":\"");
    for (int i = 0; i < 400; i++)
        buf_text(&body, "\xC3\xA9");
    buf_text(&body, "\",\"__type\":\"");
    buf_pad(&body, 'T', 500);
    buf_text(&body, "\",\"ThrottlingReasons\":[{\"reason\":\"R\"}]}");
    struct aws_call call = read_answer(AWS_DYNAMODB, 400, "", body.data, body.length);
    assert_int_equal(strlen(call.code), sizeof(call.code) - 1);
    assert_true(text_valid_utf8(call.message, strlen(call.message)));
    assert_in_range(strlen(call.message), sizeof(call.message) - 3, sizeof(call.message) - 1);
    aws_call_free(&call);
    buf_free(&body);
}

static void members_without_a_tree(void **state)
{
    (void)state;
    static const char text[] =
        " { \"a\" : [1,{\"b\":\"]}\"}] , \"c\\\"d\":\"x\\\\\",\"e\":-1.5e3 ,\"f\":{}} tail";
    static const char *const expected[][2] = {
        {"a", "[1,{\"b\":\"]}\"}]"}, {"c\\\"d", "\"x\\\\\""}, {"e", "-1.5e3 "}, {"f", "{}"}};
    struct json_members at;
    struct json_member member;
    size_t count = 0;
    json_members_begin(&at, text, strlen(text));
    for (; json_members_next(&at, &member); count++) {
        assert_true(count < ARRAY_SIZE(expected));
        assert_true(json_member_is(&member, expected[count][0]));
        assert_int_equal(member.length, strlen(expected[count][1]));
        assert_memory_equal(member.value, expected[count][1], member.length);
    }
    assert_int_equal(count, ARRAY_SIZE(expected));
    static const char *const nothing[] = {"",           "[]",       "{",    "{}",
                                          "{\"a\"",     "{\"a\":",  "{\"a", "{a:1}",
                                          "{\"a\":\"x", "{\"a\":[", "null"};
    for (size_t i = 0; i < ARRAY_SIZE(nothing); i++) {
        json_members_begin(&at, nothing[i], strlen(nothing[i]));
        assert_false(json_members_next(&at, &member));
    }
    json_members_begin(&at, NULL, 0);
    assert_false(json_members_next(&at, &member));
}

static void texts_of_xml(void **state)
{
    (void)state;
    static const struct {
        const char *xml, *tag, *text;
    } cases[] = {
        {"<a><B>x</B></a>", "B", "x"},
        {"<a><BB>x</BB><B>y</B></a>", "B", "y"},
        {"<B></B>", "B", ""},
        {"<B>a&b;&#65;&#x42;&unknown</B>", "B", "a&b;AB&unknown"},
        {"<B>&#x110000;&#0;z</B>", "B", "z"},
        {"<B>open", "B", NULL},
        {"", "B", NULL},
        {"<", "B", NULL},
        {"<B", "B", NULL},
        {"<B>1</B><B>2</B>", "B", "1"},
        {"<B>0123456789</B>", "B", "0123456"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char text[16];
        size_t size = i == ARRAY_SIZE(cases) - 1 ? 8 : sizeof(text);
        bool found = aws_xml_text(cases[i].xml, strlen(cases[i].xml), cases[i].tag, text, size);
        assert_int_equal(found, cases[i].text != NULL);
        if (found)
            assert_string_equal(text, cases[i].text);
    }
}

/* Messages for people name the call, the error and what to do, and carry no secret. */
static void errors_for_people(void **state)
{
    (void)state;
    static const struct {
        struct aws_call call;
        const char *text;
    } cases[] = {
        {{.operation = "ReceiveMessage", .code = "AccessDenied", .message = "not allowed"},
         "ReceiveMessage: AccessDenied: not allowed"},
        {{.operation = "GetItem", .message = "Could not resolve host"},
         "GetItem: Could not resolve host"},
        {{.operation = "GetItem", .code = "SignatureDoesNotMatch", .message = "no"},
         "GetItem: SignatureDoesNotMatch: no (check the secret key)"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct err err = {0};
        assert_false(aws_call_error(&cases[i].call, &err));
        assert_string_equal(err.text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_and_messages),
        cmocka_unit_test(request_ids),
        cmocka_unit_test(a_large_item_is_passed_over),
        cmocka_unit_test(long_texts_are_cut_at_a_character),
        cmocka_unit_test(members_without_a_tree),
        cmocka_unit_test(texts_of_xml),
        cmocka_unit_test(errors_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
