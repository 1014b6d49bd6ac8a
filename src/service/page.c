/* The metrics as text, from their one table. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "contactwatch/instant.h"
#include "contactwatch/json.h"
#include "contactwatch/service.h"

static const char *const type_name[] = {"counter", "gauge", "summary"};

static void sample(struct buf *out, const char *name, const char *suffix, const char *labels,
                   double value)
{
    buf_printf(out, "%s%s%s %.15g\n", name, suffix, labels, value);
}

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A family's rows stand together; one without a sample is left out. */
static size_t family(struct buf *out, size_t first, const struct metrics_view *view)
{
    const struct metric_spec *spec = &metric_specs[first];
    bool begun = false;
    size_t i = first;
    for (; i < metric_spec_count && strcmp(metric_specs[i].family, spec->family) == 0; i++) {
        double value = metric_specs[i].value(view);
        if (isnan(value))
            continue;
        if (!begun)
            head(out, spec->family, type_name[spec->type], spec->help);
        begun = true;
        sample(out, spec->family, metric_specs[i].suffix, metric_specs[i].labels, value);
    }
    return i;
}

static void process(struct buf *out)
{
    struct rusage usage;
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    char line[128] = "";
    if (file) {
        char *text = fgets(line, sizeof(line), file) ? strchr(line, ' ') : NULL;
        pages = text ? strtol(text, NULL, 10) : 0;
        fclose(file);
    }
    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        double seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
        head(out, "process_cpu_seconds_total", "counter", "CPU time used by this process.");
        sample(out, "process_cpu_seconds_total", "", "", seconds);
    }
    if (pages > 0) {
        head(out, "process_resident_memory_bytes", "gauge", "Resident memory of this process.");
        sample(out, "process_resident_memory_bytes", "", "",
               (double)pages * (double)sysconf(_SC_PAGESIZE));
    }
}

void metrics_page(struct buf *out, const struct metrics_view *view, const struct service_info *info)
{
    head(out, "contactwatch_build_info", "gauge", "What runs here; always 1.");
    buf_printf(out, "contactwatch_build_info{version=\"%s\",source=\"%.16s\",store=\"%.16s\"} 1\n",
               CONTACTWATCH_VERSION, info->source, info->store);
    for (size_t i = 0; i < metric_spec_count;)
        i = family(out, i, view);
    process(out);
}

/* "contactwatch_lag_seconds" and "{events=\"flow_log\",quantile=\"0.99\"}" make
 * "lag_seconds_flow_log_0.99". */
static void json_name(struct buf *out, const struct metric_spec *spec)
{
    buf_text(out, spec->family + strlen("contactwatch_"));
    buf_text(out, spec->suffix);
    for (const char *at = spec->labels; (at = strchr(at, '"'));) {
        size_t length = strcspn(at + 1, "\"");
        buf_char(out, '_');
        buf_add(out, at + 1, length);
        at += length + 2;
    }
}

void metrics_json(struct buf *out, const struct metrics_view *view)
{
    bool first = true;
    for (size_t i = 0; i < metric_spec_count; i++) {
        double value = metric_specs[i].value(view);
        if (isnan(value))
            continue;
        buf_text(out, first ? "\"" : ",\"");
        json_name(out, &metric_specs[i]);
        buf_printf(out, "\":%.15g", value);
        first = false;
    }
}

bool metrics_healthy(const struct metrics_view *view, int64_t now, char reason[HEALTH_REASON_MAX])
{
    int64_t heard = view->last_receive > view->started ? view->last_receive : view->started;
    reason[0] = '\0';
    if (view->ended)
        return true;
    if (view->store_error[0] && view->store_failing_ms >= HEALTH_STORE_MS)
        snprintf(reason, HEALTH_REASON_MAX, "the store has taken nothing for %lld s: %s",
                 (long long)(view->store_failing_ms / SECOND_MS), view->store_error);
    else if (view->longest_attempt_ms >= HEALTH_STUCK_MS)
        snprintf(reason, HEALTH_REASON_MAX, "the store has been at one batch for %lld s",
                 (long long)(view->longest_attempt_ms / SECOND_MS));
    else if (view->longest_step_ms >= HEALTH_STUCK_MS)
        snprintf(reason, HEALTH_REASON_MAX, "a thread has been at one step for %lld s",
                 (long long)(view->longest_step_ms / SECOND_MS));
    else if (view->source_error[0] && now - heard >= HEALTH_SILENT_MS)
        snprintf(reason, HEALTH_REASON_MAX, "nothing could be received for %lld s: %s",
                 (long long)((now - heard) / SECOND_MS), view->source_error);
    return !reason[0];
}
