"""The fixtures themselves, without the package."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
import urllib.error
import urllib.request
import uuid
from typing import Any, Callable
from urllib.parse import urlsplit

import pytest

from support.accounts import Account, Signer
from support.proxies import FailingProxy
from support.servers import Harness, Server
from support.tool import Tool


def post(server: Server, account: Account, path: str, **members: Any) -> Any:
    """Sends a request with a proof by Tao v2."""
    body = json.dumps({**members, "audience": urlsplit(server.url).netloc}).encode()
    nonce, timestamp = str(uuid.uuid4()), str(int(time.time() * 1000))
    signature = account.hotkey.sign(f"{hashlib.sha256(body).hexdigest()}.{nonce}.{timestamp}".encode())
    headers = {
        "Content-Type": "application/json",
        "X-Tao-Version": "2",
        "X-Tao-Timestamp": timestamp,
        "X-Tao-Nonce": nonce,
        "X-Tao-Signed-By": account.hotkey.ss58_address,
        "X-Tao-Signature": "0x" + signature.hex(),
    }
    try:
        with urllib.request.urlopen(urllib.request.Request(server.url + path, body, headers), timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            pytest.fail(f"{error.code} {error.read().decode()}")


def test_signatures_are_fast(signer: Signer) -> None:
    keypair = signer.new_keypair()
    assert len(keypair.sign(b"text")) == 64
    started = time.perf_counter()
    for _ in range(100):
        keypair.sign(b"text")
    # Usually 0.1 s.
    assert time.perf_counter() - started < 30


@pytest.mark.stores("embedded", "ceph", "swift")
def test_server_knows_the_accounts_and_shows_the_bucket(server: Server) -> None:
    miner = server.next_miner()
    key = server.folder(miner) + "a.bin"
    server.bucket.put(key, b"content")

    listed = post(server, server.validator, "/list-files", miner_coldkey=miner.coldkey.ss58_address)

    assert [file["key"] for file in listed["files"]] == [key]
    with urllib.request.urlopen(listed["files"][0]["download_url"], timeout=60) as answer:
        assert answer.read() == b"content"


def test_upload_method_depends_on_the_store(server: Server) -> None:
    assert server.upload_method == ("POST" if server.store == "ceph" else "PUT")
    target = post(server, server.next_miner(), "/get-file-upload-url", filename="a.bin", size=2048)
    assert target["method"] == server.upload_method
    assert server.get("/structure-info")["supports_session_credentials"] == server.has_sessions == (server.store == "ceph")


@pytest.mark.stores("ceph")
def test_sessions_are_issued(server: Server) -> None:
    assert post(server, server.next_miner(), "/get-session-credentials")["bucket"] == server.bucket.name


@pytest.mark.stores("swift")
def test_layouts(hotkey_server: Server, start_server: Callable[..., Server]) -> None:
    own = start_server(FOLDER_LAYOUT="data/{netuid}/{hotkey}/")
    for server in (hotkey_server, own):
        miner = server.next_miner()
        target = post(server, miner, "/get-file-upload-url", filename="a.bin", job_id="1", size=2048)
        assert target["s3_key"] == server.folder(miner) + "job_id=1/a.bin"


@pytest.mark.stores("ceph")
def test_proxies_stand_before_the_store_and_the_server(
    start_server: Callable[..., Server], failing_proxy: Callable[..., FailingProxy], harness: Harness
) -> None:
    before_store, before_server = failing_proxy(harness.store("ceph").endpoint), failing_proxy()
    server = start_server(S3_PUBLIC_ENDPOINT=before_store.url, AUDIENCES=before_server.netloc)
    before_server.target = server.url
    miner = server.next_miner()
    key = server.folder(miner) + "a.bin"
    server.bucket.put(key, b"content")

    listed = post(dataclasses.replace(server, url=before_server.url), miner, "/list-my-files")

    with urllib.request.urlopen(listed["files"][0]["download_url"], timeout=60) as answer:
        assert answer.read() == b"content"
    assert [one.path for one in before_server.requests] == ["/list-my-files"]
    # The server itself also sends requests to the endpoint of clients, to test it.
    reads = [one.sent for one in before_store.requests if one.path == f"/{server.bucket.name}/{key}"]
    assert reads == [len(b"content")]


@pytest.mark.stores("ceph")
def test_tool_uses_the_accounts(server: Server, tool: Tool) -> None:
    miner = server.next_miner()
    file = tool.folder / "a.bin"
    file.write_bytes(b"0" * 4096)
    tool.run("upload", str(file), "--source", "x", server=server.url, account=miner)
    assert server.bucket.get(server.folder(miner) + "a.bin") == b"0" * 4096
