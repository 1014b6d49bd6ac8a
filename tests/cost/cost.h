/*
 * What a million contacts cost, measured on the fake endpoint: `make cost`. Every amount is of one
 * contact; money appears in prices.c alone.
 */
#ifndef TESTS_COST_H
#define TESTS_COST_H

#include "fakes/fake_aws.h"
#include "support/typical.h"

enum price {
    PRICE_WRITE,
    PRICE_READ,
    PRICE_SQS,
    PRICE_LAMBDA,
    PRICE_GB_S_ARM,
    PRICE_GB_S_X86,
    PRICE_S3_PUT, /* and LIST */
    PRICE_S3_GET,
    PRICE_S3_MONTH,
    PRICE_LOGS,
    PRICES
};
/* Amounts in the units of the price list: units, requests, GB-s, GB-months, GB. */
struct usage {
    double of[PRICES];
};
double dollars(const struct usage *usage); /* of a million contacts */
void usage_divide(struct usage *usage, double by);
void write_prices(struct buf *out); /* the list, as a line of text */

struct shape {
    unsigned events, lines;
};
extern const struct shape cost_shapes[];
extern const size_t cost_shape_count;

/* How the program would be set up: see README, "What it costs". */
enum {
    COST_CONTACTS = 10,    /* side by side: a message of each in a flush or a batch of Lambda */
    COST_ENVIRONMENTS = 3, /* of the ingest function, in turn */
    COST_FORWARD_MB = 256, /* memory, as in cloudformation/contactwatch.yaml */
    COST_INGEST_MB = 512,
    COST_ARCHIVE_MB = 512,
    COST_TRIP_MS = 5,        /* from a function to DynamoDB, SQS or S3 and back */
    COST_LAMBDA_LOG = 330,   /* bytes of START, END and REPORT an invocation */
    COST_LINE_OVERHEAD = 26, /* bytes CloudWatch adds to a log event */
    COST_SQS_CHUNK = 64 << 10,
};

/* One row of the tables. */
struct row {
    struct usage original, worker, lambda, archive, logs;
    double messages;
    double worker_requests, lambda_requests;  /* of DynamoDB */
    double forward_ms, ingest_ms, archive_ms; /* of an invocation */
    double archived_kb;
    struct {
        double original, worker, lambda, archive, logs;
    } usd; /* of a million contacts */
};

/* The original project's: a Get and a Put of the whole item and a Lambda run for each entry. */
void cost_original(const struct shape *shape, struct usage *out);
/* What CloudWatch takes for the flow logs themselves. */
void cost_logs(const struct shape *shape, struct usage *out);

struct traffic;
/* The messages' way into the queue and out of it, the same for both ways of ingestion. */
void cost_queue(struct traffic *traffic, struct row *row, struct usage *out);
void cost_worker(struct traffic *traffic, struct row *row);
void cost_lambda(struct traffic *traffic, struct row *row);
/* Of the contacts that were ingested last. */
void cost_archive(struct traffic *traffic, struct row *row);

void write_tables(struct buf *out, const struct row *rows);
/* Are README's tables those, within a share of each number? Says on stderr what is not. */
bool tables_agree(const char *readme, const struct row *rows, double share);

#endif
