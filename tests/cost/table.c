/* The tables in Markdown, and whether README has them. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cost/cost.h"

/* A number as the tables write it: enough of it to compare, no more than anybody reads. */
static void cell(struct buf *out, double value)
{
    if (value > 0 && value < 0.95)
        buf_printf(out, " %.2f |", value);
    else if (value > 0 && value < 9.95)
        buf_printf(out, " %.1f |", value);
    else if (value < 1000)
        buf_printf(out, " %.0f |", value);
    else
        buf_printf(out, " %.0f,%03.0f |", floor(round(value) / 1000), fmod(round(value), 1000));
}

struct column {
    const char *name;
    size_t offset; /* of a double in struct row */
};
#define UNITS(whose, price) offsetof(struct row, whose.of[price])

static const struct column money[] = {
    {"The original", offsetof(struct row, usd.original)},
    {"Worker", offsetof(struct row, usd.worker)},
    {"Lambda", offsetof(struct row, usd.lambda)},
    {"Archive, with a year's storage", offsetof(struct row, usd.archive)},
    {"The flow logs in CloudWatch", offsetof(struct row, usd.logs)},
};
static const struct column units[] = {
    {"Messages", offsetof(struct row, messages)},
    {"Write units: original", UNITS(original, PRICE_WRITE)},
    {"worker", UNITS(worker, PRICE_WRITE)},
    {"Lambda", UNITS(lambda, PRICE_WRITE)},
    {"Read units: original", UNITS(original, PRICE_READ)},
    {"worker", UNITS(worker, PRICE_READ)},
    {"Lambda", UNITS(lambda, PRICE_READ)},
    {"DynamoDB requests: worker", offsetof(struct row, worker_requests)},
    {"Lambda", offsetof(struct row, lambda_requests)},
    {"SQS requests", UNITS(worker, PRICE_SQS)},
};
static const struct column archiving[] = {
    {"Write units", UNITS(archive, PRICE_WRITE)},      {"Read units", UNITS(archive, PRICE_READ)},
    {"S3 PUT and LIST", UNITS(archive, PRICE_S3_PUT)}, {"S3 GET", UNITS(archive, PRICE_S3_GET)},
    {"Stored, KB", offsetof(struct row, archived_kb)},
};
static const struct column times[] = {
    {"forward", offsetof(struct row, forward_ms)},
    {"ingest", offsetof(struct row, ingest_ms)},
    {"archive", offsetof(struct row, archive_ms)},
};
static const struct table {
    const char *said, *corner;
    const struct column *column;
    size_t columns;
    bool timed; /* differs from machine to machine, and is not in README */
} tables[] = {
    {"US dollars per million contacts", "Entries = events + flow logs", money, ARRAY_SIZE(money),
     false},
    {"What they come from", "Of one contact", units, ARRAY_SIZE(units), false},
    {NULL, "Archiving one contact", archiving, ARRAY_SIZE(archiving), false},
    {NULL, "Milliseconds of an invocation", times, ARRAY_SIZE(times), true},
};

static void write_table(struct buf *out, const struct table *table, const struct row *rows)
{
    buf_printf(out, "| %s |", table->corner);
    for (size_t c = 0; c < table->columns; c++)
        buf_printf(out, " %s |", table->column[c].name);
    buf_text(out, "\n|--|");
    for (size_t c = 0; c < table->columns; c++)
        buf_text(out, "--:|");
    for (size_t i = 0; i < cost_shape_count; i++) {
        const struct shape *of = &cost_shapes[i];
        buf_printf(out, "\n| %u = %u + %u |", of->events + of->lines, of->events, of->lines);
        for (size_t c = 0; c < table->columns; c++)
            cell(out, *(const double *)((const char *)&rows[i] + table->column[c].offset));
    }
    buf_char(out, '\n');
}

void write_tables(struct buf *out, const struct row *rows)
{
    for (const struct table *table = tables; table < tables + ARRAY_SIZE(tables); table++) {
        if (table->said)
            buf_printf(out, "%s:\n\n", table->said);
        write_table(out, table, rows);
        buf_char(out, '\n');
    }
    write_prices(out);
}

static bool read_text(const char *path, struct buf *out)
{
    char part[4096];
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    for (size_t n; (n = fread(part, 1, sizeof(part), file)) > 0;)
        buf_add(out, part, n);
    fclose(file);
    return true;
}

static double number(const char *text, char **end)
{
    double value = strtod(text, end);
    while (**end == ',')
        value = value * 1000 + strtod(*end + 1, end);
    return value;
}

/* The same words and, within the share, the same numbers. */
static bool lines_agree(const char *a, const char *b, double share)
{
    while (*a && *b && *a != '\n' && *b != '\n') {
        bool digits = *a >= '0' && *a <= '9' && *b >= '0' && *b <= '9';
        if (digits) {
            char *behind_a, *behind_b;
            double left = number(a, &behind_a), right = number(b, &behind_b);
            if (fabs(left - right) > share * fmax(left, right) + 0.1)
                return false;
            a = behind_a;
            b = behind_b;
        } else if (*a++ != *b++) {
            return false;
        }
    }
    return (*a == '\n' || !*a) && (*b == '\n' || !*b);
}

static bool has_line(const char *text, const char *line, double share)
{
    for (; text; text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL)
        if (lines_agree(text, line, share))
            return true;
    return false;
}

static bool table_agrees(const char *text, const char *readme, const struct table *table,
                         const struct row *rows, double share)
{
    struct buf lines = {0};
    bool good = true;
    write_table(&lines, table, rows);
    for (const char *line = lines.data; *line; line = strchr(line, '\n') + 1)
        if (!has_line(text, line, share)) {
            fprintf(stderr, "cost: %s does not say: %.*s\n", readme, (int)strcspn(line, "\n"),
                    line);
            good = false;
        }
    buf_free(&lines);
    return good;
}

bool tables_agree(const char *readme, const struct row *rows, double share)
{
    struct buf text = {0};
    bool good = read_text(readme, &text);
    if (!good)
        fprintf(stderr, "cost: %s cannot be read\n", readme);
    for (size_t i = 0; good && i < ARRAY_SIZE(tables); i++)
        good = tables[i].timed || table_agrees(buf_str(&text), readme, &tables[i], rows, share);
    buf_free(&text);
    return good;
}
