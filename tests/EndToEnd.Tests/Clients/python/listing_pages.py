"""Pages through a presigned listing as today's validators do: the last key is appended to the URL as it was handed out."""
import json
import sys
import xml.etree.ElementTree
from urllib.parse import quote, unquote_plus

import requests

arguments = json.load(sys.stdin)
keys, pages, url = [], 0, arguments["url"]
while pages < 10:
    answer = requests.get(url, timeout=30)
    answer.raise_for_status()
    pages += 1
    listing = xml.etree.ElementTree.fromstring(answer.text)
    space = listing.tag[: listing.tag.index("}") + 1]
    found = [unquote_plus(one.findtext(f"{space}Key")) for one in listing.iter(f"{space}Contents")]
    keys += found
    if listing.findtext(f"{space}IsTruncated") != "true":
        break
    url = arguments["url"] + "&start-after=" + quote(found[-1])
print(json.dumps({"keys": keys, "pages": pages}))
