"""Signed requests to the server, and the errors in its answers."""

from __future__ import annotations

import email.utils
import json
import re
import time
from typing import Any, Callable, Dict, Mapping, Optional
from urllib.parse import urlsplit

from ..errors import InvalidAnswerError, RefusedError
from ..options import ClientOptions
from .quota import QuotaStatus, read_quota
from .retries import Retries
from .signing import Keypair, audience_of, tao_headers
from .store import is_http_url
from .transport import Answer, Body, Request, Transport

# Validators of a large subnet get tens of megabytes of URLs.
MAX_ANSWER_BYTES = 512 * 1024 * 1024
MAX_REFUSAL_BYTES = 64 * 1024

MAX_SKEW_SECONDS = 24 * 3600
"""The largest accepted difference between the clocks. A proof with a time in the future stays valid until then, and a hostile server must
not get a proof that is valid for months."""

# Ten digits are enough until the year 2286.
_SERVER_TIME = re.compile(r"server's time is ([0-9]{10})(?![0-9])")


class Server:
    """One S3Auth server, called by one hotkey.

    Signs each attempt of a POST anew, because a proof can be used once. If the server refuses this machine's time, signs with the server's
    time from then on.
    """

    def __init__(
        self, url: str, hotkey: Keypair, transport: Transport, options: ClientOptions, clock: Callable[[], float] = time.time
    ) -> None:
        try:
            parts = urlsplit(url if isinstance(url, str) else "")
            is_valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            raise ValueError("url is not valid. Check its host and its port, which is at most 65535.") from None
        if not is_valid or parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("url must be the server's URL with http:// or https://, such as https://s3-auth.example.com, without a query.")
        self.url = url.rstrip("/")
        self.quota: Optional[QuotaStatus] = None
        """The remaining daily quota, from the last answer that had it."""
        self._audience = audience_of(url)
        self._hotkey = hotkey
        self._transport = transport
        self._options = options
        self._clock = clock
        self._retries = Retries(transport, options)
        self._skew = 0.0

    async def post(self, path: str, members: Mapping[str, Any]) -> Any:
        """Sends a signed request and returns the JSON of its answer.

        Raises :class:`RefusedError`, :class:`UnreachableError` or :class:`InvalidAnswerError`.
        """
        content = {name: value for name, value in members.items() if value is not None}
        content["audience"] = self._audience
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        return await self._retries.run(lambda: self._post_once(path, body))

    async def get(self, path: str) -> Any:
        """Sends a request without a proof and returns the JSON of its answer, whatever its status."""
        return await self._retries.run(lambda: self._send("GET", path, None, {}))

    async def _post_once(self, path: str, body: bytes) -> Any:
        try:
            return await self._post_signed(path, body)
        except _WrongClock as refusal:
            skew = refusal.server_time - self._clock()
            if abs(skew) > MAX_SKEW_SECONDS:
                raise refusal.error from None
            self._skew = skew
        try:
            return await self._post_signed(path, body)
        except _WrongClock as refusal:
            raise refusal.error from None

    async def _post_signed(self, path: str, body: bytes) -> Any:
        now = int((self._clock() + self._skew) * 1000)
        hotkey = self._hotkey
        headers = await self._transport.run(lambda: tao_headers(hotkey, body, now))
        headers["Content-Type"] = "application/json"
        return await self._send("POST", path, Body([body]), headers)

    async def _send(self, method: str, path: str, body: Optional[Body], headers: Dict[str, str]) -> Any:
        headers["Accept"] = "application/json, application/problem+json"
        request = Request(method, f"{self.url}/{path.lstrip('/')}", headers, body, self._options.answer_timeout)
        async with self._transport.send(request) as answer:
            self.quota = read_quota(answer.headers, self._clock()) or self.quota
            media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if 200 <= answer.status < 300 or (method == "GET" and media_type == "application/json"):
                return _parse(await _read(answer, MAX_ANSWER_BYTES))
            if 300 <= answer.status < 400:
                raise InvalidAnswerError(
                    f"The server redirects{_target(answer)}. Pass that address: the client follows no redirects."
                )
            error = _refusal(answer, media_type, await _read(answer, MAX_REFUSAL_BYTES))
            if error.code == "not_found":
                detail = f"This URL has no endpoint {path}. Pass the server's address without a further path, or update the server."
                raise RefusedError(error.code, detail, answer.status, error.request_id)
            if answer.status == 400 and error.code in ("timestamp_expired", "timestamp_in_future"):
                raise _WrongClock(error, _server_time(error.detail, answer.headers.get("Date")))
            raise error


class _WrongClock(Exception):
    """The server refused this machine's time."""

    def __init__(self, error: RefusedError, server_time: float) -> None:
        super().__init__(str(error))
        self.error = error
        self.server_time = server_time
        """Unix seconds; 0, which is too far away to be followed, if the server did not say its time."""


async def _read(answer: Answer, max_bytes: int) -> bytes:
    content = bytearray()
    async for block in answer.blocks():
        content += block
        if len(content) > max_bytes:
            raise InvalidAnswerError(f"The server's answer has more than {max_bytes} bytes.")
    return bytes(content)


def _parse(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise InvalidAnswerError("The answer is not JSON. Check that the URL belongs to an S3Auth server.") from None


def _refusal(answer: Answer, media_type: str, content: bytes) -> RefusedError:
    problem: Any = None
    if media_type == "application/problem+json":
        try:
            problem = json.loads(content)
        except (ValueError, RecursionError):
            pass
    if not isinstance(problem, dict):
        problem = {}
    errors = problem.get("errors")
    return RefusedError(
        _text(problem.get("code")) or "unknown",
        _text(problem.get("detail")) or f"Status {answer.status}, without a reason. Check that the URL belongs to an S3Auth server.",
        answer.status,
        _text(problem.get("request_id")) or answer.headers.get("X-Request-ID"),
        errors if isinstance(errors, dict) else None,
        _retry_after(answer.headers.get("Retry-After")),
    )


def _text(value: Any) -> Optional[str]:
    return value if isinstance(value, str) and value else None


# Names no address that is not a URL: it could contain anything.
def _target(answer: Answer) -> str:
    location = answer.headers.get("Location", "")
    if not is_http_url(location):
        return ""
    target = urlsplit(location)
    return f" to {target.scheme}://{target.hostname}"


def _retry_after(value: Optional[str]) -> Optional[float]:
    return float(value) if value is not None and re.fullmatch("[0-9]{1,9}", value) else None


# Prefers the time in the detail, because it is the clock that judged the request. The Date header may be a proxy's.
def _server_time(detail: str, date: Optional[str]) -> float:
    named = _SERVER_TIME.search(detail)
    if named:
        return float(named.group(1))
    try:
        return email.utils.parsedate_to_datetime(date or "").timestamp()
    except (TypeError, ValueError, OverflowError):
        return 0.0
