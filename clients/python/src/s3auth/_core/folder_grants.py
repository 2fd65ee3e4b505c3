"""Grants for a miner's whole folder: a form that uploads any number of files, and a listing that costs nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping, Optional, Tuple

from .. import models
from ..errors import InvalidAnswerError, RefusedError, StoreError
from .connection import Connection
from .listing_xml import MAX_LISTING_BYTES, ListingPage, parse_listing
from .local_files import FileToUpload
from .retries import is_refused_grant
from .sender import MIN_REPLACEMENT_SECONDS, Clock, Sender, Sent, Target, now, renew_at
from .store import is_http_url

UNSUPPORTED = "folder_upload_unsupported"


@dataclass(frozen=True)
class GrantedFolder:
    """One folder of a grant."""

    folder: str
    """The prefix of its keys, which ends with ``/``."""
    url: str = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)
    list_url: str = field(repr=False)

    @classmethod
    def of(cls, access: models.FolderAccess, source: Optional[str]) -> "GrantedFolder":
        """Returns the folder of a source. For ``None``, the folder of the first source, or of a layout without sources."""
        folders = access.get("folders")
        if source is None or not folders:
            return cls(access["folder"], access["url"], access["fields"], access["list_url"])
        if source not in folders:
            raise InvalidAnswerError(f"The server grants no folder for the source {source}.")
        one = folders[source]
        return cls(one["folder"], one["url"], one["fields"], one["list_url"])


class FolderGrants:
    """The grant for a miner's folders, of all sources. Kept in memory until it expires or the store refuses it."""

    def __init__(self, connection: Connection, sender: Sender, clock: Clock = now) -> None:
        self._connection = connection
        self._sender = sender
        self._clock = clock
        self._lock = connection.transport.lock()
        self._kept: Optional[models.FolderAccess] = None
        self._renew_at = 0.0
        self._replaceable_at = 0.0

    async def upload(self, file: FileToUpload, path: str, source: Optional[str]) -> Tuple[str, Sent]:
        """Uploads a file by the form. Replaces a stored file. Does not retry. Returns its key.

        Raises :class:`RefusedError` with the code ``folder_upload_unsupported`` if the store has no forms.
        """
        access = await self._get(None)
        while True:
            folder = GrantedFolder.of(access, source)
            key = folder.folder + path
            try:
                return key, await self._sender.send(file, Target.of_form(folder.url, folder.fields, key))
            except StoreError as failure:
                access = await self._replace(access, failure)

    async def list(self, source: Optional[str]) -> Optional[ListingPage]:
        """Lists the folder, with paths below it as keys.

        Costs a grant only if there is no valid one. Returns ``None`` if the listing is not complete: the folder has more than 1,000 files,
        a key cannot be shown as text, or the store has no forms. Does not retry.
        """
        try:
            access = await self._get(None)
            while True:
                try:
                    return await self._list(GrantedFolder.of(access, source))
                except StoreError as failure:
                    access = await self._replace(access, failure)
        except RefusedError as refused:
            if refused.code == UNSUPPORTED:
                return None
            raise

    async def _list(self, folder: GrantedFolder) -> Optional[ListingPage]:
        if not is_http_url(folder.list_url):
            return None
        # The server may answer with an address of its own that leads to the freshly signed page.
        content = bytearray()
        async with self._connection.store.send("GET", folder.list_url, follow_redirects=True) as answer:
            async for block in answer.blocks():
                content += block
                if len(content) > MAX_LISTING_BYTES:
                    return None
        page = await self._connection.transport.run(lambda: parse_listing(bytes(content)))
        return page.below(folder.folder) if page is not None and not page.is_truncated else None

    async def _replace(self, refused: models.FolderAccess, failure: StoreError) -> models.FolderAccess:
        fresh = await self._get(refused) if is_refused_grant(failure) else refused
        if fresh is refused:
            raise failure
        return fresh

    async def _get(self, spent: Optional[models.FolderAccess]) -> models.FolderAccess:
        async with self._lock:
            now = self._clock()
            is_spent = self._kept is not None and self._kept is spent and now >= self._replaceable_at
            if self._kept is None or is_spent or now >= self._renew_at:
                try:
                    self._kept = await self._connection.endpoints.get_folder_access({"coldkey": self._connection.coldkey})
                except RefusedError as refused:
                    # The hotkey has lost its rights, so its earlier grant is dropped.
                    if refused.status in (401, 403):
                        self._kept = None
                    raise
                self._renew_at = renew_at(now, self._kept["expiry_seconds"])
                self._replaceable_at = now + MIN_REPLACEMENT_SECONDS if is_spent else now
            return self._kept
