"""Read-ahead that fits both the footer of a Parquet file and the scan of a whole file."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Executor, Future
from typing import Callable, Deque, List, Optional, Tuple

from fsspec.caching import BaseCache

FIRST_BYTES = 256 * 1024
"""The smallest request after a seek. The store needs more time to begin an answer than to send these bytes."""

GROWTH = 4
"""The factor by which each next request of a sequential read is larger."""

Fetcher = Callable[[int, int], bytes]

MAX_BACKGROUND = 3
"""How many blocks are requested in the background at once."""

KEPT_BLOCKS = 3
"""How many blocks of the largest size are kept."""


class ReadAhead(BaseCache):  # type: ignore[misc]
    """Read-ahead that grows while the reader reads sequentially.

    The first read after a seek requests 256 KiB, or the length of the read if that is more. Each following request is four times as large,
    up to the size of a block. From then on, blocks are requested in the background: at first one, later up to three, because stores send
    several answers at once faster than one. A small read at the end of the file requests the last 256 KiB, where the footer of a Parquet
    file is.

    :param blocksize: The largest read-ahead in bytes.
    :param fetcher: Reads the bytes from a start to an end.
    :param size: The size of the file in bytes.
    :param pool: Runs reads in the background; ``None`` for no such reads.
    :param background_fetcher: Reads in the background; by default ``fetcher``.
    """

    name = "s3auth"

    def __init__(
        self,
        blocksize: int,
        fetcher: Fetcher,
        size: int,
        pool: Optional[Executor] = None,
        background_fetcher: Optional[Fetcher] = None,
    ) -> None:
        super().__init__(max(blocksize, FIRST_BYTES), fetcher, size)
        self._pool = pool
        self._background_fetcher = background_fetcher or fetcher
        self._lock = threading.Lock()
        self._blocks: List[Tuple[int, bytes]] = []
        """Bytes with their start, the last used one at the end."""
        self._next = 0
        """Where a sequential reader continues."""
        self._ahead = 0
        """The size of the last request of the sequential reader; 0 after a seek."""
        self._background: Deque[Tuple[int, int, "Future[bytes]"]] = deque()
        """Requests in the background, one behind the other."""
        self._wanted_background = 0

    def _fetch(self, start: Optional[int], stop: Optional[int]) -> bytes:
        first, last = start or 0, self.size if stop is None else min(stop, self.size)
        return self._read(first, last) if first < last else b""

    def _read(self, start: int, stop: int) -> bytes:
        with self._lock:
            # A reader that skips a few bytes, such as the header of a page, still counts as sequential.
            if not 0 <= start - self._next <= FIRST_BYTES:
                self._ahead = self._wanted_background = 0
                self._cancel()
            parts = []
            place = start
            while place < stop:
                block = self._kept(place) or self._request(place, stop)
                part = block[1][place - block[0]:stop - block[0]]
                parts.append(part)
                place += len(part)
            self._next = stop
            return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """Cancels the requests in the background, and drops the kept blocks."""
        with self._lock:
            self._cancel()
            self._blocks.clear()

    def _kept(self, place: int) -> Optional[Tuple[int, bytes]]:
        while self._background and self._background[0][0] <= place:
            start, end, future = self._background.popleft()
            if place < end:
                return self._accept(start, end, future.result())
            future.cancel()
        for index, block in enumerate(self._blocks):
            if block[0] <= place < block[0] + len(block[1]):
                self._blocks.append(self._blocks.pop(index))
                return block
        return None

    def _request(self, place: int, stop: int) -> Tuple[int, bytes]:
        self._ahead = min(max(self._ahead * GROWTH, FIRST_BYTES), self.blocksize)
        start, end = place, min(max(stop, place + self._ahead), self.size)
        if end == self.size and end - start < FIRST_BYTES:
            start = max(0, end - FIRST_BYTES)
        # Another block, or a request in the background, may have what follows.
        known = [block[0] for block in self._blocks] + [request[0] for request in self._background]
        end = min([end] + [other for other in known if place < other])
        return self._accept(start, end, self.fetcher(start, end))

    def _accept(self, start: int, end: int, data: bytes) -> Tuple[int, bytes]:
        if len(data) != end - start:
            raise EOFError(f"The store sent {len(data)} of {end - start} bytes.")
        # The bytes of a very large read are not kept, because readers do not repeat it.
        if len(data) <= KEPT_BLOCKS * self.blocksize:
            self._blocks.append((start, data))
            while sum(len(block) for _, block in self._blocks) > KEPT_BLOCKS * self.blocksize:
                self._blocks.pop(0)
        # Requests the next blocks if the read-ahead has reached its largest size.
        if self._pool is not None and self._ahead == self.blocksize:
            self._wanted_background = min(self._wanted_background + 1, MAX_BACKGROUND)
            while len(self._background) < self._wanted_background:
                begin = self._background[-1][1] if self._background else end
                if begin >= self.size:
                    break
                stop = min(begin + self.blocksize, self.size)
                self._background.append((begin, stop, self._pool.submit(self._background_fetcher, begin, stop)))
        return start, data

    def _cancel(self) -> None:
        while self._background:
            self._background.pop()[2].cancel()
