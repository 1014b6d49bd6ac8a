/*
 * Where expired contacts are kept for good: one gzipped JSON document a contact, in the original
 * project's item shape (record_write_item, RECORD_STORED), in S3 or in a folder.
 *
 *   PREFIX/dt=YYYY-MM-DD/CONTACT.json.gz         the day, UTC, the contact started
 *   PREFIX/index/chain/ROOT/DAY/CONTACT          empty; of a leg that is not its call's first
 *   PREFIX/index/customer/SHA256/DAY/CONTACT     empty; of a contact with Customer_Identifier
 *
 * Ids in names are percent-encoded but for letters, digits, '-', '_' and '.' (not in front); what
 * would be longer than 200 bytes is called by its first 120, '~' and its SHA-256.
 *
 * Documents of one contact are joined, so writing is idempotent and in any order. Day and index are
 * those of the record as it is put, not of the join: so which objects there are at the end is the
 * same whatever the order. Where the same contact lies under two days (its start was learned later)
 * readers join them. The index is written before the document: what leads nowhere is passed over.
 *
 * Who looks for a contact by its id looks into every day: for as long as contacts are looked for
 * more seldom than they are archived, that costs less than an index of all of them.
 */
#ifndef CONTACTWATCH_ARCHIVE_H
#define CONTACTWATCH_ARCHIVE_H

#include "contactwatch/aws.h"
#include "contactwatch/record.h"
#include "contactwatch/source.h"
#include "contactwatch/store.h"

struct archive;
/* s3://BUCKET[/PREFIX] or file:FOLDER. session: of S3; outlives the archive. write: a folder is
 * made (0700) when it is not there. One thread at a time. */
struct archive *archive_open(const char *spec, struct aws_session *session, bool write,
                             struct err *err);
void archive_close(struct archive *archive);
bool archive_needs_aws(const char *spec);

/* Joins the contact with the document already there, if any, and writes it and its index; durable
 * when true. What another writer puts there meanwhile is joined too (If-Match / If-None-Match; a
 * lock in a folder). */
bool archive_put(struct archive *archive, const struct record *record,
                 const struct history *history, struct err *err);

/* Takes an expired contact out of the store: all that the store keeps of it is put into the archive
 * with `record` and `more` (entries known beside, may be NULL), and only then removed there.
 * *removed 0: it lives again, or somebody else was faster. */
bool archive_take(struct archive *archive, struct store *store, const struct record *record,
                  const struct history *more, unsigned *removed, struct err *err);

/* As store_get. Documents are capped before they are inflated (ARCHIVE_DOCUMENT_MAX) and parsed. An
 * object that is none of ours (damaged gzip, other JSON, another contact's) is an error that names
 * it, and is never written over; nor is a document with an entry that is not understood here. */
enum { ARCHIVE_DOCUMENT_MAX = 64 << 20 };
bool archive_get(struct archive *archive, const char *contact_id, struct arena *arena,
                 struct record *record, struct history *history, bool *found, struct err *err);

/* Is there a document of this contact, one that can be read or not? */
bool archive_has(struct archive *archive, const char *contact_id, bool *found, struct err *err);

/* Visitors of contact ids; return false to stop. */
typedef bool archive_visitor(void *context, const char *contact_id);
/* Contacts whose id begins with `prefix`, each once. */
bool archive_find(struct archive *archive, const char *prefix, archive_visitor *visit,
                  void *context, struct err *err);
bool archive_customer(struct archive *archive, const char *customer, archive_visitor *visit,
                      void *context, struct err *err);

/* Removes a contact's documents and index; *removed counts documents. */
bool archive_remove(struct archive *archive, const char *contact_id, unsigned *removed,
                    struct err *err);

/* A store that answers from the archive what `store` does not have: get and by_chain, and with them
 * store_load_chain; by_customer likewise. All else is the store's. Owns both. */
struct store *store_with_archive(struct store *store, struct archive *archive);

/*
 * A source that plays the entries of all documents of the days from..to (NULL = open), in the order
 * of their times over all contacts, at options->speed. Held are packed documents of one day and the
 * contacts under way, at most ARCHIVE_REPLAY_MAX bytes: beyond that it fails. Owns the archive.
 */
enum { ARCHIVE_REPLAY_MAX = 512 << 20 };
struct source *archive_source_open(struct archive *archive, const char *from, const char *to,
                                   const struct source_options *options);

#endif
