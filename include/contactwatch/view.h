/*
 * A filtered, sorted selection of rows that survives change: kept sorted incrementally, so that a
 * frame with some thousands of changes among 100,000 rows costs a few milliseconds. Selection,
 * marks and order hold go by identity.
 */
#ifndef CONTACTWATCH_VIEW_H
#define CONTACTWATCH_VIEW_H

#include "contactwatch/filter.h"

struct view {
    struct live *live;
    struct filter *filter; /* owned; NULL = all */
    int sort;              /* enum column_id */
    bool descending;
    bool hold;          /* order held until released */
    int64_t hold_until; /* order held while keys are pressed; 0 */
    uint32_t *order;    /* row indexes, in order */
    size_t count, capacity;
    uint64_t generation; /* of live, at the last refresh */
    char *selected;      /* contact id; NULL = none */
    struct map marks;    /* contact ids */
    uint8_t *member;     /* per row index: enum view_member */
    size_t limit;        /* of member */
    size_t matching;     /* rows in order that match the filter */
    int64_t refreshed;
    bool held, stale; /* as of the last refresh; all to be ordered anew */
    /* a new filter or sort takes effect at a later refresh, when this is off */
    bool postpone;
    char *selected_before; /* at the last refresh */
    uint32_t *pending;     /* scratch: rows to look at again */
    size_t pendings, pending_capacity;
    uint32_t *insert; /* scratch of the same capacity as order */
};

enum view_member { VIEW_OUT, VIEW_IN, VIEW_KEPT, VIEW_PENDING = 0x80 };

void view_init(struct view *view, struct live *live);
void view_free(struct view *view);
void view_set_filter(struct view *view, struct filter *filter); /* takes it */
void view_set_sort(struct view *view, int column, bool descending);
/* Brings order up to date with the model; true when anything visible may have changed. */
bool view_refresh(struct view *view, int64_t now);
/* Is the order held now: by the user, or because a key was pressed a moment ago? */
bool view_is_held(const struct view *view, int64_t now);
void view_select(struct view *view, const char *contact_id); /* NULL = none */
bool view_is_marked(const struct view *view, const char *contact_id);
void view_mark(struct view *view, const char *contact_id, bool on);
void view_unmark_all(struct view *view);
/* SIZE_MAX if not in the view */
size_t view_position(const struct view *view, const char *contact_id);
/* shown though outside the filter */
bool view_is_kept(const struct view *view, const struct row *row, int64_t now);
size_t view_matching(const struct view *view); /* rows matching the filter, without kept ones */

#endif
