"""What hostile miners, servers, stores and other accounts of the machine cannot do: hang a client, mislead it, or get a secret."""

from __future__ import annotations

import asyncio
import dataclasses
import http.server
import logging
import os
import re
import threading
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import pytest
from s3auth import (
    ChangedFileError, ClientOptions, InvalidAnswerError, ListingError, RefusedError, RemoteFile, S3Auth, S3AuthError, StoreError,
    UnwritableFileError,
)
from s3auth._core.connection import FolderTemplate
from s3auth._core.httpx_transport import HttpxTransport
from s3auth._core.part_files import ENDING
from s3auth._core.requests_transport import RequestsTransport, run_sync
from s3auth._core.store import Store, _redirect_of, is_etag
from s3auth._core.transport import Request, TransportError
from s3auth.compat.validator_blocking import ValidatorS3Access
from support.clients import OpenClient
from support.scripted import Received, Scripted, ScriptedServer
from support.service import OTHER_OWNER, OWNER, NullKeypair, Service, Stored, store_error

FAST = ClientOptions(attempts=2, first_wait=0.01, longest_wait=0.05, answer_timeout=30.0, stall_timeout=30.0)
KEY = f"data/x/{OWNER}/file.bin"
GRANT = "X-Amz-Algorithm=a&X-Amz-Signature=secret"


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as service:
        service.files[KEY] = Stored(b"content" * 200)
        yield service


@pytest.fixture
def client(open_client: OpenClient, service: Service) -> S3Auth:
    return open_client(service.url, NullKeypair(), options=FAST)


def listed(client: S3Auth) -> RemoteFile:
    return next(iter(client.list_files(OWNER)))


# Miners


@pytest.mark.parametrize(
    "pattern, name",
    [
        ("*-*-*-*.parquet", "-" * 1000),
        ("**/*-*-*-*.parquet", "/".join(["-" * 250] * 4)),
        ("**/x/**/y/**/z/*.parquet", "x/y/" * 250),
        ("**a**b**c**d**e", "abcd" * 250),
    ],
)
def test_name_that_a_pattern_divides_in_many_ways_does_not_hang(pattern: str, name: str) -> None:
    pytest.importorskip("fsspec")
    from s3auth._filesystem.globs import translate

    begin = time.monotonic()
    assert translate(pattern).fullmatch(name) is None
    assert time.monotonic() - begin < 60


@pytest.mark.parametrize(
    "pattern, name, matches",
    [
        ("*a*b", "aab", True), ("*a*b", "ab/b", False), ("**/a/*b", "a/a/b", True), ("a/**/b", "a/b", True), ("a/**/b", "a/x/y/b", True),
        ("a/**/b*c*/**/d", "a/bc/x/bcc/d", True), ("a**b*c", "ab/bc", True), ("**/b", "ab", False),
        ("a**", "a/b/c", True), ("*", "a/b", False),
    ],
)
def test_pattern_matches_names(pattern: str, name: str, matches: bool) -> None:
    pytest.importorskip("fsspec")
    from s3auth._filesystem.globs import translate

    assert (translate(pattern).fullmatch(name) is not None) == matches


# Servers


def test_source_that_leads_out_of_the_folder_is_a_name_in_it(open_client: OpenClient, tmp_path: Path) -> None:
    with Service(sources=("..", "x", "c:d")) as service:
        for source in ("..", "c:d", "x"):
            service.files[f"data/{source}/{OWNER}/file"] = Stored(b"a")
        # The HTTP library removes the dots from the path of the URL.
        service.answer_store = lambda key, request: Scripted(200, b"a")
        open_client(service.url, NullKeypair(), options=FAST).download(OWNER, tmp_path / "down").raise_for_failures()
    assert [one.name for one in tmp_path.iterdir()] == ["down"]
    names = sorted(one.relative_to(tmp_path / "down").as_posix() for one in tmp_path.rglob("file"))
    assert names == ["%2E%2E/file", "c%3Ad/file", "x/file"]


@pytest.mark.parametrize(
    "template",
    [
        "data/", "data/{hotkey}/{hotkey}/", "data/{hotkey}/{coldkey}/", "{source}{source}/{hotkey}/", "{netuid}" * 30 + "/{hotkey}/",
        "d/{hotkey}",
    ],
)
def test_layout_that_no_server_has_is_an_invalid_answer(client: S3Auth, service: Service, template: str) -> None:
    service.template = template
    with pytest.raises(InvalidAnswerError, match="folder_structure"):
        list(client.list_files(OWNER))


