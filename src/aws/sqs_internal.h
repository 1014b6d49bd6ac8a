#ifndef AWS_SQS_INTERNAL_H
#define AWS_SQS_INTERNAL_H

#include <cjson/cJSON.h>

#include "contactwatch/sqs.h"

/* The object that an answer is; NULL with err set when it is none. */
const cJSON *sqs_answer(struct arena *arena, const char *answer, size_t length, struct err *err);

#endif
