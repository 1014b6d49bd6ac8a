/* Packs bodies as AWS does: gzip, zlib, base64. */
#ifndef TESTS_SUPPORT_PACK_H
#define TESTS_SUPPORT_PACK_H

#include "contactwatch/mem.h"

enum pack_format { PACK_GZIP, PACK_ZLIB };

/* Each appends to out. */
void pack(struct buf *out, enum pack_format format, const char *data, size_t length);
void pack_base64(struct buf *out, const char *data, size_t length);

/* {"awslogs":{"data":"<base64 of gzip of text>"}} */
void pack_awslogs(struct buf *out, const char *text);

/* A decoded CloudWatch Logs subscription: messageType `type`, and `count` times the line. */
#define PACK_LOG_ID "36900000000000000000000000000000000000000000000000000001"
void pack_log_message(struct buf *out, const char *type, const char *line, size_t count);

#endif
