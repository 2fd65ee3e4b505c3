"""``ValidatorS3Access`` for validators that await its methods."""

from __future__ import annotations

import asyncio
from typing import Any, Dict, List, NoReturn, Optional

from ..options import ClientOptions
from ._attempts import log_failure
from .validator_blocking import ValidatorS3Access as BlockingValidatorS3Access

_IN_OTHER_MODULES = {
    "list_sources": "validator_sources",
    "list_miners": "validator_sources",
    "download_file": "validator_sources",
    "test_direct_url": "validator_blocking",
}


class ValidatorS3Access:
    """Read access of a validator for asyncio. Each request runs in a thread, so it never blocks the event loop.

    An instance can be used from several threads and event loops.

    :param wallet: Anything with ``hotkey`` (``ss58_address`` and ``sign(bytes)``).
    :param s3_auth_url: The server's address.
    :param debug: Whether to log every step, to stderr unless the program has configured logging.
    :param options: Timeouts and retries. Existing code does not pass it.
    """

    def __init__(self, wallet: Any, s3_auth_url: str, debug: bool = False, *, options: Optional[ClientOptions] = None) -> None:
        self._blocking = BlockingValidatorS3Access(wallet, s3_auth_url, debug, options=options)

    @property
    def wallet(self) -> Any:
        """The wallet."""
        return self._blocking.wallet

    @property
    def s3_auth_url(self) -> str:
        """The server's address, as it was passed."""
        return self._blocking.s3_auth_url

    @property
    def debug(self) -> bool:
        """Whether every step is logged."""
        return self._blocking.debug

    @property
    def access_data(self) -> Optional[Dict[str, Any]]:
        """The answer to the last successful :meth:`ensure_access`. Set it to ``None`` to request access anew."""
        return self._blocking.access_data

    @access_data.setter
    def access_data(self, value: Optional[Dict[str, Any]]) -> None:
        self._blocking.access_data = value

    @property
    def expiry_time(self) -> float:
        """The Unix time ten minutes before the URLs in ``access_data`` expire."""
        return self._blocking.expiry_time

    async def ensure_access(self) -> bool:
        """Requests access, unless ``access_data`` is valid for another hour or half of its life. Returns whether there is access."""
        return await asyncio.to_thread(self._blocking.ensure_access)

    async def get_validator_access(self) -> Optional[Dict[str, Any]]:
        """Requests access. Returns the server's answer; ``None`` after a failure."""
        return await asyncio.to_thread(self._blocking.get_validator_access)

    async def get_miner_specific_access(self, miner_hotkey: str) -> str:
        """Returns the presigned URL of the first page of a miner's files; ``""`` after a failure."""
        return await asyncio.to_thread(self._blocking.get_miner_specific_access, miner_hotkey)

    async def list_all_files_with_metadata(self, miner_hotkey: str) -> Optional[List[Dict[str, Any]]]:
        """Returns all files of a miner whose keys end in ``.parquet``, as ``key``, ``size`` and ``last_modified``.

        Returns ``[]`` only if the miner has no such file. If the listing fails, even on its last page, returns what
        :meth:`incomplete_listing` returns.
        """
        try:
            return await asyncio.to_thread(self._blocking._reader.parquet_files, miner_hotkey)
        except Exception as failure:
            log_failure(f"The listing of the files of {miner_hotkey}", failure)
            return self.incomplete_listing(miner_hotkey, failure)

    def incomplete_listing(self, miner_hotkey: str, failure: Exception) -> Optional[List[Dict[str, Any]]]:
        """Returns the result of a listing that failed: ``None``.

        Override it if your code expects another result or an exception.
        """
        return None

    async def list_jobs(self, miner_hotkey: str) -> List[str]:
        """Returns the ids of a miner's jobs; ``[]`` after a failure."""
        return await asyncio.to_thread(self._blocking.list_jobs, miner_hotkey)

    async def list_jobs_direct(self, miner_hotkey: str) -> List[str]:
        """Does the same as :meth:`list_jobs`."""
        return await self.list_jobs(miner_hotkey)

    async def list_files(self, miner_hotkey: str, job_id: str) -> List[Dict[str, Any]]:
        """Returns the files of a job as ``Key``, ``Size`` and ``LastModified``; ``[]`` after a failure."""
        return await asyncio.to_thread(self._blocking.list_files, miner_hotkey, job_id)

    async def list_miners_new_format(self) -> List[str]:
        """Returns the addresses of all miners that have files; ``[]`` after a failure."""
        return await asyncio.to_thread(self._blocking.list_miners_new_format)

    def __getattr__(self, name: str) -> NoReturn:
        module = _IN_OTHER_MODULES.get(name)
        if module:
            raise AttributeError(f"{name} is in another class, without await. Import ValidatorS3Access from s3auth.compat.{module}.")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