@pytest.mark.parametrize("template", ["data/{source}/{coldkey}/", "data/hotkey={hotkey}/", "data/{netuid}/{hotkey}/"])
def test_layout_of_a_server_is_valid(template: str) -> None:
    assert FolderTemplate(template, ("x",)).is_valid


def test_cursor_that_is_not_text_is_a_listing_error(client: S3Auth, service: Service) -> None:
    service.change_list = lambda answer, number: {**answer, "next_cursor": "\ud800"}
    with pytest.raises(ListingError, match="cursor"):
        list(client.list_files(OWNER))


@pytest.mark.parametrize("location", ["http://[::1", "http://a\x1b[31mb/", "//", "\x1b]0;x\x07"])
def test_redirect_to_no_address_is_an_invalid_answer(client: S3Auth, service: Service, location: str) -> None:
    service.answer_server = lambda path, body: Scripted(302, headers={"Location": location})
    with pytest.raises(InvalidAnswerError, match="redirects[.]") as raised:
        client.request("list-files")
    assert "\x1b" not in str(raised.value)


@pytest.mark.parametrize("name", ["Content-Length", "Retry-After"])
def test_number_in_other_digits_is_no_number(open_client: OpenClient, name: str) -> None:
    with OneAnswer(f"HTTP/1.1 403 No\r\n{name}: \u00b2\r\nConnection: close\r\n\r\nx".encode("latin-1")) as url:
        with pytest.raises(S3AuthError):
            open_client(url, NullKeypair(), options=FAST).request("list-files")


def test_refusal_cannot_write_to_a_terminal(client: S3Auth, service: Service) -> None:
    body = {"code": "a\x1b[2J", "detail": "No.\r\nERROR: \u202eevil", "request_id": "1\n2"}
    service.answer_server = lambda path, body_: Scripted(403, body)
    with pytest.raises(RefusedError) as raised:
        client.request("list-files")
    shown = f"{raised.value}{raised.value.code}{raised.value.detail}{raised.value.request_id}"
    assert shown.isprintable() and "No." in shown


@pytest.mark.parametrize("seconds", [0, -1, 1, 10**30])
@pytest.mark.parametrize("refuses", [False, True])
def test_upload_grants_that_end_at_once_end_the_upload(
    client: S3Auth, service: Service, tmp_path: Path, seconds: int, refuses: bool
) -> None:
    (tmp_path / "a.bin").write_bytes(b"a" * 2000)
    uploads = UploadService(service, seconds, refuses)
    if refuses:
        with pytest.raises(StoreError):
            client.upload(tmp_path / "a.bin", overwrite=False)
        assert client.upload_folder(tmp_path, overwrite=False).failed
    else:
        assert client.upload(tmp_path / "a.bin", overwrite=False).status == "stored"
        assert client.upload_folder(tmp_path, overwrite=False).stored
    assert uploads.count <= 8


@pytest.mark.parametrize("seconds", [0, 10**30])
def test_form_that_ends_at_once_ends_the_upload(client: S3Auth, service: Service, seconds: int) -> None:
    uploads = UploadService(service, seconds, refuses=True)
    with pytest.raises(StoreError):
        client.upload_bytes(b"a" * 2000, "a.bin")
    assert uploads.count <= 2


@pytest.mark.parametrize("seconds", [0, 10**30])
def test_part_urls_that_end_at_once_end_the_upload(open_client: OpenClient, service: Service, seconds: int) -> None:
    uploads = UploadService(service, seconds, refuses=True)
    client = open_client(service.url, NullKeypair(), options=dataclasses.replace(FAST, multipart_above=1000))
    with pytest.raises(StoreError):
        client.upload_bytes(b"a" * 2000, "a.bin")
    assert uploads.count <= 4


@pytest.mark.parametrize("size, count", [(0, 2), (-1000, 2), (1, 10**18), (1, 2000), (10**18, 2), (1000, 3), (1000, 0), (1000, -2)])
def test_parts_that_are_not_those_of_the_file_are_an_invalid_answer(
    open_client: OpenClient, service: Service, size: int, count: int
) -> None:
    uploads = UploadService(service, 3600, refuses=False)
    uploads.changes = {"part_size": size, "part_count": count}
    client = open_client(service.url, NullKeypair(), options=dataclasses.replace(FAST, multipart_above=1000))
    with pytest.raises(InvalidAnswerError, match="parts"):
        client.upload_bytes(b"a" * 1999 if count != 2000 else b"a" * 1998, "a.bin")
    assert not service.reads


