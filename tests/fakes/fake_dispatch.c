/* From a request to who answers it: the one table of operations. */
#include <string.h>

#include "fakes/fake_ddb.h"
#include "fakes/fake_internal.h"
#include "fakes/fake_s3.h"

#define SQS(name, handle)                                                                          \
    {                                                                                              \
        FAKE_SQS, name, handle, NULL, NULL, true                                                   \
    }
#define READS(name, handle)                                                                        \
    {                                                                                              \
        FAKE_DYNAMODB, name, handle, NULL, NULL, false                                             \
    }
#define WRITES(name, handle)                                                                       \
    {                                                                                              \
        FAKE_DYNAMODB, name, handle, NULL, NULL, true                                              \
    }
#define CONNECT(name, path, h)                                                                     \
    {                                                                                              \
        FAKE_CONNECT, name, h, "GET", path, false                                                  \
    }

#define S3(name, handle, writes)                                                                   \
    {                                                                                              \
        FAKE_S3, name, handle, NULL, NULL, writes                                                  \
    }

const struct fake_operation fake_operations[] = {
    SQS("CreateQueue", fake_sqs_create),
    SQS("DeleteQueue", fake_sqs_delete_queue),
    SQS("ListQueues", fake_sqs_list),
    SQS("GetQueueUrl", fake_sqs_url),
    SQS("GetQueueAttributes", fake_sqs_attributes),
    SQS("SetQueueAttributes", fake_sqs_set_attributes),
    SQS("PurgeQueue", fake_sqs_purge),
    SQS("SendMessage", fake_sqs_send),
    SQS("SendMessageBatch", fake_sqs_send_batch),
    SQS("ReceiveMessage", fake_sqs_receive),
    SQS("DeleteMessage", fake_sqs_delete),
    SQS("DeleteMessageBatch", fake_sqs_delete_batch),
    SQS("ChangeMessageVisibility", fake_sqs_visibility),
    SQS("ChangeMessageVisibilityBatch", fake_sqs_visibility_batch),
    WRITES("CreateTable", fake_ddb_create_table),
    WRITES("UpdateTable", fake_ddb_update_table),
    READS("DescribeTable", fake_ddb_describe_table),
    WRITES("DeleteTable", fake_ddb_delete_table),
    READS("ListTables", fake_ddb_list_tables),
    WRITES("UpdateTimeToLive", fake_ddb_update_ttl),
    READS("DescribeTimeToLive", fake_ddb_describe_ttl),
    WRITES("PutItem", fake_ddb_put),
    READS("GetItem", fake_ddb_get),
    WRITES("UpdateItem", fake_ddb_update),
    WRITES("DeleteItem", fake_ddb_delete),
    READS("Query", fake_ddb_query),
    READS("Scan", fake_ddb_scan),
    WRITES("BatchWriteItem", fake_ddb_batch_write),
    READS("BatchGetItem", fake_ddb_batch_get),
    {FAKE_STS, "GetCallerIdentity", fake_sts_caller, NULL, NULL, false},
    {FAKE_STS, "AssumeRole", fake_sts_assume, NULL, NULL, false},
    CONNECT("ListQueues", "queues-summary", fake_connect_list),
    CONNECT("ListUsers", "users-summary", fake_connect_list),
    CONNECT("ListPrompts", "prompts-summary", fake_connect_list),
    CONNECT("ListContactFlows", "contact-flows-summary", fake_connect_list),
    CONNECT("ListContactFlowModules", "contact-flow-modules-summary", fake_connect_list),
    CONNECT("DescribeContact", "contacts", fake_connect_describe),
    S3("PutObject", fake_s3_put, true),
    S3("GetObject", fake_s3_get, false),
    S3("HeadObject", fake_s3_get, false),
    S3("DeleteObject", fake_s3_delete, true),
    S3("ListObjectsV2", fake_s3_list, false),
    S3("CreateBucket", fake_s3_create_bucket, true),
    S3("HeadBucket", fake_s3_head_bucket, false),
};
const size_t fake_operation_count = ARRAY_SIZE(fake_operations);
_Static_assert(ARRAY_SIZE(fake_operations) <= FAKE_OPERATIONS_MAX, "a counter for each");

const char *fake_service_name(enum fake_service service)
{
    static const char *const name[FAKE_SERVICES] = {"", "sqs", "dynamodb", "sts", "connect", "s3"};
    return name[service];
}

static const struct fake_operation *by_name(enum fake_service service, const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(fake_operations); i++)
        if (fake_operations[i].service == service && strcmp(fake_operations[i].name, name) == 0)
            return &fake_operations[i];
    return NULL;
}

const struct fake_operation *fake_operation_named(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(fake_operations); i++)
        if (strcmp(fake_operations[i].name, name) == 0)
            return &fake_operations[i];
    return NULL;
}

