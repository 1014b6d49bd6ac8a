"""The same requests to the fake endpoint and to moto (beside.py says how they are compared). What moto lets pass, and the
service does not, is no case here: it is in the unit tests.
"""
import re
import sys

from beside import asked, case, run
import fake_peer_s3  # its cases are registered

def s(text):
    return {"S": text}


def n(number):
    return {"N": str(number)}


@case
def tables_are_described_alike(sqs, ddb, state):
    definitions = [{"AttributeName": a, "AttributeType": "S"} for a in ("pk", "live")]
    asked(ddb.create_table, TableName="status", BillingMode="PAY_PER_REQUEST", AttributeDefinitions=definitions,
          KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
          GlobalSecondaryIndexes=[{"IndexName": "GSI-Live", "KeySchema": [{"AttributeName": "live", "KeyType": "HASH"},
                                                                          {"AttributeName": "pk", "KeyType": "RANGE"}],
                                   "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["st"]}}])
    asked(ddb.create_table, TableName="history", BillingMode="PAY_PER_REQUEST",
          AttributeDefinitions=[{"AttributeName": a, "AttributeType": "S"} for a in ("pk", "rk")],
          KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "rk", "KeyType": "RANGE"}])
    seen = asked(ddb.describe_table, TableName="status")["Table"]
    seen["AttributeDefinitions"].sort(key=lambda a: a["AttributeName"])
    return {k: seen[k] for k in ("TableName", "TableStatus", "KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes",
                                 "BillingModeSummary")}


@case
def table_errors(sqs, ddb, state):
    return [asked(ddb.describe_table, TableName="none"), asked(ddb.delete_table, TableName="none"),
            sorted(asked(ddb.list_tables)["TableNames"]), asked(ddb.get_item, TableName="none", Key={"pk": s("1")}),
            asked(ddb.create_table, TableName="status", BillingMode="PAY_PER_REQUEST",
                  AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                  KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}])]


@case
def every_type_of_value_comes_back(sqs, ddb, state):
    item = {"pk": s("types"), "n": n("-12.5"), "b": {"B": b"\0\1\xff"}, "t": {"BOOL": True}, "z": {"NULL": True},
            "l": {"L": [s("a"), n(1), {"L": []}]}, "m": {"M": {"x": {"M": {}}, "é": s("ü\n\"")}}, "ss": {"SS": ["a", "b"]},
            "ns": {"NS": ["1", "2"]}, "bs": {"BS": [b"a", b"b"]}, "empty": s("")}
    return [asked(ddb.put_item, TableName="status", Item=item),
            asked(ddb.get_item, TableName="status", Key={"pk": s("types")}, ConsistentRead=True),
            asked(ddb.get_item, TableName="status", Key={"pk": s("types")}, ProjectionExpression="m.x, #n",
                  ExpressionAttributeNames={"#n": "n"}),
            asked(ddb.get_item, TableName="status", Key={"pk": s("none")})]


UPDATES = [
    ("SET a = :s", {":s": s("1")}), ("SET n = n + :n", {":n": n(2)}), ("SET n = n - :n", {":n": n("0.5")}),
    ("SET c = if_not_exists(c, :n)", {":n": n(1)}), ("SET c = if_not_exists(c, :n)", {":n": n(9)}),
    ("SET l = list_append(l, :l)", {":l": {"L": [s("end")]}}), ("SET m.x = :s", {":s": s("deep")}),
    ("REMOVE a", None), ("REMOVE l[0]", None), ("ADD n :n", {":n": n(10)}), ("ADD ss :x", {":x": {"SS": ["z"]}}),
    ("DELETE ss :x", {":x": {"SS": ["a"]}}), ("SET a = :s REMOVE z ADD n :n", {":s": s("x"), ":n": n(1)}),
]
MISTAKES = [
    ("SET a.b.c = :s", {":s": s("1")}), ("SET a = :missing", {":s": s("1")}), ("SET a = nosuch", None),
    ("SET Status = :s", {":s": s("1")}), ("SET a = :s, a = :s", {":s": s("1")}), ("SETT a = :s", {":s": s("1")}),
    ("SET pk = :s", {":s": s("1")}), ("SET live = :s", {":s": s("")}), ("SET a = :s", {":s": s("1"), ":t": s("2")}),
    ("SET l = list_append(l, :s)", {":s": s("1")}),
]


