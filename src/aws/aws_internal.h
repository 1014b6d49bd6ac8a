/* What the rooms of aws/ share: the session's inside, services' table, error forms. */
#ifndef AWS_AWS_INTERNAL_H
#define AWS_AWS_INTERNAL_H

#include <stdatomic.h>

#include "aws/endpoint.h"
#include "contactwatch/aws.h"
#include "contactwatch/sigv4.h"

enum aws_protocol {
    AWS_JSON_1_0,  /* POST / with X-Amz-Target */
    AWS_QUERY,     /* POST / with a form; STS */
    AWS_REST_JSON, /* Connect */
    AWS_REST_XML,  /* S3 */
};

struct aws_service_spec {
    const char *id;      /* "SQS": of AWS_ENDPOINT_URL_SQS; "sqs" in a profile's services section */
    const char *host;    /* endpoint prefix: "sqs" */
    const char *signing; /* name in the signature */
    const char *target;  /* X-Amz-Target before the dot; NULL */
    enum aws_protocol protocol;
    unsigned attempts; /* by default */
    int base_delay_ms; /* of transient faults */
    bool query_mode;   /* sends x-amzn-query-mode */
    bool checks_crc;   /* answers carry x-amz-crc32 */
};
extern const struct aws_service_spec aws_service_specs[AWS_SERVICE_COUNT];

struct aws_session {
    struct aws_environment environment; /* every member set; forwards to given */
    struct aws_environment own;         /* the same, its clock set right by the skew */
    struct aws_environment given;       /* the caller's, or zero */
    struct clock corrected;
    struct credentials *credentials;
    char region[40];
    char *endpoint_url;        /* --endpoint-url; NULL */
    char *profile;             /* never NULL: "default" where nothing names one */
    char *ca_bundle;           /* NULL = the system's */
    struct profiles *profiles; /* parsed configuration files; owned */
    unsigned max_attempts;     /* AWS_MAX_ATTEMPTS or max_attempts; 0 = the service's */
    bool adaptive;             /* AWS_RETRY_MODE or retry_mode is "adaptive" */
    bool no_skew;              /* AWS_DISABLE_CLOCK_SKEW_CORRECTION */
    struct endpoint_settings endpoints;
    uint64_t seed;
    atomic_uint clients; /* opened so far */
    _Atomic int64_t skew;
    _Atomic uint64_t requests, retries, throttles, failures;
};

/* response.c: what an answer says. Reads code, query_code, message and request_id of a failed call
 * from its head and call->response; texts are cut to their fields and made printable. */
void aws_read_failure(struct aws_call *call, const struct aws_service_spec *spec,
                      const struct http_response *response);
/* Is this body the one that was sent, and whole? False with words in call->message. */
bool aws_body_sound(struct aws_call *call, const struct aws_service_spec *spec,
                    const struct http_response *response);
/* The text of the first <tag> in an XML document, entities read; false if absent. For the flat
 * answers of STS and errors of S3. */
bool aws_xml_text(const char *xml, size_t length, const char *tag, char *out, size_t size);
/* An element's text, entities read, cut at the size. */
void aws_xml_read(const char *text, size_t length, char *out, size_t size);

#endif
