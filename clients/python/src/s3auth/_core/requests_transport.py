"""The transport of the synchronous client: ``requests``, and threads for concurrency.

The coroutines of this transport block and never suspend, so :func:`run_sync` completes a coroutine of ``_core`` in one step.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import http.cookiejar
import threading
import time
from typing import Any, AsyncContextManager, AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Optional, TypeVar
from urllib.parse import urlsplit

import requests
import requests.adapters
import urllib3

from .transport import BLOCK_BYTES, Answer, BodyReader, Request, TransportError

T = TypeVar("T")
R = TypeVar("R")


def run_sync(coroutine: Awaitable[T]) -> T:
    """Completes a coroutine that never suspends, and returns its result."""
    steps = coroutine.__await__()
    try:
        next(iter(steps))
    except StopIteration as end:
        result: T = end.value
        return result
    raise RuntimeError("A coroutine of the synchronous client suspended.")


def iterate_sync(items: AsyncIterator[T]) -> Iterator[T]:
    """Iterates an asynchronous iterator whose steps never suspend."""
    try:
        while True:
            try:
                item = run_sync(items.__anext__())
            except StopAsyncIteration:
                return
            yield item
    finally:
        close: Optional[Callable[[], Awaitable[None]]] = getattr(items, "aclose", None)
        if close is not None:
            run_sync(close())


class RequestsTransport:
    """Sends requests with ``requests``. Thread-safe."""

    def __init__(self, connections: int = 32, connect_timeout: float = 15.0) -> None:
        self._connect_timeout = connect_timeout
        self._session = requests.Session()
        # Each block of a body passes through Python, so small blocks would limit the speed of uploads.
        adapter = _Adapter(pool_connections=8, pool_maxsize=connections)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        # A no-op, so that requests never sends credentials from .netrc: the store would refuse them beside a presigned URL.
        self._session.auth = _no_auth
        self._session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        self._local = threading.local()

    def send(self, request: Request) -> AsyncContextManager[Answer]:
        return self._send(request)

    @contextlib.asynccontextmanager
    async def _send(self, request: Request) -> AsyncIterator[Answer]:
        stop = self._stop_event()
        body = _StoppableReader(request.body.open(), stop) if request.body is not None else None
        headers = dict(request.headers)
        # The bytes on the wire are the bytes of the file: no compression, whose size no Content-Length tells.
        headers.setdefault("Accept-Encoding", "identity")
        try:
            if body is not None:
                headers["Content-Length"] = str(len(body))
            response = self._session.request(
                request.method,
                request.url,
                headers=headers,
                data=body,
                stream=True,
                allow_redirects=request.follow_redirects,
                timeout=(self._connect_timeout, request.timeout),
            )
        except _Stopped:
            raise
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as failure:
            raise _transport_error(failure, request.url) from None
        finally:
            if body is not None:
                body.close()
        try:
            yield _Answer(response, request.url, stop)
        finally:
            response.close()

    async def sleep(self, seconds: float) -> None:
        stop = self._stop_event()
        if stop is None:
            time.sleep(seconds)
        elif stop.wait(seconds):
            raise _Stopped()

    async def run(self, function: Callable[[], T]) -> T:
        return function()

    async def as_completed(
        self, function: Callable[[T], Awaitable[R]], items: AsyncIterator[T], limit: int
    ) -> AsyncIterator[R]:
        stop = threading.Event()
        outer = self._stop_event()

        def work(item: T) -> R:
            self._local.stop = stop
            return run_sync(function(item))

        with concurrent.futures.ThreadPoolExecutor(max_workers=limit, thread_name_prefix="s3auth") as pool:
            running: "set[concurrent.futures.Future[R]]" = set()
            try:
                has_more = True
                while has_more or running:
                    while has_more and len(running) < limit:
                        try:
                            running.add(pool.submit(work, await items.__anext__()))
                        except StopAsyncIteration:
                            has_more = False
                    if running:
                        done, running = concurrent.futures.wait(
                            running, timeout=None if outer is None else 0.5, return_when=concurrent.futures.FIRST_COMPLETED
                        )
                        for future in done:
                            yield future.result()
                    if outer is not None and outer.is_set():
                        raise _Stopped()
            finally:
                # After an exception or Ctrl-C, ends transfers at their next block instead of waiting for all of them.
                stop.set()
                for future in running:
                    future.cancel()

    def lock(self) -> AsyncContextManager[Any]:
        return _Lock()

    async def close(self) -> None:
        self._session.close()

    def _stop_event(self) -> Optional[threading.Event]:
        stop: Optional[threading.Event] = getattr(self._local, "stop", None)
        return stop


class _Stopped(BaseException):
    """Ends the work of a thread whose result nobody waits for."""


class _Answer:
    def __init__(self, response: requests.Response, url: str, stop: Optional[threading.Event]) -> None:
        self._response = response
        self._url = url
        self._stop = stop

    @property
    def status(self) -> int:
        return int(self._response.status_code)

    @property
    def headers(self) -> Mapping[str, str]:
        headers: Mapping[str, str] = self._response.headers
        return headers

    async def blocks(self) -> AsyncIterator[bytes]:
        expected = self._response.headers.get("Content-Length")
        left = int(expected) if expected is not None and expected.isdigit() else None
        raw = self._response.raw
        while left is None or left > 0:
            if self._stop is not None and self._stop.is_set():
                raise _Stopped()
            try:
                block: bytes = raw.read(BLOCK_BYTES if left is None else min(left, BLOCK_BYTES), decode_content=False)
            except (urllib3.exceptions.HTTPError, OSError) as failure:
                raise _transport_error(failure, self._url) from None
            if not block:
                if left:
                    raise TransportError(f"The connection to {_host(self._url)} broke before the end of the answer.")
                return
            if left is not None:
                left -= len(block)
            yield block


class _StoppableReader:
    """A body that fails when nobody waits for the request any more."""

    def __init__(self, reader: BodyReader, stop: Optional[threading.Event]) -> None:
        self._reader = reader
        self._stop = stop

    def __len__(self) -> int:
        return len(self._reader)

    # requests sends what can be iterated and has a length by its length. http.client then calls read.
    def __iter__(self) -> Iterator[bytes]:
        while True:
            block = self.read(BLOCK_BYTES)
            if not block:
                return
            yield block

    def read(self, size: int = -1) -> bytes:
        if self._stop is not None and self._stop.is_set():
            raise _Stopped()
        return self._reader.read(size)

    def close(self) -> None:
        self._reader.close()


class _Adapter(requests.adapters.HTTPAdapter):  # type: ignore[misc]
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        # urllib3 before 2 does not accept the option.
        if int(urllib3.__version__.split(".")[0]) >= 2:
            options["blocksize"] = BLOCK_BYTES
        super().init_poolmanager(*args, **options)


class _Lock:
    def __init__(self) -> None:
        self._lock = threading.Lock()

    async def __aenter__(self) -> None:
        self._lock.acquire()

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or "an invalid URL"
    except ValueError:
        return "an invalid URL"


# The exceptions of requests and urllib3 contain the whole URL, whose query is a grant. So only their kind is kept.
def _transport_error(failure: Exception, url: str) -> TransportError:
    host = _host(url)
    text = repr(failure)
    if isinstance(failure, requests.exceptions.SSLError) or "CERTIFICATE_VERIFY_FAILED" in text or isinstance(failure, urllib3.exceptions.SSLError):
        return TransportError(f"The TLS connection to {host} failed: its certificate is not trusted or its TLS is not usable.", is_transient=False)
    if isinstance(failure, (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema)):
        return TransportError("The URL is invalid. It must begin with https:// or http://.", is_transient=False)
    if isinstance(failure, requests.exceptions.ProxyError):
        return TransportError(f"The proxy for {host} cannot be used. Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY.")
    if isinstance(failure, (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
        return TransportError(f"{host} did not answer in time.")
    if "NameResolutionError" in text or "gaierror" in text or "Name or service not known" in text:
        return TransportError(f"The host name of {host} cannot be resolved.")
    if "Connection refused" in text:
        return TransportError(f"{host} refused the connection.")
    return TransportError(f"The connection to {host} failed.")
