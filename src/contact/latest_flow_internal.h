/* The value of Connect_Latest_Contactflow. Private to contact/. */
#ifndef CONTACT_LATEST_FLOW_H
#define CONTACT_LATEST_FLOW_H

#include "contactwatch/record.h"

enum {
    LATEST_TEXT_MAX = 256, /* bytes of each text, cut at a character */
    LATEST_FLOW_MAX = 13312
};

/*
 * Writes canonical JSON of the newest flow log, without Parameters and ExternalResults, which the
 * history has in full. Inside modules Flow_Run is the flow that runs them. Returns its length; it
 * is followed by a NUL.
 */
size_t latest_flow_write(char out[LATEST_FLOW_MAX], const struct event *event);

#endif
