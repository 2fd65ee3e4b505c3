"""Uploads files into the miner's own folder."""

from __future__ import annotations

import os
from typing import Callable, Optional, Union

from ..files import UploadedFile, UploadSummary
from .connection import Connection
from .listings import Listings


class Uploads:
    """Uploads files into the miner's own folder."""

    def __init__(self, connection: Connection, listings: Listings) -> None:
        self._connection = connection
        self._listings = listings

    async def upload(
        self, content: "Union[str, os.PathLike[str], bytes]", to: Optional[str], source: Optional[str], job_id: Optional[str], overwrite: bool
    ) -> UploadedFile:
        raise NotImplementedError

    async def upload_folder(
        self,
        folder: "Union[str, os.PathLike[str]]",
        to: str,
        source: Optional[str],
        job_id: Optional[str],
        overwrite: bool,
        select: Optional[Callable[[str], bool]],
        on_file: Optional[Callable[[UploadedFile], None]],
    ) -> UploadSummary:
        raise NotImplementedError
