"""``ValidatorS3Access`` for validators that call ``list_files(source, miner_id)`` without ``await``."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Optional

from .._core.requests_transport import run_sync
from ..errors import S3AuthError
from ..files import Miner, RemoteFile
from ._access import BlockingAccess
from ._attempts import attempt, logger
from ._reader import s3_time


class ValidatorS3Access(BlockingAccess):
    """Read access of a validator, by source and miner."""

    def list_sources(self) -> List[str]:
        """Returns the sources of the deployment; ``[]`` if it has none, or after a failure."""
        if not self.ensure_access() or self.access_data is None:
            return []
        return list(self.access_data["urls"].get("sources") or {})

    def list_miners(self, source: str) -> List[str]:
        """Returns the addresses of all miners that have files of a source; ``[]`` after a failure."""
        return attempt(f"The listing of the miners of source {source!r}", lambda: self._list_miners(source), [])

    def list_files(self, source: str, miner_id: str) -> List[Dict[str, Any]]:
        """Returns all files of a miner and source as ``key``, ``filename``, ``size`` and ``last_modified``; ``[]`` after a failure."""
        action = f"The listing of the files of {miner_id} of source {source!r}"
        return attempt(action, lambda: self._list_files(source, miner_id), [])

    def download_file(self, key: str, output_path: str) -> bool:
        """Downloads a file. Returns whether it was stored at the path."""
        return attempt(f"The download of {key!r}", lambda: self._download(key, output_path), False)

    def _list_miners(self, source: str) -> List[str]:
        found = [miner.id for miner in self._reader.client.miners() if any(folder.source == source for folder in miner.folders)]
        logger.debug("%d miners have files of source %r.", len(found), source)
        return found

    def _list_files(self, source: str, miner_id: str) -> List[Dict[str, Any]]:
        return [
            {
                "key": file.key,
                "filename": file.key.rsplit("/", 1)[-1],
                "size": file.size,
                "last_modified": s3_time(file.last_modified),
            }
            for file in self._reader.client.list_files(miner_id, source=source)
        ]

    def _download(self, key: str, output_path: str) -> bool:
        file = self._find(key)
        if file is None:
            raise S3AuthError("No miner has this file.")
        result = self._reader.client.download_file(file, os.fspath(output_path))
        if result.status == "failed":
            raise result.error or S3AuthError("The download failed.")
        return True

    def _find(self, key: str) -> Optional[RemoteFile]:
        parts = run_sync(self._reader.client._connection.template()).split(key)
        if parts is None:
            return None
        owner, source, path = parts
        files = self._reader.client.list_files(Miner(owner, None), source=source, prefix=path)
        return next((file for file in files if file.key == key), None)
