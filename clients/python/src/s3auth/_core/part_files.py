"""The part files of downloads, as the ``s3auth`` tool has them, so that each program resumes the other's interrupted downloads."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
from typing import Dict, List, Optional

from ..errors import UnwritableFileError
from ..files import RemoteFile
from .transport import BLOCK_BYTES

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

ENDING = ".s3auth-part"
MAX_FOLDERS = 1000

# Another part of the disk cannot be written either: it is full, over the quota, or read-only.
DISK_ERRORS = frozenset({errno.ENOSPC, errno.EROFS, getattr(errno, "EDQUOT", errno.ENOSPC)})


class FullDiskError(UnwritableFileError):
    """No file can be written."""


def unwritable(path: str, failure: OSError) -> UnwritableFileError:
    """Returns the error of a path that cannot be written."""
    kind = FullDiskError if failure.errno in DISK_ERRORS else UnwritableFileError
    return kind(f"{path} cannot be written: {failure.strerror or type(failure).__name__}.")


class PartFiles:
    """Names the part files of downloads: one for each version of a file whose download started.

    Searches each folder once for parts of earlier runs. Its methods are short and do not wait, so that threads can share it.
    """

    def __init__(self) -> None:
        self._folders: Dict[str, Dict[str, List[str]]] = {}

    def begin(self, file: RemoteFile, path: str) -> str:
        """Returns the part file of this version of a file.

        Deletes the parts of other versions, because a miner who keeps replacing a file could fill the disk with them.
        """
        folder = os.path.dirname(os.path.abspath(path))
        start = _start_of(file)
        name = f"{start}{_digest(f'{file.etag}{chr(10)}{file.size}'.encode('utf-8'))}{ENDING}"
        parts = self._parts_in(folder)
        others = parts.get(start, [])
        parts[start] = [name]
        for other in others:
            if other != name:
                _delete(os.path.join(folder, other))
        return os.path.join(folder, name)

    def end(self, file: RemoteFile, part: str) -> None:
        """Removes a part from the index, after it was moved to its path or deleted."""
        self._folders.get(os.path.dirname(part), {}).pop(_start_of(file), None)

    def _parts_in(self, folder: str) -> Dict[str, List[str]]:
        parts = self._folders.get(folder)
        if parts is None:
            if len(self._folders) >= MAX_FOLDERS:
                self._folders.clear()
            parts = {}
            for name in os.listdir(folder):
                if name.startswith(".") and name.endswith(ENDING) and "-" in name:
                    parts.setdefault(name[: name.index("-") + 1], []).append(name)
            self._folders[folder] = parts
        return parts


class PartWriter:
    """Writes one part file, and hashes it. Opens an existing part to continue it.

    Raises :class:`UnwritableFileError` if the file cannot be written, or if another program downloads it.
    """

    def __init__(self, path: str, max_size: int, is_new: bool) -> None:
        self._path = path
        self.md5 = hashlib.md5(usedforsecurity=False)
        """The hash of all bytes of the part."""
        self.size = 0
        """The number of bytes of the part."""
        try:
            self._file = self._open()
            if is_new or os.fstat(self._file.fileno()).st_size > max_size:
                self._file.truncate(0)
            self._read()
        except OSError as failure:
            raise unwritable(path, failure) from failure

    def write(self, block: bytes) -> None:
        """Adds bytes to the end."""
        self.md5.update(block)
        self.size += len(block)
        rest = memoryview(block)
        try:
            while rest:
                rest = rest[self._file.write(rest):]
        except OSError as failure:
            raise unwritable(self._path, failure) from failure

    def move_to(self, path: str, time: Optional[float]) -> None:
        """Moves the part to its path, in place of a file that is there, and closes it.

        :param time: The time of modification to set (Unix time); ``None`` to keep the current one.
        """
        try:
            # Windows does not move open files. Elsewhere, the lock is held until the part is moved.
            if fcntl is None:
                self.close()
            if time is not None:
                os.utime(self._path, (time, time))
            os.replace(self._path, path)
        except OSError as failure:
            raise unwritable(path, failure) from failure
        finally:
            self.close()

    def close(self) -> None:
        """Closes the part."""
        self._file.close()

    def _open(self) -> io.FileIO:
        while True:
            file = io.FileIO(self._path, "r+", opener=_open_own)
            try:
                status = os.fstat(file.fileno())
                # In a folder that others can write, it could be a pipe, which has no end, or a second name of another file of this account.
                if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
                    raise UnwritableFileError(f"{self._path} is not a file of its own. Delete it.")
                if fcntl is None:
                    return file
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # The holder of the lock may have moved the part to its path before it released the lock.
                if os.path.exists(self._path) and os.path.samestat(os.fstat(file.fileno()), os.stat(self._path)):
                    return file
            except BlockingIOError:
                raise UnwritableFileError(f"{self._path} is being written by another download of the same file.") from None

    def _read(self) -> None:
        while True:
            block = self._file.read(BLOCK_BYTES)
            if not block:
                return
            self.md5.update(block)
            self.size += len(block)


# Does not follow a link, because in a folder that others can write it could lead to any file.
def _open_own(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)


def delete_part(part: str) -> None:
    """Deletes a part file, if it is there."""
    _delete(part)


def is_empty_part(part: str) -> bool:
    """Whether a part file is there and has no byte, so that no later download can continue it."""
    try:
        return os.stat(part, follow_symlinks=False).st_size == 0
    except OSError:
        return False


def _delete(path: str) -> None:
    try:
        os.remove(path)
    except FileNotFoundError:
        pass
    except OSError as failure:
        raise unwritable(path, failure) from failure


def _start_of(file: RemoteFile) -> str:
    return f".{_digest(file.key_bytes)}-"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:24]
