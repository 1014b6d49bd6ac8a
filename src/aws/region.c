#include "aws/region.h"

#include <string.h>

#include "contactwatch/aws.h"

static bool label_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

bool region_valid(const char *region)
{
    size_t length = strlen(region);
    if (length == 0 || length >= AWS_REGION_MAX || region[0] == '-' || region[length - 1] == '-')
        return false;
    for (size_t i = 0; i < length; i++)
        if (!label_char(region[i]))
            return false;
    return true;
}

static bool take(const char *text, size_t length, char out[AWS_REGION_MAX])
{
    if (length >= AWS_REGION_MAX)
        return false;
    memcpy(out, text, length);
    out[length] = '\0';
    return region_valid(out) && strchr(out, '-');
}

/* arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE */
static bool from_arn(const char *arn, char out[AWS_REGION_MAX])
{
    for (int colons = 0; colons < 3; colons++) {
        arn = strchr(arn, ':');
        if (!arn)
            return false;
        arn++;
    }
    return take(arn, strcspn(arn, ":"), out);
}

/* Is the host's label here the word, alone or with "-fips" behind it? */
static bool label_is(const char *label, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(label, word, length) != 0)
        return false;
    label += length;
    return *label == '.' || strncmp(label, "-fips.", 6) == 0;
}

/*
 * sqs.REGION.SUFFIX (behind vpce-ID. too), REGION.queue.SUFFIX, and queue.amazonaws.com, which is
 * us-east-1.
 */
static bool from_host(const char *host, char out[AWS_REGION_MAX])
{
    static const char first[] = "us-east-1";
    const char *before = NULL;
    for (const char *label = host; *label;) {
        size_t length = strcspn(label, ".:/");
        const char *next = label + length + (label[length] == '.');
        if (label_is(label, "sqs"))
            return take(next, strcspn(next, ".:/"), out);
        if (label_is(label, "queue"))
            return before ? take(before, strcspn(before, "."), out)
                          : strncmp(next, "amazonaws.com", 13) == 0 && take(first, 9, out);
        if (label[length] != '.')
            return false;
        before = label;
        label = next;
    }
    return false;
}

bool aws_region_in(const char *spec, char out[AWS_REGION_MAX])
{
    static const char *const scheme[] = {"sqs:", "dynamodb:"};
    for (size_t i = 0; i < sizeof(scheme) / sizeof(scheme[0]); i++)
        if (strncmp(spec, scheme[i], strlen(scheme[i])) == 0)
            spec += strlen(scheme[i]);
    if (strncmp(spec, "arn:", 4) == 0)
        return from_arn(spec, out);
    const char *slashes = strstr(spec, "://");
    return slashes && from_host(slashes + 3, out);
}
