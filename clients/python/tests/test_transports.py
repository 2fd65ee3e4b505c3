"""How both transports use connections, and how they run several things at once."""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import os
import socket
import threading
import time
from pathlib import Path
from typing import Any, AsyncIterator, Callable, Coroutine, Iterator, List

import pytest

from s3auth._core.httpx_transport import HttpxTransport
from s3auth._core.requests_transport import RequestsTransport, run_sync
from s3auth._core.transport import SENT_BLOCK_BYTES, Body, FileRange, Request, Transport, closing

Run = Callable[..., Any]


@pytest.fixture(params=["requests", "httpx"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a coroutine function on a transport."""

    def run_requests(function: Callable[[Transport], Coroutine[Any, Any, Any]], connect_timeout: float = 60.0) -> Any:
        transport = RequestsTransport(connect_timeout=connect_timeout, send_timeout=60.0)
        try:
            return run_sync(function(transport))
        finally:
            run_sync(transport.close())

    def run_httpx(function: Callable[[Transport], Coroutine[Any, Any, Any]], connect_timeout: float = 60.0) -> Any:
        async def main() -> Any:
            transport = HttpxTransport(connect_timeout=connect_timeout)
            try:
                return await function(transport)
            finally:
                await transport.close()

        return asyncio.run(main())

    return run_requests if request.param == "requests" else run_httpx


class Listener(http.server.ThreadingHTTPServer):
    """Answers each request without a body, and counts connections."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        self.connections = 0
        self.received: List[bytes] = []
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        assert isinstance(self.server, Listener)
        self.server.connections += 1

    def do_PUT(self) -> None:
        assert isinstance(self.server, Listener)
        self.server.received.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    server = Listener()
    yield server
    server.shutdown()
    server.server_close()


async def put(transport: Transport, url: str, body: Body) -> int:
    async with transport.send(Request("PUT", url, body=body, timeout=120)) as answer:
        async for _ in answer.blocks():
            pass
        return answer.status


def test_connection_is_used_again_after_an_answer_without_a_body(run: Run, listener: Listener) -> None:
    async def main(transport: Transport) -> None:
        for number in range(5):
            assert await put(transport, listener.url, Body([b"%d" % number])) == 200

    for _ in range(5):
        listener.received, listener.connections, started = [], 0, time.monotonic()
        run(main)
        if time.monotonic() - started < 4:
            break
        # httpx closes a connection that nothing has used for 5 s, for example because this machine paused.
    assert listener.received == [b"0", b"1", b"2", b"3", b"4"] and listener.connections == 1


def test_files_are_read_in_large_blocks(run: Run, listener: Listener, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0" * (5 * SENT_BLOCK_BYTES))
    sizes: List[int] = []
    body = Body([FileRange(str(tmp_path / "a"), 0, 5 * SENT_BLOCK_BYTES, None, lambda block: sizes.append(len(block)))])
    assert run(lambda transport: put(transport, listener.url, body)) == 200
    assert sizes == [SENT_BLOCK_BYTES] * 5
    assert listener.received == [b"0" * (5 * SENT_BLOCK_BYTES)]


def test_slow_peer_has_the_time_of_a_transfer_not_of_a_connection(run: Run) -> None:
    # More than the buffers of both ends take.
    size = 16 * 1024 * 1024
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for _ in range(2):
                connection, _ = server.accept()
                with connection:
                    for pause in (5, 0):
                        time.sleep(pause)
                        left = size
                        head = b""
                        while b"\r\n\r\n" not in head:
                            head += connection.recv(1)
                        while left:
                            left -= len(connection.recv(min(left, 65536)))
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"

        async def main(transport: Transport) -> None:
            for _ in range(2):
                assert await put(transport, url, Body([b"0" * size])) == 200

        run(main, connect_timeout=4.0)


async def each(items: "Any") -> AsyncIterator[Any]:
    for item in items:
        yield item


class TestManyAtOnce:
    def test_results_come_in_the_order_of_completion(self, run: Run) -> None:
        async def main(transport: Transport) -> List[int]:
            seen: List[int] = []

            async def wait(place: int) -> int:
                # Each ends after the one before it has been seen.
                for _ in range(6000):
                    if len(seen) >= place:
                        break
                    await transport.sleep(0.01)
                return place

            async with closing(transport.as_completed(wait, each([2, 1, 0]), 3)) as results:
                async for result in results:
                    seen.append(result)
            return seen

        assert run(main) == [0, 1, 2]

    def test_limit_is_kept(self, run: Run) -> None:
        running: List[int] = [0, 0]
        lock = threading.Lock()
        deadline = time.monotonic() + 60

        async def main(transport: Transport) -> int:
            async def work(_: int) -> int:
                with lock:
                    running[0] += 1
                    running[1] = max(running)
                # On a busy machine, the fourth begins late.
                await transport.sleep(0.02)
                while running[1] < 4 and time.monotonic() < deadline:
                    await transport.sleep(0.02)
                with lock:
                    running[0] -= 1
                return 1

            async with closing(transport.as_completed(work, each(range(20)), 4)) as results:
                return sum([result async for result in results])

        assert run(main) == 20 and running[1] == 4

    def test_failure_cancels_the_others_and_closes_the_items(self, run: Run) -> None:
        closed: List[str] = []

        async def items() -> AsyncIterator[int]:
            try:
                for number in range(100):
                    yield number
            finally:
                closed.append("items")

        async def main(transport: Transport) -> None:
            async def work(number: int) -> None:
                if number == 1:
                    raise KeyError(number)
                await transport.sleep(120)

            async with closing(transport.as_completed(work, transport.ahead(items(), 2), 3)) as results:
                async for _ in results:
                    pass

        started = time.monotonic()
        with pytest.raises(KeyError):
            run(main)
        assert time.monotonic() - started < 60 and closed == ["items"]

    def test_ahead_computes_while_others_wait(self, run: Run) -> None:
        computed: List[int] = []

        async def items() -> AsyncIterator[int]:
            for number in range(10):
                computed.append(number)
                yield number

        async def main(transport: Transport) -> List[int]:
            taken = []
            async with closing(transport.ahead(items(), 3)) as waiting:
                async for item in waiting:
                    taken.append(item)
                    if item == 0:
                        for _ in range(600):
                            if len(computed) >= 4:
                                break
                            await transport.sleep(0.1)
                        # Three wait, and one more is ready.
                        assert len(computed) in (4, 5)
            return taken

        assert run(main) == list(range(10)) == computed

    @pytest.mark.parametrize("error", [KeyError, SystemExit])
    def test_failure_of_the_items_is_raised(self, run: Run, error: "type[BaseException]") -> None:
        async def items() -> AsyncIterator[int]:
            yield 1
            raise error("x")

        async def main(transport: Transport) -> None:
            async with closing(transport.ahead(items(), 3)) as waiting:
                async for _ in waiting:
                    pass

        with pytest.raises(error):
            run(main)


class TestCancellation:
    def test_request_ends_at_each_step_of_its_connection(self) -> None:
        async def main() -> None:
            async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await reader.read()
                writer.close()

            server = await asyncio.start_server(never_answer, "127.0.0.1", 0)
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            for steps in range(40):
                transport = HttpxTransport()
                task = asyncio.ensure_future(put(transport, url, Body([b"0"])))
                for _ in range(steps):
                    await asyncio.sleep(0)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await asyncio.wait_for(asyncio.shield(task), 60)
                await transport.close()
            server.close()

        asyncio.run(main())

    # Simulates anyio 3, which can lose a cancellation.
    @pytest.mark.parametrize("cancellations", [1, 2])
    @pytest.mark.parametrize("is_one_of_many", [False, True])
    def test_request_ends_although_its_cancellation_is_lost(
        self, monkeypatch: pytest.MonkeyPatch, cancellations: int, is_one_of_many: bool
    ) -> None:
        async def lose_first_cancellation(*_: Any, **__: Any) -> None:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(60)
            await asyncio.sleep(60)

        async def main() -> None:
            transport = HttpxTransport()
            monkeypatch.setattr(transport._client, "send", lose_first_cancellation)

            async def send(number: int) -> int:
                return await put(transport, "http://127.0.0.1:1/", Body([b"%d" % number]))

            async def send_many() -> None:
                async with closing(transport.as_completed(send, each(range(6)), 3)) as results:
                    async for _ in results:
                        pass

            task: "asyncio.Task[Any]" = asyncio.ensure_future(send_many() if is_one_of_many else send(0))
            for _ in range(cancellations):
                await asyncio.sleep(0.1)
                task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(asyncio.shield(task), 50)
            assert asyncio.all_tasks() == {asyncio.current_task()}
            await transport.close()

        asyncio.run(main())

    def test_cancelled_requests_free_their_connections(self, listener: Listener) -> None:
        async def main() -> None:
            transport = HttpxTransport(connections=2)
            for steps in range(60):
                task = asyncio.ensure_future(put(transport, listener.url, Body([b"0"])))
                for _ in range(steps):
                    await asyncio.sleep(0)
                task.cancel()
                await asyncio.wait([task])
                assert await asyncio.wait_for(put(transport, listener.url, Body([b"1"])), 60) == 200
            await transport.close()

        asyncio.run(main())

    @pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="The system does not list the open files of a process.")
    def test_cancelled_upload_closes_its_file(self, tmp_path: Path) -> None:
        # More than the buffers of both ends take.
        (tmp_path / "a").write_bytes(bytes(32 * 1024 * 1024))
        body = Body([FileRange(str(tmp_path / "a"), 0, 32 * 1024 * 1024)])

        def is_open() -> bool:
            return any(os.path.realpath(f"/proc/self/fd/{number}") == str(tmp_path / "a") for number in os.listdir("/proc/self/fd"))

        async def main() -> None:
            with socket.create_server(("127.0.0.1", 0)) as server:
                transport = HttpxTransport()
                task = asyncio.ensure_future(put(transport, f"http://127.0.0.1:{server.getsockname()[1]}/", body))
                while not is_open():
                    await asyncio.sleep(0.05)
                task.cancel()
                await asyncio.wait([task])
                assert task.cancelled() and not is_open()
                await transport.close()

        asyncio.run(main())

    def test_requests_beyond_the_limit_of_connections_wait(self, listener: Listener) -> None:
        async def main() -> None:
            transport = HttpxTransport(connections=2)
            assert await asyncio.gather(*[put(transport, listener.url, Body([b"0"])) for _ in range(20)]) == [200] * 20
            await transport.close()

        for _ in range(5):
            listener.received, listener.connections, started = [], 0, time.monotonic()
            asyncio.run(main())
            if time.monotonic() - started < 4:
                break
            # httpx closes a connection that nothing has used for 5 s, for example because this machine paused.
        assert len(listener.received) == 20 and listener.connections <= 2

    def test_function_that_runs_is_waited_for(self) -> None:
        begun, may_end = threading.Event(), threading.Event()
        ended: List[float] = []

        def function() -> None:
            begun.set()
            may_end.wait(60)
            ended.append(time.monotonic())

        async def main() -> None:
            transport = HttpxTransport()
            task = asyncio.ensure_future(transport.run(function))
            while not begun.is_set():
                await asyncio.sleep(0.01)
            for _ in range(3):
                task.cancel()
                await asyncio.sleep(0.05)
            assert not task.done()
            may_end.set()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert ended
            await transport.close()

        asyncio.run(main())
