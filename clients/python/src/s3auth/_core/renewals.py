"""Renews the download URLs of listed files."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Awaitable, Callable, List, Optional, TypeVar

from ..errors import StoreError
from ..files import RemoteFile
from .connection import Connection
from .listings import Listings, Page
from .retries import is_refused_grant
from .store import is_http_url, lifetime

T = TypeVar("T")

MAX_KEYS = 1000

# The server accepts bodies of up to 512 KiB.
MAX_KEY_BYTES = 400 * 1024

# Two quotes and a comma in JSON.
BYTES_AROUND_KEY = 3

EXPIRY_HOURS = 24

# For each page. Each lookup costs a grant.
MAX_LOOKUPS = 10

MIN_RENEWAL_SECONDS = 60.0

# A URL must be valid when the request starts, not until the transfer ends.
MARGIN_SECONDS = 60.0


class Renewals:
    """Renews expired URLs, up to 1,000 with one grant.

    Renews the URL of a file at most once a minute, so that a store that refuses every URL does not cost one grant per file.
    """

    def __init__(self, connection: Connection, listings: Listings) -> None:
        self._connection = connection
        self._listings = listings

    async def renew(self, file: RemoteFile) -> Optional[RemoteFile]:
        """Returns the file with a new URL; ``None`` if it no longer exists, or if its URL was renewed less than a minute ago."""
        page: Optional[Page] = file._page
        if page is None:
            return await self._listings.find(file)
        async with page.lock:
            now = time.time()
            if file.key_bytes in page.renewed:
                earlier, renewed_at = page.renewed[file.key_bytes]
                if earlier.url != file.url:
                    # The caller may know a newer version, so only the URL changes.
                    return _with_url_of(file, earlier)
                if now < renewed_at + MIN_RENEWAL_SECONDS:
                    return None
            if page.failure is not None and now < page.failure[1] + MIN_RENEWAL_SECONDS:
                raise page.failure[0]
            try:
                await self._renew_page(page, file, now)
            except Exception as failure:
                page.failure = failure, now
                raise
            if file.key_bytes in page.renewed and page.renewed[file.key_bytes][1] == now:
                return _with_url_of(file, page.renewed[file.key_bytes][0])
            # After new uploads, one of the caller's own files can be on another page.
            page.lookups += 1
            return await self._listings.find(file) if page.request.owner.is_own and page.lookups <= MAX_LOOKUPS else None

    async def _renew_page(self, page: Page, file: RemoteFile, now: float) -> None:
        keys = _batch_from(page, file.key) if file.raw_key is None and not page.request.owner.is_own else []
        if not keys:
            for fresh in await self._listings.list_again(page):
                page.renewed[fresh.key_bytes] = fresh, now
            return
        is_by_hotkey = (await self._connection.template()).is_by_hotkey
        answer = await self._connection.endpoints.get_file_presigned_urls(
            {
                "miner_hotkey": page.request.owner.address if is_by_hotkey else None,
                "miner_coldkey": None if is_by_hotkey else page.request.owner.address,
                "file_keys": keys,
                "expiry_hours": EXPIRY_HOURS,
            }
        )
        wanted = frozenset(keys)
        for key, url in answer["file_urls"].items():
            if key in wanted and is_http_url(url["presigned_url"]):
                fresh = replace(
                    file, key=key, url=url["presigned_url"], url_expires_at=now + lifetime(url["expires_in_seconds"]), _page=None
                )
                page.renewed[fresh.key_bytes] = fresh, now


class RenewableFile:
    """A file whose URL is renewed before it expires. It is also renewed once if the store refuses it, because the signing credentials can
    expire early."""

    def __init__(self, file: RemoteFile, renewals: Renewals) -> None:
        self.file = file
        """The newest known version of the file."""
        self.is_replaced = False
        """Whether the store has a newer version than ``file``."""
        self._renewals = renewals
        self._renewable_at = 0.0
        self._is_refused = False

    async def use(self, function: Callable[[RemoteFile], Awaitable[T]]) -> T:
        """Calls a function with the file, after renewing its URL if necessary.

        Raises :class:`StoreError` if the store refuses a fresh URL too, or if the file no longer exists.
        """
        now = time.time()
        # A renewed URL is used even if it expires within the margin.
        if self.file.url_expires_at - MARGIN_SECONDS <= now and now >= self._renewable_at and not is_unsignable(self.file):
            self._renewable_at = now + MARGIN_SECONDS
            if not await self._try_renew():
                raise StoreError(404, "NoSuchKey", "The file no longer exists.")
        if self.file.url is None:
            raise unsignable()
        try:
            return await function(self.file)
        except StoreError as refused:
            if not is_refused_grant(refused) or self._is_refused:
                raise
            self._is_refused = True
            if not await self._try_renew():
                raise
            return await function(self.file)

    async def _try_renew(self) -> bool:
        renewed = await self._renewals.renew(self.file)
        if renewed is None or renewed.url is None:
            return False
        self.file = renewed
        return True


def is_unsignable(file: RemoteFile) -> bool:
    """Whether the key of a file cannot be written in a URL. A file without its page, such as a copy by pickle, can still get a URL."""
    return file.url is None and (file._page is not None or file.raw_key is not None)


def unsignable() -> StoreError:
    """Returns the failure of a file that no URL can name."""
    return StoreError(400, "InvalidURI", "The file's key cannot be part of a URL. Its owner must store it under another key.")


def _with_url_of(file: RemoteFile, fresh: RemoteFile) -> RemoteFile:
    return replace(file, url=fresh.url, url_expires_at=fresh.url_expires_at)


# Returns this file, then the files after it, then the files before it, because several downloads run at once.
def _batch_from(page: Page, key: str) -> List[str]:
    keys: List[str] = []
    start = page.keys.index(key) if key in page.keys else 0
    size = 0
    for one in [*page.keys[start:], *page.keys[:start]]:
        size += len(json.dumps(one, ensure_ascii=False).encode("utf-8")) + BYTES_AROUND_KEY - 2
        if len(keys) == MAX_KEYS or (keys and size > MAX_KEY_BYTES):
            break
        keys.append(one)
    return keys
