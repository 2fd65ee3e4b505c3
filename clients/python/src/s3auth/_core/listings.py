"""Lists miners and files."""

from __future__ import annotations

import datetime
import logging
import re
import time
from dataclasses import dataclass
from typing import AsyncIterator, Dict, List, Optional, Sequence, Set, Tuple, Union

from .. import models
from ..errors import ListingError, UnknownMinerError
from ..files import Miner, MinerFolder, RemoteFile
from .connection import ADDRESS, Connection, FolderTemplate
from .raw_key import read_raw_key
from .store import is_etag, is_http_url, lifetime
from .transport import closing

logger = logging.getLogger("s3auth")

AnyMiner = Union[Miner, str, int, None]

MINERS_SECONDS = 300.0
"""How long the miners of /get-validator-access are cached to resolve uids."""

MAX_SIZE = 2**63 - 1

# The server limits a page by bytes, so a page can be short. A few empty pages in a row are allowed.
MAX_EMPTY_PAGES = 10


@dataclass(frozen=True)
class Owner:
    """The owner of files."""

    address: Optional[str]
    """The address that names the folders; ``None`` if these are the caller's own and its coldkey is not known."""
    is_own: bool = False
    """Whether the files are the caller's own."""


@dataclass(frozen=True)
class PageRequest:
    """One page of a listing, so that its URLs can be requested again."""

    owner: Owner
    source: Optional[str]
    prefix: Optional[str]
    cursor: Optional[str]


class Page:
    """One page of a listing, with its renewed URLs."""

    def __init__(self, request: PageRequest, connection: Connection) -> None:
        self.request = request
        self.lock = connection.transport.lock()
        self.keys: Sequence[str] = ()
        """The keys that a request can name, because they are UTF-8, in the order of the page."""
        self.renewed: Dict[bytes, Tuple[RemoteFile, float]] = {}
        """Files with renewed URLs by the bytes of their keys, with the time of the renewal."""
        self.lookups = 0
        """How many files of the page were looked up one by one."""
        self.failure: Optional[Tuple[Exception, float]] = None
        """The failure of the last renewal, with its time; ``None`` if it did not fail."""