@pytest.mark.parametrize("name", ["Authorization", "Cookie", "Host", "X-Tao-Signature", "x-amz"])
def test_header_that_is_not_for_the_store_is_not_sent(client: S3Auth, service: Service, name: str) -> None:
    UploadService(service, 3600, refuses=False).headers = {name: "a"}
    with pytest.raises(InvalidAnswerError, match="headers"):
        client.upload_bytes(b"a" * 2000, "a.bin", overwrite=False)
    assert not service.reads


def test_stored_files_that_do_not_end_end_the_upload(client: S3Auth, service: Service, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"a" * 2000)
    UploadService(service, 3600, refuses=False, upload_method="PUT")
    service.change_list = lambda answer, number: {**answer, "files": [], "next_cursor": str(number)}
    with pytest.raises(ListingError, match="does not end"):
        client.upload_folder(tmp_path)


@pytest.mark.parametrize("endpoint", ["file:///etc/passwd", "ftp://host/", "", "http://", "http://me:secret@host", "https://a\r\nb"])
def test_session_credentials_of_no_store_are_refused(client: S3Auth, service: Service, endpoint: str) -> None:
    answer: Dict[str, Any] = {
        "access_key_id": "a", "secret_access_key": "secret", "session_token": "secret", "expiration": "2030-01-01T00:00:00+00:00",
        "endpoint": endpoint, "region": "r", "bucket": "b", "addressing": "path", "prefixes": [], "actions": [], "not_enforced": [],
    }
    service.answer_server = lambda path, body: Scripted(body=answer)
    with pytest.raises(InvalidAnswerError, match="endpoint") as raised:
        client.session_credentials()
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("urls, seconds", [({"sources": 3}, 3600), ({"sources": ["x"]}, 3600), ({}, 10**400), ({}, -(10**400))])
def test_drop_in_survives_access_that_makes_no_sense(service: Service, urls: Any, seconds: int) -> None:
    service.answer_server = lambda path, body: Scripted(body={"expiry_seconds": seconds, "urls": urls})
    access = ValidatorS3Access(type("Wallet", (), {"hotkey": NullKeypair()})(), service.url, options=FAST)
    assert access.ensure_access() == (urls == {})


# Stores


@pytest.mark.parametrize("has_etag", [False, True])
def test_store_that_sends_more_than_the_file_does_not_fill_the_disk(
    client: S3Auth, service: Service, tmp_path: Path, has_etag: bool
) -> None:
    file = listed(client)
    headers = {"ETag": f'"{file.etag}"'} if has_etag else {}
    service.answer_store = lambda key, request: Scripted(200, b"content" * 200 + b"x" * (3 << 20), headers)
    # With an ETag, the answer could be a newer version, but its MD5 is another one.
    with pytest.raises(ChangedFileError, match="MD5" if has_etag else "more than the listed"):
        client.download_file(file, tmp_path / "down" / "file")
    assert list((tmp_path / "down").iterdir()) == []


@pytest.mark.parametrize("text, expected", [("0" * 32, True), ("", True), ('a"b', False), ("a\r\nb", False), ("\u00e9", False), (3, False)])
def test_etag_can_be_sent_in_a_header(text: object, expected: bool) -> None:
    assert is_etag(text) == expected


def test_answer_to_an_upload_that_does_not_end_is_not_read(client: S3Auth, service: Service) -> None:
    UploadService(service, 3600, refuses=False)
    service.answer_store = lambda key, request: Scripted(200, b"x" * (64 << 20), breaks_after=1 << 20)
    assert client.upload_bytes(b"a" * 2000, "a.bin").status == "stored"


@pytest.mark.parametrize("modified", ["Mon, 01 Jan 0001 00:00:00 +2300", "Mon, 01 Jan 99999 00:00:00 GMT", "never"])
def test_time_that_does_not_exist_is_ignored(client: S3Auth, service: Service, tmp_path: Path, modified: str) -> None:
    file = listed(client)
    service.files[KEY] = Stored(b"other", headers={"Last-Modified": modified})
    assert client.download_file(file, tmp_path / "file").status == "downloaded"
    assert (tmp_path / "file").read_bytes() == b"other"


