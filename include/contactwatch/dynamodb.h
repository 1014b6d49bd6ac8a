/* The tables of a DynamoDB store, for commands that make or look at them. */
#ifndef CONTACTWATCH_DYNAMODB_H
#define CONTACTWATCH_DYNAMODB_H

#include "contactwatch/aws.h"
#include "contactwatch/err.h"

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

/* One index of the status table. */
struct dynamodb_index {
    const char *name, *hash, *range; /* range NULL = none */
};
enum { DYNAMODB_INDEXES = 3 };
extern const struct dynamodb_index dynamodb_indexes[DYNAMODB_INDEXES];

/*
 * Makes what is missing of the tables of `tables` ("TABLE[,HISTORY[,FEED]]"): tables billed on
 * demand, indexes, TTL, the schema item; waits until all of it is active. What is there is left as
 * it is, also a table of the original project. say (may be NULL) is told each step. For
 * development: in production the CloudFormation template makes the tables.
 */
bool dynamodb_init(const char *tables, struct aws_session *session,
                   void (*say)(void *context, const char *text), void *context, struct err *err);

#endif
