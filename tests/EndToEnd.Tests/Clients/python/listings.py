"""Reads presigned listings as plain Python does: requests, ElementTree, urllib. Arguments: {"urls": [...]}."""

import json
import sys
import urllib.parse
from xml.etree import ElementTree

import requests

S3 = "{http://s3.amazonaws.com/doc/2006-03-01/}"


def names(root, path):
    # A plus sign that is part of a name is encoded; what stands there unencoded is a space.
    return [urllib.parse.unquote_to_bytes(found.text.replace("+", " ")).hex() for found in root.iterfind(path)]


def read(url):
    answer = requests.get(url, timeout=30)
    if answer.status_code != 200:
        return {"error": f"{answer.status_code}"}
    try:
        root = ElementTree.fromstring(answer.content)
    except ElementTree.ParseError as failure:
        return {"error": f"{failure}"}
    return {"keys": names(root, f"{S3}Contents/{S3}Key"), "folders": names(root, f"{S3}CommonPrefixes/{S3}Prefix")}


json.dump({"listings": [read(url) for url in json.load(sys.stdin)["urls"]]}, sys.stdout)
