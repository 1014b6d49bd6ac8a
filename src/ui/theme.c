#include "ui/theme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "contactwatch/config.h"

static const struct {
    const char *name;
    uint32_t bit;
} attribute_name[] = {
    {"bold", STYLE_BOLD},           {"dim", STYLE_DIM},         {"italic", STYLE_ITALIC},
    {"underline", STYLE_UNDERLINE}, {"reverse", STYLE_REVERSE},
};

static bool parse_colour(const char *word, size_t length, int32_t *out)
{
    if (length == 7 && !strncasecmp(word, "default", 7)) {
        *out = COLOUR_DEFAULT;
        return true;
    }
    if (length != 7 || word[0] != '#' || strspn(word + 1, "0123456789abcdefABCDEF") < 6)
        return false;
    *out = (int32_t)strtol(word + 1, NULL, 16);
    return true;
}

static uint32_t parse_attribute(const char *word, size_t length)
{
    for (size_t i = 0; i < ARRAY_SIZE(attribute_name); i++)
        if (strlen(attribute_name[i].name) == length &&
            !strncasecmp(attribute_name[i].name, word, length))
            return attribute_name[i].bit;
    return 0;
}

bool style_parse(const char *text, struct style *out, struct err *err)
{
    struct style style = {COLOUR_DEFAULT, COLOUR_DEFAULT, 0};
    bool background = false;
    for (const char *at = text; *(at += strspn(at, " \t"));) {
        size_t length = strcspn(at, " \t");
        uint32_t bit = parse_attribute(at, length);
        if (length == 2 && !strncasecmp(at, "on", 2))
            background = true;
        else if (bit)
            style.attributes |= bit;
        else if (!parse_colour(at, length, background ? &style.bg : &style.fg))
            return err_set(err, "“%.*s” is neither #rrggbb, default, on, nor an attribute",
                           (int)(length < 40 ? length : 40), at);
        at += length;
    }
    *out = style;
    return true;
}

static int find_role(const char *name)
{
    for (int role = 0; role < ROLE_COUNT; role++)
        if (!strcmp(role_name[role], name))
            return role;
    return -1;
}

bool theme_parse(struct theme *theme, const char *text, size_t length, const char *path,
                 struct err *err)
{
    struct config config = {0};
    bool good = config_parse(&config, text, length, path, err);
    for (size_t i = 0; good && i < config.count; i++) {
        const struct config_item *item = &config.item[i];
        int role = find_role(item->key);
        if (role < 0)
            good = err_set(err, "%s:%d: no role is named “%.40s”", path, item->line, item->key);
        else if (!style_parse(item->value, &theme->style[role], err))
            good = err_wrap(err, "%s:%d", path, item->line);
    }
    config_free(&config);
    return good;
}

static void start_theme(struct theme *theme, const char *name)
{
    *theme = (struct theme){0};
    snprintf(theme->name, sizeof(theme->name), "%s", name);
    for (int role = 0; role < ROLE_COUNT; role++)
        theme->style[role] = (struct style){COLOUR_DEFAULT, COLOUR_DEFAULT, 0};
}

enum { THEME_FILE_MAX = 1 << 16 };

static bool read_file(struct theme *theme, const char *path, struct err *err)
{
    char *text = mem_alloc(THEME_FILE_MAX);
    FILE *file = fopen(path, "re");
    struct stat status;
    if (!file || fstat(fileno(file), &status) != 0) {
        free(text);
        if (file)
            fclose(file);
        return err_set(err, "theme %s cannot be read", path);
    }
    size_t length = fread(text, 1, THEME_FILE_MAX, file);
    bool good = length < THEME_FILE_MAX || err_set(err, "theme %s is too large", path);
    fclose(file);
    snprintf(theme->path, sizeof(theme->path), "%s", path);
    theme->changed = status.st_mtim;
    good = good && theme_parse(theme, text, length, path, err);
    free(text);
    return good;
}

static bool file_exists(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

bool theme_load(struct theme *theme, const char *name, const char *folder, struct err *err)
{
    struct theme fresh;
    char path[THEME_PATH] = "";
    if (!name || !*name)
        name = "dark";
    if (strchr(name, '/'))
        snprintf(path, sizeof(path), "%s", name);
    else if (folder)
        snprintf(path, sizeof(path), "%s/%s.theme", folder, name);
    start_theme(&fresh, name);
    bool good;
    if (strchr(name, '/') || (*path && file_exists(path)))
        good = read_file(&fresh, path, err);
    else if (theme_builtin(name))
        good = theme_parse(&fresh, theme_builtin(name), strlen(theme_builtin(name)), name, err);
    else
        good = err_set(err, "no theme is named “%.60s”", name);
    if (good)
        *theme = fresh;
    return good;
}

bool theme_reload(struct theme *theme, struct err *err)
{
    struct stat status;
    if (!*theme->path || stat(theme->path, &status) != 0 ||
        (status.st_mtim.tv_sec == theme->changed.tv_sec &&
         status.st_mtim.tv_nsec == theme->changed.tv_nsec))
        return false;
    theme->changed = status.st_mtim;
    struct theme fresh;
    start_theme(&fresh, theme->name);
    if (!read_file(&fresh, theme->path, err))
        return false;
    *theme = fresh;
    return true;
}

const struct style *theme_mono(void)
{
    static struct theme mono;
    static bool loaded;
    if (!loaded)
        loaded = theme_load(&mono, "mono", NULL, NULL);
    return mono.style;
}
