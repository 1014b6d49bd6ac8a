/* The published endpoint cases, run where ../shared/vectors is beside the project. */
#ifndef TESTS_ENDPOINT_VECTORS_H
#define TESTS_ENDPOINT_VECTORS_H

/* Asserts each case of a file; prints how many ran and which kinds are left out. */
void run_rule_vectors(unsigned service, const char *file);
void run_configured_vectors(const char *file);

#endif
