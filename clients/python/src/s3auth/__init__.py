"""Client of S3Auth: miners of a Bittensor subnet upload files to S3 storage, validators list and download them.

:class:`S3Auth` is the client. :class:`AsyncS3Auth` is the same for asyncio (needs ``httpx``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._core.quota import QuotaStatus
from ._version import __version__
from .client import S3Auth
from .errors import (
    ChangedFileError,
    InvalidAnswerError,
    ListingError,
    RefusedError,
    S3AuthError,
    StoreError,
    UnacceptableFileError,
    UnknownMinerError,
    UnreachableError,
    UnreachableStoreError,
    UnreadableFileError,
    UnwritableFileError,
)
from .files import DownloadedFile, DownloadSummary, Miner, MinerFolder, RemoteFile, UploadedFile, UploadSummary
from .options import ClientOptions
from .sessions import SessionCredentials

if TYPE_CHECKING:
    from .async_client import AsyncS3Auth as AsyncS3Auth

# Without AsyncS3Auth, so that `from s3auth import *` needs no httpx.
__all__ = [
    "ChangedFileError",
    "ClientOptions",
    "DownloadSummary",
    "DownloadedFile",
    "InvalidAnswerError",
    "ListingError",
    "Miner",
    "MinerFolder",
    "QuotaStatus",
    "RefusedError",
    "RemoteFile",
    "S3Auth",
    "S3AuthError",
    "SessionCredentials",
    "StoreError",
    "UnacceptableFileError",
    "UnknownMinerError",
    "UnreachableError",
    "UnreachableStoreError",
    "UnreadableFileError",
    "UnwritableFileError",
    "UploadSummary",
    "UploadedFile",
    "__version__",
]


# httpx is an extra, so its client is imported only when it is used.
def __getattr__(name: str) -> Any:
    if name == "AsyncS3Auth":
        from .async_client import AsyncS3Auth

        return AsyncS3Auth
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
