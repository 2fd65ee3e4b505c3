#!/usr/bin/env python3
"""Writes SigV4 vectors made with boto3 as JSON to standard output.

    make-vectors.py [SEED] > boto3-vectors.json

Without a seed: the fixed cases (every odd key at least once, in every kind of request) that are committed.
With a seed: as many cases again with random keys, so that a test run can check fresh ones.
Needs boto3; sends nothing.
"""
import datetime as real
import hashlib
import json
import os
import random
import sys
import types

# Where awscrt is installed, botocore would sign with that, and its clock cannot be set.
os.environ["BOTO_DISABLE_CRT"] = "true"

import boto3
import botocore.auth
import botocore.signers
from botocore.awsrequest import AWSRequest
from botocore.config import Config

ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQD+abc/def=ghi+jkl&mno==" + "x" * 60

NOW = [None]


class PinnedDatetime(real.datetime):
    @classmethod
    def utcnow(cls):
        return NOW[0]

    @classmethod
    def now(cls, tz=None):
        return NOW[0].replace(tzinfo=real.timezone.utc).astimezone(tz) if tz else NOW[0]


pinned = types.ModuleType("datetime")
pinned.__dict__.update({name: getattr(real, name) for name in dir(real) if not name.startswith("__")})
pinned.datetime = PinnedDatetime
botocore.auth.datetime = pinned
botocore.signers.datetime = pinned

# Newer versions of botocore take the time from here.
for module in (botocore.auth, botocore.signers):
    if hasattr(module, "get_current_datetime"):
        module.get_current_datetime = lambda remove_tzinfo=True: PinnedDatetime.now(None if remove_tzinfo else real.timezone.utc)

# boto3 would presign for the old global host, which redirects to the region's.
botocore.signers._should_use_global_endpoint = lambda client: False

KEYS = [
    "test.txt",
    "data/x/5EhQWxcFdYAk7B9tNdQnJQFzww5N3964rbsMk55SujcX3PwM/data_20261124_062101_1000.parquet",
    "data/hotkey=5DkMmXtWf16RNdusZGCrJ7ca7ADPgRnZLVWCWbgA7s7sy1AQ/job_id=a.b-c_d/file.parquet",
    "a key with spaces ",
    " leading space",
    "plus+plus++",
    "percent%20%2F%zz%",
    "equals=and&amper&sand=",
    "tilde~under_score-dash.dot",
    "question?hash#semi;colon:comma,at@",
    "quotes\"'`<>{}|\\^[]()*!$",
    "gr\u00fc\u00dfe/\u65e5\u672c\u8a9e/\u0440\u0443\u0441\u0441\u043a\u0438\u0439",
    "emoji-\U0001f600\U0001f680/e\u0301-\u00e9",
    "double//slash///triple",
    "/leading/slash",
    "//two/leading",
    "trailing/",
    "trailing-dot.",
    "trailing/dot/.",
    "./here",
    "../up/../../up",
    "a/./b/../c",
    ".",
    "..",
    "tab\tnewline\nreturn\rend",
    "\u0001\u007f\u0085\u00a0\u2028",
    "${filename}",
    "k" * 1024,
    "\u00e9" * 512,
    ("long/" * 205)[:1024],
]

STORES = [
    # name, region, bucket, endpoint
    ("us", "us-east-1", "examplebucket", None),
    ("frankfurt", "eu-central-1", "my-bucket-2", None),
    ("beijing", "cn-north-1", "chinabucket", None),
    ("dots", "eu-west-1", "bucket.with.dots", None),
    ("local", "us-east-1", "examplebucket", "http://127.0.0.1:9000"),
    ("default-port", "us-west-004", "b2-bucket", "https://s3.us-west-004.example.com:443"),
    ("prefix", "default", "bucket.with.dots", "https://store.example.com:8443/s3/gate way/"),
    ("plain", "us-east-1", "examplebucket", "http://[::1]:80"),
]

BARRED = [
    "x-amz-acl", "x-amz-copy-source", "x-amz-copy-source-range", "x-amz-grant-full-control", "x-amz-grant-read", "x-amz-grant-read-acp",
    "x-amz-grant-write", "x-amz-grant-write-acp", "x-amz-object-lock-legal-hold", "x-amz-object-lock-mode",
    "x-amz-object-lock-retain-until-date", "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-context", "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-server-side-encryption-customer-key", "x-amz-server-side-encryption-customer-key-md5", "x-amz-storage-class", "x-amz-tagging",
    "x-amz-website-redirect-location",
]


class QueryAuth(botocore.auth.S3SigV4QueryAuth):
    hash = None

    def payload(self, request):
        return self.hash or super().payload(request)


MOMENTS = [
    (2013, 5, 24, 0, 0, 0),
    (2024, 2, 29, 23, 59, 59),
    (2026, 11, 4, 6, 7, 8),
]


def client(region, bucket, endpoint, token):
    made = boto3.client(
        "s3",
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        aws_session_token=token,
        config=Config(
            signature_version="s3v4",
            s3={"us_east_1_regional_endpoint": "regional", "addressing_style": "path" if endpoint or "." in bucket else "virtual"},
        ),
    )
    return made


CLIENTS = {}


