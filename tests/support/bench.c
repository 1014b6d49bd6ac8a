#include "support/bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "contactwatch/instant.h"
#include "contactwatch/text.h"

enum { NAME_CELLS = 58, FIGURE_CELLS = 18, BAR_CELLS = 16 };

static void print_cells(const char *text, int cells)
{
    int blanks = cells - text_width(text);
    printf("%s%*s", text, blanks > 1 ? blanks : 1, "");
}

static void put_number(char *out, size_t size, const char *sign, double value, const char *unit)
{
    int decimals = fabs(value) >= 100 ? 0 : fabs(value) >= 10 ? 1 : 2;
    snprintf(out, size, "%s%.*f %s", sign, decimals, value, unit);
}

void bench_figure(const char *what, double figure, const char *unit, enum bench_bar kind,
                  double bar)
{
    char text[64] = "–";
    print_cells(what, NAME_CELLS);
    put_number(text, sizeof(text), "", figure, unit);
    print_cells(text, FIGURE_CELLS);
    if (kind == BENCH_NO_BAR) {
        printf("–\n");
    } else {
        bool met = kind == BENCH_AT_MOST ? figure <= bar : figure >= bar;
        put_number(text, sizeof(text), kind == BENCH_AT_MOST ? "≤ " : "≥ ", bar, unit);
        print_cells(text, BAR_CELLS);
        printf("%s\n", met ? "ok" : "MISSED");
    }
    fflush(stdout);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_percentile(double *value, size_t count, double percent)
{
    if (!count)
        return NAN;
    qsort(value, count, sizeof(*value), ascending);
    size_t at = (size_t)((double)count * percent / 100);
    return value[at < count ? at : count - 1];
}

double bench_median(double *value, size_t count)
{
    return bench_percentile(value, count, 50);
}

int64_t bench_cpu_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static double since(int64_t *mark, int64_t now)
{
    double ms = (double)(now - *mark) / 1e6;
    *mark = now;
    return ms;
}

double bench_cpu_ms(int64_t *mark)
{
    return since(mark, bench_cpu_ns());
}

double bench_wall_ms(int64_t *mark)
{
    return since(mark, monotonic_ns());
}
