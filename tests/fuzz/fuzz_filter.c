/* The filter language: any text parses or is refused with a place inside it, and evaluates on rows
 * of every shape. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/filter.h"
/* A fuzzer is one file beside the library. */
#include "support/live_fixture.c"
#include "support/make_event.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int64_t now = INT64_C(1767268800000);

static struct live *make_live(void)
{
    const struct live_config config = {.utc = 1};
    const struct test_leg full = {.id = "edfcdfa6-358e",
                                  .start = now - 90000,
                                  .enqueued = now - 80000,
                                  .agent_at = now - 5000,
                                  .customer = "+441234",
                                  .attribute = "tier",
                                  .value = "gold",
                                  .flow = "Main IVR",
                                  .flow_at = now - 85000};
    const struct test_leg bare = {.id = "a56502b2", .start = now};
    struct live *live = live_new(&config);
    names_set(live_names(live), QUEUE_BILLING, "Billing", NAME_FILE);
    test_put(live, &full, now);
    test_put(live, &bare, now);
    test_entry(live, full.id, MARK_ERROR | MARK_LAMBDA, now,
               "{\"Parameters\":{\"FunctionArn\":\"f\"},\"Results\":\"Error\"}", now);
    return live;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct live *live;
    if (!live)
        live = make_live();
    char *text = mem_strndup((const char *)data, size);
    struct filter_error error;
    struct filter *filter = filter_parse(text, &error);
    if (!filter && (error.at > strlen(text) || !error.text[0]))
        abort();
    for (size_t i = 0; filter && i < live_limit(live); i++)
        filter_match(filter, live_row(live, i), live, now);
    filter_free(filter);
    free(text);
    return 0;
}
