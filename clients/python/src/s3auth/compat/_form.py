"""The upload form of a folder, which uploads any number of files below it."""

from __future__ import annotations

import base64
import datetime
import json
import time
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional

from .._core.connection import Connection
from .._core.local_files import FileToUpload
from .._core.sender import Sender, Target

# A form is renewed this long before it expires, so that the store accepts an upload that begins now.
_MARGIN_SECONDS = 60


@dataclass(frozen=True)
class Form:
    """An S3 POST form. Its signed policy contains its expiry and the accepted sizes."""

    url: str = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)
    ends_at: Optional[float]
    """Unix time; ``None`` if the policy cannot be read."""
    min_bytes: int
    max_bytes: Optional[int]
    """``None`` if the policy has no limit."""

    @staticmethod
    def read(grant: Mapping[str, Any]) -> "Optional[Form]":
        """Reads the form of a server's answer; ``None`` if it has none."""
        url, fields = grant.get("url"), grant.get("fields")
        if not isinstance(url, str) or not isinstance(fields, Mapping) or not fields:
            return None
        policy = _policy(fields)
        sizes = next((one for one in policy.get("conditions", []) if isinstance(one, list) and one[:1] == ["content-length-range"]), None)
        least, most = (sizes[1], sizes[2]) if sizes is not None and len(sizes) == 3 else (0, None)
        return Form(url, fields, _end(policy), least, most)

    @property
    def has_ended(self) -> bool:
        """Whether the form has expired, or expires soon."""
        return self.ends_at is not None and self.ends_at <= time.time() + _MARGIN_SECONDS

    async def post(self, connection: Connection, file: FileToUpload, key: str) -> None:
        """Uploads a file under a key. The file is streamed, not loaded.

        Raises :class:`StoreError`, :class:`UnreachableStoreError`, :class:`ChangedFileError` or :class:`UnreadableFileError`.
        """
        target = Target.of_form(self.url, self.fields, key)
        await connection.retries.run(lambda: Sender(connection).send(file, target))


def _policy(fields: Mapping[str, str]) -> Mapping[str, Any]:
    try:
        policy = json.loads(base64.b64decode(fields.get("policy", "")))
    except (ValueError, RecursionError):
        return {}
    return policy if isinstance(policy, dict) else {}


def _end(policy: Mapping[str, Any]) -> Optional[float]:
    try:
        # Python before 3.11 does not read a Z.
        return datetime.datetime.fromisoformat(str(policy.get("expiration")).replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None
