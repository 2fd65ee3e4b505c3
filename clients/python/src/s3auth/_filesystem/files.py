"""Open files of the file system."""

from __future__ import annotations

import os
import tempfile
from typing import Any, Callable, Dict, Optional

from fsspec.spec import AbstractBufferedFile

from ..files import RemoteFile
from .ranges import RangeReader
from .read_ahead import ReadAhead

DEFAULT_BLOCK_BYTES = 8 * 1024 * 1024
"""The largest read-ahead, and the buffer of a written file."""


class FileReader(AbstractBufferedFile):  # type: ignore[misc]
    """A stored file that is open for reading. All its bytes are of the version that was stored when it was opened."""

    def __init__(
        self,
        fs: Any,
        path: str,
        file: RemoteFile,
        details: Dict[str, Any],
        block_size: int,
        cache_type: str,
        cache_options: Optional[Dict[str, Any]],
        reader: RangeReader,
    ) -> None:
        self._file = file
        self._reader = reader
        reads_ahead = cache_type == ReadAhead.name
        super().__init__(
            fs, path, "rb", block_size, cache_type="none" if reads_ahead else cache_type, cache_options=cache_options or {}, size=file.size
        )
        self._details = details
        if reads_ahead:
            # A file that fits into the first blocks needs no reads in the background.
            executor = reader.pool if file.size > block_size else None
            self.cache = ReadAhead(block_size, self._fetch_range, file.size, executor, self._fetch_part)

    def _fetch_range(self, start: int, end: int) -> bytes:
        return self._reader.read(self._file, start, end)

    def _fetch_part(self, start: int, end: int) -> bytes:
        return self._reader.read_part(self._file, start, end)

    def close(self) -> None:
        """Closes the file, and drops its read-ahead."""
        if isinstance(self.cache, ReadAhead):
            self.cache.close()
        super().close()


class FileWriter(AbstractBufferedFile):  # type: ignore[misc]
    """A file that is uploaded when it is closed. Until then its bytes are in a temporary file that only this account can read.

    Nothing is uploaded if the ``with`` block raises, or if the file is never closed.
    """

    def __init__(self, fs: Any, path: str, block_size: int, autocommit: bool, upload: Callable[[str], object]) -> None:
        self.closed: bool
        self._upload = upload
        self._temporary: Optional[str] = None
        super().__init__(fs, path, "wb", block_size, autocommit=autocommit)

    def _initiate_upload(self) -> None:
        descriptor, self._temporary = tempfile.mkstemp(prefix="s3auth-")
        os.close(descriptor)

    def _upload_chunk(self, final: bool = False) -> bool:
        assert self._temporary is not None
        with open(self._temporary, "ab") as file:
            file.write(self.buffer.getvalue())
        if final and self.autocommit:
            self.commit()
        return True

    def commit(self) -> None:
        """Uploads the file."""
        try:
            if self._temporary is not None:
                self._upload(self._temporary)
        finally:
            self.discard()

    def discard(self) -> None:
        """Deletes the temporary file."""
        if self._temporary is not None:
            os.unlink(self._temporary)
            self._temporary = None

    def __exit__(self, kind: Any, *_: Any) -> None:
        if kind is not None:
            self._abandon()
        self.close()

    def __del__(self) -> None:
        self._abandon()

    def _abandon(self) -> None:
        if not self.closed:
            self.discard()
            self.closed = True
