"""Signed requests: proofs, retries, the clock, and errors. Each test runs with both clients."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import inspect
import json
import logging
import os
import pickle
import time
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable

import pytest
from support.scripted import Scripted, ScriptedServer

from s3auth import AsyncS3Auth, ClientOptions, InvalidAnswerError, RefusedError, S3Auth, S3AuthError, StoreError, UnreachableError
from s3auth._core.httpx_transport import HttpxTransport
from s3auth._core.quota import QuotaStatus, read_quota
from s3auth._core.requests_transport import RequestsTransport, run_sync
from s3auth._core.shapes import check
from s3auth._core.signing import audience_of, sign
from s3auth._core.transport import Request, TransportError
from s3auth import models

ADDRESS = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"
FAST = ClientOptions(attempts=3, first_wait=0.01, longest_wait=0.5, answer_timeout=30.0, connect_timeout=15.0)
IMPATIENT = replace(FAST, attempts=10, answer_timeout=1.0)
Ask = Callable[..., Any]


class NullKeypair:
    """Signs with zeros: what the signature is does not matter to a scripted server."""

    ss58_address = ADDRESS

    def sign(self, data: bytes) -> bytes:
        return bytes(64)


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Sends one request with a new client."""

    def ask_sync(url: str, endpoint: str = "list-files", options: ClientOptions = FAST, **members: Any) -> Any:
        with S3Auth(url, NullKeypair(), options=options) as client:
            return client.request(endpoint, **members)

    def ask_async(url: str, endpoint: str = "list-files", options: ClientOptions = FAST, **members: Any) -> Any:
        async def run() -> Any:
            async with AsyncS3Auth(url, NullKeypair(), options=options) as client:
                return await client.request(endpoint, **members)

        return asyncio.run(run())

    return ask_sync if request.param == "sync" else ask_async


def problem(code: str, status: int, detail: str = "Do something else.", **headers: str) -> Scripted:
    return Scripted(
        status,
        {"type": "x", "title": "x", "status": status, "code": code, "detail": detail, "request_id": "r-1"},
        {name.replace("_", "-"): value for name, value in headers.items()},
    )


def test_proof_covers_the_body_that_was_sent(ask: Ask) -> None:
    class Recorder(NullKeypair):
        signed: "list[bytes]" = []

        def sign(self, data: bytes) -> bytes:
            self.signed.append(data)
            return hashlib.sha512(data).digest()

    hotkey = Recorder()
    with ScriptedServer(Scripted(body={"a": 1})) as server:
        with S3Auth(server.url + "/", hotkey) as client:
            assert client.request("list-files", prefix="é", source=None) == {"a": 1}
    (received,) = server.received
    host = server.url[len("http://"):]
    assert received.path == "/list-files"
    assert json.loads(received.body) == {"prefix": "é", "audience": host}
    headers = received.headers
    assert headers["x-tao-version"] == "2" and headers["x-tao-signed-by"] == ADDRESS
    assert abs(int(headers["x-tao-timestamp"]) - time.time() * 1000) < 60_000
    text = f"{hashlib.sha256(received.body).hexdigest()}.{headers['x-tao-nonce']}.{headers['x-tao-timestamp']}"
    assert hotkey.signed == [text.encode()]
    assert headers["x-tao-signature"] == hashlib.sha512(text.encode()).hexdigest()


def test_each_attempt_has_a_new_proof(ask: Ask) -> None:
    with ScriptedServer(problem("storage_unavailable", 503), Scripted(502, b"<html>", content_type="text/html"), Scripted()) as server:
        assert ask(server.url) == {}
    assert len({received.headers["x-tao-nonce"] for received in server.received}) == 3


def test_attempts_are_bounded(ask: Ask) -> None:
    with ScriptedServer(problem("storage_unavailable", 503, "The store failed.")) as server:
        with pytest.raises(RefusedError) as raised:
            ask(server.url)
    assert len(server.received) == FAST.attempts
    assert (raised.value.code, raised.value.status, raised.value.detail, raised.value.request_id) == (
        "storage_unavailable", 503, "The store failed.", "r-1")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 501])
def test_permanent_refusals_are_not_retried(ask: Ask, status: int) -> None:
    with ScriptedServer(problem("access_denied", status)) as server:
        with pytest.raises(RefusedError):
            ask(server.url)
    assert len(server.received) == 1


def test_rate_limits_are_retried_more_often(ask: Ask) -> None:
    answers = [problem("rate_limited", 429, Retry_After="0")] * (FAST.attempts + 4)
    with ScriptedServer(*answers, Scripted(body={"a": 1})) as server:
        assert ask(server.url) == {"a": 1}


