#ifndef LIVE_VIEW_INTERNAL_H
#define LIVE_VIEW_INTERNAL_H

#include "contactwatch/view.h"

/* The view's total order: its column, then the contact id. */
int view_compare(const struct view *view, uint32_t a, uint32_t b, int64_t now);
void view_sort(struct view *view, uint32_t *index, size_t count, int64_t now);
/* Merges `count` sorted indexes of view->insert into the order. */
void view_merge(struct view *view, size_t count, int64_t now);
/* Takes rows out that time moved past a neighbour, and merges them back; returns how many. */
size_t view_repair(struct view *view, int64_t now);
/* Drops from the order those whose member byte is not `in the order`. */
void view_compact(struct view *view);
void view_reserve(struct view *view,
                  size_t count); /* room for that many rows in order and scratch */

#endif
