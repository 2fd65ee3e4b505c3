"""Uploads files into the miner's own folder."""

from __future__ import annotations

import os
from typing import Any, AsyncIterator, Awaitable, Callable, Dict, List, Optional, Sequence, Tuple, Union

from ..errors import RefusedError, S3AuthError, StoreError, UnacceptableFileError
from ..files import UploadedFile, UploadSummary
from .batches import Batches, Granted, GrantedFile, HashedFile, NotGrantedFile, file_exists
from .connection import Connection
from .folder_grants import UNSUPPORTED, FolderGrants
from .listing_xml import ListedObject
from .listings import Listings
from .local_files import FileToUpload, find_files, hash_range
from .multipart import MultipartUploads
from .quota import QuotaStatus
from .retries import RunFailures, is_refused_grant
from .sender import MIN_REPLACEMENT_SECONDS, Clock, Sender, Sent, Target, now
from .store import md5_of
from .stored_files import StoredFiles
from .transport import changed, closing, printable
from .upload_rules import UploadRules, destination, with_slashes

# The hash of the received bytes differs from the one in the grant.
_OTHER_CONTENT_CODES = frozenset({"BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch"})

_HASHED_AT_ONCE = 4

# Granted files that wait to be sent. Meanwhile the next batch is prepared.
_MAX_WAITING = 512


class Uploads:
    """Uploads files into the miner's own folder."""

    def __init__(self, connection: Connection, listings: Listings, clock: Clock = now) -> None:
        self._connection = connection
        self._sender = Sender(connection)
        self._grants = FolderGrants(connection, self._sender, clock)
        self._stored = StoredFiles(connection, self._grants, clock)
        self._clock = clock

    async def upload(
        self,
        content: "Union[str, os.PathLike[str], bytes]",
        to: Optional[str],
        source: Optional[str],
        job_id: Optional[str],
        overwrite: bool,
    ) -> UploadedFile:
        """Uploads one file or bytes, without comparing them with the stored file."""
        _require_text(to=to, source=source, job_id=job_id)
        if isinstance(content, bytes):
            if to is None or to == "" or to.endswith("/"):
                raise UnacceptableFileError("Bytes have no name. Pass the whole path of the file as `to`, not a folder.")
            file = FileToUpload.of_bytes(content, with_slashes(to))
        else:
            if not isinstance(content, (str, os.PathLike)):
                raise TypeError(f"path must be the path of a file, not {type(content).__name__}. upload_bytes uploads bytes.")
            local = os.fsdecode(content)
            name = os.path.basename(os.path.abspath(local))
            file = await self._connection.transport.run(lambda: FileToUpload.of_local(local, destination(to or "", name)))
        rules = await self._rules(source, job_id)
        rules.check(file.path, file.size)
        return await self._transfer(rules, overwrite).upload(file)

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
        """Uploads the files of a folder that are not stored already."""
        _require_text(to=to, source=source, job_id=job_id)
        root = os.fsdecode(folder)
        prefix = with_slashes(to)
        if prefix and not prefix.endswith("/"):
            prefix += "/"
        rules = await self._rules(source, job_id)
        found = await self._connection.transport.run(lambda: find_files(root))
        run = FolderUpload(self._connection, self._transfer(rules, overwrite), on_file)
        files: List[FileToUpload] = []
        for relative, local in found:
            if select is None or select(relative):
                try:
                    file = FileToUpload.of_local(local, prefix + relative)
                    rules.check(file.path, file.size)
                    files.append(file)
                except S3AuthError as failure:
                    run.record(run.failed(FileToUpload(prefix + relative, 0, local), failure))
        if files:
            stored = await self._stored.find([rules.folder + file.path for file in files], rules)
            await run.upload(files, stored)
        return run.summary

    async def _rules(self, source: Optional[str], job_id: Optional[str]) -> UploadRules:
        return UploadRules(await self._connection.structure(), self._connection.options, source, job_id)

    def _transfer(self, rules: UploadRules, overwrite: bool) -> "Transfer":
        return Transfer(self._connection, self._sender, self._grants, self._stored, rules, overwrite, self._clock)


