/*
 * Export: contacts as JSON in the original project's shape (raw: it is the interchange form), the
 * table as CSV (masked). Records are asked of the host one after the other; nothing waits for them.
 */
#ifndef CONTACTWATCH_UI_EXPORT_H
#define CONTACTWATCH_UI_EXPORT_H

#include "ui/ui_internal.h"

void export_selected(struct ui *ui); /* the marked contacts, else the selected one */
void export_note(struct ui *ui,
                 const struct note *note); /* a NOTE_CONTACT the export may be waiting for */
void export_tick(struct ui *ui);           /* asks again for what has not come */
void export_cancel(struct ui *ui);
bool export_table(struct ui *ui, const char *path,
                  struct err *err); /* CSV; path NULL = a name of its own */

#endif
