/* What the header says of the picture: is it live, how old is it, who feeds it, how late. */
#ifndef UI_HEADER_STATE_H
#define UI_HEADER_STATE_H

#include "ui/ui_internal.h"

/* What is heard of the store that several processes share. */
void picture_health(struct ui *ui, const struct note *note);

enum { STATE_BYTES = 160 };
/* The words, and the role they are drawn in. */
enum role picture_state(const struct ui *ui, const struct metrics_view *metrics,
                        char out[STATE_BYTES]);
/* Event to arrival, median, ms; -1 = not known: of this pipeline, else of the slowest ingester. */
int64_t picture_lag(const struct ui *ui, const struct metrics_view *metrics);

/* "0.4s", "12s", "3:05" */
void ago(int64_t ms, char *out, size_t size);

#endif