class Transfer:
    """Uploads single files of one source and job. Chooses the kind of grant for each file."""

    def __init__(
        self,
        connection: Connection,
        sender: Sender,
        grants: FolderGrants,
        stored: StoredFiles,
        rules: UploadRules,
        overwrite: bool,
        clock: Clock,
    ) -> None:
        self.rules = rules
        self.overwrite = overwrite
        self.stored = stored
        self.batches = Batches(connection, rules, overwrite, clock)
        self._connection = connection
        self._sender = sender
        self._grants = grants
        self._multipart = MultipartUploads(connection, sender, stored, rules, overwrite, clock)
        self._clock = clock

    async def upload(self, file: FileToUpload) -> UploadedFile:
        """Uploads one file: in parts if it is large, otherwise by the folder grant, which further files can use too, or by its own grant.

        The folder grant is used only with ``overwrite``, because it always replaces a stored file.
        """
        try:
            if self.rules.uses_parts(file.size):
                stored = await self._multipart.upload(file)
                return self.result(file, "stored", stored.key, stored.etag)
            if self.rules.has_forms and self.overwrite:
                try:
                    key, sent = await self._connection.retries.run(
                        lambda: self._grants.upload(file, self.rules.folder + file.path, self.rules.source)
                    )
                    return self.result(file, "stored", key, sent.etag)
                except RefusedError as refused:
                    if refused.code != UNSUPPORTED:
                        raise
                    # The store has no forms, although the structure said so.
                    self.rules.has_forms = False
            return await (self._upload_by_batch(file) if self.rules.has_batches else self._upload_by_own_grant(file))
        except RefusedError as refused:
            if refused.code == "file_exists" and not self.overwrite:
                return self.result(file, "exists")
            raise

    async def send(self, granted: GrantedFile, may_renew: bool) -> Optional[UploadedFile]:
        """Sends a file of a batch. Returns ``None`` if its grant has expired, and the file needs another one."""
        if self._clock() >= granted.renew_at:
            return None
        file, attempts = granted.file, 0

        async def attempt() -> Sent:
            nonlocal attempts
            attempts += 1
            try:
                return await self._sender.send(file, granted.target)
            except StoreError as failure:
                if failure.status == 412 and not self.overwrite:
                    # An earlier attempt may have succeeded although its answer was lost.
                    etag = await self._etag_if_stored(granted.key, file) if attempts > 1 else None
                    if etag is None:
                        raise file_exists(file.path) from None
                    return Sent(etag, etag)
                if failure.code in _OTHER_CONTENT_CODES and file.local_path is not None:
                    raise changed(file.local_path) from None
                raise

        try:
            sent = await self._connection.retries.run(attempt)
        except StoreError as failure:
            if may_renew and is_refused_grant(failure) and self._clock() >= granted.granted_at + MIN_REPLACEMENT_SECONDS:
                return None
            raise
        return self.result(file, "stored", granted.key, sent.etag)

    def result(
        self, file: FileToUpload, status: str, key: Optional[str] = None, etag: Optional[str] = None, error: Optional[S3AuthError] = None
    ) -> UploadedFile:
        """Returns the result of a file."""
        if status == "stored":
            self.stored.add(file, self.rules.folder + file.path, etag, self.rules)
        return UploadedFile(printable(self.rules.folder + file.path), status, file.size, key, etag, file.local_path, error)

    async def _upload_by_batch(self, file: FileToUpload) -> UploadedFile:
        may_renew = True
        while True:
            (granted,) = await self.batches.grant([await self.batches.hash(file)])
            if isinstance(granted, NotGrantedFile):
                raise granted.error
            result = await self.send(granted, may_renew)
            if result is not None:
                return result
            may_renew = False

    # For older servers whose stores have no forms. They refuse a file that exists.
    async def _upload_by_own_grant(self, file: FileToUpload) -> UploadedFile:
        if "/" in file.path:
            raise UnacceptableFileError(f"{file.path} is in a subfolder. This deployment accepts only files directly in the folder.")

        async def attempt() -> Tuple[str, Sent]:
            grant = await self._connection.endpoints.get_file_upload_url(
                {
                    "coldkey": self._connection.coldkey,
                    "filename": file.path,
                    "source": self.rules.source,
                    "job_id": self.rules.job_id,
                    "size": file.size,
                }
            )
            is_put = grant["method"] == "PUT"
            target = Target(grant["url"]) if is_put else Target.of_form(grant["url"], grant["fields"], grant["s3_key"])
            return grant["s3_key"], await self._sender.send(file, target)

        key, sent = await self._connection.retries.run(attempt)
        return self.result(file, "stored", key, sent.etag)

    async def _etag_if_stored(self, key: str, file: FileToUpload) -> Optional[str]:
        etag = await self.stored.etag_of(key, file.size, self.rules.source)
        md5 = (await hash_range(self._connection.transport, file, "md5")).hex()
        return etag if etag is not None and md5_of(etag) == md5 else None


