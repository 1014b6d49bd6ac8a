/* Scenarios of the credential chain: which provider gives the keys, and what is said when none can.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "contactwatch/log.h"
#include "support/chain_case.h"

#define ENV_KEYS "AWS_ACCESS_KEY_ID=AKENV", "AWS_SECRET_ACCESS_KEY=" HUSH "env"
#define STATIC(name)                                                                               \
    "[" name "]\naws_access_key_id = AKFILE\naws_secret_access_key = " HUSH "file\n"
#define ROLE "arn:aws:iam::123456789012:role/reader"
#define STS_ANSWER(key)                                                                            \
    "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>"   \
    "<AssumedRoleUser><AssumedRoleId>AROA:" HUSH "</AssumedRoleId>"                                \
    "<Arn>arn:aws:sts::123456789012:assumed-role/reader/" HUSH "</Arn></AssumedRoleUser>"          \
    "<Credentials><AccessKeyId>" key "</AccessKeyId><SecretAccessKey>" HUSH                        \
    "/a+b=</SecretAccessKey><SessionToken>" HUSH "tok&#61;</SessionToken>"                         \
    "<Expiration>2026-11-22T16:00:00Z</Expiration></Credentials></AssumeRoleResult>"               \
    "</AssumeRoleResponse>"
#define STS_ERROR(code)                                                                            \
    "<ErrorResponse><Error><Type>Sender</Type><Code>" code                                         \
    "</Code><Message>User: arn:aws:sts::1:assumed-role/x/" HUSH                                    \
    " is not authorized</Message></Error></ErrorResponse>"
#define STS_TOKEN HUSH "tok="
#define JSON_KEYS(key, token)                                                                      \
    "{\"Code\":\"Success\",\"AccessKeyId\":\"" key "\",\"SecretAccessKey\":\"" HUSH "x\",\"" token \
    "\":\"" HUSH "t\",\"Expiration\":\"2026-11-22T21:00:00Z\"}"
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
#define V2_TOKEN                                                                                   \
    {                                                                                              \
        .expect = "PUT http://169.254.169.254/latest/api/token\n"                                  \
                  "x-aws-ec2-metadata-token-ttl-seconds: 21600\n",                                 \
        .status = 200, .body = HUSH "imds"                                                         \
    }
#define V2_ROLE                                                                                    \
    {                                                                                              \
        .expect = "/latest/meta-data/iam/security-credentials/\nx-aws-ec2-metadata-token: " HUSH   \
                  "imds\n",                                                                        \
        .status = 200, .body = "role\n"                                                            \
    }
#define IMDS_ON "AWS_EC2_METADATA_DISABLED=false"

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

static const struct chain_case roles[] = {
    {.name = "role with a source profile",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE "\nsource_profile = base\nexternal_id = ex/1\n"
               "role_session_name = " HUSH "\nduration_seconds = 7200\n",
     .credentials = STATIC("base"),
     .answer = {{.expect = "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A"
                           "123456789012%3Arole%2Freader&RoleSessionName=" HUSH
                           "&ExternalId=ex%2F1&DurationSeconds=7200",
                 .status = 200,
                 .body = STS_ANSWER("AKROLE")}},
     .access_key = "AKROLE",
     .token = STS_TOKEN,
     .account = "123456789012",
     .says = "profile p (assume role)"},
    {.name = "the request is signed with the source's keys, in the region",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE "\nsource_profile = base\n",
     .credentials = STATIC("base"),
     .answer = {{.expect = "Credential=AKFILE/20261122/eu-west-1/sts/aws4_request, "
                           "SignedHeaders=content-type;host;x-amz-date, Signature=",
                 .status = 200,
                 .body = STS_ANSWER("AKROLE")}},
     .access_key = "AKROLE",
     .token = STS_TOKEN},
    {.name = "a chain of two",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE "2\nsource_profile = q\n"
               "[profile q]\nrole_arn = " ROLE "1\nsource_profile = base\n",
     .credentials = STATIC("base"),
     .answer = {{.expect = "reader1&", .status = 200, .body = STS_ANSWER("AKONE")},
                {.expect = "X-Amz-Security-Token: " STS_TOKEN,
                 .status = 200,
                 .body = STS_ANSWER("AKTWO")}},
     .access_key = "AKTWO",
     .token = STS_TOKEN},
    {.name = "a role beats its own static keys, which are its source",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE "\nsource_profile = p\n",
     .credentials = STATIC("p"),
     .answer = {{.expect = "Credential=AKFILE/", .status = 200, .body = STS_ANSWER("AKROLE")}},
     .access_key = "AKROLE",
     .token = STS_TOKEN},
    {.name = "itself without keys",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE "\nsource_profile = p\n",
     .says = "leads back to itself"},
    {.name = "a loop of two",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE "\nsource_profile = q\n"
               "[profile q]\nrole_arn = " ROLE "\nsource_profile = p\n",
     .says = "leads back to itself"},
    {.name = "no such source",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE "\nsource_profile = absent\n",
     .says = "source_profile absent does not exist"},
    {.name = "a source without keys",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE "\nsource_profile = q\n[profile q]\nregion = x\n",
     .says = "source_profile q has no keys"},
    {.name = "both sources",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE "\nsource_profile = q\ncredential_source = "
               "Environment\n",
     .says = "only one of"},
    {.name = "no source",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE "\n",
     .says = "one of source_profile and credential_source"},
    {.name = "credential_source Environment, though a profile is given",
     .profile = "p",
     .variable = {ENV_KEYS},
     .config = "[profile p]\nrole_arn = " ROLE "\ncredential_source = Environment\n",
     .answer = {{.expect = "Credential=AKENV/", .status = 200, .body = STS_ANSWER("AKROLE")}},
     .access_key = "AKROLE",
     .token = STS_TOKEN},
    {.name = "credential_source EcsContainer",
     .profile = "p",
     .variable = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/x"},
     .config = "[profile p]\nrole_arn = " ROLE "\ncredential_source = EcsContainer\n",
     .answer = {{.expect = "GET http://169.254.170.2/v2/x\n",
                 .status = 200,
                 .body = JSON_KEYS("AKECS", "Token")},
                {.expect = "Credential=AKECS/", .status = 200, .body = STS_ANSWER("AKROLE")}},
     .access_key = "AKROLE",
     .token = STS_TOKEN},
    {.name = "credential_source Ec2InstanceMetadata",
     .profile = "p",
     .variable = {IMDS_ON},
     .config = "[profile p]\nrole_arn = " ROLE "\ncredential_source = Ec2InstanceMetadata\n",
     .answer = {V2_TOKEN,
                V2_ROLE,
                {.expect = "security-credentials/role\n",
                 .status = 200,
                 .body = JSON_KEYS("AKEC2", "Token")},
                {.expect = "Credential=AKEC2/", .status = 200, .body = STS_ANSWER("AKROLE")}},
     .access_key = "AKROLE",
     .token = STS_TOKEN},
    {.name = "a credential_source that has nothing",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE "\ncredential_source = Environment\n",
     .says = "credential_source = Environment has no keys"},
    {.name = "an unknown credential_source",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE "\ncredential_source = Moon\n",
     .says = "Ec2InstanceMetadata"},
    {.name = "refused by STS",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE "\nsource_profile = base\n",
     .credentials = STATIC("base"),
     .answer = {{.status = 403, .body = STS_ERROR("AccessDenied")}},
     .says = "AccessDenied (HTTP 403); the role's trust policy"},
    {.name = "STS in trouble, then not",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE "\nsource_profile = base\n",
     .credentials = STATIC("base"),
     .answer = {{.status = 503, .body = ""},
                {.error = "connection reset"},
                {.status = 200, .body = STS_ANSWER("AKROLE")}},
     .access_key = "AKROLE",
     .token = STS_TOKEN},
    {.name = "STS gone",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE "\nsource_profile = base\n",
     .credentials = STATIC("base"),
     .answer = {{.error = "no route"}, {.error = "no route"}, {.error = "no route"}},
     .says = "profile p: AssumeRole: no route"},
    {.name = "an answer that is none",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE "\nsource_profile = base\n",
     .credentials = STATIC("base"),
     .answer = {{.status = 200, .body = "<AccessKeyId>" HUSH "</AccessKeyId>"}},
     .says = "no secret access key"},
    {.name = "our clock is an hour behind",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE "\nsource_profile = base\n",
     .credentials = STATIC("base"),
     .answer = {{.expect = "X-Amz-Date: 20261122T150000Z",
                 .status = 403,
                 .head = "date: Sun, 22 Nov 2026 15:45:00 GMT\n",
                 .body = STS_ERROR("SignatureDoesNotMatch")},
                {.expect = "X-Amz-Date: 20261122T1545",
                 .status = 200,
                 .body = STS_ANSWER("AKROLE")}},
     .access_key = "AKROLE",
     .token = STS_TOKEN},
    {.name = "an MFA code that somebody types",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE
               "\nsource_profile = base\nmfa_serial = arn:aws:iam::1:mfa/me\n",
     .credentials = STATIC("base"),
     .mfa_code = "123456",
     .answer = {{.expect = "&SerialNumber=arn%3Aaws%3Aiam%3A%3A1%3Amfa%2Fme&TokenCode=123456",
                 .status = 200,
                 .body = STS_ANSWER("AKROLE")}},
     .access_key = "AKROLE",
     .token = STS_TOKEN},
    {.name = "an MFA code that nobody can type",
     .profile = "p",
     .config = "[profile p]\nrole_arn = " ROLE
               "\nsource_profile = base\nmfa_serial = arn:aws:iam::1:mfa/me\n",
     .credentials = STATIC("base"),
     .says = "MFA code, and there is no terminal"},
    {.name = "STS at another endpoint",
     .profile = "p",
     .variable = {"AWS_ENDPOINT_URL_STS=http://127.0.0.1:9/base"},
     .config = "[profile p]\nrole_arn = " ROLE "\nsource_profile = base\n",
     .credentials = STATIC("base"),
     .answer = {{.expect = "POST http://127.0.0.1:9/base/\nHost: 127.0.0.1:9\n",
                 .status = 200,
                 .body = STS_ANSWER("AKROLE")}},
     .access_key = "AKROLE",
     .token = STS_TOKEN},
};

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

static const struct chain_case machines[] = {
    {.name = "container",
     .variable = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/credentials/1", IMDS_ON},
     .answer = {{.expect =
                     "GET http://169.254.170.2/v2/credentials/1\nAccept: application/json\n\n",
                 .status = 200,
                 .body = JSON_KEYS("AKECS", "Token")}},
     .access_key = "AKECS",
     .token = HUSH "t",
     .says = "container"},
    {.name = "container after profile",
     .variable = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2"},
     .credentials = STATIC("default"),
     .access_key = "AKFILE"},
    {.name = "EKS Pod Identity",
     .variable = {"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.23/v1/credentials",
                  "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=$HOME/token",
                  "AWS_CONTAINER_AUTHORIZATION_TOKEN=not this one"},
     .file = {{"token", HUSH "jwt"}},
     .answer = {{.expect = "GET http://169.254.170.23/v1/credentials\nAccept: application/json\n"
                           "Authorization: " HUSH "jwt\n",
                 .status = 200,
                 .body = JSON_KEYS("AKEKS", "Token")}},
     .access_key = "AKEKS",
     .token = HUSH "t"},
    {.name = "EKS Pod Identity over IPv6",
     .variable = {"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://[fd00:ec2::23]/v1/credentials"},
     .answer = {{.status = 200, .body = JSON_KEYS("AKEKS", "Token")}},
     .access_key = "AKEKS",
     .token = HUSH "t"},
    {.name = "an agent on this machine, a token in the environment",
     .variable = {"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://localhost:99/x",
                  "AWS_CONTAINER_AUTHORIZATION_TOKEN=Basic " HUSH},
     .answer = {{.expect = "Authorization: Basic " HUSH "\n",
                 .status = 200,
                 .body = JSON_KEYS("AKLOC", "Token")}},
     .access_key = "AKLOC",
     .token = HUSH "t"},
    {.name = "an agent by https anywhere",
     .variable = {"AWS_CONTAINER_CREDENTIALS_FULL_URI=https://agent.example/x"},
     .answer = {{.status = 200, .body = JSON_KEYS("AKTLS", "Token")}},
     .access_key = "AKTLS",
     .token = HUSH "t"},
    {.name = "a stranger by http",
     .variable = {"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://example.com/" HUSH},
     .says = "http://"},
    {.name = "the metadata service is no container agent",
     .variable = {"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.169.254/latest"},
     .says = "neither this machine nor a container agent"},
    {.name = "a host that looks like this machine",
     .variable = {"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1.example.com/x"},
     .says = "http://"},
    {.name = "a token of two lines",
     .variable = {"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1/x",
                  "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=$HOME/token"},
     .file = {{"token", HUSH "\r\nX-Other: 1"}},
     .says = "line end"},
    {.name = "a token file that is not there",
     .variable = {"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1/x",
                  "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=$HOME/token"},
     .says = "No such file"},
    {.name = "a relative URI that is none",
     .variable = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=@evil.example/"},
     .says = "does not begin with /"},
    {.name = "an agent that answers at the third try",
     .variable = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2"},
     .answer = {{.status = 500, .body = HUSH},
                {.status = 200, .body = "{\"AccessKeyId\":\"" HUSH "\"}"},
                {.status = 200, .body = JSON_KEYS("AKECS", "Token")}},
     .access_key = "AKECS",
     .token = HUSH "t"},
    {.name = "an agent that never does: the instance is not asked",
     .variable = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2", IMDS_ON},
     .answer = {{.status = 500, .body = HUSH}, {.status = 500}, {.status = 404}},
     .says = "container: the container's agent answered HTTP 404"},
    {.name = "an agent that is too slow",
     .variable = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2"},
     .answer = {{.status = 200, .delay_ms = 2001},
                {.status = 200, .delay_ms = 2001},
                {.status = 200, .delay_ms = 2001}},
     .says = "timed out"},
    {.name = "instance",
     .variable = {IMDS_ON},
     .answer = {V2_TOKEN,
                V2_ROLE,
                {.expect = "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/"
                           "role\nx-aws-ec2-metadata-token: " HUSH "imds\n",
                 .status = 200,
                 .body = JSON_KEYS("AKEC2", "Token")}},
     .access_key = "AKEC2",
     .token = HUSH "t",
     .says = "instance metadata"},
    {.name = "instance over IPv6",
     .variable = {IMDS_ON, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6"},
     .answer = {{.expect = "PUT http://[fd00:ec2::254]/latest/api/token",
                 .status = 200,
                 .body = "t"},
                {.status = 200, .body = "role"},
                {.status = 200, .body = JSON_KEYS("AKEC2", "Token")}},
     .access_key = "AKEC2",
     .token = HUSH "t"},
    {.name = "instance at another address",
     .variable = {IMDS_ON, "AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:1338/"},
     .answer = {{.expect = "PUT http://127.0.0.1:1338/latest/api/token",
                 .status = 200,
                 .body = "t"},
                {.status = 200, .body = "role"},
                {.status = 200, .body = JSON_KEYS("AKEC2", "Token")}},
     .access_key = "AKEC2",
     .token = HUSH "t"},
    {.name = "a metadata address that is a stranger's",
     .variable = {IMDS_ON, "AWS_EC2_METADATA_SERVICE_ENDPOINT=http://example.com"},
     .says = "http://"},
    {.name = "a mode that is none",
     .variable = {IMDS_ON, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv5"},
     .says = "neither IPv4 nor IPv6"},
    {.name = "version 1 when tokens are forbidden",
     .variable = {IMDS_ON},
     .answer = {{.expect = "PUT", .status = 403},
                {.expect = "security-credentials/\n\n", .status = 200, .body = "role"},
                {.status = 200, .body = JSON_KEYS("AKEC2", "Token")}},
     .access_key = "AKEC2",
     .token = HUSH "t"},
    {.name = "version 1 when the token times out",
     .variable = {IMDS_ON},
     .answer = {{.expect = "PUT", .status = 200, .delay_ms = 1001},
                {.expect = "GET", .status = 200, .body = "role"},
                {.status = 200, .body = JSON_KEYS("AKEC2", "Token")}},
     .access_key = "AKEC2",
     .token = HUSH "t"},
    {.name = "version 1 disabled",
     .variable = {IMDS_ON, "AWS_EC2_METADATA_V1_DISABLED=true"},
     .answer = {{.expect = "PUT", .status = 404}},
     .says = "version 1 of it is disabled"},
    {.name = "version 1 disabled by the profile",
     .variable = {IMDS_ON},
     .config = "[default]\nec2_metadata_v1_disabled = true\n",
     .answer = {{.expect = "PUT", .status = 405}},
     .says = "version 1 of it is disabled"},
    {.name = "a token request that was wrong",
     .variable = {IMDS_ON},
     .answer = {{.expect = "PUT", .status = 400}},
     .says = "no AWS credentials"},
    {.name = "no metadata service here",
     .variable = {IMDS_ON},
     .answer = {{.error = "no route"}},
     .says = "no AWS credentials"},
    {.name = "an instance without a role",
     .variable = {IMDS_ON},
     .answer = {V2_TOKEN, {.status = 404}},
     .says = "no AWS credentials"},
    {.name = "a role whose keys are an error with status 200",
     .variable = {IMDS_ON},
     .answer = {V2_TOKEN,
                V2_ROLE,
                {.status = 200,
                 .body = "{\"Code\":\"AssumeRoleUnauthorizedAccess\","
                         "\"Message\":\"" HUSH "\"}"}},
     .says = "no AWS credentials"},
    {.name = "a role's name that would change the path",
     .variable = {IMDS_ON},
     .answer = {V2_TOKEN, {.status = 200, .body = "../../user-data"}},
     .says = "no AWS credentials"},
    {.name = "keys the instance could not renew are used on",
     .variable = {IMDS_ON},
     .answer = {V2_TOKEN,
                V2_ROLE,
                {.status = 200,
                 .body = "{\"AccessKeyId\":\"AKOLD\",\"SecretAccessKey\":\"" HUSH
                         "\",\"Token\":\"" HUSH "t\",\"Expiration\":\"2026-11-22T14:00:00Z\"}"}},
     .access_key = "AKOLD",
     .token = HUSH "t"},
};

static char log_path[] = "/tmp/contactwatch-log-XXXXXX";

static int log_to_file(void **state)
{
    (void)state;
    int fd = mkstemp(log_path);
    assert_true(fd >= 0);
    close(fd);
    log_set_level(LOG_DEBUG);
    log_set_stderr(false);
    return log_open_file(log_path) ? 0 : -1;
}

static void the_log_tells_no_secret(void)
{
    char line[2000];
    FILE *file = fopen(log_path, "re");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file))
        if (strstr(line, HUSH))
            fail_msg("a secret in the log: %s", line);
    fclose(file);
}

static int remove_log(void **state)
{
    (void)state;
    return unlink(log_path);
}

static void run_all(const struct chain_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        run_chain_case(&cases[i]);
    the_log_tells_no_secret();
    print_message("%zu scenarios\n", count);
}

static void environment_and_files_come_in_their_order(void **state)
{
    (void)state;
    run_all(orders, ARRAY_SIZE(orders));
}

static void roles_are_assumed_along_their_chain(void **state)
{
    (void)state;
    run_all(roles, ARRAY_SIZE(roles));
}

static void tokens_are_exchanged_for_keys(void **state)
{
    (void)state;
    run_all(tokens, ARRAY_SIZE(tokens));
}

static void containers_and_instances_have_keys(void **state)
{
    (void)state;
    run_all(machines, ARRAY_SIZE(machines));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(environment_and_files_come_in_their_order),
        cmocka_unit_test(roles_are_assumed_along_their_chain),
        cmocka_unit_test(tokens_are_exchanged_for_keys),
        cmocka_unit_test(containers_and_instances_have_keys),
    };
    return cmocka_run_group_tests_name("credentials_chain", tests, log_to_file, remove_log);
}
