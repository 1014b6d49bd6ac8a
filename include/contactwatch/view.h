/*
 * A filtered, sorted selection of rows that survives change: kept sorted incrementally, so that a frame with some
 * thousands of changes among 100,000 rows costs a few milliseconds. Selection, marks and order hold go by identity.
 */
#ifndef CONTACTWATCH_VIEW_H
#define CONTACTWATCH_VIEW_H

#include "contactwatch/filter.h"

struct view {
    struct live *live;
    struct filter *filter;   /* owned; NULL = all */
    int sort;                /* enum column_id */
    bool descending;
    bool hold;               /* order held until released */
    int64_t hold_until;      /* order held while keys are pressed; 0 */
    uint32_t *order;         /* row indexes, in order */
    size_t count, capacity;
    uint64_t generation;     /* of live, at the last refresh */
    char *selected;          /* contact id; NULL = none */
    struct map marks;        /* contact ids */
    uint8_t *member;         /* per row index: in `order`; kept: the selected row outside the filter */
    size_t members;
    int64_t refreshed;
};

void view_init(struct view *view, struct live *live);
void view_free(struct view *view);
void view_set_filter(struct view *view, struct filter *filter); /* takes it */
void view_set_sort(struct view *view, int column, bool descending);
/* Brings order up to date with the model; true when anything visible may have changed. */
bool view_refresh(struct view *view, int64_t now);
size_t view_position(const struct view *view, const char *contact_id); /* SIZE_MAX if not in the view */
bool view_is_kept(const struct view *view, const struct row *row, int64_t now); /* shown though outside the filter */
size_t view_matching(const struct view *view); /* rows matching the filter, without kept ones */

#endif