class Listings:
    """Lists miners and files. Raises :class:`ListingError` if an answer has entries that do not match the request."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = connection.transport.lock()
        self._miners: Sequence[Miner] = ()
        self._miners_until = 0.0
        self._owners: Dict[str, str] = {}
        """The owners of folders by the addresses that callers passed, where coldkeys name the folders."""

    async def miners(self) -> List[Miner]:
        """Returns all miners that have files."""
        answer = await self._connection.endpoints.get_validator_access({})
        miners = []
        for miner in answer["miners"]:
            if not re.fullmatch(ADDRESS, miner["id"]):
                logger.warning("Skipped a miner, because the name of its folder is not an address.")
                continue
            folders = tuple(MinerFolder(folder["prefix"], folder.get("source")) for folder in miner["folders"])
            miners.append(Miner(miner["id"], miner.get("uid"), folders))
        self._miners, self._miners_until = miners, time.monotonic() + MINERS_SECONDS
        return list(miners)

    async def list_files(self, miner: AnyMiner, source: Optional[str], prefix: str) -> AsyncIterator[RemoteFile]:
        """Yields the files of a miner, page by page."""
        async with closing(self.pages(miner, source, prefix)) as pages:
            async for files, _ in pages:
                for file in files:
                    yield file

    async def pages(self, miner: AnyMiner, source: Optional[str], prefix: str) -> "AsyncIterator[Tuple[List[RemoteFile], bool]]":
        """Yields the pages of a miner's files, and whether each is the last. Each costs one grant."""
        owner = await self.owner_of(miner)
        parts = await self._parts(owner, source, prefix)
        for number, (one_source, one_prefix) in enumerate(parts, 1):
            loops = LoopDetector()
            cursor: Optional[str] = None
            while True:
                page = Page(PageRequest(owner, one_source, one_prefix, cursor), self._connection)
                files, cursor = await self._read(page)
                loops.accept(files[-1].key_bytes if files else None, cursor)
                yield files, cursor is None and number == len(parts)
                if cursor is None:
                    break

    async def list_again(self, page: Page) -> List[RemoteFile]:
        """Requests a page again, for new URLs. Costs one grant."""
        return (await self._read(page))[0]

    async def find(self, file: RemoteFile) -> Optional[RemoteFile]:
        """Looks up one file by its key; ``None`` if it no longer exists. Costs one grant."""
        if file.raw_key is not None:
            return None
        owner = Owner(file.miner) if file.miner is not None else await self._own()
        # With the key as the prefix, the file of this key is the first.
        files, _ = await self._read(Page(PageRequest(owner, None, file.key, None), self._connection), limit=1)
        return files[0] if files and files[0].raw_key is None and files[0].key == file.key else None

    async def owner_of(self, miner: AnyMiner) -> Owner:
        """Returns the owner of a miner's files. The miner is a :class:`Miner`, an address or a uid; ``None`` is the caller.

        Raises :class:`UnknownMinerError` if no miner with files has the uid, and :class:`TypeError` or :class:`ValueError` for other
        values.
        """
        if miner is None:
            return await self._own()
        if isinstance(miner, Miner):
            address = miner.id
        elif isinstance(miner, str) and not miner.isdecimal():
            address = miner
        else:
            address = await self._address_of_uid(miner)
        if not re.fullmatch(ADDRESS, address):
            raise ValueError("miner must be a Miner, an SS58 address, or a uid.")
        own = await self._own()
        if address in (self._connection.hotkey, own.address):
            return own
        template = await self._connection.template()
        if template.is_by_hotkey or isinstance(miner, Miner):
            return Owner(address)
        return Owner(await self._coldkey_of(address) or address)

    async def _address_of_uid(self, miner: Union[str, int]) -> str:
        if isinstance(miner, bool) or not (isinstance(miner, str) or hasattr(miner, "__index__")):
            raise TypeError("miner must be a Miner, an SS58 address, or a uid.")
        uid = int(miner)
        async with self._lock:
            if time.monotonic() >= self._miners_until:
                await self.miners()
            found = [one.id for one in self._miners if one.uid == uid]
        if not found:
            raise UnknownMinerError(f"No miner with files has the uid {uid}. miners() returns the miners that have files.")
        return found[0]

    async def _own(self) -> Owner:
        template = await self._connection.template()
        if template.is_by_hotkey:
            return Owner(self._connection.hotkey, is_own=True)
        return Owner(self._connection.coldkey or await self._coldkey_of(self._connection.hotkey), is_own=True)

    # An address can be a hotkey or a coldkey. The chain knows the coldkey of each registered hotkey.
    async def _coldkey_of(self, address: str) -> Optional[str]:
        async with self._lock:
            if address in self._owners:
                return self._owners[address]
            if any(miner.id == address for miner in self._miners):
                return None
            status = await self._connection.endpoints.get_hotkey(address)
            coldkey = status["coldkey"] if status["registered"] else None
            if coldkey is not None and re.fullmatch(ADDRESS, coldkey):
                self._owners[address] = coldkey
                return coldkey
            return None

    # The server compares a prefix with whole keys if it looks like the beginning of a miner's key, and otherwise with paths in the folder.
    # A path in a folder can look like a key, too. Such a prefix is sent once for each folder, with the folder before it.
    async def _parts(self, owner: Owner, source: Optional[str], prefix: str) -> "List[Tuple[Optional[str], Optional[str]]]":
        if not prefix or owner.address is None:
            return [(source, prefix or None)]
        template = await self._connection.template()
        folders = [(one, template.folder_of(owner.address, one)) for one in template.sources or (None,)]
        for one, folder in folders:
            if prefix.startswith(folder) and source in (None, one):
                return [(one, prefix)]
        if len(folders) > 1 and source is None:
            return [(one, folder + prefix) for one, folder in folders] if prefix.startswith(template.root) else [(None, prefix)]
        return [(one, folder + prefix) for one, folder in folders if source in (None, one)] or [(source, prefix)]

    async def _read(self, page: Page, limit: Optional[int] = None) -> "Tuple[List[RemoteFile], Optional[str]]":
        asked = time.time()
        answer = await self._request(page.request, limit)
        template = await self._connection.template()
        if any(template.split(file["key"]) is None for file in answer["files"]):
            # The operator may have added a source after the structure was cached.
            template = await self._connection.template(is_fresh=True)
        expires_at = asked + lifetime(answer["expires_in_seconds"])
        files = [_read_file(file, page, template, expires_at) for file in answer["files"]]
        page.keys = [file.key for file in files if file.raw_key is None and file.url is not None]
        cursor = answer.get("next_cursor")
        if cursor is not None and not _is_text(cursor):
            raise ListingError("The server's listing has an invalid cursor.")
        return files, cursor

    async def _request(self, request: PageRequest, limit: Optional[int]) -> models.FileList:
        if request.owner.is_own:
            return await self._connection.endpoints.list_my_files(
                {
                    "coldkey": self._connection.coldkey,
                    "source": request.source,
                    "prefix": request.prefix,
                    "limit": limit,
                    "cursor": request.cursor,
                }
            )
        is_by_hotkey = (await self._connection.template()).is_by_hotkey
        return await self._connection.endpoints.list_files(
            {
                "miner_hotkey": request.owner.address if is_by_hotkey else None,
                "miner_coldkey": None if is_by_hotkey else request.owner.address,
                "source": request.source,
                "prefix": request.prefix,
                "limit": limit,
                "cursor": request.cursor,
            }
        )


