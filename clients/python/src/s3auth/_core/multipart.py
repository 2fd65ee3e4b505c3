"""Uploads large files in parts, several at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import AsyncIterator, Dict, List, Mapping, Optional, Sequence

from .. import models
from ..errors import InvalidAnswerError, RefusedError, StoreError, UnreachableError
from .connection import Connection
from .local_files import FileToUpload, hash_range
from .multipart_etags import etag_of_parts
from .retries import is_refused_grant
from .sender import MIN_REPLACEMENT_SECONDS, MIN_USE_SECONDS, Clock, Sender, Sent, Target, now
from .store import lifetime, md5_of
from .stored_files import StoredFiles
from .transport import changed, closing
from .upload_rules import UploadRules

MAX_PARTS = 10_000
"""S3's limit."""

SIGNED_AT_ONCE = 32
"""The number of parts whose URLs one request returns."""

# A completion that names more parts could exceed the size of a request. The server then takes the parts that the store has.
_MAX_NAMED_PARTS = 5000

UPLOAD_NOT_FOUND = "upload_not_found"
FILE_EXISTS = "file_exists"


@dataclass(frozen=True)
class StoredUpload:
    """A file that was uploaded in parts."""

    key: str
    etag: Optional[str]


class MultipartUploads:
    """Uploads files in parts.

    Resumes an unfinished upload: sends only the parts that are missing or differ. Needs no local state, because the store lists the parts.
    """

    def __init__(
        self, connection: Connection, sender: Sender, stored: StoredFiles, rules: UploadRules, overwrite: bool, clock: Clock = now
    ) -> None:
        self._connection = connection
        self._sender = sender
        self._stored = stored
        self._rules = rules
        self._overwrite = overwrite
        self._clock = clock

    async def upload(self, file: FileToUpload) -> StoredUpload:
        """Uploads one file. Retries its parts."""
        etags: Dict[int, str] = {}
        while True:
            known = len(etags)
            try:
                return await self._upload(file, etags)
            except RefusedError as refused:
                # The id of an upload expires, but the store keeps the parts.
                if refused.code != UPLOAD_NOT_FOUND or len(etags) == known:
                    raise

    async def _upload(self, file: FileToUpload, etags: Dict[int, str]) -> StoredUpload:
        created = await self._connection.endpoints.create_multipart_upload(
            {
                "coldkey": self._connection.coldkey,
                "path": file.path,
                "size": file.size,
                "source": self._rules.source,
                "job_id": self._rules.job_id,
                "overwrite": self._overwrite,
                "resume": True,
            }
        )
        # The number of parts decides how much memory this client uses, so it must fit the size of the file.
        part_size, part_count = created["part_size"], created["part_count"]
        if part_size < 1 or part_count > MAX_PARTS or part_count != (file.size - 1) // part_size + 1:
            raise InvalidAnswerError(f"The parts in the server's answer do not add up to the size of {file.path}.")
        upload = _Upload(self._connection, file, created, self._clock)
        stored = await self._stored_parts(upload) if created["resumed"] else {}
        await self._send_parts(upload, stored, etags)
        if file.has_changed():
            # The parts may be of two versions. The next upload sends those that differ.
            raise changed(file.name)
        return await self._complete(upload, etags)

    async def _stored_parts(self, upload: "_Upload") -> Dict[int, models.StoredPart]:
        answer = await self._connection.endpoints.list_upload_parts(
            {"coldkey": self._connection.coldkey, "s3_key": upload.key, "upload_id": upload.id}
        )
        return {part["part_number"]: part for part in answer["parts"]}

    async def _send_parts(self, upload: "_Upload", stored: Mapping[int, models.StoredPart], etags: Dict[int, str]) -> None:
        numbers = list(range(1, upload.part_count + 1))
        urls = _PartUrls(upload, [number for number in numbers if number not in stored])

        async def store(number: int) -> None:
            part = stored.get(number)
            if part is not None and await self._is_same(upload, number, part):
                etags[number] = part["etag"].strip('"')
                return
            sent = await self._connection.retries.run(lambda: self._send_part(upload, number, urls))
            if sent.etag is not None:
                etags[number] = sent.etag

        transport, parallel = self._connection.transport, self._connection.options.parallel
        async with closing(transport.as_completed(store, _each(numbers), parallel)) as results:
            async for _ in results:
                pass

    # If the ETag of a part is not an MD5, only its size can be compared.
    async def _is_same(self, upload: "_Upload", number: int, part: models.StoredPart) -> bool:
        start, size = upload.range_of(number)
        if part["size"] != size:
            return False
        md5 = md5_of(part["etag"].strip('"'))
        return md5 is None or md5 == (await hash_range(self._connection.transport, upload.file, "md5", start, size)).hex()

    async def _send_part(self, upload: "_Upload", number: int, urls: "_PartUrls") -> Sent:
        url = await urls.get(number, None)
        while True:
            try:
                start, size = upload.range_of(number)
                return await self._sender.send(upload.file, Target(url.url), start, size)
            except StoreError as failure:
                fresh = await urls.get(number, url) if is_refused_grant(failure) else url
                if fresh is url:
                    raise
                url = fresh

    async def _complete(self, upload: "_Upload", etags: Mapping[int, str]) -> StoredUpload:
        known = [etags[number] for number in range(1, upload.part_count + 1) if number in etags]
        is_known = len(known) == upload.part_count
        parts: Optional[List[models.SentPart]] = None
        if is_known and len(known) <= _MAX_NAMED_PARTS:
            parts = [{"part_number": number + 1, "etag": etag} for number, etag in enumerate(known)]
        try:
            completed = await self._connection.endpoints.complete_multipart_upload(
                {"coldkey": self._connection.coldkey, "s3_key": upload.key, "upload_id": upload.id, "parts": parts}
            )
            return StoredUpload(upload.key, completed["etag"].strip('"'))
        except (RefusedError, UnreachableError) as failure:
            if isinstance(failure, RefusedError) and failure.code not in (UPLOAD_NOT_FOUND, FILE_EXISTS):
                raise
            # An earlier attempt may have succeeded although its answer was lost. The size is not enough: an older file can have the same.
            etag = etag_of_parts(known) if is_known else None
            if etag is None or await self._stored.etag_of(upload.key, upload.file.size, self._rules.source) != etag:
                raise
            return StoredUpload(upload.key, etag)


