/* A checker of the Prometheus text format, version 0.0.4, written from its rules. */
#ifndef TESTS_EXPOSITION_H
#define TESTS_EXPOSITION_H

#include <stddef.h>

/* The number of samples; fails the test at the first line that breaks a rule. */
size_t exposition_check(const char *page);
/* The value of a sample named with its labels; fails the test if it is not there. */
double exposition_value(const char *page, const char *sample);

#endif
