"""The port for I/O: HTTP requests, waiting, and concurrency."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from typing import (
    Any,
    AsyncContextManager,
    AsyncIterator,
    Awaitable,
    BinaryIO,
    Callable,
    Mapping,
    NamedTuple,
    Optional,
    Protocol,
    Sequence,
    TypeVar,
    Union,
)

from ..errors import ChangedFileError, UnreadableFileError

T = TypeVar("T")
R = TypeVar("R")

BLOCK_BYTES = 1024 * 1024
"""The size of the blocks in which answers are read."""

SENT_BLOCK_BYTES = 256 * 1024
"""The size of the blocks in which bodies are sent. Each must be sent within the timeout of the request, so larger blocks would fail on slow
connections. Smaller blocks would cost more CPU time."""


class FileStamp(NamedTuple):
    """The size and the time of modification of a local file. They show a change without reading the file."""

    size: int
    modified: int
    """Nanoseconds."""

    @classmethod
    def of(cls, path: str) -> "FileStamp":
        """Returns the stamp of a file. Raises :class:`OSError`."""
        status = os.stat(path)
        return cls(status.st_size, status.st_mtime_ns)


@dataclass(frozen=True)
class FileRange:
    """Bytes of a local file.

    The file is opened when a request sends it, and again for each attempt.
    """

    path: str
    start: int
    size: int
    stamp: Optional[FileStamp] = None
    """The expected version of the file. If the file has changed at the end of the range, the last block is not sent: the upload fails."""
    on_block: Optional[Callable[[bytes], object]] = None
    """Called with each block that is read."""


Segment = Union[bytes, FileRange]


@dataclass(frozen=True)
class Body:
    """A request body of known length: bytes and ranges of local files, one after the other."""

    segments: Sequence[Segment]

    @property
    def size(self) -> int:
        """The length in bytes."""
        return sum(len(segment) if isinstance(segment, bytes) else segment.size for segment in self.segments)

    def open(self) -> "BodyReader":
        """Opens the body for one attempt."""
        return BodyReader(self)


class BodyReader:
    """Reads a body from its start.

    Raises :class:`ChangedFileError` if a file has become shorter than announced, because the store would wait for the missing bytes, and
    :class:`UnreadableFileError` if a file cannot be opened or read.
    """

    def __init__(self, body: Body) -> None:
        self._segments = list(body.segments)
        self._size = body.size
        self._file: Optional[BinaryIO] = None
        self._range = FileRange("", 0, 0)
        self._left = 0

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1) -> bytes:
        """Returns ``size`` bytes (at most :data:`SENT_BLOCK_BYTES`), fewer at the end, and then ``b""``."""
        wanted = SENT_BLOCK_BYTES if size < 0 else min(size, SENT_BLOCK_BYTES)
        block = self._read_some(wanted)
        # A small file and the form around it leave in one block.
        while block and len(block) < wanted:
            more = self._read_some(wanted - len(block))
            if not more:
                break
            block += more
        return block

    def _read_some(self, wanted: int) -> bytes:
        while True:
            if self._file is not None and self._left == 0:
                self.close()
            if self._file is not None:
                return self._read_file(self._file, min(wanted, self._left))
            if not self._segments:
                return b""
            segment = self._segments.pop(0)
            if isinstance(segment, FileRange):
                self._open_file(segment)
            elif segment:
                if len(segment) > wanted:
                    self._segments.insert(0, segment[wanted:])
                return segment[:wanted]

    def _open_file(self, segment: FileRange) -> None:
        try:
            self._file = open(segment.path, "rb", buffering=0)
            self._file.seek(segment.start)
        except OSError as failure:
            raise UnreadableFileError(f"{printable(segment.path)} cannot be read: {failure.strerror}.") from failure
        self._range, self._left = segment, segment.size

    def _read_file(self, file: BinaryIO, size: int) -> bytes:
        try:
            block = file.read(size)
        except OSError as failure:
            raise UnreadableFileError(f"{printable(self._range.path)} cannot be read: {failure.strerror}.") from failure
        self._left -= len(block)
        if not block or (self._left == 0 and self._has_changed()):
            raise changed(self._range.path)
        if self._range.on_block is not None:
            self._range.on_block(block)
        return block

    def _has_changed(self) -> bool:
        if self._range.stamp is None:
            return False
        try:
            return FileStamp.of(self._range.path) != self._range.stamp
        except OSError:
            return True

    def close(self) -> None:
        """Closes the open file, if there is one."""
        if self._file is not None:
            self._file.close()
            self._file = None


@dataclass(frozen=True)
class Request:
    """One HTTP request."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Optional[Body] = field(default=None, repr=False)
    timeout: float = 30.0
    """Seconds without progress (connecting, or between two blocks) after which the request fails."""


class Answer(Protocol):
    """An answer whose body has not been read yet."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers. Names are case-insensitive."""
        ...

    def blocks(self) -> AsyncIterator[bytes]:
        """Yields the body in blocks, without any content decoding.

        Raises :class:`TransportError` if the connection breaks, or if the body is shorter than its ``Content-Length``.
        """
        ...


class TransportError(Exception):
    """A request got no answer, or only a part of one.

    The message names the host, and contains no path or query of a URL.
    """

    def __init__(self, message: str, *, is_transient: bool = True) -> None:
        super().__init__(message)
        self.is_transient = is_transient
        """Whether the same request can succeed later. False for TLS and invalid URLs."""


class StoreTransportError(TransportError):
    """A request to the object store got no answer, or only a part of one."""


class Transport(Protocol):
    """Port for HTTP requests, waiting, and concurrency. One instance serves many concurrent operations."""

    def send(self, request: Request) -> AsyncContextManager[Answer]:
        """Sends a request and opens its answer. Raises :class:`TransportError`."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        ...

    async def run(self, function: Callable[[], T]) -> T:
        """Runs a function that blocks, such as a file read or a hash."""
        ...

    def as_completed(self, function: Callable[[T], Awaitable[R]], items: AsyncIterator[T], limit: int) -> AsyncIterator[R]:
        """Applies a function to the items, at most ``limit`` at once, and yields the results in the order in which they complete.

        The first exception, of the function or of ``items``, ends the iteration and cancels the rest. Closes ``items`` at its end.
        """
        ...

    def ahead(self, items: AsyncIterator[T], count: int) -> AsyncIterator[T]:
        """Yields the items, and prefetches up to ``count`` of the next ones. Closes ``items`` at its end."""
        ...

    def lock(self) -> AsyncContextManager[Any]:
        """Returns a new lock. One operation at a time can hold it."""
        ...

    async def close(self) -> None:
        """Closes all connections."""
        ...


def printable(text: str) -> str:
    """Escapes what UTF-8 cannot encode, because the names of local files need not be Unicode."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def changed(path: str) -> ChangedFileError:
    """Returns the failure of a local file that changed during its upload."""
    return ChangedFileError(f"{printable(path)} changed during its upload. Upload it again.")


@contextlib.asynccontextmanager
async def closing(items: AsyncIterator[T]) -> AsyncIterator[AsyncIterator[T]]:
    """Closes an asynchronous iterator at the end of a block. Otherwise the block could be left while transfers still run."""
    try:
        yield items
    finally:
        close: Optional[Callable[[], Awaitable[None]]] = getattr(items, "aclose", None)
        if close is not None:
            await close()
