/* Keys of the role of the EC2 instance this runs on. */
#include <string.h>

#include "aws/environment.h"
#include "aws/instance.h"
#include "contactwatch/log.h"
#include "contactwatch/rng.h"

#define EXTEND_MS (15 * MINUTE_MS)
enum { JITTER_LEAST_S = 120, JITTER_MOST_S = 600, ROLE_MAX = 256 };

static const char path[] = "/latest/meta-data/iam/security-credentials/";

/*
 * Keys that are about to expire, or have, come when the service behind the metadata is in trouble.
 * They may still be taken, so they are used, and asked for anew in a while.
 */
static void extend(struct aws_keys *keys, int64_t now)
{
    struct rng rng;
    if (keys->expires == INSTANT_NONE)
        return;
    rng_seed(&rng, (uint64_t)monotonic_ns());
    int64_t window = EXTEND_MS + SECOND_MS * (JITTER_LEAST_S +
                                              rng_below(&rng, JITTER_MOST_S - JITTER_LEAST_S + 1));
    if (now < keys->expires - window)
        return;
    keys->expires = now + window;
    log_info("the instance's keys are about to expire and could not be renewed by AWS: used on, "
             "asked for again within %d minutes",
             (int)(window / MINUTE_MS));
}

/* The role's name, one line, from the answer. */
static bool take_role(const struct instance *instance, char out[ROLE_MAX])
{
    const char *text = buf_str(&instance->answer);
    size_t length = strcspn(text, "\r\n");
    if (!length || length >= ROLE_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        if (text[i] <= ' ' || text[i] > '~' || strchr("/?#%", text[i]))
            return false;
    memcpy(out, text, length);
    out[length] = '\0';
    return true;
}

static enum provided ask(struct instance *instance, struct aws_keys *out)
{
    static const struct keys_names names = {NULL,    "AccessKeyId", "SecretAccessKey",
                                            "Token", "Expiration",  "AccountId"};
    char role[ROLE_MAX];
    if (instance_get(instance, path, NULL) != INSTANCE_FINE || !take_role(instance, role) ||
        instance_get(instance, path, role) != INSTANCE_FINE ||
        !keys_from_json(out, buf_str(&instance->answer), instance->answer.length, &names, NULL))
        return PROVIDED_NOTHING;
    extend(out, environment_now(instance->context->environment));
    return PROVIDED_KEYS;
}

static enum provided fetch(struct aws_provider *base, struct aws_keys *out, struct err *err)
{
    struct instance instance;
    enum instance_answer opened = instance_open(&instance, ((struct provider *)base)->context, err);
    enum provided provided = opened == INSTANCE_FINE      ? ask(&instance, out)
                             : opened == INSTANCE_REFUSED ? PROVIDED_ERROR
                                                          : PROVIDED_NOTHING;
    instance_close(&instance);
    return provided;
}

const struct aws_provider_ops provider_instance = {"instance metadata", fetch, provider_close};
