#include "contactwatch/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "contactwatch/instant.h"
#include "contactwatch/json.h"
#include "contactwatch/text.h"

enum { MESSAGE_MAX = 1024, REQUEST_SIZE = 129 };

static struct {
    pthread_mutex_t lock; /* guards the file and its line */
    _Atomic int level;
    _Atomic bool to_stderr, as_json;
    const char *_Atomic time_name;
    FILE *file;
} state = {
    .lock = PTHREAD_MUTEX_INITIALIZER, .level = LOG_INFO, .to_stderr = true, .time_name = "time"};

static _Thread_local char request[REQUEST_SIZE];

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
    atomic_store(&state.level, (int)level);
}

void log_set_stderr(bool on)
{
    atomic_store(&state.to_stderr, on);
}

void log_set_json(bool on)
{
    atomic_store(&state.as_json, on);
}

void log_set_json_time(const char *name)
{
    atomic_store(&state.time_name, name);
}

void log_set_request(const char *id)
{
    snprintf(request, sizeof(request), "%s", id ? id : "");
}

static void use_file(FILE *file)
{
    pthread_mutex_lock(&state.lock);
    if (state.file)
        fclose(state.file);
    state.file = file;
    pthread_mutex_unlock(&state.lock);
}

bool log_open_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "a");
    if (file)
        use_file(file);
    else if (fd >= 0)
        close(fd);
    return file != NULL;
}

void log_close_file(void)
{
    use_file(NULL);
}

static void make_line(struct buf *line, enum log_level level, const char *text, const char *members)
{
    char when[INSTANT_TEXT];
    instant_format(clock_now(NULL), when);
    if (!atomic_load(&state.as_json)) {
        buf_printf(line, "%s %s %s%s%s\n", when, level_name[level], request, *request ? " " : "",
                   text);
        return;
    }
    buf_printf(line, "{\"%s\":\"%s\",\"level\":\"%s\",\"pid\":%ld,\"message\":",
               atomic_load(&state.time_name), when, level_name[level], (long)getpid());
    json_quote_safe(line, text);
    if (*request) {
        buf_text(line, ",\"requestId\":");
        json_quote_safe(line, request);
    }
    if (members && *members)
        buf_printf(line, ",%s", members);
    buf_text(line, "}\n");
}

/* A line is one write: those of several processes do not mix. */
static void emit(FILE *to, const struct buf *line)
{
    fwrite(line->data, 1, line->length, to);
    fflush(to);
}

static void write_line(enum log_level level, const char *members, const char *format, va_list args)
{
    char message[MESSAGE_MAX];
    struct buf text = {0}, line = {0};
    int length = vsnprintf(message, sizeof(message), format, args);
    size_t kept = length > 0 ? strlen(message) : 0;
    if (length >= MESSAGE_MAX) /* not in the middle of a character */
        while (kept && ((unsigned char)message[kept - 1] & 0xc0) == 0x80)
            kept--;
    text_sanitise(&text, message, kept, false);
    make_line(&line, level, buf_str(&text), members);
    if (atomic_load(&state.to_stderr))
        emit(stderr, &line);
    pthread_mutex_lock(&state.lock);
    if (state.file)
        emit(state.file, &line);
    pthread_mutex_unlock(&state.lock);
    buf_free(&text);
    buf_free(&line);
}

void log_write(enum log_level level, const char *format, ...)
{
    va_list args;
    if ((int)level < atomic_load_explicit(&state.level, memory_order_relaxed))
        return;
    va_start(args, format);
    write_line(level, NULL, format, args);
    va_end(args);
}

void log_write_with(enum log_level level, const char *members, const char *format, ...)
{
    va_list args;
    if ((int)level < atomic_load_explicit(&state.level, memory_order_relaxed))
        return;
    va_start(args, format);
    write_line(level, members, format, args);
    va_end(args);
}