# Other accounts


@pytest.mark.parametrize("kind", ["pipe", "second name"])
def test_part_that_is_not_a_file_of_its_own_is_not_written(client: S3Auth, service: Service, tmp_path: Path, kind: str) -> None:
    folder, other = tmp_path / "down", tmp_path / "other"
    folder.mkdir()
    file = listed(client)
    service.answer_store = lambda key, request: dataclasses.replace(service._read(key, request), breaks_after=10)
    with pytest.raises(S3AuthError):
        client.download_file(file, folder / "file")
    (part,) = folder.iterdir()
    assert part.name.endswith(ENDING)
    part.unlink()
    other.write_bytes(b"keep" * 1000)
    os.mkfifo(part) if kind == "pipe" else os.link(other, part)
    service.answer_store = lambda key, request: None
    with pytest.raises(UnwritableFileError, match="not a file of its own"):
        client.download_file(file, folder / "file")
    assert other.read_bytes() == b"keep" * 1000


# A library that gets the address of the next request ready reads the whole body before.
@pytest.mark.parametrize("transport", [RequestsTransport, HttpxTransport])
@pytest.mark.parametrize("follow_redirects", [False, True])
def test_body_of_a_redirect_is_not_read(transport: Any, follow_redirects: bool) -> None:
    store = Store(transport(), FAST)
    with ScriptedServer(Scripted(307, b"x" * (8 << 20), {"Location": "/again"}, delay=0.0, breaks_after=1 << 20)) as server:

        async def read() -> None:
            async with store.send("GET", server.url, follow_redirects=follow_redirects):
                pass

        with pytest.raises(StoreError) as raised:
            run_sync(read()) if transport is RequestsTransport else asyncio.run(read())
    assert raised.value.status == 307 and len(server.received) == (6 if follow_redirects else 1)


@pytest.mark.parametrize("location", ["http://a/", "ftp://a/", "http://[", "https://me:secret@a/"])
def test_redirect_to_less_than_the_store_is_not_followed(location: str) -> None:
    answer = type("Moved", (), {"status": 307, "headers": {"Location": location}})()
    assert _redirect_of("https://store/list?X-Amz-Signature=secret", answer) is None


# Secrets


