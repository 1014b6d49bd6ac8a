"""The functions of the stack as the template sets them up: their environment, and a key that may do what their role may and
nothing else. Invocations come from a runtime API of a few lines."""
import base64
import gzip
import http.server
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request

from template import Stack, load, pairs

BINARY, WORK = sys.argv[1:3]
ROOT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..")
INSTANCE = "arn:aws:connect:eu-west-1:123456789012:instance/5d2b0a3e-7f11-4c58-9a0e-3c7f00aa1d01"
CONTACT, EARLIER = "7a1d0c5e-4b1f-4a55-9d9e-00000000c0de", "7a1d0c5e-4b1f-4a55-9d9e-00000000beef"
CUSTOMER = "+15550100077"
stack = Stack(load(os.path.join(ROOT, "cloudformation", "contactwatch.yaml")), pAmazonConnectInstanceName="bank",
              pAmazonConnectInstanceArn=INSTANCE, pIngestion="Lambda", pArtifactBucket="b", pArtifactKey="k")
NAMES = {"{rDynamoDbTableAmazonConnectContactStatus}": "Contacts", "{rDynamoDbTableHistory}": "Past",
         "{rDynamoDbTableFeed}": "News", "{rArchive}": "archive"}
STORE = "dynamodb:Contacts,Past,News"
ALL = {f"{service}:{action}" for service, actions in {
    "sqs": "ReceiveMessage DeleteMessage ChangeMessageVisibility GetQueueAttributes GetQueueUrl SendMessage",
    "dynamodb": "GetItem BatchGetItem UpdateItem PutItem DeleteItem BatchWriteItem Query Scan DescribeTable "
                "DescribeTimeToLive CreateTable UpdateTable UpdateTimeToLive",
    "s3": "GetObject PutObject DeleteObject ListBucket",
    "connect": "ListQueues ListUsers ListPrompts ListContactFlows ListContactFlowModules DescribeContact",
}.items() for action in actions.split()}
DUE_S = 3  # what a function without its rights tries again is tried no longer
failed = False


def check(name, good, why=""):
    global failed
    print(f"[       OK ] {name}" if good else f"[  FAILED  ] {name} {why}", flush=True)
    failed |= not good


fake = subprocess.Popen([os.path.join(os.path.dirname(BINARY), "tests", "fake-aws"), "--port", "0"],
                        stdout=subprocess.PIPE, text=True)
URL = fake.stdout.readline().strip()


def steer(word, **values):
    urllib.request.urlopen(urllib.request.Request(f"{URL}/_fake/{word}", data=json.dumps(values).encode())).read()


def seen(word):
    return json.loads(urllib.request.urlopen(f"{URL}/_fake/{word}").read())


def environment(denied):
    steer("key", accessKey="AKIAONE", secretKey="one", denied=" ".join(sorted(denied)))
    return {"PATH": os.environ["PATH"], "HOME": WORK, "TZ": "UTC", "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": URL,
            "AWS_ACCESS_KEY_ID": "AKIAONE", "AWS_SECRET_ACCESS_KEY": "one",
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ""), "TSAN_OPTIONS": os.environ.get("TSAN_OPTIONS", "")}


def run(*arguments):
    return subprocess.run([BINARY, *arguments], env=environment(set()), capture_output=True, text=True, timeout=120)


