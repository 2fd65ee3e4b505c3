"""Downloads files."""

from __future__ import annotations

import email.utils
import hashlib
import os
import re
import stat
from dataclasses import replace
from typing import Any, AsyncContextManager, AsyncIterator, Callable, List, Mapping, Optional, Union

from ..errors import ChangedFileError, S3AuthError, StoreError, UnwritableFileError
from ..files import DownloadedFile, DownloadSummary, Miner, RemoteFile
from ..options import ClientOptions
from .connection import Connection
from .listings import Listings
from .local_name import local_name
from .local_paths import LocalPaths, probe_folding
from .part_files import FullDiskError, PartFiles, PartWriter, delete_part, is_empty_part, unwritable
from .renewals import RenewableFile, Renewals, is_unsignable, unsignable
from .retries import RunFailures, is_replaced_file
from .store import etag_of, is_encrypted, md5_of
from .transport import BLOCK_BYTES, Answer, StoreTransportError, TransportError, closing

# How often a download starts again because the miner replaced the file. Without a limit, the miner could prolong it forever.
MAX_CHANGES = 2

# Store times are whole seconds, so two versions that are stored quickly after each other can have the same time.
UNIQUE_TIME_SECONDS = 2.0

_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,19})-([0-9]{1,19})/([0-9]{1,19})")


