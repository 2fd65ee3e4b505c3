"""Finds local files, and computes their hashes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from dataclasses import dataclass, field
from typing import Any, Callable, Generator, Iterator, List, Optional, Tuple

from ..errors import UnreadableFileError
from .transport import SENT_BLOCK_BYTES, FileRange, FileStamp, Segment, Transport, changed, printable

# Hashes are computed in steps, so that a cancelled upload ends soon.
_STEP_BYTES = 16 * 1024 * 1024

SETTLED_SECONDS = 2.0


@dataclass(frozen=True)
class FileToUpload:
    """A file and its destination."""

    path: str
    """The path below the miner's folder."""
    size: int
    local_path: Optional[str] = None
    """The local file; ``None`` for bytes."""
    stamp: Optional[FileStamp] = None
    """The version of the local file."""
    state: "Optional[Tuple[int, ...]]" = None
    """What changes whenever the local file does; ``None`` for bytes, and for a file that has just been written."""
    data: bytes = field(default=b"", repr=False)

    @classmethod
    def of_bytes(cls, data: bytes, path: str) -> "FileToUpload":
        """Returns bytes as a file."""
        return cls(path, len(data), data=data)

    @classmethod
    def of_local(cls, local_path: str, path: str) -> "FileToUpload":
        """Returns a local file. Raises :class:`UnreadableFileError`."""
        try:
            status = os.stat(local_path)
        except (OSError, ValueError) as failure:
            raise unreadable(local_path, failure) from None
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableFileError(f"{printable(local_path)} is a folder, not a file. upload_folder uploads folders.")
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFileError(f"{printable(local_path)} is not a file.")
        # A file system's clock has steps, so a file can change twice at one of its times.
        is_settled = time.time() - max(status.st_mtime, status.st_ctime) > SETTLED_SECONDS
        state = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino) if is_settled else None
        return cls(path, status.st_size, local_path, FileStamp(status.st_size, status.st_mtime_ns), state)

    @property
    def name(self) -> str:
        """The name of the file in messages."""
        return printable(self.local_path or self.path)

    def segment(self, start: int, size: int, on_block: Optional[Callable[[bytes], object]] = None) -> Segment:
        """Returns a range of the file, to send."""
        if self.local_path is not None:
            return FileRange(self.local_path, start, size, self.stamp, on_block)
        data = self.data[start : start + size]
        if on_block is not None:
            on_block(data)
        return data

    def has_changed(self) -> bool:
        """Whether the local file is another version now."""
        try:
            return self.local_path is not None and FileStamp.of(self.local_path) != self.stamp
        except OSError:
            return True


def unreadable(path: str, failure: Exception) -> UnreadableFileError:
    """Returns the failure of a local file that cannot be opened or read."""
    reason = failure.strerror if isinstance(failure, OSError) else str(failure)
    return UnreadableFileError(f"{printable(path)} cannot be read: {reason}.")


def find_files(folder: str) -> List[Tuple[str, str]]:
    """Returns the files of a folder and of its subfolders, each with its relative path (``/`` between its segments), in order.

    Skips hidden files and folders (a name that begins with a dot; on Windows also by their attributes), and links to folders, which could
    form a loop. Raises :class:`UnreadableFileError` if a folder cannot be read.
    """
    return sorted(((relative, path) for path, relative in _walk(folder, "")), key=lambda found: found[0])


def _walk(folder: str, prefix: str) -> Iterator[Tuple[str, str]]:
    folders = [(folder, prefix)]
    while folders:
        folder, prefix = folders.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith(".") or _attributes(entry) & _HIDDEN:
                        continue
                    if not entry.is_dir():
                        yield entry.path, prefix + entry.name
                    elif not (entry.is_symlink() or _attributes(entry) & _LINK):
                        folders.append((entry.path, f"{prefix}{entry.name}/"))
        except OSError as failure:
            if isinstance(failure, NotADirectoryError):
                raise UnreadableFileError(f"{printable(folder)} is a file, not a folder. upload uploads one file.") from None
            raise unreadable(failure.filename or folder, failure) from None


# FILE_ATTRIBUTE_HIDDEN and FILE_ATTRIBUTE_SYSTEM, and FILE_ATTRIBUTE_REPARSE_POINT. Only Windows has them.
_HIDDEN = 0x2 | 0x4
_LINK = 0x400


def _attributes(entry: "os.DirEntry[str]") -> int:
    if os.name != "nt":
        return 0
    status: Any = entry.stat(follow_symlinks=False)
    return int(status.st_file_attributes)


async def hash_range(
    transport: Transport, file: FileToUpload, algorithm: str, start: int = 0, size: Optional[int] = None
) -> bytes:
    """Returns the hash of a file, or of a range of it.

    Raises :class:`ChangedFileError` if the file is shorter now, and :class:`UnreadableFileError`.
    """
    (digest,) = await hash_parts(transport, file, algorithm, max(file.size, 1), start, size)
    return digest


async def hash_parts(
    transport: Transport, file: FileToUpload, algorithm: str, part_size: int, start: int = 0, size: Optional[int] = None
) -> List[bytes]:
    """Returns the hashes of the parts of a file, or of a range of it."""
    steps = _hash_steps(file, algorithm, part_size, start, file.size - start if size is None else size)
    try:
        while True:
            digests: Optional[List[bytes]] = await transport.run(lambda: next(steps))
            if digests is not None:
                return digests
    finally:
        # If this operation was cancelled, a thread may still run the step.
        with contextlib.suppress(ValueError):
            steps.close()


# Yields None after each step, and the digests at the end.
def _hash_steps(file: FileToUpload, algorithm: str, part_size: int, start: int, size: int) -> Generator[Optional[List[bytes]], None, None]:
    digests: List[bytes] = []
    digest, in_part, in_step = hashlib.new(algorithm, usedforsecurity=False), 0, 0
    for block in _blocks(file, start, size, part_size):
        digest.update(block)
        in_part += len(block)
        in_step += len(block)
        if in_part == part_size:
            digests.append(digest.digest())
            digest, in_part = hashlib.new(algorithm, usedforsecurity=False), 0
        if in_step >= _STEP_BYTES:
            in_step = 0
            yield None
    if in_part or not digests:
        digests.append(digest.digest())
    yield digests


# No block spans two parts.
def _blocks(file: FileToUpload, start: int, size: int, part_size: int) -> Iterator[memoryview]:
    if file.local_path is None:
        data = memoryview(file.data)[start : start + size]
        for at in range(0, len(data), min(part_size, _STEP_BYTES)):
            yield data[at : at + min(part_size, _STEP_BYTES)]
        return
    buffer = memoryview(bytearray(min(SENT_BLOCK_BYTES, size)))
    left, in_part = size, part_size
    try:
        with open(file.local_path, "rb", buffering=0) as content:
            content.seek(start)
            while left:
                read = content.readinto(buffer[: min(left, in_part, len(buffer))])
                if not read:
                    raise changed(file.local_path)
                left -= read
                in_part = in_part - read or part_size
                yield buffer[:read]
    except OSError as failure:
        raise unreadable(file.local_path, failure) from None
