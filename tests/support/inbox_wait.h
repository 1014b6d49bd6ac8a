/* Waiting for what a follower posts. */
#ifndef TESTS_INBOX_WAIT_H
#define TESTS_INBOX_WAIT_H

#include "contactwatch/inbox.h"

enum { INBOX_PATIENCE_MS = 20000 };

/* The next note of a kind; others are dropped on the way. Asserts that it comes. */
struct note *inbox_await(struct inbox *inbox, enum note_kind kind);
void inbox_skip_to(struct inbox *inbox, enum note_kind kind);

#endif
