#!/usr/bin/env python3
"""Writes a feed whose every other record is hostile; each is followed by a sound neighbour, c0ffee00-NNNN-…"""
import base64
import gzip
import json
import sys
import time

INSTANCE = "arn:aws:connect:eu-west-2:111122223333:instance/5d2b0a3e-7f11-4c58-9a0e-3c7f00aa1d01"
NOW = int(time.time()) - 300
VALUES = {
    "clear": "\x1b[2J\x1b[H\x1b]0;owned\x07",
    "osc52": "\x1b]52;c;b3duZWQ=\x07\x1bP+q\x1b\\",
    "c1": "\x9b31m\x9d0;owned\x9c\x85\x90",
    "controls": "".join(chr(c) for c in range(1, 32)) + "\x7f",
    "bidi": "\u202e\u2066evil\u2069\u202c\u200f",
    "width": "\u200b\u200d\ufeff\u2060\u00ad" + "a" + "\u0301" * 200,
    "lines": "one\ntwo\r\nthree\x0bfour\x0cfive\u2028six\u2029seven",
    "tags": "\U000e0041\U000e0042\U000e007f",
    "wide": "\u6f22" * 300 + "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "format": "%s%n%d%1$*2$d",
    "formula": "=cmd|' /C calc'!A0",
    "sql": "'); DROP TABLE contact;--",
    "markup": "<script>alert(1)</script>",
    "long": "x" * 100_000,
    "quotes": "\"\\'`$(reboot)`;",
    "empty": "",
    "noncharacter": "\ufffe\uffff\U0010ffff",
}


def stamp(second, ms=120):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(NOW + second)) + f".{ms:03d}Z"


def event(contact, kind="INITIATED", **detail):
    body = {"eventType": kind, "contactId": contact, "channel": "VOICE", "instanceArn": INSTANCE,
            "initiationMethod": "INBOUND", "initiationTimestamp": stamp(0), **detail}
    return {"version": "0", "id": f"e-{contact}-{kind}", "detail-type": "Amazon Connect Contact Event",
            "source": "aws.connect", "account": "111122223333", "time": stamp(0)[:19] + "Z",
            "region": "eu-west-2", "resources": [INSTANCE], "detail": body}


def log(contact, kind, second=1, **fields):
    return {"ContactId": contact, "ContactFlowId": f"{INSTANCE}/contact-flow/f1", "ContactFlowName": "Main",
            "ContactFlowModuleType": kind, "Identifier": "block", "Timestamp": stamp(second), **fields}


def everywhere(n, value):
    """One contact with the value in every field that is text."""
    contact = f"bad00000-{n:04d}-4a4a-8b8b-0000000000b{n % 10}"
    queue = {"queueArn": f"{INSTANCE}/queue/{value}", "queueType": value, "enqueueTimestamp": stamp(2)}
    agent = {"agentArn": f"{INSTANCE}/agent/{value}", "connectedToAgentTimestamp": stamp(3)}
    yield event(contact, "CONNECTED_TO_AGENT", queueInfo=queue, agentInfo=agent, tags={value: value},
                segmentAttributes={value: {"valueString": value}}, customerId=value, disconnectReason=value)
    yield event(contact + "x", value, channel=value, initiationMethod=value, instanceArn=value,
                initialContactId=value, previousContactId=value, relatedContactId=value)
    yield event(value)
    yield log(contact, "PlayPrompt", Parameters={"TextToSpeechType": "text", "Text": value, "Voice": value})
    yield log(contact, "SetAttributes", 2, Parameters={"Key": value or "k", "Value": value, value: value})
    yield log(contact, "InvokeExternalResource", 3, Parameters={"FunctionArn": value, "TimeLimit": value},
              ExternalResults={value: value, "nested": {value: [value]}})
    yield log(contact, "SetQueue", 4, Identifier=value, ContactFlowName=value, Results=value,
              Parameters={"Queue": value})
    yield log(contact, value, 5, ModuleExecutionStack=[value, value], Parameters={value: value})
    yield log(contact, "GetUserInput", 6, ContactFlowId=value, Timestamp=value, Results=value)
    yield log(contact, "SetContactFlow", 7, Parameters={"Type": value, "ContactFlowId": value})


