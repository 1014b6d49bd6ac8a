"""The stack, read and made in moto; prints in the words of the unit tests."""
import base64
import gzip
import json
import os
import random
import re
import socket
import subprocess
import sys
import time

import boto3
from botocore.config import Config

from template import ACCOUNT, REGION, Stack, allowed, listed, load, matches, pairs

sys.path.append(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support"))
from ports import free_port  # noqa: E402

BINARY, VENV, WORK = sys.argv[1:4]
ROOT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..")
MAIN = os.path.join(ROOT, "cloudformation", "contactwatch.yaml")
IMPORT = os.path.join(ROOT, "cloudformation", "import-table.yaml")
template = load(MAIN)
TEXT = open(MAIN, encoding="utf-8").read()
README = open(os.path.join(ROOT, "README.md"), encoding="utf-8").read()
INSTANCE = f"arn:aws:connect:{REGION}:{ACCOUNT}:instance/5d2b0a3e-7f11-4c58-9a0e-3c7f00aa1d01"
AGENTS = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/agents"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0d5b9a5e-1111-4222-8333-444455556666"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"
ZIP = {"pArtifactBucket": "artifacts", "pArtifactKey": "contactwatch.zip"}
GIVEN = {"pAmazonConnectInstanceName": "bank", "pAmazonConnectInstanceArn": INSTANCE}
MODES = {
    "worker": {},
    "lambda": {"pIngestion": "Lambda", **ZIP},
    "zip": {**ZIP, "pAgentEventStreamArn": AGENTS},
    "agents": {"pIngestion": "Lambda", "pAgentEventStreamArn": AGENTS, **ZIP},
    "existing": {"pExistingTableName": "Original", **ZIP},
    "imported": {"pTableImported": "yes", **ZIP},
    "key": {"pIngestion": "Lambda", "pKmsKeyArn": KEY, "pEnvironment": "prod", "pAlarmTopicArn": TOPIC, **ZIP},
    "least": {"pAmazonConnectInstanceName": "", "pArchiveDays": "0"},
}
TABLE, HISTORY, FEED = ("rDynamoDbTableAmazonConnectContactStatus", "rDynamoDbTableHistory", "rDynamoDbTableFeed")
failed = False


def check(name, good, why=""):
    global failed
    print(f"[       OK ] {name}" if good else f"[  FAILED  ] {name} {why}", flush=True)
    failed |= not good


def stack_of(mode):
    return Stack(template, **{**GIVEN, **MODES[mode]})


# ---- What the template says


def keeps_the_original():
    kept = {"pEnvironment": ("String", "dev"), "pLogLevel": ("String", "INFO"), "pRootLogLevel": ("String", "WARNING"),
            "pContactStatusRetentionMinutes": ("Number", 1440), "pAmazonConnectInstanceName": ("String", None),
            "pAmazonConnectInstanceArn": ("String", None)}
    have = {n: (p["Type"], p.get("Default")) for n, p in template["Parameters"].items() if n in kept}
    check("the_original_s_parameters_are_kept", have == kept, have)
    name = "oDynamoDbTableAmazonConnectContactStatusTableName"
    export = template["Outputs"][name]["Export"]["Name"]
    check("and_its_output_and_export", export == {"Fn::Sub": "${AWS::StackName}-" + name}, export)
    check("no_transform", "Transform" not in template)
    check("no_name_is_given", not re.search(r"^ +(TableName|QueueName|BucketName|FunctionName|RoleName|ManagedPolicyName|"
                                            r"LogGroupName|AlarmName): [^!{]", TEXT, re.M))
    check("it_fits_into_a_request", len(TEXT.encode()) <= 51200, len(TEXT.encode()))
    partition = [line for line in TEXT.splitlines() if "arn:aws:" in line]
    check("no_partition_is_taken_for_granted", not partition, partition)


def breaks_a_rule(**parameters):
    stack = Stack(template, **{**GIVEN, **parameters})
    return [name for name, rule in template["Rules"].items() if stack.holds(rule.get("RuleCondition"))
            and not all(stack.holds(a["Assert"]) for a in rule["Assertions"])]


def rules_refuse_what_cannot_be():
    wrong = [m for m in MODES if breaks_a_rule(**MODES[m])]
    check("every_mode_is_within_the_rules", not wrong, wrong)
    check("lambda_needs_the_zip", breaks_a_rule(pIngestion="Lambda") == ["Ingestion"])
    check("the_zip_is_named_whole", breaks_a_rule(pArtifactBucket="b") == ["Artifact"])
    patterns = {n: p["AllowedPattern"] for n, p in template["Parameters"].items() if "AllowedPattern" in p}
    wrong = [(m, n) for m in MODES for n, v in {**GIVEN, **MODES[m]}.items() if n in patterns and
             not re.fullmatch(patterns[n], v)]
    check("patterns_take_what_is_meant", not wrong, wrong)
    check("and_nothing_else", not re.fullmatch(patterns["pAmazonConnectInstanceArn"], INSTANCE + "/contact/c") and
          not re.fullmatch(patterns["pAmazonConnectInstanceName"], "a/*") and
          not re.fullmatch(patterns["pLookupRecent"], "1 hour") and not re.fullmatch(patterns["pKmsKeyArn"], "alias/k"))


def keeps_data():
    for name, mode in ((n, m) for m in ("worker", "key") for n in (TABLE, HISTORY, "rArchive")):
        resource = stack_of(mode).resources[name]
        good = resource.get("DeletionPolicy") == resource.get("UpdateReplacePolicy") == "Retain"
        check(f"{name}_outlives_the_{mode}_stack", good, resource)
    for mode, key, protected in (("worker", None, False), ("key", KEY, True)):
        stack = stack_of(mode)
        tables, queues = stack.typed("DynamoDB::Table"), stack.typed("SQS::Queue")
        check(f"{mode}_tables_are_encrypted_as_said",
              all(t.get("SSESpecification", {}).get("KMSMasterKeyId") == key for t in tables.values()))
        check(f"{mode}_queues_are_encrypted", all(q.get("KmsMasterKeyId") == key and
                                                  q.get("SqsManagedSseEnabled", False) is not bool(key)
                                                  for q in queues.values()), queues)
        check(f"{mode}_data_can_be_restored",
              all(t["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] for t in tables.values()) and
              all(tables[n]["DeletionProtectionEnabled"] is protected for n in (TABLE, HISTORY)))
        bucket = stack.typed("S3::Bucket")["rArchive"]
        check(f"{mode}_archive_is_closed", all(bucket["PublicAccessBlockConfiguration"].values()) and
              bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}] and
              bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"]
              .get("KMSMasterKeyID") == key)
        check(f"{mode}_logs_end", stack.typed("Logs::LogGroup")["rLog"]["RetentionInDays"] == "30")
    by_tls = {"Bool": {"aws:SecureTransport": "false"}}
    stack = stack_of("agents")
    policies = [*stack.typed("SQS::QueuePolicy").values(), *stack.typed("S3::BucketPolicy").values()]
    check("tls_is_asked_for_everywhere", all(any(s["Effect"] == "Deny" and s["Condition"] == by_tls and s["Principal"] == "*"
                                                 for s in p["PolicyDocument"]["Statement"]) for p in policies))
    queues = {q for p in stack.typed("SQS::QueuePolicy").values() for q in p["Queues"]}
    check("every_queue_has_a_policy", queues == {"{%s}" % n for n in stack.typed("SQS::Queue")}, queues)
    grants = [s for p in policies for s in p["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]
    check("the_rule_alone_may_send", len(grants) == 1 and grants[0]["Action"] == "sqs:SendMessage" and
          grants[0]["Principal"] == {"Service": "events.amazonaws.com"} and
          grants[0]["Condition"] == {"ArnEquals": {"aws:SourceArn": "{rRule.Arn}"}}, grants)


def imported_table_is_the_same():
    one = Stack(load(IMPORT), pKmsKeyArn=KEY, pEnvironment="prod").resources
    other = stack_of_imported().resources[TABLE]
    other.pop("Condition")
    check("the_table_to_import_is_that_of_the_stack", one == {TABLE: other}, (one, other))


def stack_of_imported():
    return Stack(template, **GIVEN, pTableImported="yes", pKmsKeyArn=KEY, pEnvironment="prod")


# ---- Policies


def readme_policies():
    """The JSON blocks of the section Permissions, by the first word in backquotes before each."""
    section = README[README.index("### Permissions"):]
    section = section[:section.index("\n## ")]
    return {re.search(r"`([^`]+)`", head).group(1): json.loads(block)
            for head, block in re.findall(r"\n([^\n]+):\n\n```json\n(.*?)```", section, re.S)}


ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/"
WORDS = {ARN + "{%s}" % TABLE: "TABLE", "{%s.Arn}" % TABLE: "TABLE", "{%s.Arn}" % HISTORY: "HISTORY",
         "{%s.Arn}" % FEED: "FEED", "{rQueue.Arn}": "QUEUE", INSTANCE: "INSTANCE", "{rArchive.Arn}": "BUCKET",
         "{%s.StreamArn}" % TABLE: "STREAM", AGENTS: "AGENTS"}


def in_words(statements):
    """Pairs of action and resource, as the README calls it."""
    found = set()
    for action, resource in pairs(statements):
        for arn, word in WORDS.items():
            if resource == arn or resource.startswith(arn + "/"):
                resource = word + resource[len(arn):]
                break
        found.add((action, resource))
    return found


def policies_are_the_readme_s():
    readme, stack = readme_policies(), stack_of("lambda")
    for name, mode in (("rPolicyIngester", "ingest"), ("rPolicyViewer", "watch --view-only"),
                       ("rPolicyNames", "--reconcile"), ("rPolicyArchive", "archive")):
        have, want = in_words(stack.policy(name)), pairs(readme[mode])
        if mode == "archive":
            want = {(a, r.replace("/PREFIX", "/contacts")) for a, r in want} - {("dynamodb:Scan", "TABLE")}
        check(f"{name}_is_the_readme_s", have == want, have ^ want)
    log = {("logs:CreateLogStream", "{rLog.Arn}"), ("logs:PutLogEvents", "{rLog.Arn}")}
    dead = {("sqs:SendMessage", "{rForwardDead.Arn}")}
    shards = {(f"kinesis:{a}", "AGENTS") for a in ("DescribeStream", "DescribeStreamSummary", "GetRecords",
                                                   "GetShardIterator", "ListShards")}
    stream = {(f"dynamodb:{a}", "STREAM") for a in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")}
    want = {
        "rRoleForward": {("sqs:SendMessage", "QUEUE")} | dead,
        "rRoleIngest": pairs(readme["lambda ingest"]) | {(f"sqs:{a}", "QUEUE") for a in (
            "ReceiveMessage", "DeleteMessage", "GetQueueAttributes")} | shards | dead,
        "rRoleInsert": pairs(readme["insert"]),
        "rRoleLookup": pairs(readme["lookup"]),
        "rRoleArchive": in_words(stack.policy("rPolicyArchive")) | stream | {("sqs:SendMessage", "{rArchiveDead.Arn}")},
    }
    agents = stack_of("agents")
    check("every_role_is_known", set(want) == set(agents.typed("IAM::Role")), agents.typed("IAM::Role").keys())
    for role, rights in want.items():
        have = in_words(agents.statements(role))
        check(f"{role}_may_what_it_needs_and_no_more", have == rights | log, have ^ (rights | log))


def nothing_more_is_allowed():
    every = [(m, n, stack_of(m)) for m in MODES for n in stack_of(m).typed("IAM::Role")]
    loose = [(m, n, a, r) for m, n, s in every for a, r in pairs(s.statements(n)) if "*" in a or r == "*" or ":table/*" in r]
    for mode in MODES:
        stack = stack_of(mode)
        for name in stack.typed("IAM::ManagedPolicy"):
            loose += [(mode, name, a, r) for a, r in pairs(stack.policy(name)) if "*" in a or r == "*" or ":table/*" in r]
    check("no_wildcard_grants", not loose, loose)
    trusts = [s for m in MODES for r in stack_of(m).typed("IAM::Role").values()
              for s in r["AssumeRolePolicyDocument"]["Statement"]]
    check("roles_are_lambda_s_alone", all(s["Principal"] == {"Service": "lambda.amazonaws.com"} for s in trusts))
    bounded = Stack(template, **GIVEN, **MODES["agents"], pPermissionsBoundaryArn="arn:aws:iam::aws:policy/Boundary")
    check("a_boundary_binds_every_role", all(r.get("PermissionsBoundary") for r in bounded.typed("IAM::Role").values()))
    stack, keyed = stack_of("agents"), stack_of("key")
    table, index = ARN + "{%s}" % TABLE, ARN + "{%s}/index/GSI-Customer_Identifier" % TABLE
    refused = (
        ("rRoleForward", "sqs:ReceiveMessage", "{rQueue.Arn}"), ("rRoleForward", "dynamodb:PutItem", table),
        ("rRoleForward", "sqs:SendMessage", "{rQueueDead.Arn}"), ("rRoleIngest", "sqs:SendMessage", "{rQueue.Arn}"),
        ("rRoleIngest", "sqs:DeleteMessage", "{rQueueDead.Arn}"), ("rRoleIngest", "dynamodb:Scan", table),
        ("rRoleIngest", "dynamodb:Query", "{%s.Arn}" % HISTORY), ("rRoleIngest", "dynamodb:DeleteItem", table),
        ("rRoleIngest", "dynamodb:DeleteTable", table),
        ("rRoleInsert", "dynamodb:DeleteItem", table), ("rRoleInsert", "dynamodb:Query", index),
        ("rRoleInsert", "sqs:ReceiveMessage", "{rQueue.Arn}"), ("rRoleLookup", "dynamodb:PutItem", table),
        ("rRoleLookup", "dynamodb:UpdateItem", table), ("rRoleLookup", "dynamodb:Query", "{%s.Arn}" % HISTORY),
        ("rRoleLookup", "dynamodb:Query", "{%s.Arn}" % FEED), ("rRoleLookup", "s3:GetObject", "{rArchive.Arn}/contacts/x"),
        ("rRoleArchive", "dynamodb:PutItem", table), ("rRoleArchive", "s3:DeleteObject", "{rArchive.Arn}/contacts/x"),
        ("rRoleArchive", "s3:PutObject", "{rArchive.Arn}/other"), ("rRoleArchive", "s3:PutBucketPolicy", "{rArchive.Arn}"),
        ("rRoleArchive", "dynamodb:UpdateItem", "{%s.Arn}" % HISTORY),
    )
    wrong = [r for r in refused if allowed(stack.statements(r[0]), *r[1:])]
    check("what_is_not_a_role_s_is_refused", not wrong, wrong)
    viewer = stack.policy("rPolicyViewer")
    writes = [a for a, _ in pairs(viewer) if not a.split(":")[1].startswith(("Get", "BatchGet", "Query"))]
    check("a_viewer_only_reads", not writes, writes)
    statement, = keyed.policy("rPolicyKey")
    via = statement["Condition"]["StringEquals"]["kms:ViaService"]
    check("the_key_by_way_of_services_only", statement["Resource"] == KEY and
          sorted(v.split(".")[0] for v in via) == ["dynamodb", "s3", "sqs"], statement)
    check("every_role_may_use_the_key", all("{rPolicyKey}" in r["ManagedPolicyArns"]
                                            for r in keyed.typed("IAM::Role").values()))


def callers_are_named():
    for mode in MODES:
        permissions = stack_of(mode).typed("Lambda::Permission").values()
        good = all(p.get("SourceAccount") == ACCOUNT and p.get("SourceArn", "").startswith("arn:aws:") and
                   p["SourceArn"] != "*" for p in permissions)
        check(f"{mode}_who_calls_is_named", good, list(permissions))
    stack = stack_of("lambda")
    calls = {(p["FunctionName"], p["Principal"], p["SourceArn"]) for p in stack.typed("Lambda::Permission").values()}
    logs = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/connect/bank:*"
    check("by_logs_and_by_connect", calls == {("{rFunctionForward}", "logs.amazonaws.com", logs)} | {
        (f"{{rFunction{f}}}", "connect.amazonaws.com", INSTANCE) for f in ("Insert", "Lookup")}, calls)
    chosen = {p["IntegrationArn"] for p in stack.typed("Connect::IntegrationAssociation").values()}
    check("flows_can_choose_them", chosen == {"{rFunctionInsert.Arn}", "{rFunctionLookup.Arn}"}, chosen)


# ---- Functions, sources and alarms


def functions_are_set_up():
    want = {"worker": {"rFunctionForward": "index.handler"}, "least": {},
            "zip": {"rFunctionForward": "index.handler", "rFunctionInsert": "insert", "rFunctionLookup": "lookup",
                    "rFunctionArchive": "archive"},
            "lambda": {"rFunctionForward": "forward", "rFunctionIngest": "ingest", "rFunctionInsert": "insert",
                       "rFunctionLookup": "lookup", "rFunctionArchive": "archive"},
            "existing": {"rFunctionForward": "forward", "rFunctionInsert": "insert", "rFunctionLookup": "lookup"}}
    for mode, handlers in want.items():
        functions = stack_of(mode).typed("Lambda::Function")
        check(f"{mode}_functions", {n: f["Handler"] for n, f in functions.items()} == handlers, functions.keys())
        check(f"{mode}_runtimes", all(f["Runtime"] == ("python3.13" if "ZipFile" in f["Code"] else "provided.al2023")
                                      for f in functions.values()))
    functions = stack_of("lambda").typed("Lambda::Function")
    store = "dynamodb:{%s},{%s},{%s}" % (TABLE, HISTORY, FEED)
    environment = {n: f["Environment"]["Variables"] for n, f in functions.items()}
    check("functions_know_the_store", all(environment[n].get("CONTACTWATCH_STORE") == store for n in environment
                                          if n != "rFunctionForward"), environment)
    check("and_where_to_send", environment["rFunctionForward"]["CONTACTWATCH_QUEUE"] == "{rQueue}" and
          environment["rFunctionArchive"]["CONTACTWATCH_ARCHIVE"] == "s3://{rArchive}/contacts")
    listing = subprocess.run([BINARY, "lambda", "--help"], capture_output=True, text=True, timeout=60).stdout
    known = {"CONTACTWATCH_" + n.upper().replace("-", "_") for n in re.findall(r"--([a-z-]+)", listing)}
    unknown = {v for e in environment.values() for v in e} - known - {"CONTACT_RETENTION", "LOG_LEVEL", "ROOT_LOG_LEVEL"}
    check("the_program_knows_every_variable", not unknown, unknown)
    old = stack_of("existing").typed("Lambda::Function")["rFunctionInsert"]["Environment"]["Variables"]
    check("an_existing_table_is_named", old["CONTACTWATCH_STORE"].startswith("dynamodb:Original,{"), old)
    connect = [functions[f"rFunction{n}"]["Timeout"] for n in ("Insert", "Lookup")]
    check("flows_wait_no_longer_than_connect", max(connect) <= 8, connect)
    check("what_fails_is_kept", functions["rFunctionForward"]["DeadLetterConfig"] == {"TargetArn": "{rForwardDead.Arn}"})


def sources_are_set_up():
    stack = stack_of("agents")
    sources = stack.typed("Lambda::EventSourceMapping")
    queue, archive, agents = sources["rIngestQueue"], sources["rArchiveStream"], sources["rAgents"]
    timeout = stack.resources["rFunctionIngest"]["Properties"]["Timeout"]
    hidden = stack.resources["rQueue"]["Properties"]["VisibilityTimeout"]
    check("a_batch_is_hidden_for_long_enough", hidden >= 6 * timeout + queue["MaximumBatchingWindowInSeconds"], hidden)
    check("failures_are_told_one_by_one", all(s["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
                                              for s in sources.values()))
    check("streams_end_somewhere", archive["DestinationConfig"]["OnFailure"]["Destination"] == "{rArchiveDead.Arn}" and
          agents["DestinationConfig"]["OnFailure"]["Destination"] == "{rForwardDead.Arn}" and
          all(s["BisectBatchOnFunctionError"] and s["MaximumRetryAttempts"] > 0 for s in (archive, agents)))
    check("agents_go_to_who_ingests", agents["FunctionName"] == "{rFunctionIngest}" and
          stack_of("zip").typed("Lambda::EventSourceMapping")["rAgents"]["FunctionName"] == "{rFunctionForward}")
    pattern = json.loads(archive["FilterCriteria"]["Filters"][0]["Pattern"])
    expired = {"eventName": "REMOVE", "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"},
               "dynamodb": {"Keys": {"Connect_ContactId": {"S": "c1"}}}}
    others = [{**expired, "eventName": "MODIFY"}, {k: v for k, v in expired.items() if k != "userIdentity"},
              {**expired, "userIdentity": {"type": "Service", "principalId": "replication.dynamodb.amazonaws.com"}}]
    check("what_ttl_removed_is_archived", matches(pattern, expired))
    check("what_is_forgotten_is_not", not any(matches(pattern, o) for o in others))


def alarms_cover():
    for mode in MODES:
        stack = stack_of(mode)
        alarms = stack.typed("CloudWatch::Alarm")
        seen = json.dumps(list(alarms.values()))
        lacking = [q for q in stack.typed("SQS::Queue") if "{%s.QueueName}" % q not in seen]
        lacking += [n for n in (*stack.typed("Lambda::Function"), *stack.typed("DynamoDB::Table"))
                    if '"{%s}"' % n not in seen]
        check(f"{mode}_alarms_cover_all", not lacking, lacking)
    actions = [a.get("AlarmActions") for a in stack_of("key").typed("CloudWatch::Alarm").values()]
    check("alarms_go_to_the_topic", all(a == [TOPIC] for a in actions), actions)
    quiet = [a["TreatMissingData"] for a in stack_of("key").typed("CloudWatch::Alarm").values()]
    check("silence_is_no_alarm", set(quiet) == {"notBreaching"}, quiet)


# ---- In moto


PORT = free_port()
URL = f"http://127.0.0.1:{PORT}"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAMOTO", "AWS_SECRET_ACCESS_KEY": "moto", "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": URL}
os.environ.update(KEYS)


def client(service):
    return boto3.client(service, config=Config(retries={"max_attempts": 2}))


def run(*arguments):
    done = subprocess.run([BINARY, *arguments], env=dict(os.environ), capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        print(f"contactwatch {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}", flush=True)
    return done


def start_moto():
    server = subprocess.Popen([os.path.join(VENV, "moto_server"), "-p", str(PORT)], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", PORT), 0.5).close()
            return server
        except OSError:
            time.sleep(0.05)
    raise SystemExit("[  FAILED  ] moto does not start")


def make_stack(mode):
    """Its outputs by name."""
    parameters = [{"ParameterKey": k, "ParameterValue": v} for k, v in {**GIVEN, **MODES[mode]}.items()]
    formation = client("cloudformation")
    formation.create_stack(StackName=mode, TemplateBody=TEXT, Parameters=parameters, Capabilities=["CAPABILITY_IAM"])
    stack = formation.describe_stacks(StackName=mode)["Stacks"][0]
    outputs = {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}
    check(f"moto_makes_the_{mode}_stack", stack["StackStatus"] == "CREATE_COMPLETE", stack)
    check(f"{mode}_outputs", set(outputs) == set(stack_of(mode).outputs), set(outputs) ^ set(stack_of(mode).outputs))
    return outputs


def shape_of(table):
    """What init and the template must agree on."""
    described = client("dynamodb").describe_table(TableName=table)["Table"]
    indexes = {i["IndexName"]: (i["KeySchema"], i["Projection"]["ProjectionType"],
                                sorted(i["Projection"].get("NonKeyAttributes", [])))
               for i in described.get("GlobalSecondaryIndexes", [])}
    return (described["KeySchema"], sorted(map(str, described["AttributeDefinitions"])), indexes,
            described["BillingModeSummary"]["BillingMode"])


def add_what_moto_lacks(outputs):
    """Its CloudFormation makes neither TTL nor queue policies."""
    resources = stack_of("worker").resources
    for table, name in zip(outputs["oStore"].removeprefix("dynamodb:").split(","), (TABLE, HISTORY, FEED)):
        ttl = resources[name]["Properties"]["TimeToLiveSpecification"]
        client("dynamodb").update_time_to_live(TableName=table, TimeToLiveSpecification=ttl)
    policy = json.dumps(resources["rQueuePolicy"]["Properties"]["PolicyDocument"])
    client("sqs").set_queue_attributes(QueueUrl=outputs["oQueueUrl"], Attributes={"Policy": policy})


def tables_are_those_of_init(outputs):
    run("init", "--store", "dynamodb:Made")
    tables = outputs["oStore"].removeprefix("dynamodb:").split(",")
    for have, made in zip(tables, ("Made", "Made-History", "Made-Feed")):
        check(f"table_is_that_of_init_{made}", shape_of(have) == shape_of(made), (shape_of(have), shape_of(made)))
    stack = stack_of("worker")
    check("ttl_is_that_of_init", all(t["TimeToLiveSpecification"] == {"AttributeName": "DDB_ExpiryEpoch", "Enabled": True}
                                     for t in stack.typed("DynamoDB::Table").values()))
    status = client("dynamodb").describe_table(TableName=tables[0])["Table"]
    check("removals_are_streamed", status["StreamSpecification"]["StreamViewType"] == "OLD_IMAGE")
    check("the_name_is_exported", client("cloudformation").list_exports()["Exports"][0]["Value"] == tables[0])


def queue_is_as_said(outputs):
    sqs = client("sqs")
    have = sqs.get_queue_attributes(QueueUrl=outputs["oQueueUrl"], AttributeNames=["All"])["Attributes"]
    redrive = json.loads(have["RedrivePolicy"])
    check("the_queue_redrives", redrive["deadLetterTargetArn"] == outputs["oQueueDeadArn"] and
          int(redrive["maxReceiveCount"]) >= 5, redrive)
    dead = sqs.get_queue_attributes(QueueUrl=outputs["oQueueDeadUrl"], AttributeNames=["All"])["Attributes"]
    check("dead_letters_are_kept_longer", int(dead["MessageRetentionPeriod"]) > int(have["MessageRetentionPeriod"]) + 86400)


def moment(second):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - 600 + second)) + ".125Z"


CONTACT = "7a1d0c5e-4b1f-4a55-9d9e-00000000c0de"


def bus_event(kind, second, detail_type="Amazon Connect Contact Event", source="aws.connect", instance=INSTANCE, **more):
    detail = {"eventType": kind, "contactId": CONTACT, "channel": "VOICE", "instanceArn": instance,
              "initiationMethod": "INBOUND", "initiationTimestamp": moment(0), **more}
    return {"Source": source, "DetailType": detail_type, "Detail": json.dumps(detail),
            "Resources": [instance, f"{instance}/contact/{CONTACT}"]}


def rule_takes_what_is_ours(outputs):
    queue = {"queueArn": INSTANCE + "/queue/q1", "queueType": "STANDARD", "enqueueTimestamp": moment(20)}
    ours = [bus_event("INITIATED", 0), bus_event("QUEUED", 20, "Connect Customer Contact Event", queueInfo=queue),
            bus_event("DISCONNECTED", 60, queueInfo=queue, disconnectTimestamp=moment(60))]
    others = [bus_event("INITIATED", 0, instance=INSTANCE[:-1] + "2"), bus_event("INITIATED", 0, source="my.connect"),
              bus_event("INITIATED", 0, instance=INSTANCE + "2"),
              bus_event("INITIATED", 0, detail_type="Contact Lens Post Call Rules Matched"),
              bus_event("INITIATED", 0, detail_type="Amazon Connect Contact")]
    events = client("events")
    pattern = json.loads(events.list_rules()["Rules"][0]["EventPattern"])
    told = [matches(pattern, {"source": e["Source"], "detail-type": e["DetailType"], "detail": json.loads(e["Detail"])})
            for e in ours + others]
    check("the_pattern_tells_them_apart", told == [True] * len(ours) + [False] * len(others), told)
    for event in ours + others:
        events.put_events(Entries=[event])
    have = client("sqs").get_queue_attributes(QueueUrl=outputs["oQueueUrl"], AttributeNames=["All"])["Attributes"]
    check("events_of_the_bus_are_in_the_queue", int(have["ApproximateNumberOfMessages"]) == len(ours), have)
    target = events.list_targets_by_rule(Rule=events.list_rules()["Rules"][0]["Name"])["Targets"][0]
    check("what_cannot_be_sent_is_kept", "rRuleDead" in target["DeadLetterConfig"]["Arn"] and
          target["RetryPolicy"]["MaximumEventAgeInSeconds"] == 86400, target)


def ingested(outputs):
    done = run("ingest", "--source", outputs["oSource"], "--store", outputs["oStore"], "--once", "--list-names", "no")
    shown = run("show", CONTACT, "--store", outputs["oStore"], "--json")
    document = json.loads(shown.stdout or "null")
    return done, document[0] if isinstance(document, list) else document


def program_uses_the_stack(outputs):
    table = outputs["oDynamoDbTableAmazonConnectContactStatusTableName"]
    schema = {"Connect_ContactId": {"S": "#contactwatch"}}
    before = run("doctor", "--store", outputs["oStore"], "--source", outputs["oSource"])
    check("a_stack_alone_is_sound_to_doctor", "the first ingester writes it" in before.stdout and
          " 0 warnings, 0 failed" in before.stdout, before.stdout)
    done, document = ingested(outputs)
    check("a_stack_alone_is_enough_for_ingest", done.returncode == 0)
    check("the_bus_gives_the_record", document and document["Status"] == "DISCONNECTED" and
          len(document["History"]) == 3 and document["Flag_Abandoned"] is True, document)
    item = client("dynamodb").get_item(TableName=table, Key=schema).get("Item", {})
    check("the_first_ingester_leaves_the_schema", item.get("Schema") == {"N": "1"}, item)


def viewer_leaves_nothing(outputs):
    table = outputs["oDynamoDbTableAmazonConnectContactStatusTableName"]
    run("list", "--store", outputs["oStore"])
    check("a_viewer_leaves_no_schema", client("dynamodb").scan(TableName=table)["Count"] == 0)


def original_s_table_is_taken(outputs):
    """The upgrade that reads and writes it where it is, as the README has it."""
    events = [bus_event("INITIATED", 0), bus_event("DISCONNECTED", 60, disconnectTimestamp=moment(60))]
    for event in events:
        client("sqs").send_message(QueueUrl=outputs["oQueueUrl"], MessageBody=json.dumps(
            {"source": event["Source"], "detail-type": event["DetailType"], "detail": json.loads(event["Detail"]),
             "time": moment(0)}))
    made = run("init", "--store", outputs["oStore"])
    check("init_adds_what_the_original_s_table_lacks", made.returncode == 0 and
          [t for t in client("dynamodb").list_tables()["TableNames"] if t.startswith("Original")] == ["Original"])
    indexes = {i["IndexName"]: i["Projection"]["ProjectionType"]
               for i in client("dynamodb").describe_table(TableName="Original")["Table"]["GlobalSecondaryIndexes"]}
    check("its_own_index_stays", indexes == {"GSI-Customer_Identifier": "ALL", "GSI-Chain": "INCLUDE",
                                             "GSI-Live": "INCLUDE"}, indexes)
    done, document = ingested(outputs)
    check("it_goes_on_in_place", done.returncode == 0 and document["Status"] == "DISCONNECTED" and
          len(document["History"]) == 3 and document.get("Customer_Identifier") == "+15550100", document)


def make_original_s_table():
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName="Original", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "Connect_ContactId", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("Connect_ContactId", "Customer_Identifier")],
        GlobalSecondaryIndexes=[{"IndexName": "GSI-Customer_Identifier", "Projection": {"ProjectionType": "ALL"},
                                 "KeySchema": [{"AttributeName": "Customer_Identifier", "KeyType": "HASH"}]}])
    flow = json.loads(log_line(5)) | {"LogType": "ContactFlowLog"}
    flow = {"M": {k: {"M": {n: {"S": v} for n, v in x.items()}} if isinstance(x, dict) else {"S": x} for k, x in flow.items()}}
    dynamodb.put_item(TableName="Original", Item={
        "Connect_ContactId": {"S": CONTACT}, "Status": {"S": "INITIATED"}, "Connect_Channel": {"S": "VOICE"},
        "Customer_Identifier": {"S": "+15550100"}, "initiationTimestamp": {"S": moment(0)}, "History": {"L": [flow]},
        "DDB_ExpiryEpoch": {"N": str(int(time.time()) + 86400)}})


# ---- The forwarder of the template


def log_line(second, text="Hello"):
    return json.dumps({"ContactId": CONTACT, "ContactFlowId": INSTANCE + "/contact-flow/f1", "ContactFlowName": "Main",
                       "ContactFlowModuleType": "PlayPrompt", "Identifier": f"b{second}", "Timestamp": moment(second),
                       "Parameters": {"Text": text, "TextToSpeechType": "text", "Voice": "Joanna"}})


def subscription(lines, kind="DATA_MESSAGE", compress=gzip.compress):
    document = {"messageType": kind, "owner": ACCOUNT, "logGroup": "/aws/connect/bank", "logStream": "2026/01/05/09/stream-x==",
                "subscriptionFilters": ["f"],
                "logEvents": [{"id": f"{i:056d}", "timestamp": int(time.time() * 1000), "message": line}
                              for i, line in enumerate(lines)]}
    return {"awslogs": {"data": base64.b64encode(compress(json.dumps(document).encode())).decode()}}


def load_forwarder(outputs):
    """As Lambda runs it: a module with its environment."""
    code = stack_of("worker").resources["rFunctionForward"]["Properties"]["Code"]["ZipFile"]
    check("the_forwarder_may_be_inline", len(code) < 4096, len(code))
    os.environ["CONTACTWATCH_QUEUE"] = outputs["oQueueUrl"]
    module = {"__name__": "index"}
    exec(compile(code, "index.py", "exec"), module)
    return module


def raises(handler, event):
    try:
        handler(event, None)
        return False
    except Exception as problem:
        return type(problem).__name__ + ": " + str(problem)


def waiting(outputs):
    have = client("sqs").get_queue_attributes(QueueUrl=outputs["oQueueUrl"], AttributeNames=["All"])["Attributes"]
    return int(have["ApproximateNumberOfMessages"])


def forwarder_forwards(outputs):
    module = load_forwarder(outputs)
    handler = module["handler"]
    handler(subscription(["CWL CONTROL MESSAGE: Checking health"], "CONTROL_MESSAGE"), None)
    check("a_control_message_is_passed_over", waiting(outputs) == 0)
    handler(subscription([log_line(1), log_line(2, "Ol\u00e1 \u2603")]), None)
    check("a_subscription_s_records_are_one_message", waiting(outputs) == 1)
    chance = random.Random(5)
    noise = [log_line(3 + i, "".join(chance.choices("0123456789abcdef", k=200000))) for i in range(12)]
    handler(subscription(noise), None)
    check("what_is_too_large_is_split", waiting(outputs) > 2, waiting(outputs))
    _, document = ingested(outputs)
    flows = [e for e in document["History"] if e["LogType"] == "ContactFlowLog"]
    check("every_log_event_arrives", len(flows) == 14 and waiting(outputs) == 0, len(flows))
    check("as_it_was", any(e["Parameters"]["Text"] == "Ol\u00e1 \u2603" for e in flows))
    huge = "".join(chance.choices("".join(map(chr, range(33, 127))), k=1500000))
    check("one_log_event_too_large_is_raised", "too large" in (raises(handler, subscription([huge])) or ""))
    check("cut_data_is_raised", raises(handler, {"awslogs": {"data": subscription([log_line(1)])["awslogs"]["data"][:-40]}}))
    check("what_is_no_log_is_raised", raises(handler, {"Records": [{"body": "x"}]}) and raises(handler, {}))
    check("nothing_of_it_was_sent", waiting(outputs) == 0, waiting(outputs))
    forwarder_raises(module)
    forwarder_takes_agents(handler, outputs)


def forwarder_raises(module):
    class Refusing:
        sent = []

        def send_message_batch(self, QueueUrl, Entries):
            self.sent.append(Entries)
            return {"Successful": [], "Failed": [{"Id": "0", "Code": "InternalError"}]}

    kept, module["SQS"] = module["SQS"], Refusing()
    told = raises(module["handler"], subscription([log_line(1)]))
    check("what_the_queue_refuses_is_raised", "InternalError" in (told or ""), told)
    agents = {"Records": [{"kinesis": {"data": "A" * 300000}}] * 25}
    module["SQS"].send_message_batch = lambda QueueUrl, Entries: Refusing.sent.append(Entries) or {}
    module["handler"](agents, None)
    sizes = [(len(e), sum(len(x["MessageBody"]) for x in e)) for e in Refusing.sent[1:]]
    check("calls_keep_the_limits", all(n <= 10 and size <= 1024 * 1024 for n, size in sizes) and
          sum(n for n, _ in sizes) == 25, sizes)
    module["SQS"] = kept


def forwarder_takes_agents(handler, outputs):
    agent = INSTANCE + "/agent/a1"
    event = {"AWSAccountId": ACCOUNT, "AgentARN": agent, "EventId": "e1", "EventTimestamp": moment(40),
             "EventType": "LOGIN", "InstanceARN": INSTANCE, "Version": "2017-10-01", "PreviousAgentSnapshot": None,
             "CurrentAgentSnapshot": {"AgentStatus": {"ARN": INSTANCE + "/agent-state/s", "Name": "Available",
                                                      "StartTimestamp": moment(40), "Type": "ROUTABLE"},
                                      "Configuration": {"Username": "a.patel", "FirstName": "A", "LastName": "P"},
                                      "Contacts": []}}
    data = base64.b64encode(json.dumps(event).encode()).decode()
    handler({"Records": [{"eventSource": "aws:kinesis", "kinesis": {"sequenceNumber": "1", "data": data}}]}, None)
    ingested(outputs)
    table = outputs["oDynamoDbTableAmazonConnectContactStatusTableName"]
    item = client("dynamodb").get_item(TableName=table, Key={"Connect_ContactId": {"S": "AGENT#" + agent}}).get("Item")
    check("an_agent_event_arrives", item is not None and waiting(outputs) == 0)


def main():
    linter = subprocess.Popen([os.path.join(VENV, "cfn-lint"), MAIN, IMPORT], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
    server = start_moto()
    try:
        for part in (keeps_the_original, rules_refuse_what_cannot_be, keeps_data, imported_table_is_the_same,
                     policies_are_the_readme_s, nothing_more_is_allowed, callers_are_named, functions_are_set_up,
                     sources_are_set_up, alarms_cover):
            part()
        client("s3").create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": REGION})
        client("s3").put_object(Bucket="artifacts", Key="contactwatch.zip", Body=b"PK\5\6" + bytes(18))
        client("kinesis").create_stream(StreamName="agents", ShardCount=1)
        outputs = make_stack("worker")
        tables_are_those_of_init(outputs)
        queue_is_as_said(outputs)
        rule_takes_what_is_ours(outputs)
        viewer_leaves_nothing(outputs)
        add_what_moto_lacks(outputs)
        program_uses_the_stack(outputs)
        forwarder_forwards(outputs)
        make_original_s_table()
        made = {mode: make_stack(mode) for mode in MODES if mode != "worker"}
        original_s_table_is_taken(made["existing"])
        told, _ = linter.communicate(timeout=120)
        check("cfn_lint_has_nothing_to_say", linter.returncode == 0, told)
    finally:
        server.terminate()
        server.wait()
    sys.exit(failed)


main()
