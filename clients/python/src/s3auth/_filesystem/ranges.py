"""Reads of ranges of files: which are merged into one request, and which are split into several at once."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

from ..files import RemoteFile
from .lazy_client import LazyClient
from .os_errors import os_errors

PART_BYTES = 8 * 1024 * 1024
"""The size of the parts of long reads, which are read at once."""

MAX_GAP_BYTES = 64 * 1024
"""Ranges of one file with a smaller gap are read with one request, because a second request takes longer than these bytes."""


@dataclass(frozen=True)
class Range:
    """A range of the bytes of a file."""

    name: str
    """The file's name in the file system. Ranges of one name are merged."""
    file: RemoteFile
    start: int
    end: int


def bounds(file: RemoteFile, start: Optional[int], end: Optional[int]) -> Tuple[int, int]:
    """Returns where a range of a file starts and ends. Negative values count from the end of the file, as in a slice."""
    first, last, _ = slice(start, end).indices(file.size)
    return first, max(first, last)


class RangeReader:
    """Reads ranges of files with the client's threads."""

    def __init__(self, client: LazyClient) -> None:
        self._client = client

    @property
    def pool(self) -> Executor:
        """The threads that read ranges."""
        return self._client.pool

    def read_part(self, file: RemoteFile, start: int, end: int) -> bytes:
        """Returns bytes of a file with one request."""
        with os_errors():
            return self._client.client.read(file, start, end)

    def read(self, file: RemoteFile, start: int, end: int) -> bytes:
        """Returns bytes of a file. A long range is split into parts, which are read at once."""
        if start >= end:
            return b""
        if end - start <= 2 * PART_BYTES:
            return self.read_part(file, start, end)
        return b"".join(self.pool.map(lambda part: self.read_part(file, *part), split(start, end)))

    def read_ranges(self, ranges: Sequence[Union[Range, OSError]], max_gap: int = MAX_GAP_BYTES) -> List[Any]:
        """Returns the bytes of each range, or the error of its read. An error in place of a range is returned in its place.

        :param max_gap: The largest gap between two ranges of one file that one request reads, in bytes.
        """
        results: List[Any] = [one if isinstance(one, OSError) else b"" for one in ranges]
        reads = _merge(ranges, max_gap)
        parts = [(read, part) for read in reads for part in split(read.start, read.end)]
        for (read, _), data in zip(parts, self.pool.map(self._try_part, parts)):
            read.accept(data)
        for read in reads:
            read.distribute(results)
        return results

    def _try_part(self, part: "Tuple[_Read, Tuple[int, int]]") -> Union[bytes, OSError]:
        try:
            return self.read_part(part[0].file, *part[1])
        except OSError as error:
            return error


class _Read:
    """One read of a file, which serves one or more of the requested ranges."""

    def __init__(self, first: Range, index: int) -> None:
        self.file = first.file
        self.start = first.start
        self.end = first.end
        self._wanted = [(index, first)]
        self._parts: List[Union[bytes, OSError]] = []

    def extend(self, wanted: Range, index: int) -> None:
        """Adds a requested range that begins after the start of this read."""
        self.end = max(self.end, wanted.end)
        self._wanted.append((index, wanted))

    def accept(self, part: Union[bytes, OSError]) -> None:
        """Adds the next part."""
        self._parts.append(part)

    def distribute(self, results: List[Any]) -> None:
        """Writes each requested range, or the error, to its place in the results."""
        error = next((part for part in self._parts if isinstance(part, OSError)), None)
        data = b"" if error is not None else b"".join(part for part in self._parts if isinstance(part, bytes))
        for index, wanted in self._wanted:
            results[index] = error if error is not None else data[wanted.start - self.start:wanted.end - self.start]


def _merge(ranges: Sequence[Union[Range, OSError]], max_gap: int) -> List[_Read]:
    by_name: Dict[str, List[Tuple[int, int, int, Range]]] = {}
    for index, one in enumerate(ranges):
        if isinstance(one, Range) and one.start < one.end:
            by_name.setdefault(one.name, []).append((one.start, one.end, index, one))
    reads: List[_Read] = []
    for wanted in by_name.values():
        read: Optional[_Read] = None
        for start, _, index, one in sorted(wanted, key=lambda item: item[:3]):
            if read is not None and start - read.end <= max_gap:
                read.extend(one, index)
            else:
                read = _Read(one, index)
                reads.append(read)
    return reads


def split(start: int, end: int) -> List[Tuple[int, int]]:
    """Splits a range into parts."""
    return [(part, min(part + PART_BYTES, end)) for part in range(start, end, PART_BYTES)]
