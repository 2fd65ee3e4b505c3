"""The transport of the synchronous client: ``requests``, and threads for concurrency.

The coroutines of this transport block and never suspend, so :func:`run_sync` completes a coroutine of ``_core`` in one step.
"""

from __future__ import annotations

import contextlib
import http.cookiejar
import os
import queue
import re
import socket
import threading
import time
from typing import (
    Any, AsyncContextManager, AsyncIterator, Awaitable, Callable, Dict, Generator, Generic, Iterator, List, Mapping, Optional, Tuple,
    TypeVar,
)
from urllib.parse import urlsplit

import requests
import requests.adapters
import urllib3

from . import transport_failures as failures
from .log_filter import hide_presigned_urls
from .transport import BLOCK_BYTES, SENT_BLOCK_BYTES, Answer, BodyReader, Request, TransportError, closing

T = TypeVar("T")
R = TypeVar("R")

# Ctrl-C cannot end a wait without a time limit on Windows.
POLL_SECONDS = 0.2

# How long to wait for cancelled transfers. They end at their next block, or in the background if the peer does not answer.
CANCEL_SECONDS = 0.5


def run_sync(coroutine: Awaitable[T]) -> T:
    """Completes a coroutine that never suspends, and returns its result."""
    steps = coroutine.__await__()
    try:
        next(iter(steps))
    except StopIteration as end:
        result: T = end.value
        return result
    raise RuntimeError("A coroutine of the synchronous client suspended.")


def iterate_sync(items: AsyncIterator[T]) -> Generator[T, None, None]:
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

    def __init__(self, connections: int = 32, connect_timeout: float = 15.0, send_timeout: float = 60.0) -> None:
        """
        :param send_timeout: The timeout of sending one block of a body, in seconds.
        """
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._send_timeout = send_timeout
        hide_presigned_urls("urllib3.connectionpool")
        hide_presigned_urls("urllib3.connection")
        self._session = self._open_session()
        self._process = os.getpid()
        self._settings: Dict[Tuple[str, str], Any] = {}
        self._local = threading.local()

    def send(self, request: Request) -> AsyncContextManager[Answer]:
        return self._send(request)

    @contextlib.asynccontextmanager
    async def _send(self, request: Request) -> AsyncIterator[Answer]:
        stop = self._stop_event()
        body = _StoppableReader(request.body.open(), stop) if request.body is not None else None
        headers = dict(request.headers)
        # No compression, so that Content-Length is the size of the file.
        headers.setdefault("Accept-Encoding", "identity")
        error: Optional[TransportError] = None
        try:
            if body is not None:
                headers["Content-Length"] = str(len(body))
            response = self._request(request, headers, body)
        except _Stopped:
            raise
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as failure:
            error = _transport_error(failure, request.url)
        finally:
            if body is not None:
                body.close()
        # Outside of the handler, so that the exception of requests, which contains the URL and the headers, is not its context.
        if error is not None:
            raise error
        try:
            yield _Answer(response, request.url, stop)
        finally:
            response.close()

    def _request(self, request: Request, headers: Mapping[str, str], body: Optional[_StoppableReader]) -> requests.Response:
        session, timeout = self._own_session(), (self._connect_timeout, request.timeout)
        prepared = session.prepare_request(requests.Request(request.method, request.url, headers=headers, data=body))
        # Session.request would look for proxies in the environment twice for each request, which takes as long as all the rest. And it
        # would read the whole body of a redirect, however long it is.
        parts = urlsplit(request.url)
        settings = self._settings.get((parts.scheme, parts.netloc))
        if settings is None:
            settings = session.merge_environment_settings(request.url, {}, True, None, None)
            self._settings[parts.scheme, parts.netloc] = settings
        return session.get_adapter(request.url).send(prepared, timeout=timeout, **settings)

    async def sleep(self, seconds: float) -> None:
        stop = self._stop_event()
        if stop is None:
            time.sleep(seconds)
        elif stop.wait(seconds):
            raise _Stopped()

    async def run(self, function: Callable[[], T]) -> T:
        stop = self._stop_event()
        if stop is not None and stop.is_set():
            raise _Stopped()
        return function()

    async def as_completed(
        self, function: Callable[[T], Awaitable[R]], items: AsyncIterator[T], limit: int
    ) -> AsyncIterator[R]:
        async with closing(items):
            threads: _Threads[R] = _Threads(self._local, limit)
            try:
                has_more = True
                while has_more or threads.running:
                    while has_more and threads.running < limit:
                        try:
                            item = await items.__anext__()
                        except StopAsyncIteration:
                            has_more = False
                        else:
                            threads.start(lambda item=item: run_sync(function(item)))  # type: ignore[misc]
                    if threads.running:
                        yield threads.result()
            finally:
                threads.close()

    async def ahead(self, items: AsyncIterator[T], count: int) -> AsyncIterator[T]:
        computed: "queue.Queue[Tuple[bool, Any]]" = queue.Queue(count)
        threads: _Threads[None] = _Threads(self._local, 1)

        def put(has_item: bool, value: object) -> None:
            while not threads.stop.is_set():
                with contextlib.suppress(queue.Full):
                    return computed.put((has_item, value), timeout=POLL_SECONDS)
            raise _Stopped()

        def compute() -> None:
            try:
                with contextlib.closing(iterate_sync(items)) as computing:
                    for item in computing:
                        put(True, item)
                put(False, None)
            except BaseException as failure:
                put(False, failure)

        threads.start(compute)
        try:
            while True:
                has_item, value = _get(computed, self._stop_event())
                if has_item:
                    yield value
                elif value is None:
                    return
                else:
                    raise value
        finally:
            threads.close()

    def lock(self) -> AsyncContextManager[Any]:
        return _Lock()

    async def close(self) -> None:
        self._session.close()

    def _open_session(self) -> requests.Session:
        session = requests.Session()
        adapter = _Adapter(self._send_timeout, pool_connections=8, pool_maxsize=self._connections)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        # Does nothing, so that requests sends no credentials from .netrc. The store would refuse them beside a presigned URL.
        session.auth = _no_auth
        session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        return session

    # Two processes must not share connections: one could read the answer to the other's request.
    def _own_session(self) -> requests.Session:
        if self._process != os.getpid():
            self._session = self._open_session()
            self._process = os.getpid()
        return self._session

    def _stop_event(self) -> Optional[threading.Event]:
        stop: Optional[threading.Event] = getattr(self._local, "stop", None)
        return stop