def texts():
    """Lines that Python would not write, as bytes."""
    sound = json.dumps(event("bad10000-0001-4a4a-8b8b-0000000000c1"))
    yield json.dumps(event("bad10000-0002-4a4a-8b8b-0000000000c2", customerId="@")).replace('"@"', '"\\ud800"').encode()
    yield json.dumps(event("bad10000-0003-4a4a-8b8b-0000000000c3", customerId="@")).replace('"@"', '"a\\u0000b"').encode()
    yield json.dumps(event("bad10000-0004-4a4a-8b8b-0000000000c4", customerId="@")).encode().replace(b"@", b"\xff\xfe\xc3")
    yield b'{"a":' * 5000 + b"1" + b"}" * 5000
    yield b"[" * 100_000
    yield json.dumps(event("bad10000-0005-4a4a-8b8b-0000000000c5", customerId="@")).replace('"@"', "1e999").encode()
    yield json.dumps(event("bad10000-0006-4a4a-8b8b-0000000000c6", customerId="@")).replace('"@"', "9" * 5000).encode()
    yield (sound[:-2] + ',"contactId":"other"}}').encode()
    yield json.dumps(event("bad10000-0007-4a4a-8b8b-0000000000c7", updatedProperties=["y" * 16] * 50_000)).encode()
    yield json.dumps(event("bad10000-0008-4a4a-8b8b-0000000000c8", tags={f"k{i}": "v" for i in range(5000)})).encode()
    yield json.dumps(event("z" * 300)).encode()
    yield json.dumps(event("bad10000-0009-4a4a-8b8b-0000000000c9", initiationTimestamp="9999-99-99T99:99:99Z")).encode()
    logs = {"messageType": "DATA_MESSAGE", "owner": "1", "logGroup": "/aws/connect/x", "logStream": "s",
            "subscriptionFilters": ["f"], "logEvents": [{"id": "1", "timestamp": NOW * 1000,
             "message": json.dumps(log("bad10000-0010-4a4a-8b8b-0000000000d0", "PlayPrompt"))}]}
    packed = gzip.compress(json.dumps(logs).encode())
    yield json.dumps({"awslogs": {"data": base64.b64encode(packed[:-20]).decode()}}).encode()
    yield json.dumps({"awslogs": {"data": base64.b64encode(b"\x1f\x8b" + bytes(range(256))).decode()}}).encode()
    yield json.dumps({"awslogs": {"data": base64.b64encode(gzip.compress(b" " * 100_000_000)).decode()}}).encode()
    yield json.dumps({"Records": [{"messageId": "m", "body": body} for body in ("{", "", "null", sound)]}).encode()
    yield bytes(b for b in range(256) if b != 10) * 40
    yield b"\x00" * 2000
    yield b"   "
    yield b"null"
    yield b"true false"
    yield b'"text"'
    yield b"{}"
    yield b"]"


def main(path):
    count = 0

    def neighbour(out):
        nonlocal count
        count += 1
        out.write(json.dumps(event(f"c0ffee00-{count:04d}-4a4a-8b8b-0000000000a1")).encode() + b"\n")

    with open(path, "wb") as out:
        for n, value in enumerate(VALUES.values()):
            for record in everywhere(n, value):
                out.write(json.dumps(record, ensure_ascii=n % 2 == 0).encode("utf-8") + b"\n")
                neighbour(out)
        contact = "bad20000-0001-4a4a-8b8b-0000000000e1"
        for i in range(3000):
            out.write(json.dumps(log(contact, "SetAttributes", i % 200,
                                     Parameters={"Key": f"name {i}", "Value": "v" * 100})).encode() + b"\n")
        neighbour(out)
        for line in texts():
            out.write(line + b"\n")
            neighbour(out)
        out.write(b"\x20" * (3 << 20) + b"\n")  # one line longer than any record may be
        out.write(b'{"pad":"' + b"p" * (3 << 20) + b'"}\n')
        neighbour(out)
        out.write(json.dumps(event("bad30000-0001-4a4a-8b8b-0000000000f1")).encode()[:-40])  # half a line
    print(count)


main(sys.argv[1])
