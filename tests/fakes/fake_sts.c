/* STS: who the keys belong to, and roles. */
#include <stdio.h>
#include <stdlib.h>

#include "fakes/fake_services.h"

#define NAMESPACE "https://sts.amazonaws.com/doc/2011-06-15/"

FAKE_HANDLER(fake_sts_caller)
{
    (void)fake;
    const struct fake_key *key = request->key;
    const char *account = key ? key->account : FAKE_ACCOUNT;
    const char *name = key ? key->access_key : "tests";
    reply->type = "text/xml";
    buf_printf(&reply->body,
               "<GetCallerIdentityResponse xmlns=\"" NAMESPACE "\"><GetCallerIdentityResult>"
               "<Arn>arn:aws:iam::%s:user/%s</Arn><UserId>%s</UserId><Account>%s</Account>"
               "</GetCallerIdentityResult><ResponseMetadata><RequestId>fake</RequestId>"
               "</ResponseMetadata></GetCallerIdentityResponse>",
               account, name, name, account);
}

/* Gives keys that are known here from then on, for an hour or DurationSeconds. */
FAKE_HANDLER(fake_sts_assume)
{
    struct buf role = {0}, session = {0}, seconds = {0};
    char uuid[37], id[40], secret[37], token[37], until[INSTANT_TEXT];
    reply->type = "text/xml";
    if (!fake_parameter(request->body, "RoleArn", &role) ||
        !fake_parameter(request->body, "RoleSessionName", &session)) {
        fake_fail(request, reply, 400, "ValidationException",
                  "RoleArn and RoleSessionName are required.");
    } else {
        int64_t life = fake_parameter(request->body, "DurationSeconds", &seconds)
                           ? strtoll(buf_str(&seconds), NULL, 10)
                           : 3600;
        rng_uuid(&fake->rng, uuid);
        rng_uuid(&fake->rng, secret);
        rng_uuid(&fake->rng, token);
        snprintf(id, sizeof(id), "ASIA%.32s", uuid);
        instant_format(fake_now(fake) + life * 1000, until);
        fake_key_add(fake,
                     &(struct fake_key){.access_key = id,
                                        .secret_key = secret,
                                        .token = token,
                                        .expires = fake_now(fake) + life * 1000,
                                        .denied = request->key ? request->key->denied : NULL});
        buf_printf(&reply->body,
                   "<AssumeRoleResponse xmlns=\"" NAMESPACE "\"><AssumeRoleResult><AssumedRoleUser>"
                   "<AssumedRoleId>AROAFAKE:%s</AssumedRoleId><Arn>%s/%s</Arn></AssumedRoleUser>"
                   "<Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey>"
                   "<SessionToken>%s</SessionToken><Expiration>%s</Expiration></Credentials>"
                   "</AssumeRoleResult></AssumeRoleResponse>",
                   buf_str(&session), buf_str(&role), buf_str(&session), id, secret, token, until);
    }
    buf_free(&role);
    buf_free(&session);
    buf_free(&seconds);
}
