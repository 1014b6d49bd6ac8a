/* The one AWS session of an invocation, made from its options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "commands/setup.h"
#include "contactwatch/aws.h"

#define QUEUE "sqs:https://sqs.eu-north-1.amazonaws.com/123456789012/contacts"

static int no_configuration(void **state)
{
    (void)state;
    static const char *const gone[] = {
        "AWS_REGION",       "AWS_DEFAULT_REGION",  "AWS_PROFILE", "AWS_DEFAULT_PROFILE",
        "AWS_ENDPOINT_URL", "AWS_CONFIG_FILE",     "HOME",        "AWS_SHARED_CREDENTIALS_FILE",
        "XDG_CONFIG_HOME",  "AWS_ENDPOINT_URL_SQS"};
    for (size_t i = 0; i < ARRAY_SIZE(gone); i++)
        unsetenv(gone[i]);
    return setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
}

static void read_words(struct invocation *invocation, const char *words)
{
    static char copy[512];
    static char *argv[32];
    int argc = 0, code;
    struct err err = {""};
    snprintf(copy, sizeof(copy), "contactwatch %s", words);
    char *rest = copy;
    while (rest && argc < 31)
        argv[argc++] = strsep(&rest, " ");
    if (!invocation_read(invocation, argc, argv, &code, &err))
        fail_msg("%s: %s", words, err.text);
}

static void the_queue_tells_the_region(void **state)
{
    (void)state;
    struct invocation invocation;
    struct source_options source;
    struct store_options store;
    struct err err = {""};
    read_words(&invocation, "ingest --source " QUEUE " --store dynamodb:contacts");
    if (!setup_store_options(&invocation, "dynamodb:contacts", &store, &err))
        fail_msg("%s", err.text);
    assert_string_equal(aws_session_region(store.aws), "eu-north-1");
    assert_true(setup_source_options(&invocation, QUEUE, &source, &err));
    assert_ptr_equal(source.aws, store.aws);
    invocation_free(&invocation);
}

static void options_are_the_stronger(void **state)
{
    (void)state;
    struct invocation invocation;
    struct err err = {""};
    char url[200];
    read_words(&invocation,
               "ingest --source " QUEUE " --region us-west-2 --endpoint-url http://127.0.0.1:9");
    struct aws_session *session = setup_aws(&invocation, "eu-west-1", &err);
    assert_non_null(session);
    assert_string_equal(aws_session_region(session), "us-west-2");
    assert_true(aws_session_endpoint(session, AWS_CONNECT, url, sizeof(url), &err));
    assert_string_equal(url, "http://127.0.0.1:9");
    assert_ptr_equal(setup_aws(&invocation, NULL, &err), session);
    invocation_free(&invocation);
}

static void what_needs_no_aws_asks_for_none(void **state)
{
    (void)state;
    struct invocation invocation;
    struct source_options source;
    struct store_options store;
    struct err err = {""};
    read_words(&invocation, "ingest --source - --store sqlite:x.db");
    assert_true(setup_store_options(&invocation, "sqlite:x.db", &store, &err));
    assert_true(setup_source_options(&invocation, "-", &source, &err));
    assert_null(store.aws);
    assert_null(source.aws);
    assert_null(invocation.aws);
    invocation_free(&invocation);
}

static void what_is_missing_is_said(void **state)
{
    (void)state;
    struct invocation invocation;
    struct store_options store;
    struct err err = {""};
    read_words(&invocation, "list --store dynamodb:contacts");
    assert_false(setup_store_options(&invocation, "dynamodb:contacts", &store, &err));
    assert_non_null(strstr(err.text, "--region"));
    invocation_free(&invocation);
    read_words(&invocation, "list --store dynamodb:contacts --region eu-west-1 --profile absent");
    assert_false(setup_store_options(&invocation, "dynamodb:contacts", &store, &err));
    assert_non_null(strstr(err.text, "profile 'absent'"));
    invocation_free(&invocation);
}

static void the_originals_variable_names_the_table(void **state)
{
    (void)state;
    struct invocation invocation;
    struct err err = {""};
    setenv("DDB_TABLENAME", "contacts-prod", 1);
    read_words(&invocation, "list");
    assert_string_equal(setup_store(&invocation, &err), "dynamodb:contacts-prod");
    assert_string_equal(setup_store_said(&invocation), "dynamodb:contacts-prod");
    invocation_free(&invocation);
    read_words(&invocation, "list --store sqlite:x");
    assert_string_equal(setup_store(&invocation, &err), "sqlite:x");
    invocation_free(&invocation);
    read_words(&invocation, "demo"); /* it has a store of its own */
    assert_null(option_text(&invocation, OPT_STORE));
    invocation_free(&invocation);
    setenv("DDB_TABLENAME", "", 1);
    read_words(&invocation, "list");
    assert_null(setup_store_said(&invocation));
    invocation_free(&invocation);
    unsetenv("DDB_TABLENAME");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_queue_tells_the_region),
        cmocka_unit_test(options_are_the_stronger),
        cmocka_unit_test(what_needs_no_aws_asks_for_none),
        cmocka_unit_test(what_is_missing_is_said),
        cmocka_unit_test(the_originals_variable_names_the_table),
    };
    return cmocka_run_group_tests_name("setup_aws", tests, no_configuration, NULL);
}
