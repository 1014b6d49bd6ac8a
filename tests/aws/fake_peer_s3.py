"""S3: the same requests to the fake endpoint and to moto. Run by fake_peer.py."""
from beside import asked, case

BUCKET = "archive-of-contacts"
# Blanks, what XML and URLs mark, text beyond ASCII, and what a signature must encode once.
NAMES = ["dt=2026-11-01/a b.json.gz", "dt=2026-11-01/a+b.json.gz", "dt=2026-11-02/é&<x>.json.gz", "dt=2026-11-02/p%20q",
         "index/chain/r/2026-11-01/c1", "index/chain/r/2026-11-02/c2", "index/customer/*~'()/1", "top"]


def shown(answer):
    return {k: v for k, v in answer.items() if k not in ("ResponseMetadata", "Owner", "RequestCharged", "ChecksumType")}


def body(answer):
    return answer["Body"].read() if "Body" in answer else answer


def listed(answer):
    if "error" in answer:
        return answer
    contents = [(c["Key"], c["Size"], c["ETag"], c["StorageClass"]) for c in answer.get("Contents", [])]
    return [contents, [p["Prefix"] for p in answer.get("CommonPrefixes", [])],
            {k: answer.get(k) for k in ("Name", "Prefix", "Delimiter", "MaxKeys", "KeyCount", "IsTruncated", "StartAfter")},
            "NextContinuationToken" in answer]


@case
def buckets_are_made_alike(sqs, ddb, state):
    s3, here = state["s3"], {"LocationConstraint": "eu-west-1"}
    return [shown(asked(s3.create_bucket, Bucket=BUCKET, CreateBucketConfiguration=here)).get("error"),
            asked(s3.create_bucket, Bucket=BUCKET, CreateBucketConfiguration=here)["error"],
            asked(s3.create_bucket, Bucket="another-bucket")["error"],
            asked(s3.head_bucket, Bucket=BUCKET).get("error"), asked(s3.head_bucket, Bucket="none-of-it")["error"]]


@case
def objects_come_back_as_they_were_put(sqs, ddb, state):
    s3, found = state["s3"], []
    for i, name in enumerate(NAMES):
        data = bytes(range(256)) * i
        put = asked(s3.put_object, Bucket=BUCKET, Key=name, Body=data, ContentType="application/gzip", Metadata={"at": str(i)})
        got = s3.get_object(Bucket=BUCKET, Key=name)
        head = s3.head_object(Bucket=BUCKET, Key=name)
        found.append([put["ETag"], got["Body"].read() == data, got["ETag"], got["ContentType"], got["Metadata"],
                      head["ETag"], head["ContentLength"], head["ContentType"], head["Metadata"]])
    return found


@case
def what_is_not_there(sqs, ddb, state):
    s3 = state["s3"]
    return [asked(s3.get_object, Bucket=BUCKET, Key="none"), asked(s3.head_object, Bucket=BUCKET, Key="none"),
            asked(s3.get_object, Bucket="none-of-it", Key="x"), asked(s3.list_objects_v2, Bucket="none-of-it"),
            asked(s3.put_object, Bucket="none-of-it", Key="x", Body=b""),
            asked(s3.delete_object, Bucket=BUCKET, Key="none").get("error")]


@case
def puts_on_conditions(sqs, ddb, state):
    s3 = state["s3"]
    first = asked(s3.put_object, Bucket=BUCKET, Key="when", Body=b"1", IfNoneMatch="*")
    put = [asked(s3.put_object, Bucket=BUCKET, Key="when", Body=b"2", IfNoneMatch="*"),
           asked(s3.put_object, Bucket=BUCKET, Key="when", Body=b"2", IfMatch='"0123"'),
           asked(s3.put_object, Bucket=BUCKET, Key="never", Body=b"2", IfMatch=first["ETag"])["error"],
           asked(s3.put_object, Bucket=BUCKET, Key="when", Body=b"3", IfMatch=first["ETag"]).get("ETag")]
    return put + [body(asked(s3.get_object, Bucket=BUCKET, Key="when"))]


@case
def reads_on_conditions(sqs, ddb, state):
    s3, etag = state["s3"], state["s3"].head_object(Bucket=BUCKET, Key="top")["ETag"]
    return [body(asked(s3.get_object, Bucket=BUCKET, Key="top", IfMatch=etag)) is not None,
            asked(s3.get_object, Bucket=BUCKET, Key="top", IfMatch='"0"').get("status"),
            asked(s3.get_object, Bucket=BUCKET, Key="top", IfNoneMatch=etag).get("status"),
            asked(s3.head_object, Bucket=BUCKET, Key="top", IfNoneMatch='"0"').get("ETag") == etag]


LISTINGS = [{}, {"Prefix": "dt="}, {"Prefix": "dt=2026-11-02/"}, {"Delimiter": "/"}, {"Prefix": "index/", "Delimiter": "/"},
            {"Prefix": "index/chain/r/", "Delimiter": "/"}, {"MaxKeys": 0}, {"MaxKeys": 3}, {"Prefix": "none"},
            {"StartAfter": "dt=2026-11-02/"}, {"Prefix": "dt=2026-11-02/é", "EncodingType": "url"}, {"Delimiter": "=2026"}]


@case
def listings_give_the_same(sqs, ddb, state):
    return [listed(asked(state["s3"].list_objects_v2, Bucket=BUCKET, **listing)) for listing in LISTINGS]


@case
def pages_follow_each_other(sqs, ddb, state):
    found = []
    for size in (1, 2, 5):
        pages = state["s3"].get_paginator("list_objects_v2").paginate(
            Bucket=BUCKET, Prefix="dt=", PaginationConfig={"PageSize": size})
        found.append([[c["Key"] for c in page.get("Contents", [])] for page in pages])
    return found


@case
def deletes(sqs, ddb, state):
    s3 = state["s3"]
    answers = [asked(s3.delete_object, Bucket=BUCKET, Key=name).get("error") for name in NAMES + ["none"]]
    return answers + [listed(asked(s3.list_objects_v2, Bucket=BUCKET))]
