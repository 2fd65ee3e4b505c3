"""The parts of an S3 POST form around the file (multipart/form-data, RFC 7578)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Mapping

from ..errors import InvalidAnswerError


@dataclass(frozen=True)
class UploadForm:
    """The bytes before and after the file, and the content type of the request."""

    content_type: str
    head: bytes = field(repr=False)
    tail: bytes = field(repr=False)

    @classmethod
    def of(cls, fields: Mapping[str, str], key: str) -> "UploadForm":
        """Returns the form with the granted fields and the key of the file."""
        boundary = secrets.token_hex(16)
        parts = []
        for name, value in {**fields, "key": key}.items():
            if any(character in name for character in '"\r\n'):
                raise InvalidAnswerError("The server granted an upload form with an invalid field name.")
            parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n')
        # The local file name stays private; the key names the object.
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        return cls(
            f"multipart/form-data; boundary={boundary}", "".join(parts).encode("utf-8"), f"\r\n--{boundary}--\r\n".encode("ascii")
        )
