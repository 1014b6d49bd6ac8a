#include "contactwatch/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "contactwatch/instant.h"
#include "contactwatch/json.h"

enum { LINE_MAX_BYTES = 400 };

static struct {
    pthread_mutex_t lock;
    enum log_level level;
    bool to_stderr, as_json;
    FILE *file;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .level = LOG_INFO, .to_stderr = true};

static const char *const level_name[] = {"DEBUG", "INFO", "WARNING", "ERROR"};

bool log_level_parse(const char *text, enum log_level *out)
{
    for (int i = LOG_DEBUG; i <= LOG_ERROR; i++)
        if (strcasecmp(text, level_name[i]) == 0) {
            *out = (enum log_level)i;
            return true;
        }
    if (strcasecmp(text, "CRITICAL") == 0) { /* the original's Python levels */
        *out = LOG_ERROR;
        return true;
    }
    return false;
}

void log_set_level(enum log_level level)
{
    state.level = level;
}

void log_set_stderr(bool on)
{
    pthread_mutex_lock(&state.lock);
    state.to_stderr = on;
    pthread_mutex_unlock(&state.lock);
}

void log_set_json(bool on)
{
    state.as_json = on;
}

bool log_open_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "a");
    if (!file)
        return false;
    pthread_mutex_lock(&state.lock);
    if (state.file)
        fclose(state.file);
    state.file = file;
    pthread_mutex_unlock(&state.lock);
    return true;
}

static void emit(FILE *to, enum log_level level, const char *when, const char *text)
{
    if (!state.as_json) {
        fprintf(to, "%s %s %s\n", when, level_name[level], text);
    } else {
        struct buf line = {0};
        buf_printf(&line, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":", when,
                   level_name[level]);
        json_quote(&line, text);
        fprintf(to, "%s}\n", buf_str(&line));
        buf_free(&line);
    }
    fflush(to);
}

void log_write(enum log_level level, const char *format, ...)
{
    if (level < state.level)
        return;
    char text[LINE_MAX_BYTES - 40], when[INSTANT_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    for (char *p = text; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    instant_format(clock_now(NULL), when);
    pthread_mutex_lock(&state.lock);
    if (state.to_stderr)
        emit(stderr, level, when, text);
    if (state.file)
        emit(state.file, level, when, text);
    pthread_mutex_unlock(&state.lock);
}
