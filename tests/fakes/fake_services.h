/* The handlers of SQS, STS, Connect and S3. */
#ifndef TESTS_FAKE_SERVICES_H
#define TESTS_FAKE_SERVICES_H

#include "fakes/fake_internal.h"

#define FAKE_HANDLER(name)                                                                         \
    void name(struct fake_aws *fake, struct fake_request *request, struct fake_reply *reply)

FAKE_HANDLER(fake_sqs_create);
FAKE_HANDLER(fake_sqs_delete_queue);
FAKE_HANDLER(fake_sqs_list);
FAKE_HANDLER(fake_sqs_url);
FAKE_HANDLER(fake_sqs_attributes);
FAKE_HANDLER(fake_sqs_set_attributes);
FAKE_HANDLER(fake_sqs_purge);
FAKE_HANDLER(fake_sqs_send);
FAKE_HANDLER(fake_sqs_send_batch);
FAKE_HANDLER(fake_sqs_receive);
FAKE_HANDLER(fake_sqs_delete);
FAKE_HANDLER(fake_sqs_delete_batch);
FAKE_HANDLER(fake_sqs_visibility);
FAKE_HANDLER(fake_sqs_visibility_batch);
FAKE_HANDLER(fake_sts_caller);
FAKE_HANDLER(fake_sts_assume);
FAKE_HANDLER(fake_connect_list);
FAKE_HANDLER(fake_connect_describe);
FAKE_HANDLER(fake_s3_put);
FAKE_HANDLER(fake_s3_get); /* HeadObject too */
FAKE_HANDLER(fake_s3_delete);
FAKE_HANDLER(fake_s3_create_bucket);
FAKE_HANDLER(fake_s3_head_bucket);
FAKE_HANDLER(fake_s3_list);

#endif
