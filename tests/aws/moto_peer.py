"""boto3 as producer and reader around the program, moto as AWS. Prints in the words of the unit tests."""
import gzip
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time

import boto3
from botocore.config import Config

sys.path.append(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support"))
from ports import free_port  # noqa: E402

BINARY, MOTO, WORK = sys.argv[1:4]
TABLE = "Contacts"
AGENT_EVENTS = 200
STORE = f"dynamodb:{TABLE}"
failed = False


def check(name, good, why=""):
    global failed
    print(f"[       OK ] {name}" if good else f"[  FAILED  ] {name} {why}", flush=True)
    failed |= not good


PORT = free_port()
URL = f"http://127.0.0.1:{PORT}"
ENVIRONMENT = dict(os.environ, AWS_ACCESS_KEY_ID="AKIAMOTO", AWS_SECRET_ACCESS_KEY="moto", AWS_REGION="eu-west-1",
                   AWS_ENDPOINT_URL=URL)


def run(*arguments, check_status=True):
    done = subprocess.run([BINARY, *arguments], env=ENVIRONMENT, capture_output=True, text=True, timeout=240)
    if check_status and done.returncode != 0:
        print(f"contactwatch {' '.join(arguments)}: {done.returncode}\n{done.stderr}", flush=True)
    return done


def start_moto():
    server = subprocess.Popen([MOTO, "-p", str(PORT)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", PORT), 0.5).close()
            return server
        except OSError:
            time.sleep(0.1)
    raise SystemExit("[  FAILED  ] moto does not start")


def client(service):
    return boto3.client(service, endpoint_url=URL, region_name="eu-west-1", aws_access_key_id="AKIAMOTO",
                        aws_secret_access_key="moto", config=Config(retries={"max_attempts": 3}))


def records(*arguments):
    """list --json --canonical, by contact."""
    done = run("list", "--json", "--canonical", *arguments)
    return {item["Connect_ContactId"]: item for item in map(json.loads, done.stdout.splitlines())}


def shown(contact, *arguments):
    done = run("show", contact, "--json", "--canonical", *arguments)
    return json.loads(done.stdout) if done.returncode == 0 else None


def legs(document):
    """show gives one document, or a list of a chain's."""
    return document if isinstance(document, list) else [document]


def scan(dynamodb, table):
    items = []
    for page in dynamodb.get_paginator("scan").paginate(TableName=table):
        items += page["Items"]
    return items


def send(sqs, queue, bodies):
    for at in range(0, len(bodies), 10):
        entries = [{"Id": str(i), "MessageBody": body} for i, body in enumerate(bodies[at:at + 10])]
        answer = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
        assert not answer.get("Failed"), answer


def make_queue(sqs):
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
    return sqs.create_queue(QueueName="contacts", Attributes={"RedrivePolicy": policy})["QueueUrl"]


def tables_as_designed(dynamodb):
    check("init_makes_the_tables", run("init", "--store", STORE).returncode == 0)
    check("init_may_be_repeated", run("init", "--store", STORE).returncode == 0)
    status = dynamodb.describe_table(TableName=TABLE)["Table"]
    indexes = {i["IndexName"] for i in status["GlobalSecondaryIndexes"]}
    check("the_indexes_are_there", indexes == {"GSI-Customer_Identifier", "GSI-Chain", "GSI-Live"}, indexes)
    for table in (TABLE, TABLE + "-History", TABLE + "-Feed"):
        ttl = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        check(f"ttl_of_{table}", ttl.get("AttributeName") == "DDB_ExpiryEpoch", ttl)


def chunks_by_contact(dynamodb):
    """What lies in the history table, read by someone else: gzip of a JSON array of entries."""
    entries = {}
    for item in scan(dynamodb, TABLE + "-History"):
        packed = item["Packed"]["B"]
        if item.get("Parts", {"N": "1"})["N"] != "1":
            continue
        for entry in json.loads(gzip.decompress(packed)):
            entries.setdefault(item["Connect_ContactId"]["S"], set()).add(json.dumps(entry, sort_keys=True))
    return entries


def left(sqs, queue):
    """Messages that wait, and those in flight."""
    counts = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    return int(counts["ApproximateNumberOfMessages"]), int(counts["ApproximateNumberOfMessagesNotVisible"])


def from_queue_to_table(sqs, dynamodb, queue):
    feed = os.path.join(WORK, "feed")
    start = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    run("simulate", "--contacts", "12", "--seed", "5", "--start", start, "--duplicates", "0.1", "-o", feed)
    with open(feed, encoding="utf-8") as file:
        bodies = file.read().splitlines()
    # By day many agents are at work, of whom an event comes every two minutes; moto's time grows with the square.
    agents = [body for body in bodies if "AgentARN" in body]
    passed_over = set(agents[:-AGENT_EVENTS])
    bodies = [body for body in bodies if body not in passed_over]
    with open(feed, "w", encoding="utf-8") as file:
        file.writelines(body + "\n" for body in bodies)
    random.Random(5).shuffle(bodies)
    send(sqs, queue, bodies)
    fold = ["--store", f"sqlite:{WORK}/fold.db"]
    check("one_pass_folds_the_feed", run("ingest", "--source", feed, *fold).returncode == 0)
    done = run("ingest", "--source", f"sqs:{queue}", "--store", STORE, "--once", "--list-names", "no")
    check("ingest_once_drains_and_stops", done.returncode == 0, done.stderr)
    check("every_message_is_deleted", left(sqs, queue) == (0, 0), (left(sqs, queue), done.stderr))
    want, got = records(*fold), records("--store", STORE)
    check("records_are_those_of_the_fold", want == got and len(want) >= 12,
          [(want.get(k), got.get(k)) for k in set(want) | set(got) if want.get(k) != got.get(k)][:2])
    wrong = [c for c in list(want)[::5] if shown(c, *fold) != shown(c, "--store", STORE)]
    check("histories_are_those_of_the_fold", not wrong, wrong[:2])
    chunks = chunks_by_contact(dynamodb)
    lacking = [c for c in want
               for leg in legs(shown(c, *fold)) if leg["Connect_ContactId"] == c
               if len(chunks.get(c, ())) < len({json.dumps(e, sort_keys=True) for e in leg["History"]})]
    check("boto3_reads_every_entry", not lacking, lacking[:3])
    items = {i["Connect_ContactId"]["S"]: i for i in scan(dynamodb, TABLE)}
    check("boto3_reads_every_record", all(items[c]["Status"]["S"] == want[c]["Status"] for c in want))
    open_contacts = {c for c in want if not want[c].get("Flag_Ended")}
    keyed = {c for c in want if "Live_Partition" in items[c]}
    check("only_open_contacts_are_in_the_live_index", keyed == open_contacts, keyed ^ open_contacts)


INSTANCE = "arn:aws:connect:eu-west-2:111122223333:instance/5d2b0a3e-7f11-4c58-9a0e-3c7f00aa1d01"
OLD = "c0ffee00-2222-4a4a-8b8b-0000000000b7"


def moment(second, millisecond=True):
    base = time.time() - 600 + second
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(base)) + (".125Z" if millisecond else "Z")


def contact_event(kind, second, **more):
    return {"channel": "VOICE", "contactId": OLD, "eventType": kind, "initiationMethod": "INBOUND",
            "initiationTimestamp": moment(0), "instanceArn": INSTANCE, **more}


def original_item(dynamodb):
    """As the original's functions leave it: History inline, nothing of ours."""
    resource = boto3.resource("dynamodb", endpoint_url=URL, region_name="eu-west-1", aws_access_key_id="AKIAMOTO",
                              aws_secret_access_key="moto")
    queue = {"queueArn": INSTANCE + "/queue/q1", "queueType": "STANDARD", "enqueueTimestamp": moment(20)}
    flow = {"ContactId": OLD, "ContactFlowId": INSTANCE + "/contact-flow/f1", "ContactFlowName": "Main",
            "ContactFlowModuleType": "PlayPrompt", "Timestamp": moment(5), "Parameters": {"Text": "Hello"},
            "LogType": "ContactFlowLog"}
    history = [dict(contact_event("INITIATED", 0), Timestamp=moment(0, False), LogType="ContactEvent"), flow,
               dict(contact_event("QUEUED", 20, queueInfo=queue), Timestamp=moment(20, False), LogType="ContactEvent")]
    resource.Table(TABLE).put_item(Item={
        "Connect_ContactId": OLD, "Status": "QUEUED", "Connect_Channel": "VOICE", "Connect_InitiationMethod": "INBOUND",
        "initiationTimestamp": moment(0), "Flag_Queued": True, "Connect_queueInfo": queue, "History": history,
        "DDB_ExpiryEpoch": int(time.time()) + 86400, "Team": "North",
        "Timestamps": {"eventbridge": moment(20, False), "contactflowlogs": moment(5)}})
    document = legs(shown(OLD, "--store", STORE))[0]
    check("an_item_of_the_original_is_read", document["Status"] == "QUEUED" and len(document["History"]) == 3)
    friendly = run("show", OLD, "--store", STORE, "--friendly").stdout
    check("its_story_is_told", "Hello" in friendly, friendly)
    return resource


def original_item_grows(sqs, dynamodb, queue):
    resource = original_item(dynamodb)
    detail = contact_event("DISCONNECTED", 60, disconnectTimestamp=moment(60))
    send(sqs, queue, [json.dumps({"source": "aws.connect", "detail-type": "Amazon Connect Contact Event",
                                  "time": moment(60, False), "detail": detail})])
    run("ingest", "--source", f"sqs:{queue}", "--store", STORE, "--once", "--list-names", "no")
    item = resource.Table(TABLE).get_item(Key={"Connect_ContactId": OLD})["Item"]
    check("its_history_has_moved_to_chunks", "History" not in item)
    check("what_others_put_on_it_stays", item.get("Team") == "North", item)
    document = legs(shown(OLD, "--store", STORE))[0]
    check("nothing_of_it_is_lost", len(document["History"]) == 4 and document["Flag_Abandoned"] is True, document)


def archived(s3):
    """A contact goes from a file into moto's bucket; boto3 reads the document, and puts one of the original's shape."""
    s3.create_bucket(Bucket="moto-archive", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    place, store = "s3://moto-archive/of/us", f"sqlite:{WORK}/archived.db"
    feed = os.path.join(WORK, "archived.ndjson")
    with open(feed, "w", encoding="utf-8") as out:
        for contact in ("moto/../odd é", "plain"):
            out.write(json.dumps({"contactId": contact, "eventType": "INITIATED", "channel": "VOICE",
                                  "initiationTimestamp": "2025-11-13T10:00:00Z"}) + "\n")
    run("ingest", "--source", f"file:{feed}", "--store", store, "--retention", "10000000")
    before = shown("moto/../odd é", "--store", store)
    with sqlite3.connect(f"{WORK}/archived.db") as file:
        file.execute("UPDATE contact SET expiry = 1")
    for _ in range(2):
        check("what_has_expired_goes_to_s3", run("archive", "--store", store, "--archive", place).returncode == 0)
    keys = [o["Key"] for o in s3.list_objects_v2(Bucket="moto-archive")["Contents"]]
    check("under_its_day_by_a_name_that_is_safe",
          "of/us/dt=2025-11-13/moto%2F..%2Fodd%20%C3%A9.json.gz" in keys and len(keys) == 2, keys)
    body = s3.get_object(Bucket="moto-archive", Key="of/us/dt=2025-11-13/plain.json.gz")["Body"].read()
    check("boto3_reads_the_document", json.loads(gzip.decompress(body))["Connect_ContactId"] == "plain")
    check("its_gzip_tells_no_time", body[4:8] == bytes(4))
    check("it_is_shown_again", shown("moto/../odd é", "--store", store, "--archive", place) == before)
    item = {"Connect_ContactId": "theirs", "Status": "INITIATED", "History": [
        {"LogType": "ContactEvent", "contactId": "theirs", "eventType": "QUEUED", "channel": "CHAT",
         "Timestamp": "2025-11-13T10:00:05Z"}]}
    s3.put_object(Bucket="moto-archive", Key="of/us/dt=2025-11-13/theirs.json.gz", Body=gzip.compress(json.dumps(item).encode()))
    check("what_boto3_put_is_shown", shown("theirs", "--store", store, "--archive", place)["Status"] == "QUEUED")
    check("forget_removes_it", run("forget", "theirs", "--yes", "--store", store, "--archive", place).returncode == 0
          and len(s3.list_objects_v2(Bucket="moto-archive")["Contents"]) == 2)


def stops_in_order(sqs, queue):
    """SIGTERM amid work: exit 0, and nothing is left invisible for long."""
    service = subprocess.Popen([BINARY, "ingest", "--source", f"sqs:{queue}", "--store", STORE, "--list-names", "no"],
                               env=ENVIRONMENT, stderr=subprocess.DEVNULL)
    send(sqs, queue, [json.dumps({"source": "aws.connect", "detail-type": "Amazon Connect Contact Event",
                                  "time": moment(61, False), "detail": contact_event("DISCONNECTED", 60,
                                  disconnectTimestamp=moment(60))})] * 30)
    time.sleep(1)
    service.send_signal(signal.SIGTERM)
    begun = time.monotonic()
    status = service.wait(20)
    took = time.monotonic() - begun
    check("sigterm_ends_it_within_ten_seconds", status == 0 and took < 10, (status, took))


def documents(s3):
    """The archive's documents, by contact."""
    found = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket="archive", Prefix="of/us/dt="):
        for entry in page.get("Contents", []):
            body = s3.get_object(Bucket="archive", Key=entry["Key"])["Body"].read()
            document = json.loads(gzip.decompress(body))
            assert entry["Key"].endswith("/" + document["Connect_ContactId"] + ".json.gz"), entry["Key"]
            found[document["Connect_ContactId"]] = document
    return found


def expired_contacts_are_archived(dynamodb, s3):
    """Their time is set back behind the program's back; the bucket is read by boto3."""
    s3.create_bucket(Bucket="archive", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    run("forget", "--yes", OLD, "--store", STORE)
    original_item(dynamodb)  # one with its history inside
    contacts = records("--store", STORE)
    histories = chunks_by_contact(dynamodb)
    inside = legs(shown(OLD, "--store", STORE))[0]["History"]
    histories[OLD] = {json.dumps(entry, sort_keys=True) for entry in inside}
    for key in contacts:
        dynamodb.update_item(TableName=TABLE, Key={"Connect_ContactId": {"S": key}}, UpdateExpression="SET DDB_ExpiryEpoch = :e",
                             ExpressionAttributeValues={":e": {"N": "1700000000"}})
    done = run("archive", "--store", STORE, "--archive", "s3://archive/of/us")
    check("what_expired_is_archived", done.returncode == 0 and f"archived {len(contacts)} contacts" in done.stdout, done.stdout)
    found = documents(s3)
    check("each_in_a_document_of_its_own", set(found) == set(contacts), (len(found), len(contacts)))
    lost = [key for key in contacts
            if {json.dumps(entry, sort_keys=True) for entry in found.get(key, {}).get("History", [])} != histories[key]]
    check("with_its_whole_history", not lost, lost[:3])
    changed = [key for key, record in contacts.items()
               if any(found.get(key, {}).get(name) != value for name, value in record.items())]
    check("and_its_record_as_it_was", not changed, changed[:3])
    left = [item for item in scan(dynamodb, TABLE) if "Status" in item or "Stamps" in item]
    chunks = {item["Connect_ContactId"]["S"] for item in scan(dynamodb, TABLE + "-History")}
    check("nothing_of_them_is_left_in_the_tables", not left and not chunks & set(contacts), (left[:1], len(chunks)))
    document = legs(shown(OLD, "--store", STORE, "--archive", "s3://archive/of/us") or {})[0]
    check("an_archived_contact_is_shown", document.get("History") == inside, document)


def main():
    server = start_moto()
    try:
        sqs, dynamodb = client("sqs"), client("dynamodb")
        queue = make_queue(sqs)
        tables_as_designed(dynamodb)
        from_queue_to_table(sqs, dynamodb, queue)
        original_item_grows(sqs, dynamodb, queue)
        stops_in_order(sqs, queue)
        archived(client("s3"))
        expired_contacts_are_archived(dynamodb, client("s3"))
    finally:
        server.terminate()
        server.wait()
    sys.exit(failed)


main()