def test_retry_after_is_the_wait(ask: Ask) -> None:
    with ScriptedServer(problem("rate_limited", 429, Retry_After="1"), Scripted()) as server:
        begin = time.monotonic()
        ask(server.url, options=ClientOptions(first_wait=0.01))
        assert time.monotonic() - begin >= 1


def test_longer_retry_after_is_raised_at_once(ask: Ask) -> None:
    with ScriptedServer(problem("quota_exceeded", 429, Retry_After="3600")) as server:
        with pytest.raises(RefusedError) as raised:
            ask(server.url)
    assert raised.value.retry_after == 3600 and len(server.received) == 1


def test_broken_connections_are_retried(ask: Ask) -> None:
    with ScriptedServer(Scripted(body={"a": "b" * 100}, breaks_after=10), Scripted(delay=60.0), Scripted(body={"a": 1})) as server:
        assert ask(server.url, options=IMPATIENT) == {"a": 1}
    # On a busy machine, the last answer may be late too and be retried.
    assert 3 <= len(server.received) <= 10


def test_wrong_clock_is_corrected_once(ask: Ask) -> None:
    ahead = int(time.time()) + 5000
    refusal = problem("timestamp_expired", 400, f"The timestamp is too old. The server's time is {ahead}.")
    with ScriptedServer(refusal, Scripted(body={"a": 1})) as server:
        assert ask(server.url) == {"a": 1}
    first, second = (int(received.headers["x-tao-timestamp"]) / 1000 for received in server.received)
    assert abs(first - time.time()) < 60 and abs(second - ahead) < 60


def test_clock_stays_corrected() -> None:
    refusal = problem("timestamp_in_future", 400, f"The server's time is {int(time.time()) - 5000}.")
    with ScriptedServer(refusal, Scripted()) as server, S3Auth(server.url, NullKeypair(), options=FAST) as client:
        client.request("a")
        client.request("b")
    assert abs(int(server.received[-1].headers["x-tao-timestamp"]) / 1000 - time.time() + 5000) < 60


def test_second_refusal_of_the_clock_is_raised(ask: Ask) -> None:
    with ScriptedServer(problem("timestamp_expired", 400, f"The server's time is {int(time.time()) + 500}.")) as server:
        with pytest.raises(RefusedError) as raised:
            ask(server.url)
    assert raised.value.code == "timestamp_expired" and len(server.received) == 2


@pytest.mark.parametrize("detail", [f"The server's time is {int(time.time()) + 200_000}.", "The server's time is 9999999999.", "No time."])
def test_clock_is_not_moved_by_more_than_a_day(ask: Ask, detail: str) -> None:
    with ScriptedServer(problem("timestamp_expired", 400, detail, Date="Thu, 01 Jan 1970 00:00:10 GMT")) as server:
        with pytest.raises(RefusedError):
            ask(server.url)
    assert len(server.received) == 1


def test_redirect_is_not_followed(ask: Ask) -> None:
    with ScriptedServer(Scripted()) as other:
        with ScriptedServer(Scripted(307, headers={"Location": f"{other.url}/x?secret=1"})) as server:
            with pytest.raises(InvalidAnswerError, match="redirects to http://127.0.0.1") as raised:
                ask(server.url)
    assert not other.received and "secret" not in str(raised.value)


def test_netrc_and_cookies_are_not_sent(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with ScriptedServer(Scripted(503, headers={"Set-Cookie": "a=b"}), Scripted()) as server:
        ask(server.url)
    assert all("authorization" not in received.headers and "cookie" not in received.headers for received in server.received)


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"[" * 100_000, b"\xff", b'{"a": NaN'], ids=["html", "empty", "deep", "bytes", "cut"]
)
def test_answer_that_is_not_json_is_an_error(ask: Ask, body: bytes) -> None:
    with ScriptedServer(Scripted(body=body)) as server:
        with pytest.raises(InvalidAnswerError, match="not JSON"):
            ask(server.url)


def test_refusal_without_a_problem_has_a_sentence(ask: Ask) -> None:
    with ScriptedServer(Scripted(404, b"<html>", content_type="text/html")) as server:
        with pytest.raises(RefusedError) as raised:
            ask(server.url)
    assert raised.value.code == "unknown" and "404" in str(raised.value)


@pytest.mark.parametrize("body", [[], {"code": 1, "detail": [], "errors": 3}, b"{", b"[" * 60_000])
def test_malformed_problem_is_a_refusal(ask: Ask, body: Any) -> None:
    with ScriptedServer(Scripted(403, body)) as server:
        with pytest.raises(RefusedError) as raised:
            ask(server.url)
    assert raised.value.code == "unknown" and raised.value.errors == {}