class Runtime(http.server.BaseHTTPRequestHandler):
    """Hands out one event, due in DUE_S; what is posted is the answer."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.server.given:
            self.server.over.wait()
            return
        self.server.given = True
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", "r-1")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + DUE_S) * 1000)))
        self.send_header("Content-Length", str(len(self.server.event)))
        self.end_headers()
        self.wfile.write(self.server.event)

    def do_POST(self):
        self.server.answer = (self.path.rsplit("/", 1)[1], self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.answered.set()

    def log_message(self, *arguments):
        pass


def invoke(logical, event, less=()):
    """What a function answers: ("response" or "error", the JSON), and what it logged."""
    properties = stack.resources[logical]["Properties"]
    rights = {action for action, _ in pairs(stack.statements(properties["Role"].strip("{}").split(".")[0]))}
    variables = environment(ALL - rights | set(less))
    for name, value in properties["Environment"]["Variables"].items():
        for reference, real in NAMES.items():
            value = value.replace(reference, real)
        variables[name] = value.replace("{rQueue}", queue)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Runtime)
    server.daemon_threads = True
    server.given, server.answer, server.event = False, ("nothing", b"{}"), json.dumps(event).encode()
    server.answered, server.over = threading.Event(), threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    variables |= {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}", "_HANDLER": properties["Handler"],
                  "AWS_LAMBDA_FUNCTION_NAME": logical}
    function = subprocess.Popen([BINARY, "lambda"], env=variables, stderr=subprocess.PIPE, text=True)
    server.answered.wait(30)
    function.terminate()
    _, log = function.communicate(timeout=30)
    server.over.set()
    server.shutdown()
    server.server_close()
    word, body = server.answer
    return word, json.loads(body or b"null"), log


def moment(second):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - 600 + second)) + ".125Z"


def contact_event(kind, contact, second, **more):
    return {"version": "0", "detail-type": "Amazon Connect Contact Event", "source": "aws.connect", "time": moment(second),
            "detail": {"eventType": kind, "contactId": contact, "channel": "VOICE", "instanceArn": INSTANCE,
                       "initiationMethod": "INBOUND", "initiationTimestamp": moment(0), **more}}


def flow_event(contact, **parameters):
    return {"Name": "ContactFlowEvent", "Details": {"Parameters": parameters, "ContactData": {
        "Attributes": {}, "Channel": "VOICE", "ContactId": contact, "InitialContactId": contact, "PreviousContactId": contact,
        "CustomerEndpoint": {"Address": CUSTOMER, "Type": "TELEPHONE_NUMBER"}, "InitiationMethod": "INBOUND",
        "InstanceARN": INSTANCE, "Queue": None, "SystemEndpoint": None}}}


def shown(contact, *more):
    document = json.loads(run("show", "--store", STORE, "--json", contact, *more).stdout or "null")
    return document[0] if isinstance(document, list) else document


def insert_and_lookup():
    word, answer, log = invoke("rFunctionInsert", flow_event(EARLIER, Tier="gold", Customer_Identifier=CUSTOMER))
    check("insert_inserts", word == "response" and answer["result"] == "OK", (answer, log))
    check("and_the_record_has_it", shown(EARLIER)["Customer_Identifier"] == CUSTOMER)
    word, answer, log = invoke("rFunctionLookup", flow_event(CONTACT, Customer_Identifier=CUSTOMER))
    check("lookup_finds_it", word == "response" and answer["activeContactId"] == EARLIER, (answer, log))
    word, answer, log = invoke("rFunctionLookup", flow_event(CONTACT, Customer_Identifier=CUSTOMER), ["dynamodb:Query"])
    check("lookup_goes_on_without_its_rights", word == "response" and answer["activeContactId"] == "", (answer, log))
    word, answer, log = invoke("rFunctionInsert", flow_event(EARLIER, Tier="lead"), ["dynamodb:UpdateItem"])
    check("insert_says_that_it_cannot", word == "response" and answer["result"] == "FAILED", (answer, log))


def forward_and_ingest():
    line = json.dumps({"ContactId": CONTACT, "ContactFlowId": INSTANCE + "/contact-flow/f1", "ContactFlowName": "Main",
                       "ContactFlowModuleType": "PlayPrompt", "Timestamp": moment(5), "Parameters": {"Text": "Hello"}})
    document = {"messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": "/aws/connect/bank", "logStream": "s",
                "subscriptionFilters": ["f"], "logEvents": [{"id": "1", "timestamp": 1, "message": line}]}
    data = base64.b64encode(gzip.compress(json.dumps(document).encode())).decode()
    word, answer, log = invoke("rFunctionForward", {"awslogs": {"data": data}})
    bodies = [m["body"] for m in seen("queue?name=contacts")["messages"]]
    check("forward_forwards", word == "response" and len(bodies) == 1, (answer, log))
    word, answer, log = invoke("rFunctionForward", {"awslogs": {"data": data}}, ["sqs:SendMessage"])
    check("forward_fails_without_its_rights", word == "error", (answer, log))
    bodies += [json.dumps(contact_event(k, CONTACT, s, **m)) for k, s, m in (
        ("INITIATED", 0, {}), ("DISCONNECTED", 60, {"disconnectTimestamp": moment(60)}))]
    batch = {"Records": [{"messageId": f"m{i}", "receiptHandle": "h", "body": body, "eventSource": "aws:sqs",
                          "attributes": {"SentTimestamp": str(int(time.time() * 1000))},
                          "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:contacts"} for i, body in enumerate(bodies)]}
    word, answer, log = invoke("rFunctionIngest", batch, ["dynamodb:UpdateItem"])
    check("ingest_reports_all_without_its_rights", word == "error" or len(answer["batchItemFailures"]) == len(bodies), answer)
    word, answer, log = invoke("rFunctionIngest", batch)
    check("ingest_ingests", word == "response" and answer == {"batchItemFailures": []}, (answer, log))
    check("and_the_history_is_whole", len(shown(CONTACT)["History"]) == 3)


def archive():
    items = seen("items?table=Contacts")
    items = items["items"] if isinstance(items, dict) else items
    image = next(i for i in items if i["Connect_ContactId"]["S"] == CONTACT)
    image["DDB_ExpiryEpoch"] = {"N": str(int(time.time()) - 10)}
    removal = {"eventID": "e1", "eventName": "REMOVE", "eventSource": "aws:dynamodb", "awsRegion": "eu-west-1",
               "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"},
               "dynamodb": {"Keys": {"Connect_ContactId": {"S": CONTACT}}, "OldImage": image, "SequenceNumber": "111",
                            "StreamViewType": "OLD_IMAGE"}}
    run("forget", "--yes", "--store", STORE, EARLIER)
    word, answer, log = invoke("rFunctionArchive", {"Records": [removal]}, ["s3:PutObject"])
    check("archive_reports_without_its_rights", word == "error" or len(answer["batchItemFailures"]) == 1, (answer, log))
    word, answer, log = invoke("rFunctionArchive", {"Records": [removal]})
    check("archive_archives", word == "response" and not answer["batchItemFailures"], (answer, log))
    listing = json.dumps(seen("objects?bucket=archive"))
    check("under_the_prefix_of_its_policy", f"{CONTACT}.json.gz" in listing and '"contacts/' in listing, listing)

try:
    run("init", "--store", STORE)
    steer("bucket/create", name="archive")
    steer("queue/create", name="contacts", attributes={})
    queue = seen("queue?name=contacts").get("url", f"{URL}/123456789012/contacts")
    for part in (insert_and_lookup, forward_and_ingest, archive):
        part()
finally:
    fake.terminate()
    fake.wait()
sys.exit(failed)
