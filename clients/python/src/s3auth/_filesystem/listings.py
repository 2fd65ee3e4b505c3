"""Listings that the file system keeps, because each page of a listing costs a grant."""

from __future__ import annotations

import bisect
import threading
import time
from dataclasses import dataclass
from typing import Callable, Dict, Iterator, Optional, Sequence, Tuple

from ..files import RemoteFile
from .places import inside

# "0" follows "/", so the paths in folder "a" are those from "a/" to "a0".
_AFTER_SLASH = "0"

MIN_LISTINGS_BEFORE_SWEEP = 1000


@dataclass(frozen=True)
class Child:
    """An entry of a folder."""

    path: str
    """Its path below the miner's folder."""
    file: Optional[RemoteFile]
    """The file; ``None`` for a folder."""


class Listing:
    """The files of one folder of a miner whose paths begin with a prefix.

    Keys are hostile. Only a ``/`` after another character is a separator. Further slashes belong to the next name: ``a//b`` is the file
    ``/b`` in folder ``a``. A key that ends in ``/`` is not a file; it only creates the folder.

    :param is_complete: Whether it has all these files. If not, it only tells whether the prefix itself is a file or a folder.
    """

    def __init__(self, files: Sequence[RemoteFile], is_complete: bool = True) -> None:
        self.is_complete = is_complete
        # The order of code points is the order of the bytes in UTF-8.
        self._files = sorted(files, key=lambda file: file.path)
        self._paths = [file.path for file in self._files]
        self._listed_at = time.monotonic()

    def __len__(self) -> int:
        return len(self._files)

    def is_fresh(self, max_age: Optional[float]) -> bool:
        """Whether it is not older than this (seconds)."""
        return is_fresh(self._listed_at, max_age)

    def find(self, path: str) -> Optional[RemoteFile]:
        """Returns the file of a path."""
        index = bisect.bisect_left(self._paths, path)
        is_found = index < len(self._paths) and self._paths[index] == path and not path.endswith("/")
        return self._files[index] if is_found else None

    def has_folder(self, path: str) -> bool:
        """Whether there are files in a folder."""
        start = inside(path)
        index = bisect.bisect_left(self._paths, start)
        return index < len(self._paths) and self._paths[index].startswith(start)

    def below(self, folder: str, prefix: str = "") -> Iterator[RemoteFile]:
        """Yields the files in a folder and its subfolders whose path in the folder begins with a prefix, and keys that end in ``/``."""
        start = inside(folder) + prefix
        for index in range(bisect.bisect_left(self._paths, start), len(self._paths)):
            if not self._paths[index].startswith(start):
                return
            yield self._files[index]

    def children(self, folder: str) -> Iterator[Child]:
        """Yields the entries of a folder. A path that is both a file and a folder occurs twice."""
        start = inside(folder)
        index = bisect.bisect_left(self._paths, start)
        while index < len(self._paths) and self._paths[index].startswith(start):
            path = self._paths[index]
            end = name_end(path, len(start))
            if end is None:
                yield Child(path, self._files[index])
            elif end > len(start):
                yield Child(path[:end], None)
                # Skips the rest of the subfolder.
                index = bisect.bisect_left(self._paths, path[:end] + _AFTER_SLASH, index) - 1
            index += 1


def is_fresh(listed_at: float, max_age: Optional[float]) -> bool:
    """Whether a time of the monotonic clock is not longer ago than ``max_age`` (seconds); ``None`` for no limit."""
    return max_age is None or time.monotonic() - listed_at < max_age


def name_end(path: str, start: int) -> Optional[int]:
    """Returns the index of the separator after the name that begins at ``start``.

    Returns ``None`` if no separator follows, and ``start`` if only slashes follow.
    """
    first = start
    while first < len(path) and path[first] == "/":
        first += 1
    if first == len(path):
        return start
    end = path.find("/", first)
    return None if end < 0 else end


def folders_of(path: str, start: int) -> Iterator[str]:
    """Yields the paths of the folders that contain a path, the outermost first. Ignores what is before ``start``."""
    while True:
        end = name_end(path, start)
        if end is None or end == start:
            return
        yield path[:end]
        start = end + 1


class ListingCache:
    """Listings by miner, source and prefix. Thread-safe.

    :param max_age: How long a listing is used, in seconds; ``None`` for no limit.
    :param is_enabled: Whether listings are kept.
    """

    def __init__(self, max_age: Optional[float], is_enabled: bool) -> None:
        self._max_age = max_age
        self._is_enabled = is_enabled
        self._listings: Dict[Tuple[str, Optional[str], str], Listing] = {}
        self._sweep_at = MIN_LISTINGS_BEFORE_SWEEP
        self._lock = threading.Lock()
        # Threads that need the same listing must not pay for it twice.
        self._locks = [threading.RLock() for _ in range(64)]

    def get(self, miner: str, source: Optional[str], prefix: str, request: Callable[[], Listing], needs_all: bool = True) -> Listing:
        """Returns a listing that has all paths with a prefix. Requests it if none is cached.

        :param needs_all: If false, a listing is enough that tells whether the prefix itself is a file or a folder.
        """
        found = self.find(miner, source, prefix, needs_all)
        if found is not None:
            return found
        with self.lock(miner):
            found = self.find(miner, source, prefix, needs_all)
            if found is None:
                found = request()
                self.put(miner, source, prefix, found)
            return found

    def lock(self, miner: str) -> "threading.RLock":
        """Returns the lock of the requests for a miner's listings."""
        return self._locks[hash(miner) % len(self._locks)]

    def find(self, miner: str, source: Optional[str], prefix: str, needs_all: bool = True) -> Optional[Listing]:
        """Returns the listing that :meth:`get` would return, if it is cached."""
        with self._lock:
            # The listing of each beginning of the prefix contains it. Patterns also list prefixes that are not folders, so tries all.
            for length in range(len(prefix) + 1):
                listing = self._listings.get((miner, source, prefix[:length]))
                if listing is not None and listing.is_fresh(self._max_age):
                    if listing.is_complete or (length == len(prefix) and not needs_all):
                        return listing
        return None

    def put(self, miner: str, source: Optional[str], prefix: str, listing: Listing) -> None:
        """Keeps a listing."""
        if not self._is_enabled:
            return
        with self._lock:
            self._listings[miner, source, prefix] = listing
            if len(self._listings) >= self._sweep_at:
                for key in [key for key, kept in self._listings.items() if not kept.is_fresh(self._max_age)]:
                    del self._listings[key]
                self._sweep_at = max(MIN_LISTINGS_BEFORE_SWEEP, 2 * len(self._listings))

    def forget(self, miner: Optional[str] = None, source: Optional[str] = None, path: str = "") -> None:
        """Drops the listings that contain a path or are below it; without a source, all sources; without a miner, all listings."""
        with self._lock:
            for key in list(self._listings):
                is_related = key[2].startswith(path) or path.startswith(key[2])
                if miner is None or (key[0] == miner and source in (None, key[1]) and is_related):
                    del self._listings[key]
