/* The `:` commands, declared once: the parser, Tab, and help come from the table. */
#ifndef CONTACTWATCH_UI_COMMAND_H
#define CONTACTWATCH_UI_COMMAND_H

#include "ui/ui_internal.h"

struct command_spec {
    const char *name, *arguments, *help;
    bool needs; /* the argument is not optional */
    bool (*run)(struct ui *ui, const char *argument, struct err *err); /* argument "" = none */
    /* Appends what the argument may be, one a line; NULL = anything. */
    void (*complete)(struct ui *ui, struct buf *out);
};
extern const struct command_spec command_specs[]; /* ended by a NULL name */

#endif
