"""Downloads files."""

from __future__ import annotations

import os
from typing import Callable, Optional, Union

from ..files import DownloadedFile, DownloadSummary, Miner, RemoteFile
from .connection import Connection
from .listings import Listings


class Downloads:
    """Downloads files."""

    def __init__(self, connection: Connection, listings: Listings) -> None:
        self._connection = connection
        self._listings = listings

    async def download(
        self,
        miner: Union[Miner, str, int, None],
        to: "Union[str, os.PathLike[str]]",
        source: Optional[str],
        prefix: str,
        select: Optional[Callable[[RemoteFile], bool]],
        on_file: Optional[Callable[[DownloadedFile], None]],
    ) -> DownloadSummary:
        raise NotImplementedError

    async def download_file(self, file: RemoteFile, path: "Union[str, os.PathLike[str]]") -> DownloadedFile:
        raise NotImplementedError

    async def read(self, file: RemoteFile, start: int, end: Optional[int]) -> bytes:
        raise NotImplementedError
