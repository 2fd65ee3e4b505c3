"""What the client's methods return: miners, files, and the results of transfers."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Sequence, Union

from .errors import S3AuthError


@dataclass(frozen=True)
class MinerFolder:
    """One folder of a miner."""

    prefix: str
    """The prefix of its keys, such as ``data/x/5F…/``."""
    source: Optional[str] = None
    """The source; ``None`` if the deployment has none."""


@dataclass(frozen=True)
class Miner:
    """A miner that has files in the bucket."""

    id: str
    """The address that names its folders: a hotkey or a coldkey, by the deployment's layout."""
    uid: Optional[int]
    """Its uid on the subnet; ``None`` if it is not registered any more."""
    folders: Sequence[MinerFolder] = ()


@dataclass(frozen=True)
class RemoteFile:
    """A stored file."""

    key: str
    """Its key in the bucket. Miners choose their keys, so never use a key as a local path: :meth:`S3Auth.download` makes it safe."""
    path: str
    """The part of the key after the miner's folder."""
    size: int
    """The size in bytes."""
    last_modified: datetime.datetime
    """When it was stored (UTC)."""
    etag: str
    """The store's ETag, without quotes. Usually the MD5 of the content in hex."""
    miner: Optional[str] = None
    """The address that names the miner's folder; ``None`` for your own files."""
    source: Optional[str] = None
    """The source; ``None`` if the deployment has none."""
    url: Optional[str] = field(default=None, repr=False, compare=False)
    """A presigned URL, with which anyone can read the file until it expires; ``None`` if the key cannot be written in a URL."""
    url_expires_at: float = field(default=0.0, repr=False, compare=False)
    """Unix time at which the URL expires."""
    raw_key: Optional[bytes] = field(default=None, repr=False)
    """The bytes of the key if they are not UTF-8; otherwise ``None``. ``key`` then has U+FFFD in place of invalid bytes, so two files can
    have the same ``key``."""
    _page: Any = field(default=None, repr=False, compare=False)

    @property
    def key_bytes(self) -> bytes:
        """The bytes of the key."""
        return self.raw_key if self.raw_key is not None else self.key.encode("utf-8", "surrogatepass")

    # The page belongs to the client that listed it, and cannot be pickled. Without it, each renewed URL costs a grant.
    def __getstate__(self) -> Dict[str, Any]:
        return {**self.__dict__, "_page": None}


@dataclass(frozen=True)
class UploadedFile:
    """The result of the upload of one file."""

    path: str
    """The path below the miner's folder."""
    status: str
    """``stored``; ``unchanged`` if the file was stored already with the same content; ``exists`` if the path has a stored file and
    ``overwrite`` is false; or ``failed``."""
    size: int = 0
    """The size in bytes."""
    key: Optional[str] = None
    """The key in the bucket; ``None`` if the file failed before the server named it."""
    etag: Optional[str] = None
    """The store's ETag, without quotes; ``None`` if the store did not return it."""
    local_path: Optional[str] = None
    """The local file; ``None`` for bytes."""
    error: Optional[S3AuthError] = None
    """Why it failed."""


@dataclass
class UploadSummary:
    """The results of the upload of a folder."""

    stored: List[UploadedFile] = field(default_factory=list)
    unchanged: List[UploadedFile] = field(default_factory=list)
    existing: List[UploadedFile] = field(default_factory=list)
    failed: List[UploadedFile] = field(default_factory=list)

    def raise_for_failures(self) -> None:
        """Raises the error of the first failed file, if a file failed."""
        _raise_first(self.failed)


@dataclass(frozen=True)
class DownloadedFile:
    """The result of the download of one file."""

    file: RemoteFile
    status: str
    """``downloaded``; ``unchanged`` if the local file had the same content; or ``failed``."""
    local_path: Optional[str] = None
    """The local file; ``None`` if it failed."""
    error: Optional[S3AuthError] = None
    """Why it failed."""


@dataclass
class DownloadSummary:
    """The results of a download."""

    downloaded: List[DownloadedFile] = field(default_factory=list)
    unchanged: List[DownloadedFile] = field(default_factory=list)
    failed: List[DownloadedFile] = field(default_factory=list)

    def raise_for_failures(self) -> None:
        """Raises the error of the first failed file, if a file failed."""
        _raise_first(self.failed)


def _raise_first(failed: "Sequence[Union[UploadedFile, DownloadedFile]]") -> None:
    if failed:
        raise failed[0].error or S3AuthError("A file failed.")