class Downloads:
    """Downloads files."""

    def __init__(self, connection: Connection, listings: Listings) -> None:
        self._connection = connection
        self._listings = listings
        self._transport = connection.transport
        self._renewals = Renewals(connection, listings)
        self._parts = PartFiles()
        self._parts_lock = connection.transport.lock()

    async def download(
        self,
        miner: Union[Miner, str, int, None],
        to: "Union[str, os.PathLike[str]]",
        source: Optional[str],
        prefix: str,
        select: Optional[Callable[[RemoteFile], bool]],
        on_file: Optional[Callable[[DownloadedFile], None]],
    ) -> DownloadSummary:
        """Downloads the files of a miner into a folder."""
        folder = os.path.abspath(os.fspath(to))
        paths = await self._transport.run(lambda: _prepare_folder(folder))
        naming = await self._naming(source)
        lock = self._transport.lock()
        run = _Run(self._connection.options, select, on_file)

        async def download_one(file: RemoteFile) -> DownloadedFile:
            # Neither makes a folder for it, nor takes the path of another key with the same text.
            if is_unsignable(file):
                return DownloadedFile(file, "failed", error=unsignable())
            name = naming(file)
            try:
                async with lock:
                    path = await self._transport.run(lambda: paths.allocate(name))
            except S3AuthError as failure:
                return DownloadedFile(file, "failed", error=failure)
            except OSError as failure:
                return DownloadedFile(file, "failed", error=unwritable(os.path.join(folder, name), failure))
            try:
                return await self._download_to(file, path)
            except S3AuthError as failure:
                return DownloadedFile(file, "failed", error=failure)
            finally:
                paths.release(path)

        files = run.wanted(self._listings.list_files(miner, source, prefix))
        async with closing(self._transport.as_completed(download_one, files, self._connection.options.parallel)) as results:
            async for result in results:
                run.record(result)
        if run.end is not None:
            run.end.summary = run.summary
            raise run.end
        return run.summary

    async def download_file(self, file: RemoteFile, path: "Union[str, os.PathLike[str]]") -> DownloadedFile:
        """Downloads one file to a path."""
        _require_file(file)
        target = os.path.abspath(os.fspath(path))
        try:
            await self._transport.run(lambda: _prepare_parent(target))
        except OSError as failure:
            raise unwritable(target, failure) from failure
        return await self._download_to(file, target)

    async def read(self, file: RemoteFile, start: int, end: Optional[int]) -> bytes:
        """Returns bytes of a file."""
        _require_file(file)
        if start < 0 or (end is not None and end < 0):
            raise ValueError("start and end must not be negative.")
        stop = file.size if end is None else min(end, file.size)
        if start >= stop:
            return b""
        current, arrived = RenewableFile(file, self._renewals), start
        blocks: List[bytes] = []
        is_whole, is_plain, md5 = (start, stop) == (0, file.size), True, hashlib.md5(usedforsecurity=False)

        async def fetch(one: RemoteFile) -> None:
            nonlocal arrived, is_plain
            async with self._send(one, arrived, stop, is_any_version=False) as answer:
                _verify_range(answer, one, arrived, stop)
                is_plain = is_plain and not is_encrypted(answer.headers)
                async with closing(answer.blocks()) as arriving:
                    async for block in arriving:
                        if len(block) > stop - arrived:
                            raise ChangedFileError("The store sent more than the requested bytes.")
                        blocks.append(block)
                        arrived += len(block)
            if arrived < stop:
                raise StoreTransportError(f"The answer of the store ended {stop - arrived} bytes early.")

        await self._connection.retries.run(lambda: current.use(fetch))
        content = b"".join(blocks)
        if is_whole:
            await self._transport.run(lambda: md5.update(content))
            _verify_md5(file, md5.hexdigest(), is_plain)
        return content

    # Returns the function that names a file: its path in the miner's folder, below the name of its source if there can be several.
    async def _naming(self, source: Optional[str]) -> Callable[[RemoteFile], str]:
        template = await self._connection.template()
        segments = template.segments
        has_several = len(template.sources) > 1 and source is None and "{source}" in template.template
        place = next((index for index, segment in enumerate(template.template.split("/")) if "{source}" in segment), 0)

        def name_of(file: RemoteFile) -> str:
            # Escapes the whole key and then removes the folder, so that a part of a segment never becomes a segment of its own.
            parts = local_name(file.key_bytes).split("/")
            path = "/".join(parts[segments:])
            if not has_several or file.source is None:
                return path
            is_safe = file.source in template.sources and local_name(file.source.encode("utf-8")) == file.source
            return f"{file.source if is_safe else parts[place]}/{path}"

        return name_of

    async def _download_to(self, file: RemoteFile, path: str) -> DownloadedFile:
        if await self._transport.run(lambda: _is_downloaded(file, path)):
            return DownloadedFile(file, "unchanged", path)
        current, changes = RenewableFile(file, self._renewals), 0

        async def attempt() -> RemoteFile:
            nonlocal changes
            while True:
                try:
                    return await current.use(lambda _: self._fetch(current, path))
                except ChangedFileError:
                    changes += 1
                    if changes > MAX_CHANGES:
                        raise
                    # The URL returns the current version of the file, so no request to the server is needed.
                    current.is_replaced = True

        return DownloadedFile(await self._connection.retries.run(attempt), "downloaded", path)

    async def _fetch(self, current: RenewableFile, path: str) -> RemoteFile:
        if not current.is_replaced:
            return await self._fetch_version(current.file, path, None)
        async with self._send(current.file, 0, None, is_any_version=True) as answer:
            current.file, current.is_replaced = _version_of(answer.headers, current.file), False
            return await self._fetch_version(current.file, path, answer)

    async def _fetch_version(self, file: RemoteFile, path: str, begun: Optional[Answer]) -> RemoteFile:
        async with self._parts_lock:
            part = await self._run_local(path, lambda: self._parts.begin(file, path))
        is_over = True
        try:
            writer = await self._transport.run(lambda: PartWriter(part, file.size, is_new=begun is not None))
            try:
                stored_at = await self._fill(writer, file, begun)
                await self._transport.run(lambda: writer.move_to(path, stored_at))
            finally:
                writer.close()
            return file
        except ChangedFileError:
            delete_part(part)
            raise
        except BaseException:
            # No later download can continue an empty part.
            is_over = is_empty_part(part)
            if is_over:
                delete_part(part)
            raise
        finally:
            if is_over:
                self._parts.end(file, part)

    # Returns the time of modification for the local file; None if it is not known, or if another version can have the same time.
    async def _fill(self, writer: PartWriter, file: RemoteFile, begun: Optional[Answer]) -> Optional[float]:
        headers: Mapping[str, str] = {}
        if begun is not None:
            headers = begun.headers
            await self._copy(writer, file, begun)
        elif writer.size < file.size:
            async with self._send(file, writer.size, None, is_any_version=False) as answer:
                headers = answer.headers
                await self._copy(writer, file, answer)
        if writer.size != file.size:
            raise StoreTransportError(f"The download of {file.size} bytes ended after {writer.size} bytes.")
        _verify_md5(file, writer.md5.hexdigest(), not is_encrypted(headers))
        answered, stored_at = _date_of(headers.get("Date")), file.last_modified.timestamp()
        return stored_at if answered is not None and stored_at > 0 and answered - stored_at >= UNIQUE_TIME_SECONDS else None

    async def _copy(self, writer: PartWriter, file: RemoteFile, answer: Answer) -> None:
        _verify_range(answer, file, writer.size, file.size)
        async with closing(_large_blocks(answer.blocks())) as blocks:
            async for block in blocks:
                if writer.size + len(block) > file.size:
                    raise ChangedFileError(f"The store sent more than the listed {file.size} bytes.")
                await self._transport.run(lambda: writer.write(block))

    def _send(self, file: RemoteFile, start: int, end: Optional[int], is_any_version: bool) -> AsyncContextManager[Answer]:
        return _Sent(self._connection, file, start, end, is_any_version)

    async def _run_local(self, path: str, function: "Callable[[], str]") -> str:
        try:
            return await self._transport.run(function)
        except OSError as failure:
            raise unwritable(path, failure) from failure


