# Every handler of the table invoked over HTTP with events of its sources, against the fake endpoint: for the scripts that
# source this and say by what the binary is run. They define start_function HANDLER, which sets $invoke (the port that takes
# invocations), and stop_function.
# shellcheck shell=bash disable=SC2034
: "${binary:?}"
# shellcheck source=../support/script.bash
source ../support/script.bash
url='' invoke='' function_pid='' api_pid=''
tidy() { # in place of the scripts' own: what runs now is ended
    local p
    for p in $function_pid $api_pid "${children[@]}"; do
        kill -KILL "$p" 2>/dev/null
        wait "$p" 2>/dev/null
    done
    rm -rf "$work"
}
invokes() { post "$invoke" /2015-03-31/functions/function/invocations "$1"; }
answers() { # answers EVENT PATTERN
    invokes "$1" && says answer "$2"
}
queue_has() { ask 'queue?name=contacts' && says answer "\"visible\":$1,"; }
table_has() { ask 'items?table=kept' && says answer "$1"; }

# The environment of a function in the stack, and no more: no home, nothing of the machine's.
function_env=()
makes_tables() { env -i "${function_env[@]}" "$binary" init >"$work/log" 2>&1; }
start_fake() {
    fake_endpoint
    function_env=(PATH="$PATH" TZ=:UTC LANG=en_US.UTF-8 AWS_REGION=eu-west-1 AWS_ACCESS_KEY_ID=AKIAFAKEFAKEFAKEFAKE
        AWS_SECRET_ACCESS_KEY=fake+secret/for-the-tests-alone-0123456789 CONTACTWATCH_ENDPOINT_URL="$url"
        CONTACTWATCH_STORE=dynamodb:kept DDB_TABLENAME=kept CONTACT_RETENTION=1440 LOG_LEVEL=INFO ROOT_LOG_LEVEL=INFO
        CONTACTWATCH_QUEUE="$url/123456789012/contacts" CONTACTWATCH_ARCHIVE=s3://kept/archive
        CONTACTWATCH_RECENT=1h CONTACTWATCH_ACTIVE_WITHIN=4h CONTACTWATCH_CALLBACK_WITHIN=24h
        ASAN_OPTIONS="${ASAN_OPTIONS:-}" TSAN_OPTIONS="${TSAN_OPTIONS:-}")
    ask queue/create '{"name":"contacts"}'
    ask bucket/create '{"name":"kept"}'
    check "tables for the functions" makes_tables
}

