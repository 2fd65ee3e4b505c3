"""Requests to the object store, and the errors in its answers."""

from __future__ import annotations

import contextlib
import re
import xml.parsers.expat
from dataclasses import replace
from typing import AsyncContextManager, AsyncIterator, Dict, List, Mapping, Optional, Tuple
from urllib.parse import urljoin, urlsplit

from ..errors import StoreError
from ..options import ClientOptions
from .transport import Answer, Body, Request, StoreTransportError, Transport, TransportError

MAX_ERROR_BYTES = 64 * 1024
MAX_REDIRECTS = 5
MAX_LIFETIME_SECONDS = 7 * 24 * 3600

_VISIBLE = re.compile(r"[!-~]+")
_MD5 = re.compile(r"[0-9a-fA-F]{32}")


class Store:
    """Sends requests to the object store. A presigned URL or a form authorizes each of them; no proof of the hotkey goes to the store."""

    def __init__(self, transport: Transport, options: ClientOptions) -> None:
        self._transport = transport
        self._options = options

    def send(
        self,
        method: str,
        url: str,
        headers: Optional[Mapping[str, str]] = None,
        body: Optional[Body] = None,
        follow_redirects: bool = False,
    ) -> AsyncContextManager[Answer]:
        """Sends a request and opens its answer.

        Raises :class:`StoreError` if the answer has another status than 2xx, and :class:`TransportError`.
        """
        return self._send(Request(method, url, headers or {}, body, self._options.stall_timeout), MAX_REDIRECTS if follow_redirects else 0)

    @contextlib.asynccontextmanager
    async def _send(self, request: Request, redirects: int) -> AsyncIterator[Answer]:
        try:
            for left in range(redirects, -1, -1):
                async with self._transport.send(request) as answer:
                    target = _redirect_of(request.url, answer) if left else None
                    if target is None:
                        if not 200 <= answer.status < 300:
                            raise await _read_error(answer)
                        yield answer
                        return
                request = replace(request, url=target)
        except TransportError as failure:
            raise StoreTransportError(str(failure), is_transient=failure.is_transient) from None


# The libraries would read the whole body of each redirect, and send credentials from .netrc to where it leads.
def _redirect_of(url: str, answer: Answer) -> Optional[str]:
    if answer.status not in (301, 302, 303, 307, 308):
        return None
    try:
        target = urljoin(url, answer.headers.get("Location", ""))
    except ValueError:
        return None
    is_downgrade = url.startswith("https:") and not target.startswith("https:")
    return target if is_http_url(target) and not is_downgrade else None


def is_http_url(text: object) -> bool:
    """Whether a value of an answer can be a presigned URL: http or https, with a host, and without a user."""
    if not isinstance(text, str) or not _VISIBLE.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return False


def is_etag(text: object) -> bool:
    """Whether a text can be an ETag. It is sent in a header, so it must not contain line breaks or quotes."""
    return text == "" or (isinstance(text, str) and _VISIBLE.fullmatch(text) is not None and '"' not in text)


def lifetime(seconds: int) -> int:
    """Returns how long URLs of an answer are valid, in seconds: at most seven days, as S3 allows."""
    return max(0, min(seconds, MAX_LIFETIME_SECONDS))


def md5_of(etag: str) -> Optional[str]:
    """Returns the ETag in lower case if it has the form of an MD5; ``None`` if not, as for an object that was uploaded in parts.

    The ETag of an encrypted object (:func:`is_encrypted`) can have the form without being the MD5.
    """
    return etag.lower() if _MD5.fullmatch(etag) else None


def is_encrypted(headers: Mapping[str, str]) -> bool:
    """Whether the store encrypted the object with a managed key, so that its ETag is not an MD5."""
    return (
        headers.get("x-amz-server-side-encryption", "").startswith("aws:kms")
        or headers.get("x-amz-server-side-encryption-customer-algorithm") is not None
    )


def etag_of(headers: Mapping[str, str]) -> Optional[str]:
    """Returns the ETag of an answer without quotes; ``None`` if it has none."""
    etag = headers.get("ETag", "").strip()
    return (etag[2:] if etag.startswith("W/") else etag).strip('"') or None


# Stores send <Error><Code>…</Code><Message>…</Message></Error>. A proxy may send anything.
async def _read_error(answer: Answer) -> StoreError:
    content = bytearray()
    try:
        async for block in answer.blocks():
            content += block[: MAX_ERROR_BYTES + 1 - len(content)]
            if len(content) > MAX_ERROR_BYTES:
                break
    except TransportError:
        pass
    code, text = _parse_error(bytes(content)) if len(content) <= MAX_ERROR_BYTES else ("", "")
    said = f"The store answered {answer.status}{' ' + code if code else ''}"
    return StoreError(answer.status, code, f"{said}: {text}" if text else f"{said}.")


def _parse_error(content: bytes) -> Tuple[str, str]:
    found: Dict[str, str] = {}
    open_elements: List[str] = []

    def text(part: str) -> None:
        if open_elements and open_elements[-1] in ("Code", "Message"):
            found[open_elements[-1]] = found.get(open_elements[-1], "") + part

    # An entity can expand to gigabytes, and no store sends one.
    def refuse(*_: object) -> None:
        raise ValueError

    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = lambda name, _: open_elements.append(name)
    parser.EndElementHandler = lambda _: open_elements.pop()
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except (xml.parsers.expat.ExpatError, ValueError, LookupError):
        return "", ""
    return _one_line(found.get("Code", ""), 64), _one_line(found.get("Message", ""), 300)


# The text is shown in a terminal.
def _one_line(text: str, max_length: int) -> str:
    return "".join(character if character.isprintable() else " " for character in text[:max_length]).strip()
