"""Sends files and parts of files to the store, and compares what the store received."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import Callable, Mapping, Optional

from .. import models
from ..errors import InvalidAnswerError
from .connection import Connection
from .forms import UploadForm
from .local_files import FileToUpload
from .store import MAX_ERROR_BYTES, etag_of, is_encrypted, is_http_url, lifetime, md5_of
from .transport import Body, StoreTransportError

MIN_REPLACEMENT_SECONDS = 60.0
"""How long a refused grant is not replaced. If the store refuses a new grant, another one does not help and costs quota."""

# A grant is used at least this long after its request, so that some uploads start between two requests, whatever the server says.
MIN_USE_SECONDS = 5.0

# A grant must be valid when an upload starts, not until it ends, and this machine's clock may run fast.
_MAX_MARGIN_SECONDS = 300.0

Clock = Callable[[], float]


def renew_at(asked_at: float, seconds: int) -> float:
    """Returns when to replace a grant. Uses its duration, not the time of its end, because this machine's clock may be wrong."""
    life = lifetime(seconds)
    return asked_at + max(life - min(_MAX_MARGIN_SECONDS, life / 4), MIN_USE_SECONDS)


@dataclass(frozen=True)
class Target:
    """Where and how to send a file or a part: by PUT, or by POST with a form."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Optional[UploadForm] = field(default=None, repr=False)
    verifies_content: bool = False
    """Whether the store verifies the SHA-256 in the grant. Otherwise the client compares the MD5 with the ETag."""

    @classmethod
    def of_form(cls, url: str, fields: Mapping[str, str], key: str) -> "Target":
        """Returns the target of a file by a form."""
        form = UploadForm.of(fields, key)
        return cls(url, {"Content-Type": form.content_type}, form)

    @classmethod
    def of_grant(cls, grant: models.FileUploadTarget, verifies_content: bool) -> "Target":
        """Returns the target of a file of a batch."""
        if grant["method"] != "PUT":
            return cls.of_form(grant["url"], grant.get("fields") or {}, grant["s3_key"])
        headers = grant.get("headers") or {}
        # Only S3's headers, so that the server cannot make this client send others, such as Authorization.
        if not all(name.lower().startswith("x-amz-") or name.lower() == "if-none-match" for name in headers):
            raise InvalidAnswerError("The server's answer has headers that uploads must not have. Tell the operator of the server.")
        return cls(grant["url"], headers, verifies_content=verifies_content)


@dataclass(frozen=True)
class Sent:
    """What the store answered to a file or a part."""

    etag: Optional[str]
    """The ETag without quotes; ``None`` if the answer has none."""
    md5: Optional[str]
    """The MD5 of the sent bytes; ``None`` if the ETag of the answer is not an MD5."""


class Sender:
    """Sends files and parts of files to the store. Does not retry."""

    def __init__(self, connection: Connection) -> None:
        self._store = connection.store

    async def send(self, file: FileToUpload, target: Target, start: int = 0, size: Optional[int] = None) -> Sent:
        """Sends a file, or a range of it.

        Raises :class:`StoreError`; :class:`TransportError`, also if the store received other bytes; :class:`ChangedFileError` and
        :class:`UnreadableFileError`.
        """
        if not is_http_url(target.url):
            raise InvalidAnswerError("The server's answer has an upload URL that is not http or https.")
        md5 = None if target.verifies_content else hashlib.new("md5", usedforsecurity=False)
        segments = [file.segment(start, file.size if size is None else size, None if md5 is None else md5.update)]
        if target.form is not None:
            segments = [target.form.head, *segments, target.form.tail]
        method = "PUT" if target.form is None else "POST"
        async with self._store.send(method, target.url, target.headers, Body(segments)) as answer:
            # Reads the body, so that the connection can be used again. No answer to an upload is long.
            received = 0
            async for block in answer.blocks():
                received += len(block)
                if received > MAX_ERROR_BYTES:
                    break
            etag = etag_of(answer.headers)
            stored_md5 = md5_of(etag or "") if not is_encrypted(answer.headers) else None
            if md5 is not None and stored_md5 is not None and stored_md5 != md5.hexdigest():
                raise StoreTransportError(f"The store received different bytes of {file.name} than were sent.")
            return Sent(etag, stored_md5)


def now() -> float:
    """The time of this machine in Unix seconds."""
    return time.time()