class _Upload:
    """One multipart upload."""

    def __init__(self, connection: Connection, file: FileToUpload, created: models.CreatedUpload, clock: Clock) -> None:
        self.connection = connection
        self.file = file
        self.key = created["s3_key"]
        self.id = created["upload_id"]
        self.part_count = created["part_count"]
        self.clock = clock
        self._part_size = created["part_size"]

    def range_of(self, number: int) -> "tuple[int, int]":
        """Returns the start and the size of a part."""
        start = (number - 1) * self._part_size
        return start, min(self._part_size, self.file.size - start)


@dataclass(frozen=True)
class _PartUrl:
    url: str = field(repr=False)
    signed_at: float
    renew_at: float


class _PartUrls:
    """The URLs of the parts of one upload. Requests the URLs of the next parts when needed, and renews expired ones."""

    def __init__(self, upload: _Upload, missing: Sequence[int]) -> None:
        self._upload = upload
        self._missing = missing
        self._lock = upload.connection.transport.lock()
        self._urls: Dict[int, _PartUrl] = {}

    async def get(self, number: int, spent: Optional[_PartUrl]) -> _PartUrl:
        """Returns the URL of a part. Replaces a URL that the store refused (``spent``), unless it is less than a minute old."""
        async with self._lock:
            known, now = self._urls.get(number), self._upload.clock()
            is_spent = known is not None and known is spent and now >= known.signed_at + MIN_REPLACEMENT_SECONDS
            if known is None or now >= known.renew_at or is_spent:
                await self._sign(number, now)
            if number not in self._urls:
                raise InvalidAnswerError(f"The server's answer lacks the URL of part {number}.")
            return self._urls[number]

    async def _sign(self, number: int, now: float) -> None:
        wanted = [number, *[other for other in self._missing if other > number][: SIGNED_AT_ONCE - 1]]
        connection = self._upload.connection
        answer = await connection.endpoints.sign_upload_parts(
            {"coldkey": connection.coldkey, "s3_key": self._upload.key, "upload_id": self._upload.id, "part_numbers": wanted}
        )
        # A part must begin before the URL expires, and this machine's clock may run fast. The URLs of one answer are used at least for a
        # minute, because those of the next may end as soon.
        renew_at = now + max(lifetime(answer["expires_in_seconds"]) * 0.75, MIN_USE_SECONDS)
        for part in answer["parts"]:
            if part["part_number"] in wanted:
                self._urls[part["part_number"]] = _PartUrl(part["url"], now, renew_at)


async def _each(numbers: Sequence[int]) -> AsyncIterator[int]:
    for number in numbers:
        yield number
