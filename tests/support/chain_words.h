/* What several of the chain's scenarios say. */
#ifndef TESTS_CHAIN_WORDS_H
#define TESTS_CHAIN_WORDS_H

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

#endif
