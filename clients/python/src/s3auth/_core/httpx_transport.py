"""The transport of the asynchronous client: ``httpx`` and asyncio."""

from __future__ import annotations

import asyncio
import contextlib
import http.cookiejar
import ssl
from typing import Any, AsyncContextManager, AsyncIterator, Awaitable, Callable, Generator, Mapping, Optional, Tuple, TypeVar

from . import transport_failures as failures
from .log_filter import hide_presigned_urls
from .transport import SENT_BLOCK_BYTES, Answer, Body, Request, TransportError, closing

try:
    import httpx
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("AsyncS3Auth needs httpx. Install it with: pip install httpx", name=missing.name) from None

T = TypeVar("T")
R = TypeVar("R")

# Seconds between two cancellations of a task that still runs.
_CANCEL_INTERVAL = 0.5


class _NoAuth(httpx.Auth):
    """Keeps httpx from sending credentials from .netrc: the store would refuse them beside a presigned URL."""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        yield request


class HttpxTransport:
    """Sends requests with ``httpx``. Belongs to one event loop."""

    def __init__(self, connections: int = 32, connect_timeout: float = 15.0) -> None:
        self._connect_timeout = connect_timeout
        hide_presigned_urls("httpx")
        # Versions before 0.24.
        hide_presigned_urls("httpx._client")
        # Logs the headers of answers at DEBUG, with the addresses of redirects.
        hide_presigned_urls("httpcore.http11")
        self._client = httpx.AsyncClient(
            auth=_NoAuth(),
            cookies=http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=[])),
            # No limit here: some versions of httpcore never free the connections of some cancelled requests. _slot limits requests instead.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=connections),
        )
        self._connections = connections
        self._slots: "Optional[asyncio.Queue[None]]" = None
        self._loop: Optional[asyncio.AbstractEventLoop] = None

    def send(self, request: Request) -> AsyncContextManager[Answer]:
        return self._send(request)

    @contextlib.asynccontextmanager
    async def _send(self, request: Request) -> AsyncIterator[Answer]:
        # No compression, so that Content-Length is the size of the file.
        headers = {"Accept-Encoding": "identity", **request.headers}
        if request.body is not None:
            headers["Content-Length"] = str(request.body.size)
        # httpx does not close the content of a cancelled request, so its file would stay open.
        async with self._slot(), closing(self._blocks_of(request.body or Body([]))) as content:
            error: Optional[TransportError] = None
            try:
                response = await self._open(
                    self._client.build_request(
                        request.method,
                        request.url,
                        headers=headers,
                        content=content if request.body is not None else None,
                        timeout=httpx.Timeout(request.timeout, connect=self._connect_timeout, pool=None),
                    )
                )
            except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as failure:
                error = _transport_error(failure, request.url)
            # Outside of the handler, so that the exception of httpx, which contains the URL and the headers, is not its context.
            if error is not None:
                raise error
            try:
                yield _Answer(response, request.url)
            finally:
                await _close(response)

    async def _open(self, request: httpx.Request) -> httpx.Response:
        # Runs in its own task, so that _cancel can cancel it again. anyio 3 can lose a cancellation while a connection opens.
        sending = asyncio.ensure_future(self._client.send(request, stream=True, follow_redirects=False))
        try:
            await asyncio.wait([sending])
        except asyncio.CancelledError:
            try:
                await _cancel({sending})
            finally:
                if sending.done() and not sending.cancelled() and sending.exception() is None:
                    await _close(sending.result())
            raise
        return sending.result()

    # A queue of tokens. In some releases of Python 3.9 and 3.10, asyncio.Semaphore can block for ever after a cancellation.
    @contextlib.asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        self._require_open()
        if self._slots is None:
            self._slots = asyncio.Queue()
            for _ in range(self._connections):
                self._slots.put_nowait(None)
        await self._slots.get()
        try:
            self._require_open()
            yield
        finally:
            self._slots.put_nowait(None)

    def _require_open(self) -> None:
        if self._client.is_closed:
            raise RuntimeError("This AsyncS3Auth is closed. Open a new one.")
        running = asyncio.get_running_loop()
        if self._loop is None:
            self._loop = running
        elif self._loop is not running:
            # httpx keeps connections of the loop that opened them. Without this check, it fails with "Event loop is closed".
            raise RuntimeError("This AsyncS3Auth was used in another event loop. Open one in each event loop, such as each asyncio.run.")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def run(self, function: Callable[[], T]) -> T:
        running = asyncio.get_running_loop().run_in_executor(None, function)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            # Waits for the function, because the caller closes what it uses, such as a file.
            while not running.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait([running])
            if not running.cancelled():
                # Otherwise, asyncio logs an exception that nobody has read.
                running.exception()
            raise

    async def _blocks_of(self, body: Body) -> AsyncIterator[bytes]:
        reader = body.open()
        try:
            while True:
                block = await self.run(lambda: reader.read(SENT_BLOCK_BYTES))
                if not block:
                    return
                yield block
        finally:
            reader.close()

    async def as_completed(
        self, function: Callable[[T], Awaitable[R]], items: AsyncIterator[T], limit: int
    ) -> AsyncIterator[R]:
        async def work(item: T) -> R:
            return await function(item)

        running: "set[asyncio.Task[R]]" = set()
        async with closing(items):
            try:
                has_more = True
                while has_more or running:
                    while has_more and len(running) < limit:
                        try:
                            running.add(asyncio.ensure_future(work(await items.__anext__())))
                        except StopAsyncIteration:
                            has_more = False
                    if running:
                        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                        for task in done:
                            running.remove(task)
                            yield task.result()
            finally:
                await _cancel(running)

    async def ahead(self, items: AsyncIterator[T], count: int) -> AsyncIterator[T]:
        computed: "asyncio.Queue[Tuple[bool, Any]]" = asyncio.Queue(count)

        async def compute() -> None:
            try:
                async with closing(items):
                    async for item in items:
                        await computed.put((True, item))
                await computed.put((False, None))
            except Exception as failure:
                await computed.put((False, failure))

        computing = asyncio.ensure_future(compute())
        try:
            while True:
                has_item, value = await computed.get()
                if has_item:
                    yield value
                elif value is None:
                    return
                else:
                    raise value
        finally:
            await _cancel({computing})

    def lock(self) -> AsyncContextManager[Any]:
        return _Lock()

    async def close(self) -> None:
        await self._client.aclose()


