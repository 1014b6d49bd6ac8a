"""Two endpoints asked the same, their answers side by side. Prints in the words of the unit tests.

Each case is a function of (sqs, dynamodb, state) that asks and returns what is to be compared; state["s3"] is a client too.
An error counts by its code. Ids, handles, times and the like are blanked.
"""
import datetime
import os
import socket
import subprocess
import sys
import time
from decimal import Decimal

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

sys.path.append(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support"))
from ports import free_port  # noqa: E402

KEYS = {"aws_access_key_id": "AKIAFAKEFAKEFAKEFAKE", "aws_secret_access_key": "fake+secret/for-the-tests-alone-0123456789"}
BLANK = {"MessageId", "ReceiptHandle", "CreationDateTime", "TableArn", "TableId", "SenderId",
         "SentTimestamp", "ApproximateFirstReceiveTimestamp", "QueueUrl", "QueueArn", "CreatedTimestamp",
         "LastModifiedTimestamp", "Message"}
# What only one of the two adds, asked or not: numbers of no meaning here, and empty lists of failures.
DROPPED = {"ResponseMetadata", "ConsumedCapacity", "ItemCollectionMetrics", "ProvisionedThroughput", "WarmThroughput",
           "TableSizeBytes", "IndexSizeBytes", "ItemCount", "IndexArn"}
CASES = []


def case(function):
    CASES.append((function.__name__, function))
    return function


def plain(value):
    if isinstance(value, dict) and set(value) == {"N"}:
        return {"N": Decimal(value["N"])}
    if isinstance(value, dict):
        return {k: "…" if k in BLANK else plain(v) for k, v in value.items() if k not in DROPPED and (k, v) != ("Failed", [])}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return "…" if isinstance(value, datetime.datetime) else value


def asked(function, *arguments, **named):
    """The answer, or the error by its code and what comes with it."""
    try:
        return plain(function(*arguments, **named))
    except ClientError as error:
        kept = {k: plain(v) for k, v in error.response.items() if k not in ("Error", "ResponseMetadata", "message", "Message")}
        return {"error": error.response["Error"]["Code"], "status": error.response["ResponseMetadata"]["HTTPStatusCode"], **kept}


def start(command, port):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 0.5).close()
            return process
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"[  FAILED  ] {command[0]} does not start")


def clients(port):
    settings = dict(endpoint_url=f"http://127.0.0.1:{port}", region_name="eu-west-1", **KEYS,
                    config=Config(retries={"max_attempts": 1, "mode": "standard"}))
    sqs, dynamodb, s3 = (boto3.client(name, **settings) for name in ("sqs", "dynamodb", "s3"))
    return sqs, dynamodb, {"s3": s3, "port": port}


def run(fake_program, moto_program):
    ports = free_port(), free_port()
    servers = [start([fake_program, "--port", str(ports[0])], ports[0]), start([moto_program, "-p", str(ports[1])], ports[1])]
    failed = False
    try:
        fake, moto = clients(ports[0]), clients(ports[1])
        for name, function in CASES:
            ours, theirs = asked(function, *fake), asked(function, *moto)
            same = ours == theirs
            failed |= not same
            print(f"[       OK ] {name}" if same else f"[  FAILED  ] {name}", flush=True)
            if not same:
                alike = isinstance(ours, list) and isinstance(theirs, list)
                pairs = zip(ours, theirs) if alike else [(ours, theirs)]
                for i, (a, b) in enumerate(pairs):
                    if a != b:
                        print(f"    {i} fake: {a}\n    {i} moto: {b}", flush=True)
    finally:
        for server in servers:
            server.terminate()
            server.wait()
    sys.exit(failed)
