/*
 * The two configuration files of the AWS tools, as the AWS CLI reads them: [default], [profile x],
 * [sso-session x] and [services x] of ~/.aws/config, [x] of ~/.aws/credentials, and indented blocks
 * below a key. Values may be of any length. No line's content is ever part of an error.
 */
#ifndef AWS_PROFILES_H
#define AWS_PROFILES_H

#include "contactwatch/credentials.h"

enum { PROFILES_MAX_BYTES = 1 << 20 };

enum profile_section {
    SECTION_PROFILE,
    SECTION_SSO_SESSION,
    SECTION_SERVICES,
    SECTION_OTHER, /* plugins, preview, … */
};

/* Where a value may come from. */
enum profile_file {
    IN_CONFIG = 1 << 0,
    IN_CREDENTIALS = 1 << 1,
    IN_EITHER = IN_CONFIG | IN_CREDENTIALS, /* the credentials file is the stronger */
};

struct profile_item {
    enum profile_section section;
    enum profile_file file;
    const char *name;   /* of the section */
    const char *parent; /* key whose indented block this stands in; "" = none */
    const char *key;    /* lower case; "" = the section itself */
    char *value;        /* changeable while it is read */
};

struct profile_text {
    struct profile_text *next;
    size_t size;
    char data[];
};

struct profiles {
    struct profile_text *text; /* of the files; the items point into it */
    struct profile_item *item;
    size_t count, capacity;
    char *config_path, *credentials_path; /* "" when there is no HOME */
};

/* Adds what a file holds. False with err set ("path:line: …") when it cannot be understood. */
bool profiles_parse(struct profiles *profiles, enum profile_file file, const char *path,
                    const char *text, size_t length, struct err *err);
/* Reads both files; one that is not there is empty. NULL with err set. */
struct profiles *profiles_load(const struct aws_environment *environment, struct err *err);
void profiles_clear(struct profiles *profiles); /* wipes what it held */
void profiles_free(struct profiles *profiles);

/* NULL when absent or empty. */
const char *profiles_get(const struct profiles *profiles, const char *profile, const char *key);
const char *profiles_get_in(const struct profiles *profiles, enum profile_file file,
                            const char *profile, const char *key);
const char *profiles_nested(const struct profiles *profiles, enum profile_section section,
                            const char *name, const char *parent, const char *key);
bool profiles_has(const struct profiles *profiles, enum profile_section section, const char *name);

/* The profile's name: as given (--profile), else AWS_PROFILE, AWS_DEFAULT_PROFILE, "default". */
const char *profile_chosen(const struct aws_environment *environment, const char *given);
/* False with err set when a profile was named that neither file has. */
bool profile_known(const struct profiles *profiles, const struct aws_environment *environment,
                   const char *given, struct err *err);

#endif
