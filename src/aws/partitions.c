#include <string.h>

#include "aws/region.h"

static const struct aws_partition partitions[] = {
    {"aws-cn", "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "amazonaws.cn"},
    {"aws-us-gov", "us-gov-", "amazonaws.com", "api.aws", "amazonaws-us-gov.com"},
    {"aws-iso", "us-iso-", "c2s.ic.gov", "api.aws.ic.gov", "c2shome.ic.gov"},
    {"aws-iso-b", "us-isob-", "sc2s.sgov.gov", "api.aws.scloud", "sc2shome.sgov.gov"},
    {"aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "csphome.adc-e.uk"},
    {"aws-iso-f", "us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "csphome.hci.ic.gov"},
    {"aws-eusc", "eusc-", "amazonaws.eu", "api.amazonwebservices.eu", "amazonaws-eusc.eu"},
    {"aws", NULL, "amazonaws.com", "api.aws", "aws.amazon.com"},
};

const struct aws_partition *partition_of(const char *region)
{
    const struct aws_partition *partition = partitions;
    while (partition->region && strncmp(region, partition->region, strlen(partition->region)) != 0)
        partition++;
    return partition;
}
