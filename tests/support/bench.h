/* What every benchmark prints: a line for each figure, its bar beside it, and whether it is met. */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include <stddef.h>
#include <stdint.h>

enum bench_bar { BENCH_NO_BAR, BENCH_AT_MOST, BENCH_AT_LEAST };

void bench_figure(const char *what, double figure, const char *unit, enum bench_bar kind,
                  double bar);
/* Sorts the values; percent 50 is the median. */
double bench_percentile(double *value, size_t count, double percent);
double bench_median(double *value, size_t count);

/* The thread's processor time: what else the machine does meanwhile is left out. */
int64_t bench_cpu_ns(void);
/* ms since a mark of bench_cpu_ns or monotonic_ns; the mark moves on. */
double bench_cpu_ms(int64_t *mark);
double bench_wall_ms(int64_t *mark);

#endif
