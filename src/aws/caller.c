#include "contactwatch/caller.h"

#include "aws/aws_internal.h"

void caller_call(struct aws_call *call)
{
    call->operation = "GetCallerIdentity";
    buf_text(&call->body, "Action=GetCallerIdentity&Version=2011-06-15");
}

bool caller_read(const struct aws_call *call, struct caller *out)
{
    const char *xml = buf_str(&call->response);
    size_t length = call->response.length;
    *out = (struct caller){.arn = ""};
    return aws_xml_text(xml, length, "Account", out->account, sizeof(out->account)) &&
           aws_xml_text(xml, length, "Arn", out->arn, sizeof(out->arn));
}
