/* Keys from the container's agent: ECS tasks, EKS Pod Identity. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "aws/environment.h"
#include "aws/providers.h"
#include "aws/secret.h"

enum { TRIES = 3, PAUSE_MS = 1000, TIMEOUT_MS = 2000, TOKEN_MAX = 64 << 10 };

/*
 * Whom the token may be shown: https, this machine, and the agents' own addresses. The instance's
 * metadata service, which http_url_allowed lets pass, is none of them.
 */
static bool allowed(const char *url, struct err *err)
{
    static const char *const agent[] = {"169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};
    if (!http_url_allowed(url, err))
        return false;
    if (strncasecmp(url, "http://", 7) != 0)
        return true;
    const char *host = url + 7;
    size_t length = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#");
    for (size_t i = 0; i < ARRAY_SIZE(agent); i++)
        if (strlen(agent[i]) == length && strncasecmp(host, agent[i], length) == 0)
            return true;
    if (strncmp(host, "127.", 4) == 0 || strncasecmp(host, "localhost", length) == 0 ||
        strncmp(host, "[::1]", length) == 0)
        return true;
    return err_set(err, "AWS_CONTAINER_CREDENTIALS_FULL_URI names a host that is neither this "
                        "machine nor a container agent");
}

static bool find_url(const struct aws_environment *environment, struct buf *out, struct err *err)
{
    const char *relative = environment_get(environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = environment_get(environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (relative && *relative != '/')
        return err_set(err, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with /");
    if (relative)
        buf_printf(out, "http://169.254.170.2%s", relative);
    else
        buf_text(out, full);
    return relative || allowed(full, err);
}

/* The token, read anew each time since it changes; an empty one is none. */
static bool find_token(const struct aws_environment *environment, struct secret *out,
                       struct err *err)
{
    const char *file = environment_get(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *token = environment_get(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    *out = (struct secret){0};
    if (file && !secret_read_file(out, file, TOKEN_MAX))
        return err_set(err, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: %s", strerror(errno));
    if (!file && token) {
        out->size = strlen(token) + 1;
        out->length = out->size - 1;
        out->data = mem_strdup(token);
    }
    return !out->data || !strpbrk(out->data, "\r\n") ||
           err_set(err, "the container's authorization token has a line end in it");
}

static bool ask(struct provider_context *context, const char *url, const char *token,
                struct aws_keys *out, struct err *err)
{
    static const struct keys_names names = {NULL,    "AccessKeyId", "SecretAccessKey",
                                            "Token", "Expiration",  "AccountId"};
    struct http_request request = {
        .method = "GET",
        .url = url,
        .header = {{"Accept", "application/json"}, {"Authorization", token}},
        .headers = token && *token ? 2 : 1,
        .connect_timeout_ms = TIMEOUT_MS,
        .timeout_ms = TIMEOUT_MS,
        .no_proxy = true,
    };
    struct http_response response;
    bool fine = provider_fetch(context, &request, &response, err);
    if (fine && response.status != 200)
        fine = err_set(err, "the container's agent answered HTTP %d", response.status);
    fine = fine && keys_from_json(out, buf_str(&response.body), response.body.length, &names, err);
    response_wipe(&response);
    return fine;
}

static bool obtain(struct provider_context *context, struct aws_keys *out, struct err *err)
{
    struct buf url = {0};
    struct secret token = {0};
    bool fine = false, may = find_url(context->environment, &url, err) &&
                             find_token(context->environment, &token, err);
    for (int i = 0; may && !fine && i < TRIES; i++) {
        if (i)
            provider_pause(context, PAUSE_MS);
        fine = ask(context, buf_str(&url), token.data, out, err);
    }
    secret_free(&token);
    buf_wipe(&url);
    return fine;
}

static enum provided fetch(struct aws_provider *base, struct aws_keys *out, struct err *err)
{
    struct provider_context *context = ((struct provider *)base)->context;
    if (!environment_get(context->environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") &&
        !environment_get(context->environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI"))
        return PROVIDED_NOTHING;
    return obtain(context, out, err) ? PROVIDED_KEYS : PROVIDED_ERROR;
}

const struct aws_provider_ops provider_container = {"container", fetch, provider_close};
