/* An own reader, since the packaged INI library cuts long values and takes " ;" for a comment. */
#include "contactwatch/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contactwatch/log.h"
#include "contactwatch/text.h"

static char *trim(char *text)
{
    static const char blank[] = " \t\r";
    text += strspn(text, blank);
    size_t length = strlen(text);
    while (length && strchr(blank, text[length - 1]))
        text[--length] = '\0';
    return text;
}

struct reader {
    struct config *config;
    const char *section, *name;
    int line;
};

/* "[alert long-wait]": the first word is the section, the rest its name. */
static bool read_section(struct reader *reader, char *text, struct err *err)
{
    size_t length = strlen(text);
    if (length < 3 || text[length - 1] != ']')
        return err_set(err, "%s:%d: a section is written [name]", reader->config->path,
                       reader->line);
    text[length - 1] = '\0';
    char *section = trim(text + 1);
    char *blank = strpbrk(section, " \t");
    reader->section = section;
    reader->name = "";
    if (blank) {
        *blank = '\0';
        reader->name = trim(blank + 1);
    }
    return true;
}

static bool read_line(struct reader *reader, char *text, struct err *err)
{
    struct config *config = reader->config;
    text = trim(text);
    if (!*text || *text == '#' || *text == ';')
        return true;
    if (*text == '[')
        return read_section(reader, text, err);
    char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return err_set(err, "%s:%d: expected `key = value`", config->path, reader->line);
    *equals = '\0';
    mem_grow(config->item, config->count, config->capacity);
    config->item[config->count++] = (struct config_item){
        reader->section, reader->name, trim(text), trim(equals + 1), reader->line,
    };
    return true;
}

bool config_parse(struct config *config, const char *text, size_t length, const char *path,
                  struct err *err)
{
    *config = (struct config){.path = mem_strdup(path)};
    if (length > CONFIG_MAX_BYTES)
        return err_set(err, "%s: larger than 1 MiB, that is no configuration file", path);
    if (memchr(text, '\0', length) || !text_valid_utf8(text, length))
        return err_set(err, "%s: not a text file in UTF-8", path);
    char *copy = arena_strndup(&config->arena, text, length);
    struct reader reader = {config, "", "", 0};
    for (char *line = copy; line;) {
        char *end = strchr(line, '\n');
        if (end)
            *end++ = '\0';
        reader.line++;
        if (!read_line(&reader, line, err))
            return false;
        line = end;
    }
    return true;
}

static bool read_file(int fd, struct buf *out)
{
    out->max = CONFIG_MAX_BYTES + 1;
    char block[8192];
    ssize_t got;
    while ((got = read(fd, block, sizeof(block))) > 0 && !out->full)
        buf_add(out, block, (size_t)got);
    return got >= 0 && !out->full;
}

bool config_load(struct config *config, const char *path, bool optional, struct err *err)
{
    *config = (struct config){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        if (optional && errno == ENOENT) {
            config->path = mem_strdup(path);
            return true;
        }
        return err_set(err, "%s: %s", path, strerror(errno));
    }
    struct stat st;
    if (fstat(fd, &st) == 0 && (st.st_mode & 022))
        log_warning("%s can be written by others than its owner (mode %03o)", path,
                    (unsigned)st.st_mode & 0777U);
    struct buf text = {0};
    bool fine = read_file(fd, &text);
    close(fd);
    if (!fine)
        err_set(err, "%s: cannot be read, or is larger than 1 MiB", path);
    else
        fine = config_parse(config, buf_str(&text), text.length, path, err);
    buf_free(&text);
    return fine;
}

const char *config_get(const struct config *config, const char *section, const char *name,
                       const char *key)
{
    for (size_t i = config->count; i-- > 0;) {
        const struct config_item *item = &config->item[i];
        if (strcmp(item->section, section) == 0 && strcmp(item->name, name) == 0 &&
            strcmp(item->key, key) == 0)
            return item->value;
    }
    return NULL;
}

void config_free(struct config *config)
{
    arena_free(&config->arena);
    free(config->item);
    free(config->path);
    *config = (struct config){0};
}
