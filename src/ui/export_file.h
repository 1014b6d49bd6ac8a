/* Files the screen writes: 0600, never over one that is there. */
#ifndef CONTACTWATCH_UI_EXPORT_FILE_H
#define CONTACTWATCH_UI_EXPORT_FILE_H

#include "ui/ui_internal.h"

/* Writes to DIR/contactwatch-NAME-TIME.EXTENSION; path (1024 bytes) is what it became. */
bool export_write(struct ui *ui, const char *name, const char *extension, const struct buf *text,
                  char *path, struct err *err);
bool export_write_to(const char *path, const struct buf *text, struct err *err);

#endif
