#include "commands/setup.h"

#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "contactwatch/log.h"
#include "contactwatch/service.h"

int command_failed(const struct err *err)
{
    fprintf(stderr, "contactwatch: %s\n", err->text);
    return EXIT_FAILED;
}

int command_misused(const struct err *err)
{
    fprintf(stderr, "contactwatch: %s\n", err->text);
    return EXIT_USAGE;
}

bool setup_metrics(const struct invocation *invocation, struct err *err)
{
    const char *address = option_text(invocation, OPT_METRICS);
    if (!address)
        return true;
    if (!option_text(invocation, OPT_SOURCE))
        return err_set(err, "--metrics tells of the pipeline: give a --source");
    return listener_address_valid(address, err) || err_wrap(err, "--metrics");
}

bool setup_log(const struct invocation *invocation, struct err *err)
{
    enum log_level level;
    if (log_level_parse(option_text(invocation, OPT_LOG_LEVEL), &level))
        log_set_level(level);
    log_set_json(option_on(invocation, OPT_LOG_JSON));
    const char *file = option_text(invocation, OPT_LOG_FILE);
    if (!file)
        log_close_file();
    return !file || log_open_file(file) || err_set(err, "--log-file: cannot write %s", file);
}

/* Makes the folders of a path, all but the last part, private to the user. */
static bool make_folders(char *path, struct err *err)
{
    for (char *p = path + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return err_set(err, "cannot make the folder %s: %s", path, strerror(errno));
        *p = '/';
    }
    return true;
}

/* A path in the user's data folder, which is not made here; NULL where the user has none. */
static char *data_path(struct invocation *invocation, const char *name)
{
    const char *base = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (base && *base == '/')
        return arena_printf(&invocation->arena, "%s/contactwatch/%s", base, name);
    if (home)
        return arena_printf(&invocation->arena, "%s/.local/share/contactwatch/%s", home, name);
    return NULL;
}

const char *setup_store_said(struct invocation *invocation)
{
    const char *table = getenv("DDB_TABLENAME"); /* the original's */
    if (option_text(invocation, OPT_STORE))
        return option_text(invocation, OPT_STORE);
    return table && *table ? arena_printf(&invocation->arena, "dynamodb:%s", table) : NULL;
}

const char *setup_store(struct invocation *invocation, struct err *err)
{
    const char *said = setup_store_said(invocation);
    if (said)
        return said;
    char *path = data_path(invocation, "contacts.db");
    if (!path) {
        err_set(err, "say where records live with --store sqlite:PATH (HOME is not set)");
        return NULL;
    }
    return make_folders(path, err) ? arena_printf(&invocation->arena, "sqlite:%s", path) : NULL;
}

/* Beside an SQLite file the pipeline finds a place itself; for a table it is the user's own. */
static const char *quarantine_path(struct invocation *invocation, const char *store_spec)
{
    if (option_text(invocation, OPT_QUARANTINE) ||
        strcmp(setup_store_kind(store_spec), "sqlite") == 0)
        return option_text(invocation, OPT_QUARANTINE);
    char *path = data_path(invocation, "refused.ndjson");
    struct err err = {0};
    if (path && make_folders(path, &err))
        return path;
    log_warning("refused records stay where they are, name a file with --quarantine: %s",
                path ? err.text : "HOME is not set");
    return NULL;
}

const char *setup_store_kind(const char *spec)
{
    return strncmp(spec, "dynamodb:", 9) == 0 ? "dynamodb" : "sqlite";
}

bool setup_store_options(struct invocation *invocation, const char *spec, struct store_options *out,
                         struct err *err)
{
    *out = (struct store_options){
        .retention_ms = invocation->value[OPT_RETENTION].number,
    };
    if (strncmp(spec, "dynamodb:", 9) != 0)
        return true;
    out->aws = setup_aws(invocation, NULL, err);
    return out->aws != NULL;
}

bool setup_ingest(struct invocation *invocation, const char *store_spec, struct ingest_options *out,
                  struct err *err)
{
    *out = (struct ingest_options){
        .decode = {(enum redact)invocation->value[OPT_REDACT].number,
                   invocation->value[OPT_INSTANCE].list},
        .store_spec = store_spec,
        .quarantine = quarantine_path(invocation, store_spec),
        .linger_ms = invocation->value[OPT_LINGER].number,
    };
    bool fine = setup_store_options(invocation, store_spec, &out->store, err);
    out->aws = invocation->aws;
    return fine;
}

static bool read_speed(const struct option_value *speed, double *out, struct err *err)
{
    if (!speed->text || strcmp(speed->text, "max") == 0)
        return true;
    char *end;
    *out = strtod(speed->text, &end);
    if (end == speed->text || *end || !(*out > 0 && *out <= 1e6))
        return err_set(err, "%s: '%s' is neither max nor a number above 0", speed->from,
                       speed->text);
    return true;
}

bool setup_source_options(struct invocation *invocation, const char *spec,
                          struct source_options *out, struct err *err)
{
    const struct option_value *value = invocation->value;
    *out = (struct source_options){
        .follow = option_on(invocation, OPT_FOLLOW),
        .rate = value[OPT_RATE].real,
        .seed = (uint64_t)value[OPT_SEED].number,
        .contacts = (uint64_t)value[OPT_CONTACTS].number,
        .duplicates = value[OPT_DUPLICATES].real,
        .disorder = value[OPT_DISORDER].real,
        .late = value[OPT_LATE].real,
        .names_file = option_text(invocation, OPT_NAMES),
    };
    if (!read_speed(&value[OPT_SPEED], &out->speed, err))
        return false;
    if (!spec || strncmp(spec, "sqs:", 4) != 0)
        return true;
    out->once = option_on(invocation, OPT_ONCE);
    out->pollers = (unsigned)value[OPT_POLLERS].number;
    out->visibility_ms = value[OPT_VISIBILITY].number;
    if (out->visibility_ms < 10 * SECOND_MS || out->visibility_ms > 12 * HOUR_MS)
        return err_set(err, "--visibility: from 10s to 12h");
    out->aws = setup_aws(invocation, NULL, err);
    return out->aws != NULL;
}

bool setup_names(struct invocation *invocation, struct names *names, struct err *err)
{
    const char *file = option_text(invocation, OPT_NAMES);
    if (file && !names_load(names, file, err))
        return false;
    for (size_t i = 0; i < invocation->config.count; i++) {
        const struct config_item *item = &invocation->config.item[i];
        if (strcmp(item->section, "names") == 0)
            names_set(names, item->key, item->value, NAME_FILE);
    }
    return true;
}

bool setup_mask(struct invocation *invocation, struct mask *mask, struct err *err)
{
    if (!mask_init(mask, option_text(invocation, OPT_MASK_KEYS), err))
        return err_wrap(err, "--mask-keys");
    if (!option_on(invocation, OPT_UNMASK))
        return true;
    if (!option_on(invocation, OPT_ALLOW_UNMASK))
        return err_set(err, "--unmask is refused: allow-unmask = no (%s)",
                       invocation->value[OPT_ALLOW_UNMASK].from);
    mask->off = true;
    return true;
}

bool setup_ascii(const struct invocation *invocation)
{
    return option_on(invocation, OPT_ASCII) || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}
