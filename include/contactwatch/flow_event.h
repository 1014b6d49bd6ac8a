/*
 * What a flow hands to a Lambda function, {"Name":"ContactFlowEvent","Details":{"ContactData":…,
 * "Parameters":…}}, as far as the record is concerned; the entry that insert leaves in the history
 * is of the same shape. Pure.
 */
#ifndef CONTACTWATCH_FLOW_EVENT_H
#define CONTACTWATCH_FLOW_EVENT_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "contactwatch/mem.h"

/* Texts are NULL when null, "" or absent, and belong to the arena or the tree. */
struct flow_event {
    const char *contact_id;
    const char *channel; /* upper case */
    const char *method;  /* InitiationMethod */
    /* NULL if the contact's own: on a first contact Connect writes its id into all of them. */
    const char *initial_id, *previous_id, *related_id;
    const char *instance_arn;
    const char *queue_arn, *queue_name; /* the working queue; an old event has the name alone */
    const char *address;     /* CustomerEndpoint's, blanks around it cut; NULL also if withheld */
    const char *customer_id; /* CustomerId */
    const cJSON *parameters; /* an object, or NULL: there are none */
};

/* Reads Details, or an entry; false when it has no ContactData. */
bool flow_event_read(struct flow_event *out, struct arena *arena, const cJSON *details);

/*
 * Who the customer is: the parameter Customer_Identifier, else the endpoint's address, else
 * CustomerId; NULL = nobody is known. Blanks around it are cut, nothing else is changed: an
 * identifier is compared byte for byte.
 */
const char *flow_event_customer(const struct flow_event *event, struct arena *arena);
/* What contacts of this customer may be kept under besides: CustomerId, which contact events carry
 * too, where the flow names nobody and there is an address as well; NULL = nothing. */
const char *flow_event_also(const struct flow_event *event, struct arena *arena);
/* The identifier without blanks around it; NULL when it names nobody: "", "anonymous". */
const char *customer_named(struct arena *arena, const char *text);

/* A parameter's value as the record keeps it: numbers and booleans become texts. NULL when it is
 * null, an object or an array. */
const char *flow_event_value(struct arena *arena, const cJSON *parameter);

#define CUSTOMER_PARAMETER "Customer_Identifier"

#endif
