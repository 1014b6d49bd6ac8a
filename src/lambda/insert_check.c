#include "lambda/insert_check.h"

#include <string.h>

static const char *fault_of(struct insert_check *check, const cJSON *parameter, struct arena *arena)
{
    const char *name = parameter->string, *value = flow_event_value(arena, parameter);
    bool customer = strcmp(name, CUSTOMER_PARAMETER) == 0;
    size_t length = strlen(name), size = value ? strlen(value) : 0;
    check->bytes += length + size;
    check->count += (customer ? customer_named(arena, value) : value) != NULL;
    if (!length)
        return "a parameter without a name";
    if (length > INSERT_NAME_MAX)
        return "a name longer than 256 bytes";
    if (record_reserved(name) && !customer)
        return "a name that the record keeps for itself";
    if (!value && !cJSON_IsNull(parameter))
        return "a value that is an object or an array";
    if (size > INSERT_VALUE_MAX)
        return "a value longer than 4096 bytes";
    if (customer && size > INSERT_CUSTOMER_MAX)
        return "a Customer_Identifier longer than 256 bytes";
    return NULL;
}

/* A name too long to be written is too long to be answered. */
static void name_it(struct insert_check *check, const char *name)
{
    if (check->names.length + strlen(name) + 1 > INSERT_NAMES_SAID)
        return;
    if (check->names.length)
        buf_char(&check->names, ',');
    buf_text(&check->names, name);
}

bool insert_check(struct insert_check *check, const struct flow_event *event, struct arena *arena)
{
    *check = (struct insert_check){.reason = NULL};
    const cJSON *parameter = NULL;
    cJSON_ArrayForEach(parameter, event->parameters)
    {
        const char *fault = fault_of(check, parameter, arena);
        if (fault)
            name_it(check, parameter->string);
        if (!check->reason)
            check->reason = fault;
    }
    if (!check->reason && check->count > INSERT_COUNT_MAX)
        check->reason = "more than 64 parameters";
    if (!check->reason && check->bytes > INSERT_ALL_MAX)
        check->reason = "more than 32 KiB of parameters";
    if (!check->reason && event->address && strlen(event->address) > INSERT_CUSTOMER_MAX)
        check->reason = "an address of the customer longer than 256 bytes";
    return check->reason == NULL;
}

void insert_check_free(struct insert_check *check)
{
    buf_free(&check->names);
}
