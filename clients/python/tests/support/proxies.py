"""A reverse proxy that makes requests fail by a plan, and counts requests and bytes."""

from __future__ import annotations

import http.client
import http.server
import random
import socket
import threading
from dataclasses import dataclass
from typing import Callable, Iterable, Iterator, Optional
from urllib.parse import urlsplit

_BLOCK = 64 * 1024
# Headers of one connection, which are not forwarded.
_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect"}


@dataclass
class Passed:
    """A request that the proxy got."""

    number: int
    """0 for the first."""
    method: str
    target: str
    """Path and query."""
    headers: dict[str, str]
    """With lower-case names."""
    status: Optional[int] = None
    """The status that the client got. None if the connection was closed before."""
    received: int = 0
    """Bytes of the body that the client sent."""
    sent: int = 0
    """Bytes of the body that the client got."""
    fault: Optional[Fault] = None
    """How it failed."""

    @property
    def path(self) -> str:
        """The path without the query."""
        return self.target.partition("?")[0]


@dataclass(frozen=True)
class Fault:
    """How a request fails. Use the functions below."""

    kind: str
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    fraction: float = 0.5
    seconds: float = 0


Plan = Callable[[Passed], Optional[Fault]]


def drop() -> Fault:
    """Closes the connection before the target gets the request."""
    return Fault("drop")


def lose_answer() -> Fault:
    """Forwards the request, and closes the connection instead of answering."""
    return Fault("lose_answer")


def cut_request(fraction: float = 0.5) -> Fault:
    """Forwards this part of the request's body, and closes both connections."""
    return Fault("cut_request", fraction=fraction)


def truncate(fraction: float = 0.5) -> Fault:
    """Answers with this part of the body, and closes the connection."""
    return Fault("truncate", fraction=fraction)


def stall(seconds: float = 3600, fraction: float = 0.0) -> Fault:
    """Sends the head of the answer and this part of its body, and then nothing for some time or until the proxy ends."""
    return Fault("stall", fraction=fraction, seconds=seconds)


def delay(seconds: float) -> Fault:
    """Forwards the request after some time."""
    return Fault("delay", seconds=seconds)


def answer(status: int, body: bytes = b"", retry_after: Optional[int] = None, content_type: str = "application/xml") -> Fault:
    """Answers with this status, and does not forward the request."""
    headers = [("Content-Type", content_type)] + ([("Retry-After", str(retry_after))] if retry_after is not None else [])
    return Fault("answer", status=status, headers=tuple(headers), body=body)


def slow_down(status: int = 503) -> Fault:
    """Answers like an S3 server that is overloaded."""
    return answer(status, b'<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>')


def one_in(count: int, *faults: Fault, seed: int = 5, only: Callable[[Passed], bool] = lambda request: True) -> Plan:
    """One request in this many fails, at random but the same in each run, in each of the ways in turn."""
    chance, lock, ways = random.Random(seed), threading.Lock(), _endless(faults)

    def plan(request: Passed) -> Optional[Fault]:
        with lock:
            return next(ways) if only(request) and chance.randrange(count) == 0 else None

    return plan


def first(*faults: Optional[Fault], only: Callable[[Passed], bool] = lambda request: True) -> Plan:
    """The first requests fail in these ways, and the others succeed. None lets one succeed."""
    lock, ways = threading.Lock(), iter(faults)

    def plan(request: Passed) -> Optional[Fault]:
        with lock:
            return next(ways, None) if only(request) else None

    return plan


def always(fault: Fault, only: Callable[[Passed], bool] = lambda request: True) -> Plan:
    """All requests fail."""
    return lambda request: fault if only(request) else None


class FailingProxy:
    """Forwards HTTP/1.1 on loopback to a target.

    Before a store: `start_server(S3_PUBLIC_ENDPOINT=proxy.url)`, so that only clients use the proxy. Before a server: the host that clients
    call is the proxy's, so start it with `AUDIENCES=proxy.netloc`. Set `plan` at any time.
    """

    def __init__(self, target: str = "", plan: Optional[Plan] = None, is_ignored: Callable[[Passed], bool] = lambda request: False) -> None:
        self.target = target
        """The URL of the target, without a path. It can be set later, if the target must know the proxy first."""
        self.is_ignored = is_ignored
        """Whether a request is forwarded unrecorded and never fails."""
        self.plan = plan
        self.requests: list[Passed] = []
        """All requests so far except ignored ones, in the order in which they arrived."""
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._server = _Listener(self)
        self.netloc = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"http://{self.netloc}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def failed(self) -> list[Passed]:
        """The requests that failed by the plan."""
        return [request for request in self.requests if request.fault]

    @property
    def sent(self) -> int:
        """Bytes of all bodies that clients got."""
        return sum(request.sent for request in self.requests)

    def forget(self) -> None:
        """Forgets the requests so far."""
        with self._lock:
            self.requests = []

    def close(self) -> None:
        """Ends it. Connections that stall are closed."""
        self._ending.set()
        self._server.shutdown()
        self._server.server_close()

    def begin(self, method: str, target: str, headers: dict[str, str]) -> Passed:
        """Records a request, and decides how it fails."""
        with self._lock:
            request = Passed(len(self.requests), method, target, headers)
            if self.is_ignored(request):
                return request
            self.requests.append(request)
        request.fault = self.plan(request) if self.plan else None
        return request

    def wait(self, seconds: float) -> None:
        """Waits, but not longer than the proxy lives."""
        self._ending.wait(seconds)


