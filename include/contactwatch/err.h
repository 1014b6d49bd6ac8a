/* An error message that travels up: what, where and what to do, in words for the user. */
#ifndef CONTACTWATCH_ERR_H
#define CONTACTWATCH_ERR_H

#include <stdarg.h>
#include <stdbool.h>

enum { ERR_MAX = 512 };

/* Filled by the function that failed; empty when nothing has. Owned by the caller, usually on its
 * stack. */
struct err {
    char text[ERR_MAX];
};

/* Sets the message; always returns false, so that `return err_set(err, ...)` reads well. err may be
 * NULL. */
bool err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts words in front of the message that is there: err_wrap(err, "%s", path) gives "path:
 * message". */
bool err_wrap(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