def vectors(keys):
    n = 0

    def base(kind):
        nonlocal n
        store = STORES[n % len(STORES)]
        token = TOKEN if (n // len(STORES)) % 2 else None
        moment = MOMENTS[n % len(MOMENTS)] if n % 5 else MOMENTS[0]
        seconds = [1, 60, 3600, 86400, 604800][n % 5]
        n += 1
        NOW[0] = real.datetime(*moment)
        name, region, bucket, endpoint = store
        if (name, bool(token)) not in CLIENTS:
            CLIENTS[name, bool(token)] = client(region, bucket, endpoint, token)
        made = CLIENTS[name, bool(token)]
        return made, bucket, seconds, {
            "name": "%s %d on %s%s" % (kind, n, name, " with token" if token else ""),
            "kind": kind,
            "region": region,
            "bucket": bucket,
            "endpoint": endpoint,
            "token": token,
            "moment": NOW[0].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "seconds": seconds,
        }

    for repeat in range(3):
        if repeat:
            keys = [key for key in keys if len(key.encode()) < 1000]
        for key in keys:
            made, bucket, seconds, v = base("get")
            v["key"] = key
            v["url"] = made.generate_presigned_url("get_object", {"Bucket": bucket, "Key": key}, seconds)
            yield v

        n += 3
        for i, key in enumerate(keys):
            made, bucket, seconds, v = base("put")
            params = {"Bucket": bucket, "Key": key}
            if i % 2 == repeat % 2:
                v["contentLength"] = params["ContentLength"] = [0, 1, 1024, 5 * 1024**3][i % 4]
            v["key"] = key
            v["url"] = made.generate_presigned_url("put_object", params, seconds)
            yield v

        # Headers and payloads that boto3 signs in no presigned URL; botocore's signer signs any.
        for i, key in enumerate(keys):
            made, bucket, seconds, v = base("rules")
            headers, params = {}, {}
            if i % 2:
                v["contentLength"] = 1024 * i
                headers["content-length"] = str(1024 * i)
            if i % 3 == 0:
                v["isWriteOnce"] = True
                headers["if-none-match"] = "*"
            if i % 4 == 1:
                v["checksum"] = headers["x-amz-checksum-sha256"] = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="
            if i % 4 in (2, 3):
                v["payloadHash"] = headers["x-amz-content-sha256"] = hashlib.sha256(key.encode()).hexdigest()
            if i % 5 in (0, 1):
                v["partNumber"], v["uploadId"] = i + 1, "2~a/b+c=." + str(i)
                params = {"partNumber": str(v["partNumber"]), "uploadId": v["uploadId"]}
            if i % 7 in (0, 1, 2):
                v["hasEmptyHeaders"] = True
                headers.update({name: "" for name in BARRED})
            url = made.generate_presigned_url("put_object", {"Bucket": bucket, "Key": key}, seconds).split("?")[0]
            request = AWSRequest(method="PUT", url=url, headers=headers, params=params)
            auth = QueryAuth(made._request_signer._credentials, "s3", v["region"], expires=seconds)
            auth.hash = v.get("payloadHash")
            auth.add_auth(request)
            v["key"] = key
            v["url"] = request.url
            yield v

        n += 1
        for i, key in enumerate(keys):
            made, bucket, seconds, v = base("list")
            params = {"Bucket": bucket}
            if i % 7 != 3:
                v["prefix"] = params["Prefix"] = key
            if i % 2 == 0:
                v["delimiter"] = params["Delimiter"] = "/" if i % 4 == 0 else "&="
            if i % 3 == 0:
                v["continuationToken"] = params["ContinuationToken"] = "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=+" + str(i)
            if i % 3 == 1:
                v["maxKeys"] = params["MaxKeys"] = [1, 250, 1000][i % 9 // 3]
            if i % 5 == 2:
                v["startAfter"] = params["StartAfter"] = key + "z"
            v["url"] = made.generate_presigned_url("list_objects_v2", params, seconds)
            yield v

        n += 2
        for key in keys:
            made, bucket, seconds, v = base("post")
            fixed = {"acl": "private", "x-amz-storage-class": "STANDARD", "Content-Type": "binary/octet-stream"}
            conditions = [
                ["content-length-range", 1024, 5 * 1024**3],
                {"acl": "private"},
                {"x-amz-storage-class": "STANDARD"},
                ["starts-with", "$Content-Type", ""],
            ]
            v["folder"] = key
            # boto3 makes a condition of the key it is given; "${filename}" at its end makes that a starts-with of its own.
            post = made.generate_presigned_post(bucket, key + "${filename}", dict(fixed), list(conditions), seconds)
            v["url"] = post["url"]
            v["fields"] = post["fields"]
            yield v


def random_keys(rng):
    alphabet = "aZ09-._~/ +%=&?#:;,@!$'()*\"\\\u00e9\u65e5\U0001f600\u0416"
    for _ in range(len(KEYS)):
        yield "".join(rng.choice(alphabet) for _ in range(rng.randint(1, 60)))


seed = sys.argv[1] if len(sys.argv) > 1 else None
rng = random.Random(seed or 0)
made = vectors(list(random_keys(rng)) if seed else KEYS)
print("[\n" + ",\n".join(json.dumps(vector, ensure_ascii=True) for vector in made) + "\n]")
