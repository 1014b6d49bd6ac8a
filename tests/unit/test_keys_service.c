/* Roles at an endpoint that verifies every signature, over the real transport. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/aws.h"
#include "fakes/fake_aws.h"
#include "support/aws_world.h"
#include "support/key_source.h"

#define ROLES                                                                                      \
    "[profile one]\nrole_arn = arn:aws:iam::123456789012:role/one\nsource_profile = base\n"        \
    "[profile two]\nrole_arn = arn:aws:iam::123456789012:role/two\nsource_profile = one\n"

struct service {
    struct aws_world world;
    struct fake_aws *fake;
    struct clock clock; /* the endpoint's is ours */
    struct aws_session *session;
    struct aws_client *client;
};

static int64_t fake_time(void *context)
{
    return fake_aws_now(((struct service *)context)->fake);
}

static void open_as(struct service *service, const char *profile, const char *secret_key)
{
    char text[300];
    struct err err = {""};
    world_open(&service->world);
    service->fake = fake_aws_start(NULL);
    fake_aws_queue(service->fake, "contacts", NULL);
    service->clock = (struct clock){fake_time, service};
    service->world.environment.clock = &service->clock;
    service->world.environment.transport = NULL;
    snprintf(text, sizeof(text), "[base]\naws_access_key_id = %s\naws_secret_access_key = %s\n",
             FAKE_ACCESS_KEY, secret_key);
    world_file(&service->world, ".aws/credentials", text);
    world_file(&service->world, ".aws/config", ROLES);
    world_set(&service->world, "AWS_ENDPOINT_URL", fake_aws_url(service->fake));
    const struct aws_options options = {
        .region = FAKE_REGION,
        .profile = profile,
        .environment = &service->world.environment,
        .seed = 1,
    };
    service->session = aws_session_open(&options, NULL, &err);
    if (!service->session)
        fail_msg("%s", err.text);
    service->client = aws_client_open(service->session, AWS_SQS, &err);
    assert_non_null(service->client);
}

static void close_all(struct service *service)
{
    aws_client_close(service->client);
    aws_session_close(service->session);
    fake_aws_stop(service->fake);
    world_close(&service->world);
}

static bool ask(struct service *service, struct err *err)
{
    struct aws_call call = {.operation = "GetQueueUrl"};
    buf_text(&call.body, "{\"QueueName\":\"contacts\"}");
    bool fine = aws_run(service->client, &call, err);
    aws_call_free(&call);
    return fine;
}

static void a_chain_of_roles_is_let_in(void **state)
{
    (void)state;
    struct service service;
    struct err err = {""};
    open_as(&service, "two", FAKE_SECRET_KEY);
    for (int i = 0; i < 3; i++)
        if (!ask(&service, &err))
            fail_msg("%s", err.text);
    assert_int_equal(fake_aws_requests(service.fake, "AssumeRole"), 2);
    assert_int_equal(fake_aws_requests(service.fake, "GetQueueUrl"), 3);
    close_all(&service);
}

static void a_wrong_secret_is_not(void **state)
{
    (void)state;
    struct service service;
    struct err err = {""};
    open_as(&service, "one", "wrong");
    assert_false(ask(&service, &err));
    if (!strstr(err.text, "SignatureDoesNotMatch") || strstr(err.text, "wrong/"))
        fail_msg("%s", err.text);
    close_all(&service);
}

static void a_role_is_assumed_again_before_it_ends(void **state)
{
    (void)state;
    struct service service;
    struct err err = {""};
    open_as(&service, "one", FAKE_SECRET_KEY);
    for (unsigned i = 1; i < 5; i++) {
        if (!ask(&service, &err))
            fail_msg("%s", err.text);
        assert_int_equal(fake_aws_requests(service.fake, "AssumeRole"), i);
        fake_aws_advance(service.fake, 51 * MINUTE_MS);
    }
    close_all(&service);
}

static void keys_that_were_taken_away_are_replaced(void **state)
{
    (void)state;
    struct service service;
    struct aws_keys keys;
    struct err err = {""};
    open_as(&service, "one", FAKE_SECRET_KEY);
    assert_true(ask(&service, &err));
    assert_true(credentials_get(aws_session_credentials(service.session), &keys, &err));
    fake_aws_key_remove(service.fake, keys.access_key);
    aws_keys_wipe(&keys);
    fake_aws_advance(service.fake, 31 * SECOND_MS);
    if (!ask(&service, &err))
        fail_msg("%s", err.text);
    assert_int_equal(fake_aws_requests(service.fake, "AssumeRole"), 2);
    close_all(&service);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_of_roles_is_let_in),
        cmocka_unit_test(a_wrong_secret_is_not),
        cmocka_unit_test(a_role_is_assumed_again_before_it_ends),
        cmocka_unit_test(keys_that_were_taken_away_are_replaced),
    };
    return cmocka_run_group_tests_name("keys_service", tests, key_source_quiet, NULL);
}