class _Stopped(BaseException):
    """Cancels the work of a thread whose result is not needed any more."""


class _Threads(Generic[T]):
    """Runs functions in daemon threads, which do not delay the exit of the program.

    ``concurrent.futures`` waits for all its threads at the exit, even if a peer does not answer.
    """

    def __init__(self, local: threading.local, limit: int) -> None:
        self.stop = threading.Event()
        """Set when the results are not needed any more."""
        self.running = 0
        """The number of functions whose results were not returned yet."""
        self._local = local
        self._outer: Optional[threading.Event] = getattr(local, "stop", None)
        self._limit = limit
        self._threads: List[threading.Thread] = []
        self._functions: "queue.SimpleQueue[Optional[Callable[[], T]]]" = queue.SimpleQueue()
        self._results: "queue.SimpleQueue[Tuple[Any, Optional[BaseException]]]" = queue.SimpleQueue()

    def start(self, function: Callable[[], T]) -> None:
        """Runs a function. At most ``limit`` run at once."""
        self.running += 1
        if len(self._threads) < min(self.running, self._limit):
            thread = threading.Thread(target=self._work, name=f"s3auth-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._functions.put(function)

    def result(self) -> T:
        """Waits for the next result. Raises the exception of a function that failed."""
        result, failure = _get(self._results, self._outer)
        self.running -= 1
        if failure is not None:
            raise failure
        value: T = result
        return value

    def close(self) -> None:
        """Cancels the functions that still run, and waits for them for a short time."""
        self.stop.set()
        for _ in self._threads:
            self._functions.put(None)
        until = time.monotonic() + CANCEL_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        self._local.stop = self.stop
        while True:
            function = self._functions.get()
            if function is None or self.stop.is_set():
                return
            try:
                self._results.put((function(), None))
            except BaseException as failure:
                self._results.put((None, failure))


def _get(results: Any, outer: Optional[threading.Event]) -> Any:
    while outer is None or not outer.is_set():
        with contextlib.suppress(queue.Empty):
            return results.get(timeout=POLL_SECONDS)
    raise _Stopped()


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
        left = int(expected) if re.fullmatch("[0-9]{1,18}", expected or "") else None
        raw = self._response.raw
        error: Optional[TransportError] = None
        while error is None:
            if self._stop is not None and self._stop.is_set():
                raise _Stopped()
            try:
                # Reads an empty body, too, so that the connection can be used again.
                block: bytes = raw.read(BLOCK_BYTES, decode_content=False)
            except (urllib3.exceptions.HTTPError, OSError) as failure:
                error = _transport_error(failure, self._url)
                continue
            if not block:
                if left:
                    raise TransportError(f"The connection to {failures.host_of(self._url)} broke before the end of the answer.")
                return
            if left is not None:
                left -= len(block)
            yield block
        raise error


class _StoppableReader:
    """A body that fails when the request is cancelled."""

    def __init__(self, reader: BodyReader, stop: Optional[threading.Event]) -> None:
        self._reader = reader
        self._stop = stop

    def __len__(self) -> int:
        return len(self._reader)

    # requests sends what can be iterated and has a length. Without a method `read`, http.client sends the blocks as they are; with it,
    # it would read 16 KiB at a time.
    def __iter__(self) -> Iterator[bytes]:
        while True:
            if self._stop is not None and self._stop.is_set():
                raise _Stopped()
            block = self._reader.read(SENT_BLOCK_BYTES)
            if not block:
                return
            yield block

    def close(self) -> None:
        self._reader.close()


class _Adapter(requests.adapters.HTTPAdapter):  # type: ignore[misc]
    """Sends each block of a body with the timeout of a transfer. urllib3 would use that of opening a connection, which is shorter."""

    def __init__(self, send_timeout: float, **options: Any) -> None:
        pools = {"http": urllib3.HTTPConnectionPool, "https": urllib3.HTTPSConnectionPool}
        self._pools = {scheme: _with_send_timeout(pool, send_timeout) for scheme, pool in pools.items()}
        super().__init__(**options)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*args, **options)
        # The proxy manager for SOCKS has pools of its own.
        if type(manager) is urllib3.ProxyManager:
            manager.pool_classes_by_scheme = self._pools
        return manager


