"""An HTTP server on loopback that gives scripted answers and records what it received."""

from __future__ import annotations

import http.server
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Callable, Dict, List, Mapping, Optional


@dataclass(frozen=True)
class Scripted:
    """One answer."""

    status: int = 200
    body: object = field(default_factory=dict)
    """Bytes, or what is sent as JSON."""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: Optional[str] = None
    """By default that of JSON, or of a problem for a status of 400 and above."""
    delay: float = 0.0
    """Seconds before the answer."""
    breaks_after: Optional[int] = None
    """Closes the connection after this number of bytes of the body."""


@dataclass(frozen=True)
class Received:
    """One request, with the names of its headers in lower case."""

    method: str
    path: str
    headers: Dict[str, str]
    body: bytes
    port: int
    """The port of the client, which tells its connections apart."""


class ScriptedServer:
    """Gives its answers in order, then the last one for ever; or what a function of the request returns."""

    def __init__(self, *answers: Scripted, choose: Optional[Callable[[Received], Scripted]] = None) -> None:
        self.answers = list(answers)
        self.choose = choose
        self.received: List[Received] = []
        self._server = _Server(("127.0.0.1", 0), self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "ScriptedServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: "tuple[str, int]", script: ScriptedServer) -> None:
        super().__init__(address, _Handler)
        self.script = script
        self.lock = threading.Lock()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Small answers must not wait for the client's acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024

    def _answer(self) -> None:
        server = self.server
        assert isinstance(server, _Server)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        port = self.client_address[1]
        with server.lock:
            received = Received(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body, port)
            server.script.received.append(received)
            answers = server.script.answers
            if server.script.choose is not None:
                answer = server.script.choose(received)
            else:
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
        time.sleep(answer.delay)
        content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        default_type = "application/problem+json" if answer.status >= 400 else "application/json"
        self.send_response_only(answer.status)
        if "Date" not in answer.headers:
            self.send_header("Date", self.date_time_string())
        self.send_header("Content-Type", answer.content_type or default_type)
        self.send_header("Content-Length", str(len(content)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content if answer.breaks_after is None else content[: answer.breaks_after])
        if answer.breaks_after is not None:
            self.close_connection = True

    do_GET = do_POST = do_PUT = _answer

    def log_message(self, format: str, *args: object) -> None:
        """Logs nothing."""