class _Sent:
    """A request for bytes of a file, from ``start`` to ``end`` (exclusive; ``None`` for the end of the file)."""

    def __init__(self, connection: Connection, file: RemoteFile, start: int, end: Optional[int], is_any_version: bool) -> None:
        headers = {}
        if start > 0 or (end is not None and end < file.size):
            headers["Range"] = f"bytes={start}-{'' if end is None else end - 1}"
        if not is_any_version:
            headers["If-Match"] = f'"{file.etag}"'
        self._context = connection.store.send("GET", file.url or "", headers)

    async def __aenter__(self) -> Answer:
        try:
            return await self._context.__aenter__()
        except StoreError as failure:
            if is_replaced_file(failure):
                raise ChangedFileError("The file was replaced after it was listed.") from None
            raise

    async def __aexit__(self, *failure: Any) -> Optional[bool]:
        return await self._context.__aexit__(*failure)


class _Run:
    """The results of a download of many files."""

    def __init__(
        self,
        options: ClientOptions,
        select: Optional[Callable[[RemoteFile], bool]],
        on_file: Optional[Callable[[DownloadedFile], None]],
    ) -> None:
        self.summary = DownloadSummary()
        self.end: Optional[S3AuthError] = None
        """The failure that ends the run, because all further files would have it too."""
        self._failures = RunFailures(options)
        self._select = select
        self._on_file = on_file

    async def wanted(self, files: AsyncIterator[RemoteFile]) -> AsyncIterator[RemoteFile]:
        """Yields the selected files until the run ends. If the listing fails, the files that were listed before are still downloaded."""
        async with closing(files):
            try:
                async for file in files:
                    if self.end is not None:
                        return
                    if self._select is None or self._select(file):
                        yield file
            except S3AuthError as failure:
                self.end = self.end or failure

    def record(self, result: DownloadedFile) -> None:
        """Adds a result to the summary."""
        by_status = {"downloaded": self.summary.downloaded, "unchanged": self.summary.unchanged}
        by_status.get(result.status, self.summary.failed).append(result)
        if result.error is not None and (isinstance(result.error, FullDiskError) or self._failures.ends_run(result.error)):
            self.end = self.end or result.error
        elif result.status == "downloaded":
            self._failures.succeeded()
        if self._on_file is not None:
            self._on_file(result)


