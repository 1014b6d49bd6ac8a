/* The tables of a DynamoDB store, for commands that make or look at them. */
#ifndef CONTACTWATCH_DYNAMODB_H
#define CONTACTWATCH_DYNAMODB_H

#include "contactwatch/aws.h"
#include "contactwatch/err.h"
#include "contactwatch/record.h"

enum { DDB_SCHEMA = 1 };

/* Keys, indexes, and the item that tells the schema. */
#define DDB_KEY            "Connect_ContactId" /* hash of status and history */
#define DDB_EXPIRY         "DDB_ExpiryEpoch"   /* TTL of all three tables, s */
#define DDB_WRITTEN        "Written"           /* range of history and feed */
#define DDB_FEED_SHARD     "Feed_Shard"        /* hash of the feed */
#define DDB_LIVE           "Live_Partition"
#define DDB_INDEX_LIVE     "GSI-Live"
#define DDB_INDEX_CHAIN    "GSI-Chain"
#define DDB_INDEX_CUSTOMER "GSI-Customer_Identifier"
#define DDB_SCHEMA_KEY     "#contactwatch"

/* TABLE[,HISTORY[,FEED]] into names on the heap; false with err when a name is none. */
bool ddb_table_names(const char *tables, char **table, char **history, char **feed,
                     struct err *err);

/*
 * Makes what is missing of the tables of `tables` ("TABLE[,HISTORY[,FEED]]"): tables billed on
 * demand, indexes, TTL, the schema item; waits until all of it is active. What is there is left as
 * it is, also a table of the original project. say (may be NULL) is told each step. For
 * development: in production the CloudFormation template makes the tables.
 */
bool dynamodb_init(const char *tables, struct aws_session *session,
                   void (*say)(void *context, const char *text), void *context, struct err *err);

/*
 * The event that Lambda makes of the status table's stream, record by record. The text outlives it.
 * Open fails on what is no such event.
 */
struct dynamodb_stream {
    const char *at, *end;
};
struct dynamodb_removal {
    char sequence[64];      /* SequenceNumber */
    const char *contact_id; /* whose item TTL removed; NULL: it is about something else */
    const char *image;      /* OldImage, JSON of attribute values; NULL: the stream has none */
    size_t length;
};
enum dynamodb_next { DYNAMODB_STREAM_RECORD, DYNAMODB_STREAM_ENDED, DYNAMODB_STREAM_DAMAGED };
bool dynamodb_stream_open(struct dynamodb_stream *stream, const char *event, size_t length,
                          struct err *err);
/* The contact's id is in the arena. DAMAGED: err is set, and nothing can be told of what follows.
 */
enum dynamodb_next dynamodb_stream_next(struct dynamodb_stream *stream, struct arena *arena,
                                        struct dynamodb_removal *out, struct err *err);
/* An item as its image; the entries of an inline History (the original project's) are appended to
 * *inline_history, bodies in the arena. record is uninitialised and always the caller's to free. */
bool dynamodb_image_read(struct record *record, struct arena *arena, const char *image,
                         size_t length, struct history *inline_history, struct err *err);

#endif