@pytest.mark.parametrize("transport", [RequestsTransport, HttpxTransport])
def test_redirect_does_not_bring_credentials_of_netrc(transport: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\ndefault login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with ScriptedServer(Scripted()) as target:
        location = target.url.replace("127.0.0.1", "localhost") + "/page"
        with ScriptedServer(Scripted(307, headers={"Location": location})) as server:
            store = Store(transport(), FAST)

            async def read() -> None:
                async with store.send("GET", server.url + "/list", follow_redirects=True) as answer:
                    async for _ in answer.blocks():
                        pass

            run_sync(read()) if transport is RequestsTransport else asyncio.run(read())
    (received,) = target.received
    assert "authorization" not in received.headers


@pytest.mark.parametrize("transport", [RequestsTransport, HttpxTransport])
@pytest.mark.parametrize("fault", ["refused", "slow", "broken", "header"])
def test_no_part_of_an_error_has_the_url_or_the_proof(transport: Any, fault: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answer = {
        "slow": Scripted(delay=60.0), "broken": Scripted(body=b"x" * 100, breaks_after=10),
    }.get(fault, Scripted())
    with ScriptedServer(answer) as server:
        headers = {"X-Tao-Signature": "secret", **({"x-amz-a": "a\r\nb"} if fault == "header" else {})}
        url = f"{'http://127.0.0.1:1' if fault == 'refused' else server.url}/key?{GRANT}"
        with pytest.raises(TransportError) as raised:
            drive(transport, Request("GET", url, headers, timeout=0.3))
    chain: List[BaseException] = [raised.value]
    for one in chain:
        chain += [other for other in (one.__cause__, one.__context__) if other is not None and other not in chain]
    assert "secret" not in "".join(f"{one}{one!r}{one.args}{vars(one)}" for one in chain) + caplog.text
    assert all(not hasattr(one, "request") for one in chain)


@pytest.mark.parametrize("name", ["urllib3.connection", "urllib3.connectionpool", "httpx", "httpcore.http11"])
def test_log_of_a_library_hides_grants(name: str, caplog: pytest.LogCaptureFixture) -> None:
    RequestsTransport()
    asyncio.run(opened())
    caplog.set_level(logging.DEBUG)
    logging.getLogger(name).warning("Failed to parse headers (url=%s): %s", f"https://store/key?{GRANT}", "x")
    assert "secret" not in caplog.text and "(hidden)" in caplog.text


# Processes


@pytest.mark.skipif(not hasattr(os, "fork"), reason="This system has no fork.")
def test_forked_process_does_not_use_the_connections_of_its_parent() -> None:
    ports: List[int] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            ports.append(self.client_address[1])
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:
            """Logs nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    transport = RequestsTransport()
    request = Request("GET", f"http://127.0.0.1:{server.server_address[1]}/")
    run_sync(send(transport, request))
    child = os.fork()
    if child == 0:
        try:
            run_sync(send(transport, request))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    run_sync(send(transport, request))
    server.shutdown()
    server.server_close()
    assert len(ports) == 3 and ports[0] == ports[2] != ports[1]


class OneAnswer:
    """Gives the same bytes to every request."""

    def __init__(self, answer: bytes) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                """Logs nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class UploadService:
    """Lets a scripted service grant uploads that end after some seconds, and its store refuse them."""

    def __init__(self, service: Service, seconds: int, refuses: bool, upload_method: str = "POST") -> None:
        self.count = 0
        """The number of grants."""
        self.headers: Dict[str, str] = {}
        """The headers of each upload."""
        self.changes: Dict[str, Any] = {}
        """Other members of each answer."""
        self._service = service
        self._seconds = seconds
        self._upload_method = upload_method
        service.answer_server = self._answer
        if refuses:
            service.answer_store = lambda key, request: store_error(403, "AccessDenied")
        else:
            service.answer_store = lambda key, request: Scripted(200, b"") if request.method != "GET" else None

    def _answer(self, path: str, body: Dict[str, Any]) -> Any:
        if path == "/structure-info":
            structure: Any = self._service._serve(path, body).body
            return Scripted(body={**structure, "upload_method": self._upload_method})
        answers: Dict[str, Callable[[], Any]] = {
            "/get-file-upload-urls": lambda: {
                "bucket": "b", "expiry": "2030-01-01T00:00:00+00:00", "sha256_enforced": True, "size_enforced": True,
                "write_once": True, "existing": [], "refused": {}, "files": {
                    one["path"]: {
                        "s3_key": one["path"], "method": "PUT", "url": f"{self._service.url}/store/{one['path']}", "headers": self.headers,
                        "expires_in_seconds": self._seconds,
                    }
                    for one in body["files"]
                },
            },
            "/get-folder-access": lambda: {
                "folder": f"data/x/{OTHER_OWNER}/", "method": "POST", "url": f"{self._service.url}/store/", "fields": {"policy": "p"},
                "list_url": "", "expiry": "2030-01-01T00:00:00+00:00", "expiry_seconds": self._seconds, "min_bytes": 1024,
                "max_bytes": 1 << 30, "structure_info": {"folder_structure": "", "description": ""},
            },
            "/create-multipart-upload": lambda: {
                "upload_id": "u", "s3_key": "k", "part_size": 1000, "part_count": 2, "resumed": False, "write_once": True,
                "expiry": "2030-01-01T00:00:00+00:00",
            },
            "/sign-upload-parts": lambda: {
                "s3_key": "k",
                "parts": [
                    {"part_number": one, "size": 1000, "url": f"{self._service.url}/store/{one}"} for one in body["part_numbers"]
                ],
                "expires_in_seconds": self._seconds,
            },
        }
        if path not in answers:
            return None
        self.count += 1
        assert self.count < 100, "The client asks for ever."
        return Scripted(body={**answers[path](), **self.changes})


async def send(transport: Any, request: Request) -> None:
    async with transport.send(request) as answer:
        async for _ in answer.blocks():
            pass


async def opened() -> None:
    await HttpxTransport().close()


def drive(transport: Any, request: Request) -> None:
    if transport is RequestsTransport:
        run_sync(send(transport(connect_timeout=0.5), request))
    else:
        asyncio.run(send(transport(connect_timeout=0.5), request))
