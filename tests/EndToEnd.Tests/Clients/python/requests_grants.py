"""Uploads each file as it was granted: by the form's fields with the file last, or by PUT."""

import json
import sys

import requests

statuses = []
for grant in json.load(sys.stdin)["grants"]:
    with open(grant["file"], "rb") as content:
        if grant["method"] == "PUT":
            answer = requests.put(grant["url"], data=content, timeout=30)
        else:
            answer = requests.post(grant["url"], data=grant["fields"], files={"file": content}, timeout=30)
    statuses.append(answer.status_code)

json.dump({"statuses": statuses}, sys.stdout)
