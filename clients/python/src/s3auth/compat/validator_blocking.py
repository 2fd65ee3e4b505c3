"""``ValidatorS3Access`` for validators that call ``list_files(miner_hotkey, job_id)`` without ``await``."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from .._core.requests_transport import run_sync
from .._core.transport import Request, Transport, TransportError
from ._access import BlockingAccess
from ._attempts import attempt, log_failure, logger

_PREVIEW_CHARACTERS = 1000


class ValidatorS3Access(BlockingAccess):
    """Read access of a validator, by miner and job."""

    def list_all_files_with_metadata(self, miner_hotkey: str) -> Optional[List[Dict[str, Any]]]:
        """Returns all files of a miner whose keys end in ``.parquet``, as ``key``, ``size`` and ``last_modified``.

        Returns ``[]`` only if the miner has no such file. If the listing fails, even on its last page, returns what
        :meth:`incomplete_listing` returns.
        """
        try:
            return self._reader.parquet_files(miner_hotkey)
        except Exception as failure:
            log_failure(f"The listing of the files of {miner_hotkey}", failure)
            return self.incomplete_listing(miner_hotkey, failure)

    def incomplete_listing(self, miner_hotkey: str, failure: Exception) -> Optional[List[Dict[str, Any]]]:
        """Returns the result of a listing that failed: ``None``.

        Override it if your code expects another result or an exception.
        """
        return None

    def list_jobs(self, miner_hotkey: str) -> List[str]:
        """Returns the ids of a miner's jobs; ``[]`` after a failure."""
        return attempt(f"The listing of the jobs of {miner_hotkey}", lambda: self._reader.jobs(miner_hotkey), [])

    def list_files(self, miner_hotkey: str, job_id: str) -> List[Dict[str, Any]]:
        """Returns the files of a job as ``Key``, ``Size`` and ``LastModified``; ``[]`` after a failure."""
        action = f"The listing of the files of job {job_id!r} of {miner_hotkey}"
        return attempt(action, lambda: self._reader.job_files(miner_hotkey, job_id), [])

    def list_miners_new_format(self) -> List[str]:
        """Returns the addresses of all miners that have files; ``[]`` after a failure."""
        return attempt("The listing of the miners", self._reader.miners, [])

    def test_direct_url(self, url: str) -> Dict[str, Any]:
        """Requests a URL. Returns ``status_code``, ``headers``, ``content_preview`` and ``success``; or ``success`` and ``error``."""
        try:
            return run_sync(_preview(self._reader.client._connection.transport, url))
        except (TransportError, ValueError) as failure:
            logger.debug("The test of a URL failed. %s", failure)
            return {"success": False, "error": str(failure)}


async def _preview(transport: Transport, url: str) -> Dict[str, Any]:
    content = b""
    async with transport.send(Request("GET", url)) as answer:
        async for block in answer.blocks():
            content += block
            # UTF-8 has at most four bytes for a character.
            if len(content) >= 4 * _PREVIEW_CHARACTERS:
                break
        return {
            "status_code": answer.status,
            "headers": dict(answer.headers),
            "content_preview": content.decode("utf-8", "replace")[:_PREVIEW_CHARACTERS],
            "success": answer.status == 200,
        }
