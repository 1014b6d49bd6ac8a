/* The one price list: us-east-1, on demand, without the free tier, in November 2026. */
#include <stdio.h>

#include "cost/cost.h"

static const struct {
    const char *what;
    double usd, per;
    const char *unit;
} prices[PRICES] = {
    [PRICE_WRITE] = {"DynamoDB write units", 0.625, 1e6, "million"},
    [PRICE_READ] = {"DynamoDB read units", 0.125, 1e6, "million"},
    [PRICE_SQS] = {"SQS requests", 0.40, 1e6, "million"},
    [PRICE_LAMBDA] = {"Lambda invocations", 0.20, 1e6, "million"},
    [PRICE_GB_S_ARM] = {"Lambda on arm64", 0.0000133334, 1, "GB-s"},
    [PRICE_GB_S_X86] = {"on x86_64", 0.0000166667, 1, "GB-s"},
    [PRICE_S3_PUT] = {"S3 PUT and LIST", 0.005, 1e3, "thousand"},
    [PRICE_S3_GET] = {"S3 GET", 0.0004, 1e3, "thousand"},
    [PRICE_S3_MONTH] = {"S3 storage", 0.023, 1, "GB-month"},
    [PRICE_LOGS] = {"CloudWatch Logs ingestion", 0.50, 1, "GB"},
};

double dollars(const struct usage *usage)
{
    double sum = 0;
    for (size_t i = 0; i < PRICES; i++)
        sum += usage->of[i] * prices[i].usd / prices[i].per;
    return sum * 1e6;
}

void usage_divide(struct usage *usage, double by)
{
    for (size_t i = 0; i < PRICES; i++)
        usage->of[i] /= by;
}

void write_prices(struct buf *out)
{
    buf_text(out, "Prices (us-east-1, on demand, no free tier, November 2026): ");
    for (size_t i = 0; i < PRICES; i++) {
        char usd[24];
        size_t length = (size_t)snprintf(usd, sizeof(usd), "%.10f", prices[i].usd);
        while (usd[length - 1] == '0' && usd[length - 4] != '.')
            usd[--length] = '\0';
        buf_printf(out, "%s%s $%s a %s", i ? ", " : "", prices[i].what, usd, prices[i].unit);
    }
    buf_text(out, ".\n");
}
