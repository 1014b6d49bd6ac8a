/*
 * What providers of keys are told: by containers, instances, STS and caches. The first byte chooses
 * who is asked, the second the status; the rest are the answers, parted by NULs. Whatever they are,
 * keys that come out are fit for headers, and an error is a line of plain text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/program.h"
#include "aws/providers.h"
#include "aws/token_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct stranger {
    struct transport base;
    struct exchange *asked;
    const char *text;
    size_t left;
    int status;
};

static const char *variable(void *context, const char *name)
{
    (void)context;
    if (strcmp(name, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") == 0)
        return "/v2";
    if (strcmp(name, "AWS_WEB_IDENTITY_TOKEN_FILE") == 0)
        return "/dev/null";
    if (strcmp(name, "AWS_ROLE_ARN") == 0)
        return "arn:aws:iam::1:role/r";
    return NULL;
}

static void start(struct transport *base, struct exchange *exchange)
{
    ((struct stranger *)base)->asked = exchange;
}

static struct exchange *answer(struct transport *base, int timeout_ms)
{
    struct stranger *stranger = (struct stranger *)base;
    struct exchange *done = stranger->asked;
    (void)timeout_ms;
    stranger->asked = NULL;
    if (!done)
        return NULL;
    size_t length = strnlen(stranger->text, stranger->left);
    buf_add(&done->response.body, stranger->text, length);
    size_t step = length < stranger->left ? length + 1 : length;
    stranger->text += step;
    stranger->left -= step;
    done->response.status = stranger->status;
    snprintf(done->response.error, sizeof(done->response.error), "%s",
             stranger->status ? "" : "reset");
    return done;
}

static void nothing(struct transport *base)
{
    (void)base;
}

static void cancel(struct transport *base, struct exchange *exchange)
{
    (void)base;
    (void)exchange;
}

static struct transport *open_stranger(void *context)
{
    return context;
}

static int64_t now(void *context)
{
    (void)context;
    return 1795359600000;
}

static void visible(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            abort();
}

static void check(enum provided provided, struct aws_keys *keys, const struct err *err)
{
    if (provided == PROVIDED_KEYS) {
        if (!*keys->access_key || !*keys->secret_key)
            abort();
        visible(keys->access_key);
        visible(keys->secret_key);
        visible(keys->token ? keys->token : "");
        aws_keys_wipe(keys);
    } else if (provided == PROVIDED_ERROR) {
        if (!*err->text)
            abort();
        visible(err->text);
    }
}

static void ask(const struct aws_provider_ops *ops, struct stranger *stranger)
{
    static const struct clock clock = {now, NULL};
    const struct aws_environment environment = {
        .variable = variable, .context = stranger, .clock = &clock, .transport = open_stranger};
    struct profiles profiles = {0};
    struct provider_context context = {
        .environment = &environment,
        .profiles = &profiles,
        .profile = "default",
        .region = "eu-west-1",
    };
    struct provider provider = {{ops}, &context, "default", false};
    struct aws_keys keys = {.from = ""};
    struct err err = {""};
    check(ops->fetch(&provider.base, &keys, &err), &keys, &err);
    profiles_clear(&profiles);
}

static void read_forms(const char *text, size_t size)
{
    static const struct keys_names names[] = {
        {"roleCredentials", "accessKeyId", "secretAccessKey", "sessionToken", "expiration", NULL},
        {NULL, "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration", "AccountId"},
    };
    char *copy = mem_strndup(text, size), plain[64];
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        struct aws_keys keys = {.from = ""};
        struct err err = {""};
        bool fine = keys_from_json(&keys, text, size, &names[i], &err);
        check(fine ? PROVIDED_KEYS : PROVIDED_ERROR, &keys, &err);
    }
    int64_t time;
    token_time(copy, &time);
    text_without_secrets(copy, plain, sizeof(plain));
    visible(plain);
    free(program_split(copy));
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct transport_ops ops = {start, answer, cancel, nothing, nothing};
    static const int status[] = {200, 200, 400, 401, 403, 404, 500, 0};
    if (size < 2)
        return 0;
    struct stranger stranger = {
        .base = {&ops},
        .text = (const char *)data + 2,
        .left = size - 2,
        .status = status[data[1] % ARRAY_SIZE(status)],
    };
    switch (data[0] % 4) {
    case 0: ask(&provider_container, &stranger); break;
    case 1: ask(&provider_instance, &stranger); break;
    case 2: ask(&provider_web_identity, &stranger); break;
    default: read_forms(stranger.text, stranger.left); break;
    }
    return 0;
}