class _Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, proxy: FailingProxy) -> None:
        self.proxy = proxy
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away are expected."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Small answers must not wait for the client's acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = _BLOCK

    def setup(self) -> None:
        super().setup()
        self._target: Optional[http.client.HTTPConnection] = None

    def finish(self) -> None:
        self._close_target()
        super().finish()

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def __getattr__(self, name: str) -> Callable[[], None]:
        # Every method is forwarded.
        if name.startswith("do_"):
            return self._forward
        raise AttributeError(name)

    def log_message(self, format: str, *args: object) -> None:
        """Tests read `requests`."""

    def _forward(self) -> None:
        assert isinstance(self.server, _Listener)
        proxy = self.server.proxy
        request = proxy.begin(self.command, self.path, {name.lower(): value for name, value in self.headers.items()})
        fault = request.fault or Fault("none")
        if fault.kind == "delay":
            proxy.wait(fault.seconds)
        if fault.kind == "drop":
            self._break()
        elif fault.kind == "answer":
            # A client that is still sending must be able to read the answer.
            for block in self._body():
                request.received += len(block)
            self._answer(request, fault.status, fault.headers, fault.body)
        elif fault.kind == "cut_request":
            self._cut_request(request, fault, proxy.target)
        else:
            self._pass(request, fault, proxy)

    def _pass(self, request: Passed, fault: Fault, proxy: FailingProxy) -> None:
        response = self._send(request, proxy.target)
        if response is None:
            self._answer(request, 502, (), b"")
            return
        if fault.kind == "lose_answer":
            self._close_target()
            self._break()
            return
        length = response.headers.get("Content-Length")
        has_body = self.command != "HEAD" and response.status not in (204, 304) and response.status >= 200
        is_chunked = has_body and length is None
        request.status = response.status
        self.send_response_only(response.status, response.reason)
        for name, value in response.headers.items():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        if is_chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if not has_body:
            response.read()
            return
        limit = int(int(length or 0) * fault.fraction) if fault.kind in ("truncate", "stall") else None
        while block := response.read(_BLOCK if limit is None else min(_BLOCK, limit - request.sent)):
            request.sent += len(block)
            self.wfile.write(b"%x\r\n%s\r\n" % (len(block), block) if is_chunked else block)
        self.wfile.flush()
        if limit is not None:
            if fault.kind == "stall":
                proxy.wait(fault.seconds)
            self._close_target()
            self._break()
        elif is_chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _send(self, request: Passed, target: str) -> Optional[http.client.HTTPResponse]:
        """Sends the request to the target. Returns None if the target does not answer."""
        is_reused = self._target is not None
        if self._target is None:
            self._target = http.client.HTTPConnection(urlsplit(target).netloc, timeout=600)
        try:
            self._send_head(self._target)
            self._send_body(self._target, request, self._body())
            return self._target.getresponse()
        except (OSError, http.client.HTTPException):
            self._close_target()
            if is_reused and not request.received:
                # The target had closed its connection.
                return self._send(request, target)
            self.close_connection = True
            return None

    def _send_head(self, target: http.client.HTTPConnection) -> None:
        target.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in _HOP:
                target.putheader(name, value)
        if self._is_chunked():
            target.putheader("Transfer-Encoding", "chunked")
        target.endheaders()

    def _send_body(self, target: http.client.HTTPConnection, request: Passed, blocks: Iterable[bytes]) -> None:
        for block in blocks:
            request.received += len(block)
            target.send(b"%x\r\n%s\r\n" % (len(block), block) if self._is_chunked() else block)
        if self._is_chunked():
            target.send(b"0\r\n\r\n")

    def _cut_request(self, request: Passed, fault: Fault, target: str) -> None:
        self._close_target()
        connection = http.client.HTTPConnection(urlsplit(target).netloc, timeout=600)
        left = int(int(self.headers.get("Content-Length", 0)) * fault.fraction)
        self._send_head(connection)
        while left and (block := self.rfile.read(min(left, _BLOCK))):
            request.received += len(block)
            left -= len(block)
            connection.send(block)
        connection.close()
        self._break()

    def _body(self) -> Iterator[bytes]:
        """Reads the body of the request. Raises ConnectionError if the client closes the connection before its end."""
        if self._is_chunked():
            while size := int(self.rfile.readline().split(b";")[0], 16):
                yield self._read(size)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return
        left = int(self.headers.get("Content-Length", 0))
        while left:
            block = self._read(min(left, _BLOCK))
            left -= len(block)
            yield block

    def _read(self, size: int) -> bytes:
        block = self.rfile.read(size)
        if len(block) < size:
            raise ConnectionResetError("The client closed the connection.")
        return block

    def _is_chunked(self) -> bool:
        return self.headers.get("Transfer-Encoding", "").lower() == "chunked"

    def _answer(self, request: Passed, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        request.status = status
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            request.sent += len(body)
            self.wfile.write(body)

    def _break(self) -> None:
        """Closes the client's connection."""
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def _close_target(self) -> None:
        if self._target:
            self._target.close()
            self._target = None


def _endless(faults: tuple[Fault, ...]) -> Iterator[Fault]:
    while True:
        yield from faults
