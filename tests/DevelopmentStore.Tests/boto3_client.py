"""What a Python client does with the store; prints 'all good' at the end, or fails with the first difference."""
import io
import sys
import urllib.request

import boto3
import requests
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, bucket, region, access_key, secret_key = sys.argv[1:]


def client(secret=secret_key, **s3):
    return boto3.client(
        "s3", endpoint_url=endpoint, region_name=region, aws_access_key_id=access_key, aws_secret_access_key=secret,
        config=Config(signature_version="s3v4", retries={"max_attempts": 0}, s3={"addressing_style": "path", **s3}))


def code(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def equal(actual, expected):
    assert actual == expected, f"{actual!r} is not {expected!r}"


s3 = client()

keys = ["plain", "a b/c+d%e.txt", "日本/é😀", "a//b", "x/../y", "trailing/", "(1)'!*~&=?#;:@,$", "ctrl\x01\r\nkey", "long" * 250]
for key in keys:
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode(), Metadata={"who": "me"})
for key in keys:
    equal(s3.get_object(Bucket=bucket, Key=key)["Body"].read(), key.encode())
    equal(s3.head_object(Bucket=bucket, Key=key)["Metadata"], {"who": "me"})
    # urllib sends a path as it is; requests would first resolve "..".
    equal(urllib.request.urlopen(s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": key})).read(), key.encode())
    url = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": key})
    if ".." not in key:
        equal(requests.put(url, data=b"put " + key.encode()).status_code, 200)
        equal(requests.get(s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": key})).content, b"put " + key.encode())
        equal(s3.get_object(Bucket=bucket, Key=key, Range="bytes=0-2")["Body"].read(), b"put")

for size in (1, 2, 1000):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": size})
    equal([entry["Key"] for page in pages for entry in page.get("Contents", [])], sorted(keys, key=str.encode))
    pages = s3.get_paginator("list_objects").paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": size})
    equal([entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", [])], ["a b/", "a/", "trailing/", "x/", "日本/"])

# Every way a body is sent: hashed, unsigned, and as a stream of unknown place in its file.
for options in ({}, {"payload_signing_enabled": False}, {"payload_signing_enabled": True}):
    body = bytes(range(256)) * 1000
    client(**options).put_object(Bucket=bucket, Key="body", Body=io.BytesIO(body))
    equal(s3.get_object(Bucket=bucket, Key="body")["Body"].read(), body)

post = s3.generate_presigned_post(
    bucket, "up/${filename}", Fields={"acl": "private"}, Conditions=[{"acl": "private"}, ["content-length-range", 1, 100]])
for name in ("plain.bin", "a b.txt", "日本.txt", "quote'.txt"):
    equal(requests.post(post["url"], data=post["fields"], files={"file": (name, b"posted " + name.encode())}).status_code, 204)
    equal(s3.get_object(Bucket=bucket, Key="up/" + name)["Body"].read(), b"posted " + name.encode())
for fields, expected in (
        ({**post["fields"], "key": "down/x"}, "AccessDenied"),
        ({**post["fields"], "acl": "public-read"}, "AccessDenied"),
        ({**post["fields"], "extra": "1"}, "AccessDenied"),
        ({**post["fields"], "policy": post["fields"]["policy"][:-8]}, "SignatureDoesNotMatch")):
    answer = requests.post(post["url"], data=fields, files={"file": b"x"})
    assert f"<Code>{expected}</Code>" in answer.text, answer.text
assert "<Code>EntityTooLarge</Code>" in requests.post(post["url"], data=post["fields"], files={"file": b"x" * 101}).text

# Multipart, in parallel, with every checksum that this boto3 can compute itself, and copies, whole and in parts.
large = bytes(range(256)) * 4096 * 12 + b"end"
parts = TransferConfig(multipart_threshold=1, multipart_chunksize=5 << 20, max_concurrency=4)
for extra in ({}, {"ChecksumAlgorithm": "SHA256"}, {"ChecksumAlgorithm": "SHA1"}, {"ChecksumAlgorithm": "CRC32"}):
    s3.upload_fileobj(io.BytesIO(large), bucket, "large", Config=parts, ExtraArgs={"Metadata": {"who": "me"}, **extra})
    head = s3.head_object(Bucket=bucket, Key="large", ChecksumMode="ENABLED")
    equal((head["ContentLength"], head["Metadata"], head["ETag"][-3:]), (len(large), {"who": "me"}, '-3"'))
    if "ChecksumAlgorithm" in extra and extra["ChecksumAlgorithm"] != "CRC32":
        assert head["Checksum" + extra["ChecksumAlgorithm"]].endswith("-3"), head
    received = io.BytesIO()
    s3.download_fileobj(bucket, "large", received, Config=parts)
    equal(received.getvalue() == large, True)
for config in (parts, None):
    s3.copy({"Bucket": bucket, "Key": "large"}, bucket, "copy +%é", Config=config)
    equal(s3.get_object(Bucket=bucket, Key="copy +%é")["Body"].read() == large, True)

upload = s3.create_multipart_upload(Bucket=bucket, Key="open/é")["UploadId"]
for number in (1, 2, 3):
    url = s3.generate_presigned_url(
        "upload_part", {"Bucket": bucket, "Key": "open/é", "UploadId": upload, "PartNumber": number})
    answer = requests.put(url, data=b"part")
    equal(answer.status_code, 200)
listed = s3.get_paginator("list_parts").paginate(
    Bucket=bucket, Key="open/é", UploadId=upload, PaginationConfig={"PageSize": 2})
equal([part["PartNumber"] for page in listed for part in page["Parts"]], [1, 2, 3])
others = [s3.create_multipart_upload(Bucket=bucket, Key="open/" + name)["UploadId"] for name in ("a", "b", "b")]
listed = s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix="open/", PaginationConfig={"PageSize": 1})
equal([found["UploadId"] for page in listed for found in page["Uploads"]], [others[0], *sorted(others[1:]), upload])
for key, found in (("open/a", others[0]), ("open/b", others[1]), ("open/b", others[2]), ("open/é", upload)):
    s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=found)
equal(s3.list_multipart_uploads(Bucket=bucket).get("Uploads"), None)
equal(code(s3.complete_multipart_upload, Bucket=bucket, Key="open/a", UploadId=upload,
           MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": "x"}]}), "NoSuchUpload")

equal(code(client(secret="another secret").list_objects_v2, Bucket=bucket), "SignatureDoesNotMatch")
equal(code(s3.get_object, Bucket=bucket, Key="none"), "NoSuchKey")
equal(code(s3.list_objects_v2, Bucket="another-bucket"), "NoSuchBucket")
equal(code(s3.put_object, Bucket=bucket, Key="k", ACL="public-read"), "AccessControlListNotSupported")
equal(code(s3.put_object, Bucket=bucket, Key="k" * 1025), "KeyTooLongError")
equal(s3.get_bucket_location(Bucket=bucket)["LocationConstraint"], region)
s3.head_bucket(Bucket=bucket)

# XML cannot name the key with control characters.
s3.delete_object(Bucket=bucket, Key="ctrl\x01\r\nkey")
left = [{"Key": entry["Key"]} for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]]
equal(len(s3.delete_objects(Bucket=bucket, Delete={"Objects": left})["Deleted"]), len(left))
equal(s3.list_objects_v2(Bucket=bucket)["KeyCount"], 0)
print("all good")