arn=arn:aws:connect:eu-west-1:123456789012:instance/5e11c0de-0000-4000-8000-0000000000aa
contact=f10e0000-0000-4000-8000-000000000001
other=f10e0000-0000-4000-8000-000000000002
instant=$(date -u +%Y-%m-%dT%H:%M:%S)
quoted() { # as the text of a JSON string
    local text=${1//\\/\\\\}
    printf '%s' "${text//\"/\\\"}"
}
contact_event() { # contact_event ID TYPE
    printf '{"version":"0","id":"%s","detail-type":"Amazon Connect Contact Event","source":"aws.connect","account":"123456789012","time":"%sZ","region":"eu-west-1","resources":["%s"],"detail":{"eventType":"%s","contactId":"%s","channel":"VOICE","instanceArn":"%s","initiationMethod":"INBOUND","initiationTimestamp":"%s.000Z"}}' \
        "$1" "$instant" "$arn" "$2" "$1" "$arn" "$instant"
}
flow_line() { # flow_line ID
    printf '{"ContactId":"%s","ContactFlowId":"%s/contact-flow/f","ContactFlowName":"Main","ContactFlowModuleType":"PlayPrompt","Timestamp":"%s.500Z","Parameters":{"Text":"Hello"}}' \
        "$1" "$arn" "$instant"
}
subscription() { # subscription TYPE MESSAGE
    printf '{"messageType":"%s","owner":"123456789012","logGroup":"/aws/connect/x","logStream":"s","subscriptionFilters":["f"],"logEvents":[{"id":"36900000000000000000000000000000000000000000000000000001","timestamp":1767088801000,"message":"%s"}]}' \
        "$1" "$(quoted "$2")" | gzip -n | base64 -w0 | sed 's/.*/{"awslogs":{"data":"&"}}/'
}
sqs_record() { # sqs_record ID BODY
    printf '{"messageId":"%s","receiptHandle":"r","body":"%s","attributes":{"ApproximateReceiveCount":"1","SentTimestamp":"%s000"},"messageAttributes":{},"md5OfBody":"","eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:eu-west-1:123456789012:contacts","awsRegion":"eu-west-1"}' \
        "$1" "$(quoted "$2")" "$(date +%s)"
}
flow_call() { # flow_call ID PARAMETERS
    printf '{"Name":"ContactFlowEvent","Details":{"ContactData":{"Attributes":{},"AwsRegion":"eu-west-1","Channel":"VOICE","ContactId":"%s","CustomerEndpoint":{"Address":"+15550100001","Type":"TELEPHONE_NUMBER"},"CustomerId":null,"Description":null,"InitialContactId":"%s","InitiationMethod":"INBOUND","InstanceARN":"%s","LanguageCode":"en-US","MediaStreams":{"Customer":{"Audio":null}},"Name":null,"PreviousContactId":"%s","Queue":null,"References":{},"RelatedContactId":null,"SegmentAttributes":{},"SystemEndpoint":{"Address":"+15550100002","Type":"TELEPHONE_NUMBER"},"Tags":{}},"Parameters":%s}}' \
        "$1" "$1" "$arn" "$1" "$2"
}

case_ingest() {
    check "ingest: a batch of a queue, with the message named that cannot be read" \
        answers "{\"Records\":[$(sqs_record m1 "$(contact_event $contact INITIATED)"),$(sqs_record m2 'no event')]}" \
        '^\{"batchItemFailures":\[(\{"itemIdentifier":"m2"\})?\]\}$'
    check "ingest: a rule's event" answers "$(contact_event $other INITIATED)" '^\{"stored":true\}$'
    check "ingest: a subscription's log events" answers "$(subscription DATA_MESSAGE "$(flow_line $contact)")" '^\{"stored":true\}$'
    check "ingest: both contacts are in the table" table_has "$contact.*$other|$other.*$contact"
    check "ingest: what is no event fails" answers '{"a":1}' '"errorType":"Contactwatch\.'
}
case_forward() {
    check "forward: a subscription's log events" answers "$(subscription DATA_MESSAGE "$(flow_line $contact)")" \
        '^\{"logEvents":1,"messages":1,"skipped":0\}$'
    check "forward: they are in the queue" queue_has 1
    check "forward: a control message" answers "$(subscription CONTROL_MESSAGE 'CWL CONTROL MESSAGE')" '"skipped":1\}$'
    check "forward: what cannot be read fails" answers '{"awslogs":{"data":"AAAA"}}' '"errorType":"Contactwatch.PayloadUnreadable"'
    check "forward: nothing more is in the queue" queue_has 1
}
case_insert() {
    check "insert: a flow's parameters" answers "$(flow_call $contact '{"tier":"gold","Customer_Identifier":"+15550100001"}')" '"result": ?"OK"'
    check "insert: they are on the record" table_has '15550100001'
    check "insert: what is no flow's call fails" answers '{}' '"errorType":"Contactwatch\.'
}
case_lookup() {
    check "lookup: the customer's other contact" answers "$(flow_call $other '{}')" "\"activeContactId\": ?\"$contact\""
    check "lookup: what cannot be asked has a safe answer" answers '{}' '"suggestion": ?"NONE"'
}
case_archive() {
    check "archive: a batch of the table's stream with nothing removed" answers '{"Records":[{"eventID":"1","eventName":"INSERT","eventSource":"aws:dynamodb","awsRegion":"eu-west-1","dynamodb":{"Keys":{"Connect_ContactId":{"S":"x"}},"SequenceNumber":"1","StreamViewType":"OLD_IMAGE"}}]}' \
        '^\{"batchItemFailures":\[\]\}$'
    check "archive: a record that its time has removed" answers "{\"Records\":[{\"eventID\":\"2\",\"eventName\":\"REMOVE\",\"eventSource\":\"aws:dynamodb\",\"awsRegion\":\"eu-west-1\",\"userIdentity\":{\"type\":\"Service\",\"principalId\":\"dynamodb.amazonaws.com\"},\"dynamodb\":{\"Keys\":{\"Connect_ContactId\":{\"S\":\"$contact\"}},\"OldImage\":{\"Connect_ContactId\":{\"S\":\"$contact\"},\"Status\":{\"S\":\"INITIATED\"},\"initiationTimestamp\":{\"S\":\"$instant.000Z\"},\"Connect_Channel\":{\"S\":\"VOICE\"},\"DDB_ExpiryEpoch\":{\"N\":\"1\"}},\"SequenceNumber\":\"2\",\"StreamViewType\":\"OLD_IMAGE\"}}]}" \
        '^\{"batchItemFailures":\[\]\}$'
    check "archive: its document is in the bucket" eval "ask 'objects?bucket=kept' && says answer '$contact'"
    check "archive: what is no stream fails" answers '{}' '"errorType":"Contactwatch\.'
}
# All that the binary has, ingest first: the others look for what it stored.
every_handler() {
    local name names
    names=$("$binary" lambda 2>&1 | sed -n 's/.*with the handler (\([^)]*\)).*/\1/p' | tr -d ',')
    check "the binary tells its handlers" test -n "$names"
    for name in ingest ${names/ingest/}; do
        if declare -F "case_$name" >/dev/null; then
            start_function "$name"
            "case_$name"
            stop_function
        else
            check "$name: has a case here" false
        fi
    done
}
