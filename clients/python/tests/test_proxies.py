"""The failing proxy itself."""

from __future__ import annotations

import http.client
import http.server
import socket
import threading
import time
from typing import Any, Callable, Iterator

import pytest

from support.proxies import (
    FailingProxy, Fault, always, answer, cut_request, delay, drop, first, lose_answer, one_in, slow_down, stall, truncate,
)

CONTENT = bytes(range(256)) * 4096


class Target(http.server.ThreadingHTTPServer):
    """Answers a GET with the content, and keeps what it is sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[bytes] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(200, CONTENT)

    def do_PUT(self) -> None:
        assert isinstance(self.server, Target)
        size = int(self.headers["Content-Length"])
        body = self.rfile.read(size)
        if len(body) == size:
            self.server.bodies.append(body)
            self._answer(201, self.headers["Host"].encode())

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def target() -> Iterator[Target]:
    server = Target()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def proxy(target: Target, failing_proxy: Callable[..., FailingProxy]) -> FailingProxy:
    return failing_proxy(target.url)


def call(proxy: FailingProxy, method: str = "GET", body: Any = None, timeout: float = 60) -> tuple[int, bytes, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection(proxy.netloc, timeout=timeout)
    try:
        connection.request(method, "/a?b=c", body)
        response = connection.getresponse()
        return response.status, response.read(), response
    finally:
        connection.close()


def test_requests_pass_and_are_counted(proxy: FailingProxy, target: Target) -> None:
    connection = http.client.HTTPConnection(proxy.netloc)
    for _ in range(3):
        connection.request("GET", "/a?b=c", headers={"Range": "bytes=0-1"})
        assert connection.getresponse().read() == CONTENT
    connection.request("PUT", "/put", CONTENT)
    assert connection.getresponse().read() == proxy.netloc.encode(), "the target gets the client's Host"
    connection.close()

    assert target.bodies == [CONTENT]
    assert [(one.method, one.path, one.status, one.received) for one in proxy.requests] == [("GET", "/a", 200, 0)] * 3 + [
        ("PUT", "/put", 201, len(CONTENT))
    ]
    assert proxy.requests[0].headers["range"] == "bytes=0-1"
    assert proxy.sent == 3 * len(CONTENT) + len(proxy.netloc)


def test_ignored_requests_pass_and_are_not_counted(target: Target, failing_proxy: Callable[..., FailingProxy]) -> None:
    proxy = failing_proxy(target.url, always(drop()), is_ignored=lambda request: request.method == "PUT")
    assert call(proxy, "PUT", CONTENT)[0] == 201
    assert target.bodies == [CONTENT] and proxy.requests == []
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        call(proxy)
    assert [one.method for one in proxy.requests] == ["GET"]


@pytest.mark.parametrize(("fault", "stored"), [(drop(), 0), (cut_request(), 0), (lose_answer(), 1)])
def test_connection_is_closed_without_an_answer(proxy: FailingProxy, target: Target, fault: Fault, stored: int) -> None:
    proxy.plan = first(fault)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        call(proxy, "PUT", CONTENT)
    assert target.bodies == [CONTENT] * stored
    assert [one.fault for one in proxy.failed] == [fault]
    assert call(proxy, "PUT", CONTENT)[0] == 201


def test_status_is_answered_instead(proxy: FailingProxy, target: Target) -> None:
    proxy.plan = first(answer(503, b"{}", retry_after=7), slow_down(500))
    status, body, response = call(proxy, "PUT", CONTENT)
    assert (status, body, response.headers["Retry-After"]) == (503, b"{}", "7")
    status, body, _ = call(proxy)
    assert status == 500 and b"SlowDown" in body
    assert not target.bodies


def test_answer_is_truncated(proxy: FailingProxy) -> None:
    proxy.plan = always(truncate(0.25))
    with pytest.raises(http.client.IncompleteRead) as error:
        call(proxy)
    assert error.value.partial == CONTENT[: len(CONTENT) // 4]


def test_answer_stalls(proxy: FailingProxy) -> None:
    proxy.plan = always(stall(fraction=0.5))
    with pytest.raises(socket.timeout):
        call(proxy, timeout=0.5)
    proxy.plan = always(delay(0.3))
    started = time.monotonic()
    assert call(proxy)[0] == 200
    assert time.monotonic() - started > 0.3


def test_plans_choose_requests(proxy: FailingProxy) -> None:
    proxy.plan = one_in(4, slow_down(), answer(500), only=lambda request: request.method == "GET")
    statuses = [call(proxy)[0] for _ in range(60)] + [call(proxy, "PUT", b"x")[0] for _ in range(10)]
    assert statuses[60:] == [201] * 10
    assert {200, 500, 503} == set(statuses[:60])
    assert abs(statuses.count(500) - statuses.count(503)) <= 1
    proxy.plan = None
    assert call(proxy)[0] == 200
