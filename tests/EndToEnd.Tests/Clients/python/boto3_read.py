"""Lists a folder and reads each of its objects with the keys that were given."""

import base64

from store import answer, bucket, client, folder

objects = []
for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder):
    for found in page.get("Contents", []):
        content = client.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
        objects.append({"key": found["Key"], "content": base64.b64encode(content).decode("ascii")})

answer({"objects": objects})
