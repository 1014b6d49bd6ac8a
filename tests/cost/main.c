/* make cost: the tables of README, "What it costs". With a file, whether its tables are those. */
#include <stdio.h>
#include <stdlib.h>

#include "contactwatch/log.h"
#include "cost/traffic.h"

const struct shape cost_shapes[] = {{5, 9}, {6, 34}, {7, 93}, {7, 293}};
const size_t cost_shape_count = ARRAY_SIZE(cost_shapes);

static void add(struct usage *to, const struct usage *more)
{
    for (size_t i = 0; i < PRICES; i++)
        to->of[i] += more->of[i];
}

static void measure(const struct shape *shape, struct row *row)
{
    static struct traffic traffic;
    struct usage queue = {0};
    cost_original(shape, &row->original);
    cost_logs(shape, &row->logs);
    traffic_open(&traffic, shape);
    cost_queue(&traffic, row, &queue);
    cost_worker(&traffic, row);
    cost_lambda(&traffic, row);
    cost_archive(&traffic, row);
    traffic_close(&traffic);
    add(&row->worker, &queue);
    add(&row->lambda, &queue);
    usage_divide(&row->worker, COST_CONTACTS);
    usage_divide(&row->lambda, COST_CONTACTS);
    usage_divide(&row->archive, COST_CONTACTS);
    row->worker_requests /= COST_CONTACTS;
    row->lambda_requests /= COST_CONTACTS;
    row->archived_kb /= COST_CONTACTS;
    row->usd.original = dollars(&row->original);
    row->usd.worker = dollars(&row->worker);
    row->usd.lambda = dollars(&row->lambda);
    row->usd.archive = dollars(&row->archive);
    row->usd.logs = dollars(&row->logs);
}

int main(int argc, char **argv)
{
    struct row rows[ARRAY_SIZE(cost_shapes)] = {0};
    struct buf tables = {0};
    log_set_level(LOG_WARNING);
    for (size_t i = 0; i < cost_shape_count; i++)
        measure(&cost_shapes[i], &rows[i]);
    if (argc > 1)
        return !tables_agree(argv[1], rows, 0.15);
    write_tables(&tables, rows);
    fputs(tables.data, stdout);
    buf_free(&tables);
    return 0;
}
