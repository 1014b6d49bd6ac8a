/* A program run for what it prints, without a shell. */
#ifndef AWS_PROGRAM_H
#define AWS_PROGRAM_H

#include <stdatomic.h>

#include "contactwatch/err.h"
#include "contactwatch/mem.h"

/*
 * Splits a command line into words as a POSIX shell would quote them, with nothing expanded. NULL
 * when a quote is left open or there is no word. One heap block; free it.
 */
char **program_split(const char *line);

/*
 * Runs it (found by PATH), standard input empty, and appends what it prints to out, at most
 * out->max bytes. False with err set when it cannot be started, prints more, takes longer than
 * timeout_ms or until closing rises (may be NULL), or fails: then with the beginning of what it
 * said on standard error.
 */
bool program_run(char *const *argv, int timeout_ms, const atomic_bool *closing, struct buf *out,
                 struct err *err);

/* Copies what a stranger says into words fit for a log: one line, visible ASCII, with a * for
 * whatever could be a key. */
void text_without_secrets(const char *text, char *out, size_t size);

#endif