def update(ddb, expression, values, **more):
    if values:
        more["ExpressionAttributeValues"] = values
    return asked(ddb.update_item, TableName="status", Key={"pk": s("types")}, UpdateExpression=expression, **more)


@case
def updates_do_the_same(sqs, ddb, state):
    return [(e, update(ddb, e, v, ReturnValues="ALL_NEW")) for e, v in UPDATES]


@case
def updates_return_the_same(sqs, ddb, state):
    return [update(ddb, "SET a = :s, n = n + :n", {":s": s(kind), ":n": n(1)}, ReturnValues=kind)
            for kind in ("NONE", "ALL_OLD", "UPDATED_OLD", "UPDATED_NEW", "ALL_NEW")]


@case
def mistakes_are_refused_alike(sqs, ddb, state):
    return [(e, update(ddb, e, v)) for e, v in MISTAKES]


CONDITIONS = [
    "attribute_exists(pk)", "attribute_not_exists(pk)", "attribute_exists(m.x)", "attribute_type(n, :N)", "n > :n",
    "n BETWEEN :n AND :big", "n IN (:n, :big)", "begins_with(a, :A)", "contains(ss, :b)", "size(ss) = :n",
    "NOT (n > :n)", "n > :n AND (attribute_not_exists(q) OR n < :n)", "nosuch <> :n", "nosuch = :n",
]
CONDITION_VALUES = {":N": s("N"), ":n": n(1), ":big": n(100), ":A": s("ALL"), ":b": s("b")}


@case
def conditions_hold_alike(sqs, ddb, state):
    outcome = []
    for condition in CONDITIONS:
        values = {k: v for k, v in CONDITION_VALUES.items() if re.search(re.escape(k) + r"\b", condition)}
        outcome.append((condition, update(ddb, "SET q = :q", {**values, ":q": s("x")}, ConditionExpression=condition,
                                          ReturnValuesOnConditionCheckFailure="ALL_OLD")))
        update(ddb, "REMOVE q", None)
    return outcome


@case
def puts_and_deletes_with_conditions(sqs, ddb, state):
    one = {"pk": s("one"), "v": n(1)}
    return [asked(ddb.put_item, TableName="status", Item=one, ConditionExpression="attribute_not_exists(pk)"),
            asked(ddb.put_item, TableName="status", Item=one, ConditionExpression="attribute_not_exists(pk)",
                  ReturnValuesOnConditionCheckFailure="ALL_OLD"),
            asked(ddb.put_item, TableName="status", Item={"pk": s("one"), "v": n(2)}, ReturnValues="ALL_OLD"),
            asked(ddb.delete_item, TableName="status", Key={"pk": s("one")}, ReturnValues="ALL_OLD",
                  ConditionExpression="v = :v", ExpressionAttributeValues={":v": n(2)}),
            asked(ddb.delete_item, TableName="status", Key={"pk": s("one")})]


@case
def items_that_are_none(sqs, ddb, state):
    return [asked(ddb.put_item, TableName="status", Item=item) for item in (
        {"v": s("no key")}, {"pk": n(1)}, {"pk": s("")}, {"pk": s("1"), "live": s("")},
        {"pk": s("1"), "v": s("x" * 410000)})]


RANGES = [("rk = :a", ":a"), ("rk > :a", ":a"), ("rk >= :a", ":a"), ("rk < :a", ":a"), ("rk <= :a", ":a"),
          ("rk BETWEEN :a AND :b", ":a:b"), ("begins_with(rk, :c)", ":c")]


