"""Uploads into the caller's own folder."""

from __future__ import annotations

import errno
import os
from typing import Callable, Union

from .lazy_client import LazyClient
from .os_errors import os_error, os_errors
from .places import Place


class OwnFolder:
    """Uploads into the caller's own folder.

    :param invalidate: Drops the listings that contain an uploaded path.
    """

    def __init__(self, client: LazyClient, invalidate: Callable[[str], None]) -> None:
        self._client = client
        self._invalidate = invalidate

    def check(self, place: Place, is_folder: bool = False) -> None:
        """Raises if the caller cannot upload to a path, or if it is a folder instead of a file.

        Raises :class:`ValueError` without a source in a deployment with sources, and :class:`PermissionError` for the folder of another.
        """
        if not place.is_listed or (place.source is not None and place.source not in place.sources):
            sources = ", ".join(place.sources)
            raise ValueError(f"The path has no source. Write s3auth://{place.miner}/SOURCE/NAME. The sources are {sources}.")
        if not place.path and not is_folder:
            raise os_error(errno.EISDIR, place.name)
        place.check()
        if not self._client.owns(place.miner):
            raise os_error(errno.EACCES, place.name, "You can write only in your own folder")

    def upload(self, place: Place, content: Union[str, "os.PathLike[str]", bytes], overwrite: bool) -> None:
        """Uploads a local file, or bytes. Raises :class:`FileExistsError` if the file exists and must not be overwritten."""
        client = self._client.client
        with os_errors():
            if isinstance(content, (bytes, bytearray, memoryview)):
                result = client.upload_bytes(bytes(content), place.path, source=place.source, overwrite=overwrite)
            else:
                result = client.upload(content, place.path, source=place.source, overwrite=overwrite)
            if result.error is not None:
                raise result.error
        self._invalidate(place.name)
        if result.status == "exists":
            raise os_error(errno.EEXIST, place.name)

    def upload_folder(self, place: Place, folder: Union[str, "os.PathLike[str]"]) -> None:
        """Uploads all files of a local folder."""
        with os_errors():
            self._client.client.upload_folder(folder, place.path, source=place.source).raise_for_failures()
        self._invalidate(place.name)
