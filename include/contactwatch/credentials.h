/*
 * Who we are to AWS: keys from the providers in the order of the AWS CLI v2 (aws.md 4.1), each a
 * small vtable. Keys are refreshed early by a thread of the chain's own and wiped when replaced.
 */
#ifndef CONTACTWATCH_CREDENTIALS_H
#define CONTACTWATCH_CREDENTIALS_H

#include "contactwatch/http.h"
#include "contactwatch/instant.h"

/* One frozen copy; the holder wipes it with aws_keys_wipe. */
struct aws_keys {
    char access_key[160];
    char secret_key[192];
    char *token;      /* heap; NULL = none */
    int64_t expires;  /* ms; INSTANT_NONE = never */
    char account[16]; /* "" = not told */
    const char *from; /* which provider, for people: "environment", "profile dev (SSO)"; static or
                         the chain's */
};
void aws_keys_wipe(struct aws_keys *keys); /* zeroes and releases */
void aws_keys_copy(struct aws_keys *into, const struct aws_keys *from);

/* What the outside says; injected. NULL members are the system's. */
struct aws_environment {
    const char *(*variable)(void *context, const char *name); /* getenv */
    void *context;
    const struct clock *clock;
    /* Opens a transport for the providers' own requests (STS, SSO, container, IMDS). */
    struct transport *(*transport)(void *context);
    /* Asks the user for an MFA code; false = nobody can be asked. NULL = at the terminal, if there
     * is one. Never called but for the first keys. */
    bool (*prompt)(void *context, const char *question, char *answer, size_t size);
};

struct aws_provider;
enum provided {
    PROVIDED_KEYS,
    PROVIDED_NOTHING, /* not configured: the next provider is asked */
    PROVIDED_ERROR,   /* configured, but failed: the chain stops, err says what to do */
};
struct aws_provider_ops {
    const char *name;
    enum provided (*fetch)(struct aws_provider *provider, struct aws_keys *out, struct err *err);
    void (*close)(struct aws_provider *provider);
};
struct aws_provider {
    const struct aws_provider_ops *ops;
};

struct credentials;
/* profile: --profile, NULL = AWS_PROFILE or default. region is for STS and SSO; may be NULL. */
struct credentials *credentials_open(const struct aws_environment *environment, const char *profile,
                                     const char *region, struct err *err);
/* A chain of one: fixed keys, for tests. */
struct credentials *credentials_fixed(const char *access_key, const char *secret_key,
                                      const char *token);
/* Any thread. The first call asks the providers; later ones give what is held, and block only when
 * it is about to expire (under 10 min) and could not be refreshed early (under 15 min); of keys
 * that last less than an hour, a sixth and a quarter of their life. */
bool credentials_get(struct credentials *credentials, struct aws_keys *out, struct err *err);
/* Any thread: the service refused these keys as expired or unknown; the next get asks again, at
 * most once in 30 s. */
void credentials_reject(struct credentials *credentials, const struct aws_keys *keys);
void credentials_close(struct credentials *credentials);

#endif
