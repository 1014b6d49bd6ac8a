/* The table of published metrics, made from metrics.def. */
#include <math.h>

#include "contactwatch/metrics.h"

#define COUNTED(id) ((double)v->count[METRIC_##id])
#define SECONDS(ms) ((ms) < 0 ? NAN : (double)(ms) / 1000)
#define MOMENT(ms)  ((ms) ? (double)(ms) / 1000 : NAN)
#define QUEUE(x)    (v->has_queue ? (x) : NAN)
#define STORE(x)    (v->has_store_counts ? (x) : NAN)
#define AWS(x)      (v->has_aws ? (x) : NAN)

#define METRIC(id, family, suffix, labels, type, help, x)                                          \
    static double value_of_##id(const struct metrics_view *v)                                      \
    {                                                                                              \
        return x;                                                                                  \
    }
#include "ingest/metrics.def"
#undef METRIC

const struct metric_spec metric_specs[] = {
#define METRIC(id, family, suffix, labels, type, help, x)                                          \
    {"contactwatch_" family, suffix, labels, METRIC_##type, help, value_of_##id},
#include "ingest/metrics.def"
#undef METRIC
};
const size_t metric_spec_count = sizeof(metric_specs) / sizeof(metric_specs[0]);