@case
def queries_give_the_same(sqs, ddb, state):
    for i in range(30):
        ddb.put_item(TableName="history", Item={"pk": s("p"), "rk": s(f"{i:03}"), "v": n(i % 3)})
    values = {":a": s("007"), ":b": s("012"), ":c": s("02")}
    found = []
    for condition, used in RANGES:
        given = {k: v for k, v in values.items() if k in used}
        for forward in (True, False):
            found.append(asked(ddb.query, TableName="history", KeyConditionExpression=f"pk = :p AND {condition}", Limit=5,
                               ExpressionAttributeValues={":p": s("p"), **given}, ScanIndexForward=forward))
    return found


@case
def pages_and_filters(sqs, ddb, state):
    pages = ddb.get_paginator("query").paginate(
        TableName="history", KeyConditionExpression="pk = :p", FilterExpression="v = :v",
        ExpressionAttributeValues={":p": s("p"), ":v": n(1)}, PaginationConfig={"PageSize": 7})
    return [[(p["Count"], p["ScannedCount"], p["Items"]) for p in pages],
            asked(ddb.query, TableName="history", KeyConditionExpression="pk = :p", Select="COUNT",
                  ExpressionAttributeValues={":p": s("p")}),
            asked(ddb.query, TableName="history", KeyConditionExpression="rk = :p", ExpressionAttributeValues={":p": s("p")})]


@case
def indexes_are_sparse(sqs, ddb, state):
    for i in range(6):
        item = {"pk": s(f"k{i}"), "st": s("x"), "hidden": s("y")}
        ddb.put_item(TableName="status", Item={**item, "live": s("LIVE#0")} if i % 2 else item)
    query = {"TableName": "status", "IndexName": "GSI-Live", "KeyConditionExpression": "live = :l",
             "ExpressionAttributeValues": {":l": s("LIVE#0")}}
    first = asked(ddb.query, Limit=2, **query)
    return [first, asked(ddb.query, ExclusiveStartKey=first["LastEvaluatedKey"], **query),
            asked(ddb.query, **query, ProjectionExpression="pk")]


@case
def scans_see_all(sqs, ddb, state):
    found = []
    for segments in (1, 3):
        items = [i for segment in range(segments) for page in ddb.get_paginator("scan").paginate(
            TableName="history", Segment=segment, TotalSegments=segments) for i in page["Items"]]
        found.append(sorted(i["rk"]["S"] for i in items))
    return found


@case
def batches(sqs, ddb, state):
    put = [{"PutRequest": {"Item": {"pk": s(f"batch{i}")}}} for i in range(10)]
    keys = [{"pk": s(f"batch{i}")} for i in range(12)]
    got = asked(ddb.batch_write_item, RequestItems={"status": put})
    read = asked(ddb.batch_get_item, RequestItems={"status": {"Keys": keys}})
    read["Responses"]["status"].sort(key=lambda i: i["pk"]["S"])
    return [got, read,
            asked(ddb.batch_write_item, RequestItems={"status": [{"DeleteRequest": {"Key": k}} for k in keys]}),
            asked(ddb.batch_get_item, RequestItems={"status": {"Keys": keys}})]


@case
def time_to_live(sqs, ddb, state):
    wanted = {"AttributeName": "DDB_ExpiryEpoch", "Enabled": True}
    return [asked(ddb.describe_time_to_live, TableName="status"),
            asked(ddb.update_time_to_live, TableName="status", TimeToLiveSpecification=wanted),
            asked(ddb.describe_time_to_live, TableName="status")]


