/* What it costs to archive a contact: a function run by its record's removal, which is free; its
 * history read, written to S3 with its index, and its chunks removed. */
#include <stdio.h>

#include "contactwatch/dynamodb.h"
#include "cost/traffic.h"

enum { MONTHS = 12 };

/* TTL removes the record; its stream tells what it was. */
static void expire(struct traffic *traffic, const char *id, unsigned number, struct buf *event)
{
    struct buf request = {0};
    buf_printf(event,
               "%s{\"eventID\":\"%032u\",\"eventName\":\"REMOVE\",\"eventVersion\":\"1.1\","
               "\"eventSource\":\"aws:dynamodb\",\"awsRegion\":\"" FAKE_REGION
               "\",\"userIdentity\":{\"type\":\"Service\",\"principalId\":"
               "\"dynamodb.amazonaws.com\"},\"dynamodb\":{\"Keys\":{\"" DDB_KEY
               "\":{\"S\":\"%s\"}},\"SequenceNumber\":\"%021u\",\"StreamViewType\":"
               "\"NEW_AND_OLD_IMAGES\",\"OldImage\":",
               number ? "," : "", number, id, number + 1);
    if (!fake_aws_item(traffic->fake, TRAFFIC_TABLE, id, NULL, event))
        traffic_fail(id, "was not stored");
    buf_text(event, "}}");
    buf_printf(&request,
               "{\"TableName\":\"" TRAFFIC_TABLE "\",\"Key\":{\"" DDB_KEY "\":{\"S\":\"%s\"}}}",
               id);
    fake_aws_call(traffic->fake, "DynamoDB_20120810.DeleteItem", request.data, NULL);
    buf_free(&request);
}

static void add_size(void *context, const char *key, const char *body, size_t length)
{
    (void)key, (void)body;
    *(double *)context += (double)length;
}

static void count(struct traffic *traffic, struct row *row)
{
    struct usage *usage = &row->archive;
    struct fake_units units;
    fake_aws_units(traffic->fake, NULL, NULL, &units);
    double bytes = 0;
    fake_aws_objects(traffic->fake, TRAFFIC_BUCKET, add_size, &bytes);
    row->archived_kb = bytes / 1000;
    usage->of[PRICE_WRITE] += units.write;
    usage->of[PRICE_READ] += units.read;
    usage->of[PRICE_S3_PUT] += (double)fake_aws_requests(traffic->fake, "PutObject") +
                               (double)fake_aws_requests(traffic->fake, "ListObjectsV2");
    usage->of[PRICE_S3_GET] += (double)fake_aws_requests(traffic->fake, "GetObject") +
                               (double)fake_aws_requests(traffic->fake, "HeadObject");
    usage->of[PRICE_S3_MONTH] += bytes / 1e9 * MONTHS;
}

void cost_archive(struct traffic *traffic, struct row *row)
{
    struct timed archive;
    struct buf event = {0};
    buf_text(&event, "{\"Records\":[");
    for (unsigned c = 0; c < COST_CONTACTS; c++)
        expire(traffic, traffic->contact[c].id, c, &event);
    buf_text(&event, "]}");
    fake_aws_units_reset(traffic->fake);
    timed_open(&archive, traffic, "archive", COST_ARCHIVE_MB);
    timed_run(&archive, &event);
    row->archive_ms = timed_usage(&archive, &row->archive);
    timed_close(&archive);
    count(traffic, row);
    buf_free(&event);
}
