"""Tries everything with the keys that were given and reports the status of each attempt. The folder must hold private.bin."""

import requests
from botocore.exceptions import ClientError

from store import answer, bucket, client, folder

content = bytes(range(256)) * 8


def status(call, **arguments):
    try:
        return call(Bucket=bucket, **arguments)["ResponseMetadata"]["HTTPStatusCode"]
    except ClientError as refused:
        return refused.response["ResponseMetadata"]["HTTPStatusCode"]


def presigned(operation, key):
    return client.generate_presigned_url(operation, {"Bucket": bucket, "Key": folder + key}, ExpiresIn=60)


post = client.generate_presigned_post(bucket, folder + "${filename}", ExpiresIn=60)
answer(
    {
        "list": status(client.list_objects_v2, Prefix=folder),
        "get": status(client.get_object, Key=folder + "private.bin"),
        "put": status(client.put_object, Key=folder + "new.bin", Body=content),
        "post": requests.post(post["url"], data=post["fields"], files={"file": ("new.bin", content)}, timeout=30).status_code,
        "presigned_get": requests.get(presigned("get_object", "private.bin"), timeout=30).status_code,
        "presigned_put": requests.put(presigned("put_object", "new.bin"), data=content, timeout=30).status_code,
    }
)