@case
def indexes_are_made_of_what_is_there(sqs, ddb, state):
    key = {"AttributeDefinitions": [{"AttributeName": "st", "AttributeType": "S"}], "TableName": "status"}
    index = {"IndexName": "GSI-St", "KeySchema": [{"AttributeName": "st", "KeyType": "HASH"}], "Projection": {"ProjectionType": "KEYS_ONLY"}}
    made = asked(ddb.update_table, **key, GlobalSecondaryIndexUpdates=[{"Create": index}])
    found = asked(ddb.query, TableName="status", IndexName="GSI-St", KeyConditionExpression="st = :s",
                  ExpressionAttributeValues={":s": s("x")})
    found["Items"].sort(key=lambda item: item["pk"]["S"])
    gone = asked(ddb.update_table, TableName="status", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "GSI-St"}}])
    left = asked(ddb.describe_table, TableName="status")["Table"]["GlobalSecondaryIndexes"]
    return [made.get("error"), found, gone.get("error"), [i["IndexName"] for i in left]]


@case
def queues_are_made_alike(sqs, ddb, state):
    state["dead"] = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=state["dead"], AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = f'{{"deadLetterTargetArn":"{arn}","maxReceiveCount":"2"}}'
    state["q"] = sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "30", "RedrivePolicy": policy})["QueueUrl"]
    seen = asked(sqs.get_queue_attributes, QueueUrl=state["q"], AttributeNames=["All"])["Attributes"]
    named = ("DelaySeconds", "VisibilityTimeout", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds",
             "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")
    return [{k: seen.get(k) for k in named}, asked(sqs.get_queue_url, QueueName="q"), asked(sqs.get_queue_url, QueueName="no"),
            asked(sqs.get_queue_attributes, QueueUrl=state["q"])]


@case
def messages_come_as_they_were_sent(sqs, ddb, state):
    body = "é \"quoted\" \t\n😀"
    sent = asked(sqs.send_message, QueueUrl=state["q"], MessageBody=body)
    received = asked(sqs.receive_message, QueueUrl=state["q"], MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"])
    return [sent, received, asked(sqs.receive_message, QueueUrl=state["q"])]


@case
def messages_are_deleted_in_batches(sqs, ddb, state):
    entries = [{"Id": str(i), "MessageBody": f"m{i}"} for i in range(10)]
    sent = asked(sqs.send_message_batch, QueueUrl=state["q"], Entries=entries)
    messages = sqs.receive_message(QueueUrl=state["q"], MaxNumberOfMessages=10)["Messages"]
    handles = [{"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]} for i, m in enumerate(messages)]
    return [sent, asked(sqs.change_message_visibility_batch, QueueUrl=state["q"],
                        Entries=[{**h, "VisibilityTimeout": 60} for h in handles]),
            asked(sqs.delete_message_batch, QueueUrl=state["q"], Entries=handles), asked(sqs.purge_queue, QueueUrl=state["q"])]


@case
def queue_mistakes(sqs, ddb, state):
    entry = {"Id": "0", "ReceiptHandle": "none"}
    return [asked(sqs.receive_message, QueueUrl=state["q"] + "x"),
            asked(sqs.delete_message, QueueUrl=state["q"], ReceiptHandle="none"),
            asked(sqs.delete_message_batch, QueueUrl=state["q"], Entries=[entry, entry]),
            asked(sqs.send_message_batch, QueueUrl=state["q"],
                  Entries=[{"Id": str(i), "MessageBody": "m"} for i in range(11)]),
            asked(sqs.send_message_batch, QueueUrl=state["q"], Entries=[{"Id": "a b", "MessageBody": "m"}]),
            asked(sqs.receive_message, QueueUrl=state["q"], MaxNumberOfMessages=11),
            asked(sqs.receive_message, QueueUrl=state["q"], WaitTimeSeconds=21)]


@case
def what_is_not_deleted_goes_to_the_dead(sqs, ddb, state):
    sqs.send_message(QueueUrl=state["q"], MessageBody="poison")
    counts = []
    for _ in range(3):
        reply = sqs.receive_message(QueueUrl=state["q"], VisibilityTimeout=0, MessageSystemAttributeNames=["All"])
        counts.append([m["Attributes"]["ApproximateReceiveCount"] for m in reply.get("Messages", [])])
    return [counts, [m["Body"] for m in sqs.receive_message(QueueUrl=state["dead"]).get("Messages", [])]]


run(*sys.argv[1:3])
