"""Finds stored files, so that an upload can skip files with the same content."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Dict, List, Optional, Sequence, Tuple

from .connection import Connection
from .folder_grants import FolderGrants
from .listing_xml import ListedObject
from .listings import LoopDetector
from .local_files import FileToUpload, hash_parts, hash_range
from .multipart_etags import etag_of_parts, part_sizes_of
from .sender import Clock
from .store import md5_of
from .upload_rules import UploadRules


HOURS_PER_PAGE = 1
MAX_HOURS = 24
"""How long a listing by pages is used: so listings cost at most 24 grants a day."""


@dataclass
class _KeptListing:
    prefix: str
    until: float
    files: Dict[str, ListedObject]


class StoredFiles:
    """The stored files of a miner. Keeps in memory what it learned, so that later uploads of the same client cost less."""

    def __init__(self, connection: Connection, grants: FolderGrants, clock: Clock) -> None:
        self._connection = connection
        self._grants = grants
        self._clock = clock
        self._listings: Dict[Optional[str], _KeptListing] = {}
        self._verified: Dict[Tuple[Optional[str], str], Tuple[Tuple[int, ...], str]] = {}
        """The states of local files, by source and path, with the ETags of the stored files that have the same bytes."""

    async def find(self, paths: Sequence[str], rules: UploadRules) -> Dict[str, ListedObject]:
        """Returns the stored files among some paths in the folder of the rules' source.

        Uses the listing of the folder grant, which costs nothing. If that is not complete, lists by pages, each of which costs a grant.
        """
        prefix, now = os.path.commonprefix(list(paths)), self._clock()
        kept = self._listings.get(rules.source)
        if kept is not None and kept.until - MAX_HOURS * 3600 <= now < kept.until and prefix.startswith(kept.prefix):
            return dict(kept.files)
        if rules.has_forms:
            page = await self._connection.retries.run(lambda: self._grants.list(rules.source))
            if page is not None:
                return {one.key: one for one in page.objects}
        found = {one.key: one for one in await self._list(prefix, rules.source)}
        hours = min(len(found) // 1000 + HOURS_PER_PAGE, MAX_HOURS)
        self._listings[rules.source] = _KeptListing(prefix, now + hours * 3600, found)
        return dict(found)

    def add(self, file: FileToUpload, path: str, etag: Optional[str], rules: UploadRules) -> None:
        """Records that a file was stored."""
        kept = self._listings.get(rules.source)
        if kept is not None:
            kept.files[path] = ListedObject(path, file.size, etag or "", "")
        self._set_verified(file, path, etag or "", rules)

    def forget(self, rules: UploadRules) -> None:
        """Discards the listing, because the store has other files."""
        self._listings.pop(rules.source, None)

    async def etag_of(self, key: str, size: int, source: Optional[str]) -> Optional[str]:
        """Returns the ETag of the stored file with a key, if it has this size. Costs a grant."""
        # Listings are ordered, so the key itself comes before longer ones.
        answer = await self._connection.endpoints.list_my_files(
            {"coldkey": self._connection.coldkey, "source": source, "prefix": key, "limit": 1}
        )
        found = next(iter(answer["files"]), None)
        return found["etag"].strip('"') if found is not None and found["key"] == key and found["size"] == size else None

    async def is_same(self, file: FileToUpload, path: str, stored: ListedObject, rules: UploadRules) -> bool:
        """Whether a stored file has the same bytes, as far as its ETag tells."""
        if stored.size != file.size:
            return False
        if file.state is not None and self._verified.get((rules.source, path)) == (file.state, stored.etag):
            return True
        is_same = await self._has_same_bytes(file, stored)
        if is_same:
            self._set_verified(file, path, stored.etag, rules)
        return is_same

    def _set_verified(self, file: FileToUpload, path: str, etag: str, rules: UploadRules) -> None:
        if file.state is not None:
            self._verified[rules.source, path] = (file.state, etag)
        else:
            self._verified.pop((rules.source, path), None)

    async def _has_same_bytes(self, file: FileToUpload, stored: ListedObject) -> bool:
        md5 = md5_of(stored.etag)
        if md5 is not None:
            return md5 == (await hash_range(self._connection.transport, file, "md5")).hex()
        for part_size in part_sizes_of(stored.etag, stored.size):
            parts = await hash_parts(self._connection.transport, file, "md5", part_size)
            if etag_of_parts([part.hex() for part in parts]) == stored.etag:
                return True
        return False

    async def _list(self, prefix: str, source: Optional[str]) -> List[ListedObject]:
        # Without a source, the server lists all sources.
        structure = await self._connection.structure()
        template = await self._connection.template()
        if source is None and structure["sources"]:
            source = structure["sources"][0]
        found: List[ListedObject] = []
        loops = LoopDetector()
        cursor: Optional[str] = None
        while True:
            answer = await self._connection.endpoints.list_my_files(
                {"coldkey": self._connection.coldkey, "source": source, "prefix": prefix or None, "cursor": cursor}
            )
            for one in answer["files"]:
                place = template.split(one["key"])
                if place is not None:
                    found.append(ListedObject(place[2], one["size"], one["etag"].strip('"'), one["last_modified"]))
            cursor = answer.get("next_cursor") or None
            loops.accept(answer["files"][-1]["key"].encode("utf-8", "surrogatepass") if answer["files"] else None, cursor)
            if cursor is None:
                return found
