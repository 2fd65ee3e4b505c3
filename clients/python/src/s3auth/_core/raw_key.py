"""Reads the bytes of a key that is not UTF-8.

Its text in JSON has U+FFFD for invalid bytes, so two keys may have the same text. The download URL contains the bytes.
"""

from __future__ import annotations

import hashlib
import re
from typing import Optional

REPLACEMENT = "\ufffd"

# This byte never occurs in UTF-8, so the hash after it cannot be part of another key.
_NOT_UTF8 = b"\xff"


def read_raw_key(key: str, url: Optional[str]) -> Optional[bytes]:
    """Returns the key's bytes; ``None`` if the key is UTF-8, or if no URL shows its bytes."""
    if REPLACEMENT not in key or url is None:
        return None
    path = _path_of(url)
    if path is None:
        return None
    # The key begins after the host, or after the bucket's name.
    text = _collapse(key)
    slash = path.find(b"/")
    while 0 <= slash < len(path) - 1:
        rest = path[slash + 1:]
        if _collapse(rest.decode("utf-8", "replace")) == text:
            return None if rest == key.encode("utf-8") else rest
        slash = path.find(b"/", slash + 1)
    # The URL does not show the key. Two URLs are two files, so the URL's hash tells them apart.
    return key.encode("utf-8") + _NOT_UTF8 + hashlib.sha256(path).hexdigest()[:32].encode("ascii")


# Does not use urllib, which would normalize the path.
def _path_of(url: str) -> Optional[bytes]:
    host = url.find("://")
    start = -1 if host < 0 else url.find("/", host + 3)
    if start < 0:
        return None
    escaped = re.split("[?#]", url[start:], maxsplit=1)[0].encode("utf-8", "surrogatepass")
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match.group(1), 16)]), escaped)


# Decoders write different numbers of U+FFFD for one invalid sequence.
def _collapse(text: str) -> str:
    return re.sub(f"{REPLACEMENT}+", REPLACEMENT, text)