class FolderUpload:
    """One upload of many files."""

    def __init__(self, connection: Connection, transfer: Transfer, on_file: Optional[Callable[[UploadedFile], None]]) -> None:
        self.summary = UploadSummary()
        self._connection = connection
        self._transport = connection.transport
        self._transfer = transfer
        self._on_file = on_file
        self._failures = RunFailures(connection.options)
        self._end: Optional[S3AuthError] = None
        self._stored: Dict[str, ListedObject] = {}
        self._large: List[FileToUpload] = []
        self._expired: List[FileToUpload] = []

    async def upload(self, files: Sequence[FileToUpload], stored: Dict[str, ListedObject]) -> None:
        """Uploads the files that differ from the stored ones.

        Raises the failure that ended the run, because all further files would have it too. Its ``summary`` has the files before.
        """
        self._stored = stored
        await self._upload_small(files)
        for file in self._large:
            if self._end is None:
                result = await self._attempt(file, self._transfer.upload(file))
                if result is not None:
                    self.record(result)
        if self._end is not None:
            self._end.summary = self.summary
            raise self._end

    def record(self, result: UploadedFile) -> None:
        """Adds a result to the summary."""
        by_status = {"stored": self.summary.stored, "unchanged": self.summary.unchanged, "exists": self.summary.existing}
        by_status.get(result.status, self.summary.failed).append(result)
        if result.error is not None and self._failures.ends_run(result.error):
            self._end = self._end or result.error
        elif result.status == "stored":
            self._failures.succeeded()
        if self._on_file is not None:
            self._on_file(result)

    def failed(self, file: FileToUpload, error: S3AuthError) -> UploadedFile:
        """Returns the result of a file that failed."""
        return self._transfer.result(file, "failed", error=error)

    async def _upload_small(self, files: Sequence[FileToUpload]) -> None:
        rules, may_renew = self._transfer.rules, True
        has_batches = rules.has_batches and not (rules.has_forms and self._transfer.overwrite and is_low(self._connection.server.quota))

        async def store(item: _Item) -> Optional[UploadedFile]:
            if isinstance(item, GrantedFile):
                return await self._attempt(item.file, self._send(item, may_renew))
            if isinstance(item, FileToUpload):
                return await self._attempt(item, self._transfer.upload(item))
            return item if isinstance(item, UploadedFile) else self.failed(item.file, item.error)

        while files and self._end is None:
            items: AsyncIterator[_Item] = self._granted(files) if has_batches else self._changed(files)
            waiting = self._until_end(self._transport.ahead(items, _MAX_WAITING))
            async with closing(self._transport.as_completed(store, waiting, self._connection.options.parallel)) as results:
                async for result in results:
                    if result is not None:
                        self.record(result)
            # Grants may expire while files wait for their turn. These files are granted again, without comparing them again.
            files, self._expired, self._stored, may_renew = self._expired, [], {}, False

    async def _send(self, granted: GrantedFile, may_renew: bool) -> Optional[UploadedFile]:
        result = await self._transfer.send(granted, may_renew)
        if result is None:
            self._expired.append(granted.file)
        return result

    async def _granted(self, files: Sequence[FileToUpload]) -> AsyncIterator["_Item"]:
        hashed = self._transport.as_completed(self._hash, self._changed(files), _HASHED_AT_ONCE)
        async with closing(hashed), closing(self._transfer.batches.grant_all(hashed)) as granted:
            try:
                async for item in granted:
                    yield item
            except S3AuthError as failure:
                # The files that were granted before are still sent.
                self._end = self._end or failure

    async def _hash(self, item: "Union[FileToUpload, UploadedFile]") -> "Union[HashedFile, UploadedFile]":
        if isinstance(item, UploadedFile):
            return item
        try:
            return await self._transfer.batches.hash(item)
        except S3AuthError as failure:
            return self.failed(item, failure)

    async def _changed(self, files: Sequence[FileToUpload]) -> "AsyncIterator[Union[FileToUpload, UploadedFile]]":
        """Yields the files to upload, and the results of those that are stored. Large files are uploaded later."""
        async with closing(self._transport.as_completed(self._compare, _each(files), _HASHED_AT_ONCE)) as compared:
            async for item in compared:
                if isinstance(item, FileToUpload) and self._transfer.rules.uses_parts(item.size):
                    self._large.append(item)
                else:
                    yield item

    async def _compare(self, file: FileToUpload) -> "Union[FileToUpload, UploadedFile]":
        stored = self._stored.get(self._transfer.rules.folder + file.path)
        if stored is None:
            return file
        try:
            path = self._transfer.rules.folder + file.path
            if await self._transfer.stored.is_same(file, path, stored, self._transfer.rules):
                return self._transfer.result(file, "unchanged", etag=stored.etag)
        except S3AuthError as failure:
            return self.failed(file, failure)
        return file if self._transfer.overwrite else self._transfer.result(file, "exists", etag=stored.etag)

    async def _attempt(self, file: FileToUpload, upload: Awaitable[Optional[UploadedFile]]) -> Optional[UploadedFile]:
        try:
            return await upload
        except RefusedError as refused:
            if refused.code == "file_exists" and not self._transfer.overwrite:
                self._transfer.stored.forget(self._transfer.rules)
                return self._transfer.result(file, "exists")
            return self.failed(file, refused)
        except S3AuthError as failure:
            return self.failed(file, failure)

    async def _until_end(self, items: "AsyncIterator[_Item]") -> "AsyncIterator[_Item]":
        async with closing(items):
            async for item in items:
                if self._end is not None:
                    return
                yield item


def bytes_of(data: Any) -> bytes:
    """Returns the content of a bytes-like object, such as a ``bytearray`` or a buffer of pyarrow. Raises :class:`TypeError` for others."""
    if isinstance(data, bytes):
        return data
    try:
        # bytes(5) would be five zeros.
        return bytes(memoryview(data))
    except TypeError:
        hint = " Encode text with text.encode()." if isinstance(data, str) else ""
        raise TypeError(f"data must be bytes, not {type(data).__name__}.{hint}") from None


def _require_text(**arguments: object) -> None:
    for name, value in arguments.items():
        if value is not None and not isinstance(value, str):
            raise TypeError(f"{name} must be a str, not {type(value).__name__}.")


_Item = Union[Granted, FileToUpload, UploadedFile]


def is_low(quota: Optional[QuotaStatus]) -> bool:
    """Whether less than half of the day's grants is left. Then files are sent by the folder grant, which serves many runs."""
    return quota is not None and quota.grants is not None and quota.grants_left < quota.grants // 2


async def _each(files: Sequence[FileToUpload]) -> AsyncIterator[FileToUpload]:
    for file in files:
        yield file