def test_large_refusal_is_not_read(ask: Ask) -> None:
    with ScriptedServer(Scripted(403, b"x" * 1_000_000)) as server:
        with pytest.raises(InvalidAnswerError, match="more than 65536 bytes"):
            ask(server.url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://nonexistent.invalid", "PLAIN-HTTP-AS-HTTPS"])
def test_server_that_cannot_be_reached_is_an_error(ask: Ask, url: str) -> None:
    with ScriptedServer(Scripted()) as server:
        with pytest.raises(UnreachableError):
            ask(server.url.replace("http:", "https:") if url == "PLAIN-HTTP-AS-HTTPS" else url)


@pytest.mark.parametrize("transport", [RequestsTransport, HttpxTransport])
@pytest.mark.parametrize("place", ["refused", "stalled", "broken", "invalid", "tls"])
def test_error_of_a_transfer_contains_no_query(transport: Any, place: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "s3auth")
    with ScriptedServer(Scripted(body=b"x" * 100, breaks_after=10) if place == "broken" else Scripted(delay=60.0)) as server:
        url = {"refused": "http://127.0.0.1:1", "invalid": "ftp://127.0.0.1", "tls": server.url.replace("http:", "https:")}.get(
            place, server.url)
        request = Request("GET", url + "/bucket/key?X-Amz-Signature=secret", timeout=0.3 if place == "stalled" else 30.0)

        async def send() -> None:
            port = transport(connect_timeout=15.0)
            async with port.send(request) as answer:
                async for _ in answer.blocks():
                    pass

        with pytest.raises(TransportError) as raised:
            run_sync(send()) if transport is RequestsTransport else asyncio.run(send())
    shown = "".join(traceback.format_exception(raised.type, raised.value, raised.tb)) + repr(request) + caplog.text
    assert "secret" not in shown
    assert raised.value.is_transient == (place not in ("invalid", "tls"))


@pytest.mark.parametrize("path", ["/bucket/key?X-Amz-Algorithm=x&X-Amz-Signature=secret", "/listing/secret"])
def test_log_of_the_http_library_contains_no_grant(path: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with ScriptedServer(Scripted()) as server:

        async def send(port: Any) -> None:
            async with port.send(Request("GET", server.url + path)) as answer:
                async for _ in answer.blocks():
                    pass

        run_sync(send(RequestsTransport()))
        asyncio.run(send(HttpxTransport()))
        # Newer versions of httpx log like this.
        logging.getLogger("httpx").info('HTTP Request: %s %s "%s %d %s"', "GET", server.url + path, "HTTP/1.1", 200, "OK")
    assert "secret" not in caplog.text and "(hidden)" in caplog.text


@pytest.mark.skipif(not hasattr(os, "fork"), reason="This system does not fork processes.")
def test_forked_process_opens_its_own_connection() -> None:
    with ScriptedServer(Scripted()) as server, S3Auth(server.url, NullKeypair(), options=FAST) as client:
        client.request("list-files")
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                client.request("list-files")
            os._exit(0)
        os.waitpid(child, 0)
        client.request("list-files")
    parent, forked, again = (request.port for request in server.received)
    assert parent == again != forked


def test_client_is_not_pickled() -> None:
    for client in (S3Auth, AsyncS3Auth):
        with pytest.raises(TypeError, match="Open one in each process"):
            pickle.dumps(client("http://localhost", NullKeypair()))


@pytest.mark.parametrize(
    "url",
    ["", "localhost", "ftp://a", "https://", "https://user:secret@a", "https://a?b=1", "https://a#b", "http://[::1", "http://a:b", None],
)
def test_invalid_address_of_the_server_is_refused(url: Any) -> None:
    with pytest.raises(ValueError, match="url (is not valid|must be)") as raised:
        S3Auth(url, NullKeypair())
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "hotkey, message",
    [
        (None, "hotkey must be a key pair"),
        (ADDRESS, "hotkey must be a key pair"),
        (type("Wallet", (), {"hotkey": 1})(), "Pass wallet.hotkey"),
    ],
)
def test_invalid_hotkey_is_refused(hotkey: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        S3Auth("http://localhost", hotkey)


def test_coldkey_is_an_address_or_a_public_key() -> None:
    for coldkey in (ADDRESS, NullKeypair()):
        assert S3Auth("http://localhost", NullKeypair(), coldkey)._connection.coldkey == ADDRESS
    with pytest.raises(TypeError, match="Pass wallet.coldkeypub"):
        S3Auth("http://localhost", NullKeypair(), type("Wallet", (), {"hotkey": 1})())
    with pytest.raises(TypeError, match="coldkey must be an address"):
        S3Auth("http://localhost", NullKeypair(), 3)


@pytest.mark.parametrize("signature", [bytes(range(64)), bytearray(range(64)), bytes(range(64)).hex(), "0x" + bytes(range(64)).hex()])
def test_signature_may_be_bytes_or_hex(signature: Any) -> None:
    assert sign(type("Key", (), {"ss58_address": ADDRESS, "sign": lambda self, data: signature})(), b"x") == bytes(range(64))


@pytest.mark.parametrize("signature", [b"", bytes(63), "0x00", "zz" * 64, None, 3])
def test_other_signatures_are_refused(signature: Any) -> None:
    with pytest.raises(TypeError, match="64 bytes"):
        sign(type("Key", (), {"ss58_address": ADDRESS, "sign": lambda self, data: signature})(), b"x")


@pytest.mark.parametrize(
    "url, audience",
    [
        ("https://s3-auth.example.com", "s3-auth.example.com"),
        ("https://s3-auth.example.com:443/base", "s3-auth.example.com"),
        ("http://localhost:8000/", "localhost:8000"),
        ("http://example.org", "example.org:80"),
        ("https://EXAMPLE.org:8443", "example.org:8443"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("https://bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_audience_is_the_host_of_the_address(url: str, audience: str) -> None:
    assert audience_of(url) == audience


def test_structure_is_requested_every_ten_minutes_and_kept_while_the_server_is_down() -> None:
    structure: "dict[str, object]" = {
        "folder_layout": "hotkey", "folder_structure": "data/hotkey={hotkey}/", "description": "", "sources": [], "example_paths": [],
        "upload_flow": [], "min_bytes": 1, "max_bytes": 2, "upload_method": "POST",
    }
    with ScriptedServer(Scripted(body=structure), Scripted(body=dict(structure, max_bytes=3)), Scripted(500)) as server:
        with S3Auth(server.url, NullKeypair(), options=ClientOptions(attempts=1)) as client:
            seen = []
            for now in (0.0, 599.0, 600.0, 1200.0, 1300.0):
                client._connection._clock = lambda: now
                seen.append(run_sync(client._connection.structure())["max_bytes"])
    assert seen == [2, 2, 3, 3, 3]
    assert len(server.received) == 3


def test_quota_is_read_from_the_answer() -> None:
    headers = {
        "RateLimit": '"miner";r=98;t=43210, "files";r=99900;t=43210, "total";r=199998;t=43210',
        "RateLimit-Policy": '"miner";q=100;w=86400, "total";q=200000;w=86400',
    }
    with ScriptedServer(Scripted(headers=headers)) as server, S3Auth(server.url, NullKeypair(), options=FAST) as client:
        assert client.quota is None
        client.request("a")
        quota = client.quota
    assert quota is not None
    assert (quota.grants_left, quota.grants, quota.files_left) == (98, 100, 99900)
    assert abs(quota.resets_at - time.time() - 43210) < 60


def test_quota_resets_within_a_week() -> None:
    assert read_quota({"RateLimit": '"miner";r=1;t=99999999'}, 0.0) == QuotaStatus(1, None, None, 7 * 24 * 3600)


@pytest.mark.parametrize(
    "header",
    ["", '"total";r=1;t=1', '"miner"', '"miner";r=-1;t=1', "x" * 10_000, '"miner";r=1', '"miner";r=9999999999999999999;t=1'],
)
def test_other_quota_headers_are_ignored(header: str) -> None:
    assert read_quota({"RateLimit": header}, 0.0) is None


def test_answers_are_checked_against_their_types() -> None:
    file = {"key": "k", "size": 1, "last_modified": "t", "etag": "e"}
    page: "dict[str, object]" = {"files": [file], "expires_in_seconds": 1, "new": 1}
    assert id(check(page, models.FileList, "/list-files")) == id(page)
    broken_answers: "list[object]" = [
        [],
        {},
        dict(page, files={}),
        dict(page, files=[3]),
        dict(page, files=[dict(file, size=None)]),
        dict(page, expires_in_seconds="1"),
        dict(page, expires_in_seconds=True),
        dict(page, next_cursor=3),
    ]
    for broken in broken_answers:
        with pytest.raises(InvalidAnswerError, match="/list-files"):
            check(broken, models.FileList, "/list-files")


@pytest.mark.parametrize(
    "error", [RefusedError("a", "b", 403, "c", {"d": ["e"]}, 1.0), StoreError(403, "AccessDenied", "x"), UnreachableError("x")]
)
def test_errors_can_be_pickled(error: S3AuthError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error) and vars(copy) == vars(error) and str(copy) == str(error)


def test_both_clients_have_the_same_methods() -> None:
    def methods(kind: type) -> "dict[str, list[str]]":
        return {
            name: list(inspect.signature(one).parameters) for name, one in vars(kind).items() if callable(one) and not name.startswith("__")
        }

    only_sync = {"boto3_session"}
    assert {name: parameters for name, parameters in methods(S3Auth).items() if name not in only_sync} == methods(AsyncS3Auth)
