"""Has boto3 sign a form and URLs with the keys that were given, and uses them: an independent signer on the same store."""

import requests

from store import answer, bucket, client, folder

content = bytes(range(256)) * 8
post = client.generate_presigned_post(
    bucket,
    folder + "${filename}",
    Fields={"acl": "private"},
    Conditions=[{"acl": "private"}, ["content-length-range", 1024, 5368709120]],
    ExpiresIn=60,
)
put = client.generate_presigned_url("put_object", {"Bucket": bucket, "Key": folder + "put.bin"}, ExpiresIn=60)
get = client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": folder + "put.bin"}, ExpiresIn=60)
listing = client.generate_presigned_url("list_objects_v2", {"Bucket": bucket, "Prefix": folder}, ExpiresIn=60)

answer(
    {
        "post": requests.post(post["url"], data=post["fields"], files={"file": ("posted.bin", content)}, timeout=30).status_code,
        "put": requests.put(put, data=content, timeout=30).status_code,
        "get": requests.get(get, timeout=30).status_code,
        "list": requests.get(listing, timeout=30).status_code,
    }
)
