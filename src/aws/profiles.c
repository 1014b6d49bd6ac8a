#include "aws/profiles.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/environment.h"
#include "aws/secret.h"
#include "contactwatch/log.h"

/* Once: the files are read again with every refresh. */
static void warn_of_mode(int fd, const char *path)
{
    static atomic_flag warned = ATOMIC_FLAG_INIT;
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) &&
        !atomic_flag_test_and_set(&warned))
        log_warning("%s is open to others than its owner (mode %03o): chmod 600", path,
                    (unsigned)st.st_mode & 0777U);
}

static bool load(struct profiles *profiles, enum profile_file file, const char *path,
                 struct err *err)
{
    int fd = *path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return !*path || errno == ENOENT || errno == ENOTDIR ||
               err_set(err, "%s: %s", path, strerror(errno));
    if (file == IN_CREDENTIALS)
        warn_of_mode(fd, path);
    struct secret text;
    bool fine = secret_read(&text, fd, PROFILES_MAX_BYTES);
    if (!fine)
        err_set(err, "%s: %s", path, strerror(errno));
    close(fd);
    if (fine)
        fine = profiles_parse(profiles, file, path, text.data, text.length, err);
    secret_free(&text);
    return fine;
}

static char *place(const struct aws_environment *environment, const char *variable,
                   const char *usual)
{
    const char *given = environment_get(environment, variable);
    struct buf path = {0};
    if (!environment_path(environment, given ? given : usual, &path))
        buf_clear(&path);
    buf_text(&path, "");
    return buf_take(&path);
}

struct profiles *profiles_load(const struct aws_environment *environment, struct err *err)
{
    struct profiles *profiles = mem_zero(sizeof(*profiles));
    profiles->config_path = place(environment, "AWS_CONFIG_FILE", "~/.aws/config");
    profiles->credentials_path =
        place(environment, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
    if (load(profiles, IN_CONFIG, profiles->config_path, err) &&
        load(profiles, IN_CREDENTIALS, profiles->credentials_path, err))
        return profiles;
    profiles_free(profiles);
    return NULL;
}

void profiles_clear(struct profiles *profiles)
{
    for (struct profile_text *text = profiles->text, *next; text; text = next) {
        next = text->next;
        OPENSSL_cleanse(text->data, text->size);
        free(text);
    }
    free(profiles->item);
    free(profiles->config_path);
    free(profiles->credentials_path);
    *profiles = (struct profiles){0};
}

void profiles_free(struct profiles *profiles)
{
    if (!profiles)
        return;
    profiles_clear(profiles);
    free(profiles);
}

static const struct profile_item *find(const struct profiles *profiles, enum profile_file file,
                                       enum profile_section section, const char *name,
                                       const char *parent, const char *key)
{
    const struct profile_item *found = NULL;
    for (size_t i = 0; i < profiles->count; i++) {
        const struct profile_item *item = &profiles->item[i];
        if ((item->file & file) && (!found || item->file >= found->file) &&
            item->section == section && strcmp(item->name, name) == 0 &&
            strcmp(item->parent, parent) == 0 && strcmp(item->key, key) == 0)
            found = item;
    }
    return found;
}

static const char *value_of(const struct profile_item *item)
{
    return item && item->value && *item->value ? item->value : NULL;
}

const char *profiles_get_in(const struct profiles *profiles, enum profile_file file,
                            const char *profile, const char *key)
{
    return value_of(find(profiles, file, SECTION_PROFILE, profile, "", key));
}

const char *profiles_get(const struct profiles *profiles, const char *profile, const char *key)
{
    return profiles_get_in(profiles, IN_EITHER, profile, key);
}

const char *profiles_nested(const struct profiles *profiles, enum profile_section section,
                            const char *name, const char *parent, const char *key)
{
    return value_of(find(profiles, IN_CONFIG, section, name, parent, key));
}

bool profiles_has(const struct profiles *profiles, enum profile_section section, const char *name)
{
    return find(profiles, IN_EITHER, section, name, "", "") != NULL;
}

static const char *named(const struct aws_environment *environment, const char *given)
{
    if (given)
        return given;
    const char *name = environment_get(environment, "AWS_PROFILE");
    return name ? name : environment_get(environment, "AWS_DEFAULT_PROFILE");
}

const char *profile_chosen(const struct aws_environment *environment, const char *given)
{
    const char *name = named(environment, given);
    return name ? name : "default";
}

bool profile_known(const struct profiles *profiles, const struct aws_environment *environment,
                   const char *given, struct err *err)
{
    const char *name = named(environment, given);
    return !name || profiles_has(profiles, SECTION_PROFILE, name) ||
           err_set(err, "there is no profile '%.100s' in %.150s or %.150s", name,
                   *profiles->config_path ? profiles->config_path : "~/.aws/config",
                   *profiles->credentials_path ? profiles->credentials_path : "~/.aws/credentials");
}