def _with_send_timeout(pool: Any, seconds: float) -> Any:
    class Connection(pool.ConnectionCls):  # type: ignore[misc]
        def send(self, data: Any) -> None:
            if self.sock is None and self.auto_open:
                self.connect()
            if self.sock is not None:
                self.sock.settimeout(seconds)
            super().send(data)

    return type(pool.__name__, (pool,), {"ConnectionCls": Connection})


class _Lock:
    def __init__(self) -> None:
        self._lock = threading.Lock()

    async def __aenter__(self) -> None:
        self._lock.acquire()

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


# The exceptions of requests and urllib3 contain the whole URL, so only their kind is kept.
def _transport_error(failure: Exception, url: str) -> TransportError:
    text = repr(failure)
    if isinstance(failure, (requests.exceptions.SSLError, urllib3.exceptions.SSLError)) or "CERTIFICATE_VERIFY_FAILED" in text:
        return failures.tls_failed(url)
    if isinstance(failure, (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema)):
        return failures.invalid_url()
    if isinstance(failure, requests.exceptions.ProxyError):
        return failures.proxy_failed(url)
    if isinstance(failure, (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError, socket.timeout)):
        return failures.timed_out(url)
    if "NameResolutionError" in text or "gaierror" in text or "Name or service not known" in text:
        return failures.unknown_host(url)
    return failures.connection_refused(url) if "Connection refused" in text else failures.connection_failed(url)
