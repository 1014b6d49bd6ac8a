/* Keys of the environment and of the configuration files: which come first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/chain_words.h"

static const struct chain_case orders[] = {
    {.name = "environment",
     .variable = {ENV_KEYS, "AWS_SESSION_TOKEN=" HUSH "t", "AWS_ACCOUNT_ID=123456789012"},
     .credentials = STATIC("default"),
     .access_key = "AKENV",
     .token = HUSH "t",
     .account = "123456789012",
     .says = "environment"},
    {.name = "environment before AWS_PROFILE",
     .variable = {ENV_KEYS, "AWS_PROFILE=p"},
     .credentials = STATIC("p"),
     .access_key = "AKENV"},
    {.name = "--profile before the environment",
     .profile = "p",
     .variable = {ENV_KEYS},
     .credentials = STATIC("p"),
     .access_key = "AKFILE",
     .says = "profile p (credentials file)"},
    {.name = "key without secret",
     .variable = {"AWS_ACCESS_KEY_ID=AKENV"},
     .credentials = STATIC("default"),
     .says = "AWS_SECRET_ACCESS_KEY is not"},
    {.name = "a key that is none",
     .variable = {"AWS_ACCESS_KEY_ID=AK\r\nX: y", "AWS_SECRET_ACCESS_KEY=" HUSH},
     .says = "character"},
    {.name = "an expiry that is none",
     .variable = {ENV_KEYS, "AWS_CREDENTIAL_EXPIRATION=soon"},
     .says = "not a time"},
    {.name = "keys that have expired",
     .variable = {ENV_KEYS, "AWS_CREDENTIAL_EXPIRATION=2026-11-22T14:00:00Z"},
     .says = "expired already"},
    {.name = "credentials file before config file",
     .config = "[default]\naws_access_key_id=AKCONF\naws_secret_access_key=" HUSH "\n",
     .credentials = STATIC("default"),
     .access_key = "AKFILE"},
    {.name = "config file",
     .config = "[profile p]\naws_access_key_id=AKCONF\naws_secret_access_key=" HUSH
               "\naws_session_token = " HUSH "t\n",
     .variable = {"AWS_PROFILE=p"},
     .access_key = "AKCONF",
     .token = HUSH "t",
     .says = "config file"},
    {.name = "files elsewhere",
     .variable = {"AWS_SHARED_CREDENTIALS_FILE=~/elsewhere"},
     .file = {{"elsewhere", STATIC("default")}},
     .access_key = "AKFILE"},
    {.name = "file without its secret",
     .credentials = "[default]\naws_access_key_id = AKFILE\n",
     .says = "without aws_secret_access_key"},
    {.name = "a file that cannot be understood",
     .credentials = "[default]\naws_secret_access_key " HUSH "\n",
     .says = "credentials:2: expected `key = value`"},
    {.name = "no such profile", .profile = "absent", .says = "no profile 'absent'"},
    {.name = "nothing at all", .says = "no AWS credentials"},
};

static void environment_and_files_come_in_their_order(void **state)
{
    (void)state;
    run_chain_cases(orders, ARRAY_SIZE(orders));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(environment_and_files_come_in_their_order),
    };
    return cmocka_run_group_tests_name("keys_order", tests, chain_log_open, chain_log_close);
}