# Joins small blocks, which httpx yields, because each write is a call in another thread.
async def _large_blocks(blocks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    gathered = bytearray()
    async with closing(blocks):
        try:
            async for block in blocks:
                if not gathered and len(block) >= BLOCK_BYTES:
                    yield block
                    continue
                gathered += block
                if len(gathered) >= BLOCK_BYTES:
                    yield bytes(gathered)
                    gathered.clear()
        except TransportError:
            # The next attempt continues after these bytes.
            if gathered:
                yield bytes(gathered)
            raise
    if gathered:
        yield bytes(gathered)


def _verify_range(answer: Answer, file: RemoteFile, start: int, end: int) -> None:
    etag = etag_of(answer.headers)
    if etag is not None and etag != file.etag:
        raise ChangedFileError("The file was replaced after it was listed.")
    if (start, end) == (0, file.size):
        if answer.status == 200:
            return
    elif answer.status == 206:
        match = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if match and [int(one) for one in match.groups()] == [start, end - 1, file.size]:
            return
    raise ChangedFileError("The store sent a different range than requested.")


def _verify_md5(file: RemoteFile, md5: str, is_plain: bool) -> None:
    if is_plain and md5_of(file.etag) not in (None, md5):
        raise ChangedFileError("The MD5 of the downloaded bytes differs from that of the listed file. Download it again.")


# Returns the current version of the file, from the headers of an answer; the listed version if the headers do not identify it.
def _version_of(headers: Mapping[str, str], file: RemoteFile) -> RemoteFile:
    size, etag, modified = headers.get("Content-Length", ""), etag_of(headers), _date_of(headers.get("Last-Modified"))
    if not re.fullmatch("[0-9]{1,18}", size) or etag is None:
        return file
    try:
        last_modified = file.last_modified if modified is None else file.last_modified.fromtimestamp(modified, file.last_modified.tzinfo)
    except (ValueError, OverflowError, OSError):
        last_modified = file.last_modified
    return replace(file, size=int(size), etag=etag, last_modified=last_modified)


def _date_of(text: Optional[str]) -> Optional[float]:
    try:
        return email.utils.parsedate_to_datetime(text or "").timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


# A download gives the local file the time of the object. So this also works if the ETag is not an MD5.
def _is_downloaded(file: RemoteFile, path: str) -> bool:
    try:
        local = os.stat(path)
        if not stat.S_ISREG(local.st_mode) or local.st_size != file.size:
            return False
        if local.st_mtime_ns == round(file.last_modified.timestamp() * 1_000_000) * 1000:
            return True
        md5 = md5_of(file.etag)
        return md5 is not None and _md5_of_file(path) == md5
    except OSError:
        return False


def _md5_of_file(path: str) -> str:
    md5 = hashlib.md5(usedforsecurity=False)
    with open(path, "rb", buffering=0) as content:
        while True:
            block = content.read(BLOCK_BYTES)
            if not block:
                return md5.hexdigest()
            md5.update(block)


def _require_file(file: object) -> None:
    if not isinstance(file, RemoteFile):
        raise TypeError(f"file must be a RemoteFile, as list_files returns it, not {type(file).__name__}.")


def _prepare_folder(folder: str) -> LocalPaths:
    if os.path.isfile(folder):
        raise UnwritableFileError(f"{folder} is a file. Pass a folder.")
    try:
        os.makedirs(folder, exist_ok=True)
        return LocalPaths(folder, probe_folding(folder))
    except OSError as failure:
        raise unwritable(folder, failure) from failure


def _prepare_parent(path: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.isdir(path):
        raise UnwritableFileError(f"{path} is a folder. Pass the path of the file.")
