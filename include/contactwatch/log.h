/*
 * The program's own log: one line a message, text or JSON, to stderr and a file.
 * Never personal data, never a secret: ids, counts, times and error texts only. Thread-safe.
 */
#ifndef CONTACTWATCH_LOG_H
#define CONTACTWATCH_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* DEBUG INFO WARNING ERROR CRITICAL, any case */
bool log_level_parse(const char *text, enum log_level *out);
void log_set_level(enum log_level level);
void log_set_stderr(bool on); /* off while ncurses owns the terminal */
void log_set_json(bool on);
/* The member of JSON lines with the time: "time", or as somebody else wants it. Static. */
void log_set_json_time(const char *name);
/* What this thread works on, in each of its lines: a text of less than 129 characters, copied; NULL
 * = nothing. */
void log_set_request(const char *id);
/* 0600, appended; in place of the one that is open. False: that one stays. */
bool log_open_file(const char *path);
void log_close_file(void);
void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* members: of the JSON line besides time, level, pid and message ("\"a\":1"); text lines are
 * without them. */
void log_write_with(enum log_level level, const char *members, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_debug(...)   log_write(LOG_DEBUG, __VA_ARGS__)
#define log_info(...)    log_write(LOG_INFO, __VA_ARGS__)
#define log_warning(...) log_write(LOG_WARNING, __VA_ARGS__)
#define log_error(...)   log_write(LOG_ERROR, __VA_ARGS__)

#endif
