"""Lists miners and their files, and keeps the listings, because each page of a listing costs a grant."""

from __future__ import annotations

import contextlib
import errno
import logging
import threading
import time
from typing import Any, Iterator, List, Optional, Sequence, Tuple

from ..errors import ListingError, RefusedError, UnknownMinerError
from ..files import Miner, RemoteFile
from .lazy_client import LazyClient
from .listings import Listing, ListingCache, is_fresh
from .os_errors import missing, os_error, os_errors
from .places import Place, inside, listable, parse

logger = logging.getLogger("s3auth")


class Lister:
    """Lists miners and their files. Thread-safe.

    :param max_age: How long a listing is used, in seconds; ``None`` for no limit, 0 to list each time.
    """

    def __init__(self, client: LazyClient, max_age: Optional[float], is_cached: bool) -> None:
        self._client = client
        self._max_age = max_age
        self._cache = ListingCache(max_age, is_cached)
        self._miners: Optional[Tuple[float, Sequence[Miner]]] = None
        self._miners_lock = threading.Lock()

    def place(self, path: Any) -> Place:
        """Parses a path."""
        return parse(path, self._client.sources())

    def miners(self) -> Sequence[Miner]:
        """Returns all miners that have files."""
        with self._miners_lock:
            if self._miners is None or not is_fresh(self._miners[0], self._max_age):
                with os_errors():
                    self._miners = (time.monotonic(), self._client.client.miners())
            return self._miners[1]

    def listing(self, place: Place, prefix: str, needs_all: bool = True) -> Listing:
        """Returns the files of a miner's folder whose paths begin with a prefix.

        :param needs_all: If false, a listing is enough that tells whether the prefix itself is a file or a folder.
        """
        listed = listable(prefix)
        needs_all = needs_all or listed != prefix
        return self._cache.get(place.miner, place.source, listed, lambda: self._request(place, listed, needs_all), needs_all)

    def folder(self, place: Place) -> Optional[Listing]:
        """Returns all files in a folder; ``None`` for the root, and for a miner with sources."""
        return self.listing(place, inside(place.path)) if place.is_listed else None

    def find(self, place: Place) -> Optional[RemoteFile]:
        """Returns the file that a path names; ``None`` for a folder. Raises :class:`FileNotFoundError` if there is neither."""
        if not place.path:
            if place.miner:
                place.check()
            return None
        listing = self.listing(place, place.path, needs_all=False)
        file = listing.find(place.path)
        if file is None and not listing.has_folder(place.path):
            raise missing(place.name)
        return file

    def file(self, place: Place) -> RemoteFile:
        """Returns the file that a path names. Raises :class:`IsADirectoryError` if it names a folder."""
        file = self.find(place) if place.path else None
        if file is None:
            raise os_error(errno.EISDIR, place.name)
        return file

    def subfolders(self, place: Place, prefix: str = "") -> Iterator[Tuple[Place, Listing]]:
        """Yields the folders of all sources of a miner, or of all miners, with their files.

        :param prefix: Only the sources, or the miners, whose name begins with this text.
        """
        if not place.miner:
            for miner in self.miners():
                if miner.id.startswith(prefix):
                    with skip_invalid(miner.id):
                        inner = self.place(miner.id)
                        yield from [(inner, self.listing(inner, ""))] if inner.is_listed else list(self.subfolders(inner))
            return
        sources = [source for source in place.sources if source.startswith(prefix)]
        if len(sources) < len(place.sources):
            for source in sources:
                inner = self.place(f"{place.miner}/{source}")
                yield inner, self.listing(inner, "")
            return
        # One listing of all sources costs fewer grants than one of each.
        with self._cache.lock(place.miner):
            listings = {source: self._cache.find(place.miner, source, "") for source in sources}
            if None in listings.values():
                files = [file for page, _ in self._pages(place, "") for file in page]
                listings = {source: Listing([file for file in files if file.source == source]) for source in sources}
                for source, listing in listings.items():
                    assert listing is not None
                    self._cache.put(place.miner, source, "", listing)
        for source, listing in listings.items():
            assert listing is not None
            yield self.place(f"{place.miner}/{source}"), listing

    def forget(self, place: Optional[Place] = None) -> None:
        """Drops the listings that contain a path; by default all."""
        if place is None or not place.miner:
            self._cache.forget()
            with self._miners_lock:
                self._miners = None
        else:
            self._cache.forget(place.miner, place.source, place.path)

    def _request(self, place: Place, prefix: str, needs_all: bool) -> Listing:
        files: List[RemoteFile] = []
        for page, is_last in self._pages(place, prefix):
            files.extend(page)
            if not needs_all and not is_last:
                first = Listing(files, is_complete=False)
                if first.find(prefix) is None and not first.has_folder(prefix):
                    # Other names, such as "a-1", can be before those in folder "a".
                    files.extend(next(self._pages(place, inside(prefix)))[0])
                return Listing(files, is_complete=False)
        return Listing(files)

    def _pages(self, place: Place, prefix: str) -> Iterator[Tuple[List[RemoteFile], bool]]:
        place.check()
        try:
            prefix.encode("utf-8")
            yield from self._client.pages(place.miner, place.source, prefix)
        except UnicodeEncodeError:
            raise missing(place.name_of(prefix)) from None
        except RefusedError as refusal:
            # No key begins like this.
            if refusal.code == "invalid_request" and "prefix" in refusal.errors:
                raise missing(place.name_of(prefix)) from None
            raise
        except UnknownMinerError:
            raise missing(place.name_of(prefix), "No miner with files has this uid") from None


@contextlib.contextmanager
def skip_invalid(miner: str) -> Iterator[None]:
    """Skips one miner whose listing is invalid, so that the other miners are still listed."""
    try:
        yield
    except ListingError as error:
        logger.warning("Skipped the files of miner %s: %s", miner, error)
