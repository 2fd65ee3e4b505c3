"""Grants for many files at once, by ``/get-file-upload-urls``."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import AsyncIterator, List, Optional, Sequence, Union

from .. import models
from ..errors import InvalidAnswerError, RefusedError, S3AuthError
from ..files import UploadedFile
from .connection import Connection
from .local_files import FileToUpload, hash_range
from .sender import Clock, Target, now, renew_at
from .upload_rules import UploadRules

MAX_FILES = 1000
"""The maximum number of files of a request."""

FIRST_BATCH_BYTES = 64 * 1024 * 1024
"""The first batch is small, so that transfers begin at once. Each is twice as large as the one before."""

# The server accepts bodies of 512 KiB. A file has members besides its path: their names, quotes, size and SHA-256.
_MAX_BODY_BYTES = 400 * 1024
_BODY_BYTES_OF_FILE = 160


@dataclass(frozen=True)
class HashedFile:
    """A file with its SHA-256 in hex; ``None`` if the store does not verify it."""

    file: FileToUpload
    sha256: Optional[str]


@dataclass(frozen=True)
class GrantedFile:
    """A file and where to send it."""

    file: FileToUpload
    key: str
    target: Target = field(repr=False)
    granted_at: float
    renew_at: float
    """When to request another grant instead of using this one."""


@dataclass(frozen=True)
class NotGrantedFile:
    """A file that cannot be uploaded."""

    file: FileToUpload
    error: S3AuthError


Granted = Union[GrantedFile, NotGrantedFile]


class Batches:
    """Requests the grants of many files of one source and job."""

    def __init__(self, connection: Connection, rules: UploadRules, overwrite: bool, clock: Clock = now) -> None:
        self._connection = connection
        self._rules = rules
        self._overwrite = overwrite
        self._clock = clock
        self._is_hash_verified = True
        self._max_content_bytes = FIRST_BATCH_BYTES

    async def hash(self, file: FileToUpload) -> HashedFile:
        """Computes the SHA-256 of a file, unless the store ignores it."""
        if not self._is_hash_verified:
            return HashedFile(file, None)
        return HashedFile(file, (await hash_range(self._connection.transport, file, "sha256")).hex())

    async def grant_all(self, files: AsyncIterator[Union[HashedFile, UploadedFile]]) -> AsyncIterator[Union[Granted, UploadedFile]]:
        """Collects files into batches and yields them with their grants. Yields files that have a result already unchanged."""
        batch: List[HashedFile] = []
        body_bytes = content_bytes = 0
        async for item in files:
            if isinstance(item, UploadedFile):
                yield item
                continue
            own_body_bytes = _BODY_BYTES_OF_FILE + len(json.dumps(item.file.path, ensure_ascii=False).encode("utf-8"))
            if batch and (
                len(batch) == MAX_FILES
                or body_bytes + own_body_bytes > _MAX_BODY_BYTES
                or content_bytes + item.file.size > self._max_content_bytes
            ):
                for granted in await self.grant(batch):
                    yield granted
                self._max_content_bytes *= 2
                batch, body_bytes, content_bytes = [], 0, 0
            batch.append(item)
            body_bytes += own_body_bytes
            content_bytes += item.file.size
        if batch:
            for granted in await self.grant(batch):
                yield granted

    async def grant(self, batch: Sequence[HashedFile]) -> List[Granted]:
        """Requests the grants of 1 to 1,000 files."""
        asked_at = self._clock()
        answer = await self._connection.endpoints.get_file_upload_urls(
            {
                "coldkey": self._connection.coldkey,
                "files": [_describe(item) for item in batch],
                "source": self._rules.source,
                "job_id": self._rules.job_id,
                "overwrite": self._overwrite,
            }
        )
        # Does not compute hashes that the store ignores.
        self._is_hash_verified = answer["sha256_enforced"]
        existing = frozenset(answer["existing"])
        granted: List[Granted] = []
        for item in batch:
            target = answer["files"].get(item.file.path)
            if target is None:
                granted.append(NotGrantedFile(item.file, _error_of(item.file, answer, item.file.path in existing)))
            else:
                verifies = answer["sha256_enforced"] and item.sha256 is not None
                granted.append(
                    GrantedFile(
                        item.file,
                        target["s3_key"],
                        Target.of_grant(target, verifies),
                        asked_at,
                        renew_at(asked_at, target["expires_in_seconds"]),
                    )
                )
        return granted


def _describe(item: HashedFile) -> models.RequestedFile:
    described: models.RequestedFile = {"path": item.file.path, "size": item.file.size}
    if item.sha256 is not None:
        described["sha256"] = item.sha256
    return described


def file_exists(path: str) -> RefusedError:
    """Returns the failure of a file that exists and may not be replaced."""
    return RefusedError("file_exists", f"{path} already exists. Upload with overwrite=True to replace it.", 409)


def _error_of(file: FileToUpload, answer: models.FileUploadUrls, exists: bool) -> S3AuthError:
    refused = answer["refused"].get(file.path)
    if refused is not None:
        return RefusedError(refused["code"], refused["detail"], 400)
    return file_exists(file.path) if exists else InvalidAnswerError(f"The server's answer lacks {file.path}.")