class _Answer:
    def __init__(self, response: httpx.Response, url: str) -> None:
        self._response = response
        self._url = url

    @property
    def status(self) -> int:
        return self._response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        return self._response.headers

    async def blocks(self) -> AsyncIterator[bytes]:
        # httpx raises an error if the body is shorter than its Content-Length.
        error: Optional[TransportError] = None
        try:
            async for block in self._response.aiter_raw():
                yield block
        except (httpx.HTTPError, OSError) as failure:
            error = _transport_error(failure, self._url)
        if error is not None:
            raise error


class _Lock:
    """A lock that is created in the event loop that uses it: before Python 3.10, asyncio's locks need a running loop."""

    def __init__(self) -> None:
        self._lock: Optional[asyncio.Lock] = None

    async def __aenter__(self) -> None:
        if self._lock is None:
            self._lock = asyncio.Lock()
        await self._lock.acquire()

    async def __aexit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.release()


async def _cancel(tasks: "set[asyncio.Task[Any]]") -> None:
    """Cancels tasks, repeatedly if necessary, and waits until they end.

    If the caller is cancelled meanwhile, raises CancelledError after the tasks have ended.
    """
    loop = asyncio.get_running_loop()
    running, next_at = set(tasks), loop.time()
    cancelled: Optional[asyncio.CancelledError] = None
    while running:
        if loop.time() >= next_at:
            next_at = loop.time() + _CANCEL_INTERVAL
            for task in running:
                task.cancel()
        try:
            _, running = await asyncio.wait(running, timeout=max(0.0, next_at - loop.time()))
        except asyncio.CancelledError as failure:
            cancelled = failure
            running = {task for task in running if not task.done()}
    for task in tasks:
        if not task.cancelled():
            # Otherwise, asyncio logs an exception that nobody has read.
            task.exception()
    if cancelled is not None:
        raise cancelled


async def _close(response: httpx.Response) -> None:
    # The content was read, or is not wanted. A failure here would replace the exception that ends the request, and can contain the URL.
    with contextlib.suppress(Exception):
        await response.aclose()


# The exceptions of httpx can contain the whole URL, so only their kind is kept.
def _transport_error(failure: Exception, url: str) -> TransportError:
    text = repr(failure)
    if isinstance(failure, ssl.SSLError) or "CERTIFICATE_VERIFY_FAILED" in text or "SSL" in text:
        return failures.tls_failed(url)
    if isinstance(failure, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
        return failures.invalid_url()
    if isinstance(failure, httpx.ProxyError):
        return failures.proxy_failed(url)
    if isinstance(failure, httpx.TimeoutException):
        return failures.timed_out(url)
    if "getaddrinfo" in text or "Name or service not known" in text or "nodename nor servname" in text:
        return failures.unknown_host(url)
    return failures.connection_refused(url) if isinstance(failure, httpx.ConnectError) else failures.connection_failed(url)
