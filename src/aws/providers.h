/*
 * The providers of keys. Each asks one place; the chain asks them in order. One round of the chain
 * runs in one thread, with the configuration files as they are then.
 *
 * What a provider says in an error names the profile, the place and the service's code: never a
 * key, a token, a role's session, or a text that came with an answer.
 */
#ifndef AWS_PROVIDERS_H
#define AWS_PROVIDERS_H

#include <stdatomic.h>

#include "aws/profiles.h"

/* What a round shares; owned by the chain. */
struct provider_context {
    const struct aws_environment *environment;
    struct profiles *profiles;
    const char *profile;        /* its name; never NULL */
    bool explicit_profile;      /* by --profile, not by AWS_PROFILE */
    bool first;                 /* no keys were ever held: a user may be asked */
    const char *region;         /* NULL = not known */
    const atomic_bool *closing; /* when it rises, what is under way is given up; NULL = never */
    struct transport *open;     /* opened by the first exchange; closed at the round's end */
};

/* The form of each; none keeps anything between rounds. */
struct provider {
    struct aws_provider base;
    struct provider_context *context;
    const char *profile; /* whose settings it reads */
    bool profile_only;   /* variables do not count */
};
struct aws_provider *provider_new(const struct aws_provider_ops *ops,
                                  struct provider_context *context, const char *profile,
                                  bool profile_only);
void provider_close(struct aws_provider *provider);

extern const struct aws_provider_ops provider_environment, provider_assume_role,
    provider_web_identity, provider_sso, provider_credentials_file, provider_login,
    provider_process, provider_config_file, provider_container, provider_instance;

/* The chain, in its order. */
struct provider_kind {
    const struct aws_provider_ops *ops;
    bool of_profile; /* also asked for the keys of a source profile */
};
enum { PROVIDER_KINDS = 10 };
extern const struct provider_kind provider_kinds[PROVIDER_KINDS];

/* The keys a profile has by itself, without its role: those of the kinds of_profile. */
enum provided provider_of_profile(struct provider_context *context, const char *profile,
                                  struct aws_keys *out, struct err *err);

/* A setting of the profile the provider reads. */
const char *provider_setting(const struct provider *provider, const char *key);

enum { PROVIDER_RESPONSE_MAX = 256 << 10 };
/* One exchange; its buffers never move, so that response_wipe leaves nothing behind. False with err
 * set when there was no answer. */
bool provider_fetch(struct provider_context *context, struct http_request *request,
                    struct http_response *response, struct err *err);
/* Appends where a service's path is reached; false with err set. */
bool provider_url(const struct provider_context *context, unsigned service, const char *region,
                  const char *path, struct buf *out, struct err *err);
void response_wipe(struct http_response *response);
void provider_pause(struct provider_context *context, int ms);
/* "ExpiredTokenException" of an error in JSON or XML, into out: letters, digits and dots only; ""
 * if there is none. */
void response_code(const struct http_response *response, char *out, size_t size);

/* Takes keys from texts; false with err set when one is missing or unfit. token may be NULL. */
bool keys_set(struct aws_keys *out, const char *access_key, const char *secret_key,
              const char *token, struct err *err);
/* NULL or "" leaves it as it is; false with err set, and the keys wiped, when it is no time. */
bool keys_set_expiry(struct aws_keys *out, const char *text, struct err *err);
void keys_set_account(struct aws_keys *out, const char *account); /* if it is one */

/* How an answer in JSON names what makes up keys. */
struct keys_names {
    const char *object; /* the member they stand in; NULL = at the top */
    const char *access_key, *secret_key, *token, *expires, *account;
};
bool keys_from_json(struct aws_keys *out, const char *json, size_t length,
                    const struct keys_names *names, struct err *err);

/* Appends name=value of a form or query, percent-encoded; & in front of all but the first. */
void form_add(struct buf *form, const char *name, const char *value);

#endif
