"""Finds stored files, so that an upload can skip files with the same content."""

from __future__ import annotations

import os
from typing import Dict, List, Optional, Sequence

from .connection import Connection
from .folder_grants import FolderGrants
from .listing_xml import ListedObject
from .local_files import FileToUpload, hash_parts, hash_range
from .multipart_etags import etag_of_parts, part_sizes_of
from .store import md5_of
from .upload_rules import UploadRules


class StoredFiles:
    """The stored files of a miner."""

    def __init__(self, connection: Connection, grants: FolderGrants) -> None:
        self._connection = connection
        self._grants = grants

    async def find(self, paths: Sequence[str], rules: UploadRules) -> Dict[str, ListedObject]:
        """Returns the stored files among some paths in the folder of the rules' source.

        Uses the listing of the folder grant, which costs nothing. If that is not complete, lists by pages, each of which costs a grant.
        """
        if rules.has_forms:
            page = await self._connection.retries.run(lambda: self._grants.list(rules.source))
            if page is not None:
                return {one.key: one for one in page.objects}
        return {one.key: one for one in await self._list(os.path.commonprefix(list(paths)), rules.source)}

    async def etag_of(self, key: str, size: int, source: Optional[str]) -> Optional[str]:
        """Returns the ETag of the stored file with a key, if it has this size. Costs a grant."""
        # Listings are ordered, so the key itself comes before longer ones.
        answer = await self._connection.endpoints.list_my_files(
            {"coldkey": self._connection.coldkey, "source": source, "prefix": key, "limit": 1}
        )
        found = next(iter(answer["files"]), None)
        return found["etag"].strip('"') if found is not None and found["key"] == key and found["size"] == size else None

    async def is_same(self, file: FileToUpload, stored: ListedObject) -> bool:
        """Whether a stored file has the same bytes, as far as its ETag tells."""
        if stored.size != file.size:
            return False
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
        cursor: Optional[str] = None
        while True:
            answer = await self._connection.endpoints.list_my_files(
                {"coldkey": self._connection.coldkey, "source": source, "prefix": prefix or None, "cursor": cursor}
            )
            for one in answer["files"]:
                place = template.split(one["key"])
                if place is not None:
                    found.append(ListedObject(place[2], one["size"], one["etag"].strip('"'), one["last_modified"]))
            following = answer.get("next_cursor")
            if not following or following == cursor:
                return found
            cursor = following
