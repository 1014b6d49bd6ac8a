/* Between the files of the folder's place. */
#ifndef ARCHIVE_PLACE_FILE_INTERNAL_H
#define ARCHIVE_PLACE_FILE_INTERNAL_H

#include "archive/archive_internal.h"

struct file_place {
    struct place base;
    int folder; /* descriptor */
    int lock;   /* -1 = not held */
};

/* "cannot read file:folder/name: why", by errno. Returns false. */
bool file_failed(const struct file_place *p, const char *what, const char *name, struct err *err);

/* place_file_write.c. The lock is held, so the etag has nothing to tell. */
enum write_result file_write(struct place *place, const char *name, const struct buf *body,
                             const char *etag, struct err *err);
bool file_mark(struct place *place, char *const *name, size_t count, struct err *err);

#endif
