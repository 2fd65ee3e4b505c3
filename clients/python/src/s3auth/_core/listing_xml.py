"""Parses the XML of one ListObjectsV2 page. Specification: "ListObjectsV2", Amazon S3 API Reference."""

from __future__ import annotations

import re
import xml.parsers.expat
from dataclasses import dataclass
from typing import Dict, List, Optional
from urllib.parse import unquote_plus

from .store import is_etag

MAX_LISTING_BYTES = 8 * 1024 * 1024
"""A thousand keys of 1,024 bytes, percent-encoded and with their other elements, have less than 4 MB."""

_SIZE = re.compile(r"[0-9]{1,18}")
_MAX_DEPTH = 16


@dataclass(frozen=True)
class ListedObject:
    """One object of a listing."""

    key: str
    size: int
    etag: str
    last_modified: str
    """ISO 8601."""


@dataclass(frozen=True)
class ListingPage:
    """One page of a listing."""

    objects: List[ListedObject]
    is_truncated: bool

    def below(self, folder: str) -> "Optional[ListingPage]":
        """Returns the page with the paths below a folder as keys; ``None`` if it has a key that is not in the folder."""
        if not all(one.key.startswith(folder) for one in self.objects):
            return None
        objects = [ListedObject(one.key[len(folder) :], one.size, one.etag, one.last_modified) for one in self.objects]
        return ListingPage(objects, self.is_truncated)


def parse_listing(content: bytes) -> Optional[ListingPage]:
    """Returns a page; ``None`` if the content is not a listing, or has a key that is not UTF-8 or a value that is not valid.

    Refuses a DOCTYPE, because an entity can expand to gigabytes, and no store sends one.
    """
    try:
        return _Parser().parse(content)
    # expat raises LookupError and ValueError for encodings that it does not know.
    except (xml.parsers.expat.ExpatError, ValueError, LookupError):
        return None


class _Parser:
    def __init__(self) -> None:
        self._open: List[str] = []
        self._text: List[str] = []
        self._item: Dict[str, str] = {}
        self._items: List[Dict[str, str]] = []
        self._root: Dict[str, str] = {}

    def parse(self, content: bytes) -> ListingPage:
        parser = xml.parsers.expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        parser.StartDoctypeDeclHandler = self._refuse
        parser.Parse(content, True)
        is_truncated = self._root.get("IsTruncated", "")
        if is_truncated not in ("true", "false"):
            raise ValueError("The answer is not a listing.")
        # The element that says whether names are encoded may come after them.
        is_encoded = self._root.get("EncodingType") == "url"
        return ListingPage([_object(item, is_encoded) for item in self._items], is_truncated == "true")

    def _start(self, name: str, _: object) -> None:
        name = name.rpartition(":")[2]
        if len(self._open) >= _MAX_DEPTH or (not self._open and name != "ListBucketResult"):
            raise ValueError("The answer is not a listing.")
        self._open.append(name)
        self._text.clear()

    def _end(self, _: str) -> None:
        name = self._open.pop()
        if len(self._open) == 2 and self._open[1] == "Contents":
            self._item[name] = "".join(self._text)
        elif len(self._open) == 1 and name == "Contents":
            self._items.append(self._item)
            self._item = {}
        elif len(self._open) == 1 and name in ("IsTruncated", "EncodingType"):
            self._root[name] = "".join(self._text)
        self._text.clear()

    def _refuse(self, *_: object) -> None:
        raise ValueError("The answer has a DOCTYPE.")


def _object(item: Dict[str, str], is_encoded: bool) -> ListedObject:
    key = item.get("Key", "")
    if is_encoded:
        # Some stores encode a space as a plus sign, as forms do, and all of them encode a plus sign.
        key = unquote_plus(key, errors="strict")
    etag, size = item.get("ETag", "").strip('"'), item.get("Size", "")
    if not key or not _SIZE.fullmatch(size) or not is_etag(etag):
        raise ValueError("The listing has an invalid object.")
    return ListedObject(key, int(size), etag, item.get("LastModified", ""))