class LoopDetector:
    """Detects a listing that never ends.

    Cursors are opaque and keys need not be text, so it does not compare their order. The listing loops if a cursor or the last file of a
    page repeats.
    """

    def __init__(self) -> None:
        self._cursors: Set[str] = set()
        self._last_files: Set[bytes] = set()
        self._empty_pages = 0

    def accept(self, last: Optional[bytes], cursor: Optional[str]) -> None:
        """Checks a page before its files are used. Raises :class:`ListingError` if the listing loops.

        :param last: The key of the last file of the page; ``None`` if it is empty.
        """
        if last is not None:
            self._empty_pages = 0
            if last in self._last_files:
                raise ListingError("The server's listing repeats itself: the server sent the same page again.")
            self._last_files.add(last)
        elif cursor is not None:
            self._empty_pages += 1
            if self._empty_pages > MAX_EMPTY_PAGES:
                raise ListingError(f"The server's listing does not end: the server sent {self._empty_pages} pages without a file.")
        if cursor is not None:
            if cursor in self._cursors:
                raise ListingError("The server's listing repeats itself: the server sent the same cursor again.")
            self._cursors.add(cursor)


def _read_file(file: models.ListedFile, page: Page, template: FolderTemplate, expires_at: float) -> RemoteFile:
    key, request = file["key"], page.request
    modified = _read_time(file["last_modified"])
    if modified is None or not 0 <= file["size"] <= MAX_SIZE or not is_etag(file["etag"]) or not _is_text(key):
        raise ListingError("The server's listing has an invalid entry.")
    split = template.split(key)
    if split is None or split[0] != (request.owner.address or split[0]):
        raise ListingError("The server's listing has a file that is not in the miner's folder.")
    owner, source, path = split
    if request.source not in (None, source) or not (key.startswith(request.prefix or "") or path.startswith(request.prefix or "")):
        raise ListingError("The server's listing has a file that does not match the request.")
    url = file.get("download_url")
    return RemoteFile(
        key=key,
        path=path,
        size=file["size"],
        last_modified=modified,
        etag=file["etag"],
        miner=None if request.owner.is_own else owner,
        source=source,
        url=url if is_http_url(url) else None,
        url_expires_at=expires_at,
        raw_key=read_raw_key(key, url),
        _page=page,
    )


def _is_text(key: str) -> bool:
    try:
        return bool(key.encode("utf-8"))
    except UnicodeEncodeError:
        return False


def _read_time(text: str) -> Optional[datetime.datetime]:
    try:
        # Python before 3.11 does not read a Z.
        time_read = datetime.datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)
        return time_read.astimezone(datetime.timezone.utc) if time_read.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
