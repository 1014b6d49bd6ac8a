/* The cells of the Contacts table as raw text. */
#ifndef LIVE_COLUMN_INTERNAL_H
#define LIVE_COLUMN_INTERNAL_H

#include "contactwatch/live.h"

#define COLUMN_FORMAT(name)                                                                        \
    void format_##name(struct buf *out, const struct row *row, const struct live *live, int64_t now)

COLUMN_FORMAT(flags);
COLUMN_FORMAT(status);
COLUMN_FORMAT(channel);
COLUMN_FORMAT(in_state);
COLUMN_FORMAT(total);
COLUMN_FORMAT(queue);
COLUMN_FORMAT(agent);
COLUMN_FORMAT(customer);
COLUMN_FORMAT(contact);
COLUMN_FORMAT(now_at);
COLUMN_FORMAT(method);
COLUMN_FORMAT(flow);
COLUMN_FORMAT(block);
COLUMN_FORMAT(chain);
COLUMN_FORMAT(last_event);
COLUMN_FORMAT(lambda_errors);
COLUMN_FORMAT(errors);
COLUMN_FORMAT(start);

#endif