static const struct fake_operation *by_target(struct fake_request *request, const char *target,
                                              struct fake_reply *reply)
{
    static const struct {
        const char *prefix;
        enum fake_service service;
    } prefixes[] = {{"AmazonSQS.", FAKE_SQS}, {"DynamoDB_20120810.", FAKE_DYNAMODB}};
    const struct fake_operation *operation = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(prefixes) && !operation; i++) {
        size_t length = strlen(prefixes[i].prefix);
        if (strncmp(target, prefixes[i].prefix, length) == 0)
            operation = by_name(prefixes[i].service, target + length);
    }
    if (!operation)
        fake_fail(request, reply, 400, "UnknownOperationException", "%s", "");
    return operation;
}

static const struct fake_operation *by_path(const struct fake_request *request)
{
    for (size_t i = 0; i < ARRAY_SIZE(fake_operations); i++) {
        const char *path = fake_operations[i].path;
        size_t length = path ? strlen(path) : 0;
        if (path && request->path[0] == '/' && strncmp(request->path + 1, path, length) == 0 &&
            request->path[length + 1] == '/' &&
            strcmp(request->method, fake_operations[i].method) == 0)
            return &fake_operations[i];
    }
    return NULL;
}

/* S3's: by bucket, key and method. Asked without a signature too, which is refused later. */
static const struct fake_operation *by_address(struct fake_request *request,
                                               struct fake_reply *reply)
{
    const char *name = s3_operation_name(request, reply);
    return name ? by_name(FAKE_S3, name) : NULL;
}

const struct fake_operation *fake_operation_find(struct fake_request *request,
                                                 struct fake_reply *reply)
{
    const char *target = fake_request_header(request, "x-amz-target");
    if (target)
        return by_target(request, target, reply);
    if (s3_is_meant(request))
        return by_address(request, reply);
    const struct fake_operation *operation = by_path(request);
    struct buf action = {0};
    if (!operation && fake_parameter(request->body, "Action", &action))
        operation = by_name(FAKE_STS, buf_str(&action));
    buf_free(&action);
    if (!operation && strcmp(request->method, "POST") != 0)
        return by_address(request, reply);
    if (!operation)
        fake_fail(request, reply, 404, "UnknownOperationException", "%s %s", request->method,
                  request->path);
    return operation;
}

static bool read_json(struct fake_request *request, struct fake_reply *reply)
{
    enum fake_service service = request->operation->service;
    if (service != FAKE_SQS && service != FAKE_DYNAMODB)
        return true;
    const char *type = fake_request_header(request, "content-type");
    request->json = jv_parse(request->arena, request->body, request->length);
    reply->crc = service == FAKE_DYNAMODB;
    if (request->connection && (!type || strcmp(type, "application/x-amz-json-1.0") != 0))
        return fake_fail(request, reply, 404, "UnknownOperationException", "%s", "");
    if (!request->json || request->json->type != JV_OBJECT)
        return fake_fail(request, reply, 400, "SerializationException", "%s",
                         "Start of structure or map found where not expected.");
    return true;
}

static void count(struct fake_aws *fake, const struct fake_request *request)
{
    fake->all_requests++;
    if (request->operation)
        fake->requests[fake_operation_index(request->operation)]++;
    fake_capture_operation(fake, request->operation ? request->operation->name : "");
}

void fake_dispatch(struct fake_aws *fake, struct fake_request *request, struct fake_reply *reply)
{
    if (strncmp(request->path, "/_fake/", 7) == 0) {
        fake_unlock(fake); /* it asks as the tests do */
        fake_control(fake, request, reply);
        fake_lock(fake);
        return;
    }
    request->operation = fake_operation_find(request, reply);
    count(fake, request);
    if (!request->operation || fake_harm_before(fake, request, reply))
        return;
    request->key = fake_verify(fake, request, request->operation->service, reply);
    if (request->key && !fake_permitted(request->key, request->operation))
        fake_fail(request, reply, 400, "AccessDeniedException",
                  "User: arn:aws:iam::%s:user/%s is not authorized to perform: %s:%s because no "
                  "identity-based policy allows the action",
                  request->key->account, request->key->access_key,
                  fake_service_name(request->operation->service),
                  request->operation->service == FAKE_S3 ? fake_action(request->operation)
                                                         : request->operation->name);
    else if (request->key && read_json(request, reply))
        request->operation->handle(fake, request, reply);
    if (!reply->parked)
        fake_harm_after(fake, request, reply);
}

void fake_dispatch_inside(struct fake_aws *fake, struct fake_request *request,
                          struct fake_reply *reply)
{
    request->operation = fake_operation_find(request, reply);
    if (request->operation && read_json(request, reply))
        request->operation->handle(fake, request, reply);
}
