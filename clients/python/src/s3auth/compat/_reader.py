"""The requests of the classes for validators. The methods block, and raise."""

from __future__ import annotations

import datetime
import threading
from typing import Any, Dict, List, Optional

from .. import models
from .._core.requests_transport import run_sync
from ..client import S3Auth
from ..errors import InvalidAnswerError, UnknownMinerError
from ..options import ClientOptions
from ._attempts import logger
from ._wallets import open_client


class Reader:
    """The files of all miners, as dictionaries. Thread-safe."""

    def __init__(self, wallet: Any, url: str, options: Optional[ClientOptions]) -> None:
        self._wallet = wallet
        self._url = url
        self._options = options
        self._client: Optional[S3Auth] = None
        self._lock = threading.Lock()

    @property
    def client(self) -> S3Auth:
        """The client. Opened at its first use, because the constructors of the drop-ins must not raise."""
        with self._lock:
            if self._client is None:
                self._client = open_client(self._wallet, self._url, self._options)
            return self._client

    def request_access(self) -> Dict[str, Any]:
        """Returns the answer of /get-validator-access."""
        answer: Any = self.client.request("get-validator-access")
        if not isinstance(answer, dict) or not isinstance(answer.get("expiry_seconds"), int) or not isinstance(answer.get("urls"), dict):
            raise InvalidAnswerError("The server's answer is invalid: expiry_seconds or urls is missing.")
        if not isinstance(answer["urls"].get("sources") or {}, dict):
            raise InvalidAnswerError("The server's answer is invalid: sources of urls is not an object.")
        logger.debug("Access to bucket %r ends in %d s.", answer.get("bucket"), answer["expiry_seconds"])
        return answer

    def request_miner_url(self, miner_hotkey: str) -> str:
        """Returns the presigned URL of the first page of a miner's files."""
        command: models.GetMinerSpecificAccessCommand = {"miner_hotkey": miner_hotkey}
        return run_sync(self.client._connection.endpoints.get_miner_specific_access(command))["miner_url"]

    def miners(self) -> List[str]:
        """Returns the addresses of all miners that have files."""
        return [miner.id for miner in self.client.miners()]

    def parquet_files(self, miner_hotkey: str) -> List[Dict[str, Any]]:
        """Returns all files of a miner whose keys end in ``.parquet``, as ``key``, ``size`` and ``last_modified``."""
        files = [
            {"key": file.key, "size": file.size, "last_modified": s3_time(file.last_modified)}
            for file in self.client.list_files(miner_hotkey)
            if file.key.endswith(".parquet")
        ]
        if not files:
            self._require_folder(miner_hotkey)
        logger.info("%s has %d .parquet files.", miner_hotkey, len(files))
        return files

    def jobs(self, miner_hotkey: str) -> List[str]:
        """Returns the ids of a miner's jobs."""
        segments = (file.path.split("/", 1)[0] for file in self.client.list_files(miner_hotkey, prefix="job_id="))
        jobs = list(dict.fromkeys(segment[len("job_id="):] for segment in segments))
        logger.debug("%s has files of %d jobs.", miner_hotkey, len(jobs))
        return jobs

    def job_files(self, miner_hotkey: str, job_id: str) -> List[Dict[str, Any]]:
        """Returns the files of a job as ``Key``, ``Size`` and ``LastModified``."""
        files = [
            {"Key": file.key, "Size": file.size, "LastModified": s3_time(file.last_modified)}
            for file in self.client.list_files(miner_hotkey, prefix=f"job_id={job_id}/")
        ]
        logger.debug("Job %r of %s has %d files.", job_id, miner_hotkey, len(files))
        return files

    # Where coldkeys name the folders, the server finds the folder of a registered hotkey only. Its empty list for another hotkey does not
    # mean that the miner has no files.
    def _require_folder(self, miner_hotkey: str) -> None:
        connection, listings = self.client._connection, self.client._listings
        if run_sync(connection.template()).is_by_hotkey:
            return
        if run_sync(listings.owner_of(miner_hotkey)).address == miner_hotkey:
            raise UnknownMinerError(f"The hotkey {miner_hotkey} is not registered, so its folder, which its coldkey names, is not known.")


def s3_time(moment: datetime.datetime) -> str:
    """Writes a time as S3 listings do. Code that parses them does not expect an offset."""
    utc = moment.astimezone(datetime.timezone.utc)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03d}Z"
