/*
 * A record as bytes, for a store that wants to read 100,000 of them in a blink. Reading borrows:
 * every text of the record it gives points into the bytes. The order of RECORD_FIELDS and of enum
 * log_type is part of this format: new ones go behind the old ones, anything else is a new
 * PACK_FORMAT and a schema migration.
 */
#ifndef CONTACTWATCH_STORE_RECORD_PACK_H
#define CONTACTWATCH_STORE_RECORD_PACK_H

#include "contactwatch/record.h"

void record_pack(struct buf *out, const struct record *record);

/* A record that owns nothing but its list arrays, which are kept for the next one. Zero-initialise.
 */
struct record_view {
    struct record record;
};
/* contact_id and data must outlive the use of view->record. False if the bytes are damaged. */
bool record_view_read(struct record_view *view, const char *contact_id, const void *data,
                      size_t length);
void record_view_free(struct record_view *view);

#endif
