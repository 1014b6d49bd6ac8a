/* Tokens that are exchanged for keys: web identity, SSO, aws login. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/chain_words.h"

#define SSO_PROFILE                                                                                \
    "[profile p]\nsso_session = work\nsso_account_id = 123456789012\nsso_role_name = Reader\n"     \
    "[sso-session work]\nsso_start_url = https://start.example/start\nsso_region = eu-west-1\n"
#define SSO_CACHE     ".aws/sso/cache/e274eeff768c6396088ec6eb091f4bf4d47ab1e0.json"
#define SSO_CACHE_OLD ".aws/sso/cache/58b18e2cde391127c3492e1eba984431065982b0.json"
#define SSO_ANSWER                                                                                 \
    "{\"roleCredentials\":{\"accessKeyId\":\"AKSSO\",\"secretAccessKey\":\"" HUSH                  \
    "s\",\"sessionToken\":\"" HUSH "t\",\"expiration\":1795389600000}}"
#define LOGIN_SESSION "arn:aws:iam::123456789012:user/hush"
#define LOGIN_CACHE   "c20f888ee06014e9d3fec12e64a6dc17cd5397ea237329c79d8338cccffb4e91.json"
#define LOGIN_TOKEN(expires)                                                                       \
    "{\"accessToken\":{\"accessKeyId\":\"AKLOGIN\",\"secretAccessKey\":\"" HUSH                    \
    "l\",\"sessionToken\":\"" HUSH "t\",\"accountId\":\"123456789012\",\"expiresAt\":\"" expires   \
    "\"},\"clientId\":\"arn:c\"}"
#define EXPIRED_SSO "{\"accessToken\":\"" HUSH "old\",\"expiresAt\":\"2026-11-22T14:59:59Z\"}"

static const struct chain_case tokens[] = {
    {.name = "web identity of the environment",
     .variable = {"AWS_WEB_IDENTITY_TOKEN_FILE=$HOME/jwt", "AWS_ROLE_ARN=" ROLE,
                  "AWS_ROLE_SESSION_NAME=" HUSH},
     .file = {{"jwt", HUSH ".a-b_c\n"}},
     .answer = {{.expect = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws"
                           "%3Aiam%3A%3A123456789012%3Arole%2Freader&RoleSessionName=" HUSH
                           "&WebIdentityToken=" HUSH ".a-b_c",
                 .status = 200,
                 .body = STS_ANSWER("AKWEB")}},
     .access_key = "AKWEB",
     .token = STS_TOKEN,
     .says = "web identity"},
    {.name = "web identity of the profile, that is no role to assume",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE "\nweb_identity_token_file = $HOME/jwt\n",
     .variable = {"AWS_ROLE_ARN=not-this-one"},
     .file = {{"jwt", HUSH}},
     .answer = {{.expect = "role%2Freader", .status = 200, .body = STS_ANSWER("AKWEB")}},
     .access_key = "AKWEB",
     .token = STS_TOKEN},
    {.name = "a token file without a role",
     .variable = {"AWS_WEB_IDENTITY_TOKEN_FILE=$HOME/jwt"},
     .says = "AWS_ROLE_ARN"},
    {.name = "a token file that is not there",
     .variable = {"AWS_WEB_IDENTITY_TOKEN_FILE=$HOME/jwt", "AWS_ROLE_ARN=" ROLE},
     .says = "jwt: No such file"},
    {.name = "a token that has expired",
     .variable = {"AWS_WEB_IDENTITY_TOKEN_FILE=$HOME/jwt", "AWS_ROLE_ARN=" ROLE},
     .file = {{"jwt", HUSH}},
     .answer = {{.status = 400, .body = STS_ERROR("ExpiredTokenException")}},
     .says = "the token has expired"},
    {.name = "an identity provider that did not answer STS",
     .variable = {"AWS_WEB_IDENTITY_TOKEN_FILE=$HOME/jwt", "AWS_ROLE_ARN=" ROLE},
     .file = {{"jwt", HUSH}},
     .answer = {{.status = 400, .body = STS_ERROR("IDPCommunicationError")},
                {.status = 200, .body = STS_ANSWER("AKWEB")}},
     .access_key = "AKWEB",
     .token = STS_TOKEN},
    {.name = "SSO",
     .profile = "p",
     .config = SSO_PROFILE,
     .file = {{SSO_CACHE,
               "{\"accessToken\":\"" HUSH "sso\",\"expiresAt\":\"2026-11-22T20:00:00Z\"}"}},
     .answer = {{.expect = "GET https://portal.sso.eu-west-1.amazonaws.com/federation/credentials?"
                           "role_name=Reader&account_id=123456789012\n"
                           "x-amz-sso_bearer_token: " HUSH "sso\n",
                 .status = 200,
                 .body = SSO_ANSWER}},
     .access_key = "AKSSO",
     .token = HUSH "t",
     .account = "123456789012",
     .says = "profile p (SSO)"},
    {.name = "SSO as it was written before",
     .profile = "p",
     .config = "[profile p]\nsso_start_url = https://start.example/start\nsso_region = us-east-1\n"
               "sso_account_id = 123456789012\nsso_role_name = Reader\n",
     .file = {{SSO_CACHE_OLD,
               "{\"accessToken\":\"" HUSH "sso\",\"expiresAt\":\"2026-11-22T20:00:00UTC\"}"}},
     .answer = {{.expect = "portal.sso.us-east-1", .status = 200, .body = SSO_ANSWER}},
     .access_key = "AKSSO",
     .token = HUSH "t"},
    {.name = "SSO not signed in",
     .profile = "p",
     .config = SSO_PROFILE,
     .says = "run `aws sso login --profile p`"},
    {.name = "SSO expired",
     .profile = "p",
     .config = SSO_PROFILE,
     .file = {{SSO_CACHE, EXPIRED_SSO}},
     .says = "expired: run `aws sso login --profile p`"},
    {.name = "SSO token refreshed",
     .profile = "p",
     .config = SSO_PROFILE,
     .file = {{SSO_CACHE, "{\"accessToken\":\"" HUSH "old\",\"expiresAt\":\"2026-11-22T15:05:00Z\","
                          "\"clientId\":\"" HUSH "id\",\"clientSecret\":\"" HUSH
                          "cs\",\"refreshToken\":\"" HUSH "r\",\"region\":\"eu-west-1\"}"}},
     .answer = {{.expect = "POST https://oidc.eu-west-1.amazonaws.com/token\n"
                           "Content-Type: application/json\n\n"
                           "{\"grantType\":\"refresh_token\",\"clientId\":\"" HUSH
                           "id\",\"clientSecret\":\"" HUSH "cs\",\"refreshToken\":\"" HUSH "r\"}",
                 .status = 200,
                 .body = "{\"accessToken\":\"" HUSH "new\",\"expiresIn\":28800}"},
                {.expect = "x-amz-sso_bearer_token: " HUSH "new\n",
                 .status = 200,
                 .body = SSO_ANSWER}},
     .access_key = "AKSSO",
     .token = HUSH "t"},
    {.name = "SSO refresh refused, the old token still good",
     .profile = "p",
     .config = SSO_PROFILE,
     .file = {{SSO_CACHE, "{\"accessToken\":\"" HUSH "old\",\"expiresAt\":\"2026-11-22T15:05:00Z\","
                          "\"clientId\":\"i\",\"clientSecret\":\"s\",\"refreshToken\":\"r\"}"}},
     .answer = {{.status = 400, .body = "{\"error\":\"invalid_grant\"}"},
                {.expect = HUSH "old", .status = 200, .body = SSO_ANSWER}},
     .access_key = "AKSSO",
     .token = HUSH "t"},
    {.name = "SSO token refused",
     .profile = "p",
     .config = SSO_PROFILE,
     .file = {{SSO_CACHE,
               "{\"accessToken\":\"" HUSH "sso\",\"expiresAt\":\"2026-11-22T20:00:00Z\"}"}},
     .answer = {{.status = 401, .body = "{\"message\":\"" HUSH "\"}"}},
     .says = "run `aws sso login"},
    {.name = "SSO role not assigned",
     .profile = "p",
     .config = SSO_PROFILE,
     .file = {{SSO_CACHE,
               "{\"accessToken\":\"" HUSH "sso\",\"expiresAt\":\"2026-11-22T20:00:00Z\"}"}},
     .answer = {{.status = 403,
                 .head = "x-amzn-errortype: ForbiddenException:http://x\n",
                 .body = "{\"message\":\"" HUSH "\"}"}},
     .says = "ForbiddenException (HTTP 403)"},
    {.name = "SSO without its account",
     .profile = "p",
     .config = "[profile p]\nsso_role_name = r\nsso_start_url = u\nsso_region = eu-west-1\n",
     .says = "sso_account_id is missing"},
    {.name = "SSO session that is not there",
     .profile = "p",
     .config = "[profile p]\nsso_role_name = r\nsso_account_id = 1\nsso_session = " HUSH "\n",
     .says = "no [sso-session]"},
    {.name = "SSO that contradicts itself",
     .profile = "p",
     .config = SSO_PROFILE "[profile p]\nsso_region = us-east-1\n",
     .says = "sso_region differs"},
    {.name = "SSO before the credentials file",
     .profile = "p",
     .config = SSO_PROFILE,
     .credentials = STATIC("p"),
     .says = "aws sso login"},
    {.name = "aws login",
     .profile = "p",
     .config = "[profile p]\nlogin_session = " LOGIN_SESSION "\n",
     .file = {{".aws/login/cache/" LOGIN_CACHE, LOGIN_TOKEN("2026-11-22T15:30:00Z")}},
     .access_key = "AKLOGIN",
     .token = HUSH "t",
     .account = "123456789012",
     .says = "aws login"},
    {.name = "aws login, its cache elsewhere",
     .profile = "p",
     .variable = {"AWS_LOGIN_CACHE_DIRECTORY=$HOME/there"},
     .config = "[profile p]\nlogin_session = " LOGIN_SESSION "\n",
     .file = {{"there/" LOGIN_CACHE, LOGIN_TOKEN("2026-11-22T15:30:00Z")}},
     .access_key = "AKLOGIN",
     .token = HUSH "t"},
    {.name = "aws login expired, nothing to refresh with",
     .profile = "p",
     .config = "[profile p]\nlogin_session = " LOGIN_SESSION "\n",
     .file = {{".aws/login/cache/" LOGIN_CACHE, LOGIN_TOKEN("2026-11-22T15:04:00Z")}},
     .says = "run `aws login --profile p`"},
    {.name = "aws login never made",
     .profile = "p",
     .config = "[profile p]\nlogin_session = " LOGIN_SESSION "\n",
     .says = "not signed in: run `aws login --profile p`"},
    {.name = "credentials file before aws login",
     .profile = "p",
     .config = "[profile p]\nlogin_session = " LOGIN_SESSION "\n",
     .credentials = STATIC("p"),
     .access_key = "AKFILE"},
    {.name = "SSO as the source of a role",
     .profile = "r",
     .config = SSO_PROFILE "[profile r]\nrole_arn = " ROLE "\nsource_profile = p\n",
     .file = {{SSO_CACHE,
               "{\"accessToken\":\"" HUSH "sso\",\"expiresAt\":\"2026-11-22T20:00:00Z\"}"}},
     .answer = {{.expect = "portal.sso", .status = 200, .body = SSO_ANSWER},
                {.expect = "Credential=AKSSO/", .status = 200, .body = STS_ANSWER("AKROLE")}},
     .access_key = "AKROLE",
     .token = STS_TOKEN},
};

static void tokens_are_exchanged_for_keys(void **state)
{
    (void)state;
    run_chain_cases(tokens, ARRAY_SIZE(tokens));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_exchanged_for_keys),
    };
    return cmocka_run_group_tests_name("keys_tokens", tests, chain_log_open, chain_log_close);
}
