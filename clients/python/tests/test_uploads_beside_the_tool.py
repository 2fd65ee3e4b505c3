"""Uploads of the package and of `s3auth` continue and skip each other's, and servers with other abilities."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Callable, Optional

import pytest
from support.clients import OpenClient
from support.proxies import FailingProxy, Fault, Passed, always, answer
from support.servers import Server
from support.tool import Tool
from support.uploads import BehindProxy, make, paths, spent, takes_parts

from s3auth import ClientOptions, RefusedError, S3Auth, S3AuthError, UnacceptableFileError

MIB = 1024 * 1024
# The tool sends larger files in parts too.
LARGE = 70 * MIB
FAST = ClientOptions(attempts=2, first_wait=0.02, longest_wait=0.5)


def test_each_skips_what_the_other_uploaded(open_client: OpenClient, server: Server, tool: Tool, tmp_path: Path) -> None:
    miner = takes_parts(server).next_miner()
    client = open_client(server.url, miner.hotkey, options=FAST)
    ours = make(tmp_path / "ours", a=2000, sub__b=3000, large=LARGE)
    theirs = make(tmp_path / "theirs", c=2000, other__large=LARGE)

    assert len(client.upload_folder(ours, source="x").stored) == 3
    # `upload` compares times after a multipart upload, and these files are new; `sync --checksum` compares the parts.
    synced = tool.run_json("sync", str(ours), "--checksum", "--source", "x", server=server.url, account=miner)
    assert sorted(one["status"] for one in synced if one.get("type") == "file") == ["already_there"] * 3
    uploaded = tool.run_json("upload", str(ours / "a.bin"), str(ours / "sub"), "--source", "x", server=server.url, account=miner)
    assert [one["status"] for one in uploaded if one.get("path") == "a.bin"] == ["already_there"]

    tool.run("upload", str(theirs), "--source", "x", server=server.url, account=miner)
    # A client may keep a listing that cost grants.
    summary = open_client(server.url, miner.hotkey, options=FAST).upload_folder(theirs, source="x")
    assert paths(summary.unchanged) == ["c.bin", "other/large.bin"] and not summary.stored


@pytest.mark.stores("ceph")
@pytest.mark.parametrize("first", ["tool", "package"])
def test_multipart_upload_of_one_is_continued_by_the_other(
    open_client: OpenClient, behind_proxy: BehindProxy, tool: Tool, tmp_path: Path, first: str
) -> None:
    server, proxy = behind_proxy()
    miner = server.next_miner()
    path = make(tmp_path, large=LARGE) / "large.bin"

    def upload(by: str) -> None:
        if by == "tool":
            tool.run("upload", str(path), "--source", "x", server=server.url, account=miner, is_expected_to_fail=proxy.plan is not None)
        else:
            client = open_client(server.url, miner.hotkey, options=FAST)
            if proxy.plan is None:
                assert client.upload(path, source="x").status == "stored"
            else:
                with pytest.raises(S3AuthError):
                    client.upload(path, source="x")

    # This part is refused, so that both give up at once, but not before some others are stored.
    def plan(request: Passed) -> Optional[Fault]:
        if part_of(request) != "4":
            return None
        deadline = time.monotonic() + 20
        while sum(one.status == 200 for one in proxy.requests if part_of(one)) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        return answer(403, b"<Error><Code>AccessDenied</Code></Error>")

    proxy.plan = plan
    upload(first)
    sent = {part_of(request) for request in proxy.requests if request.status == 200 and part_of(request)}
    assert sent and "4" not in sent
    proxy.plan = None
    proxy.forget()
    upload("package" if first == "tool" else "tool")
    again = {part_of(request) for request in proxy.requests if part_of(request)}
    assert again == {"1", "2", "3", "4", "5"} - sent
    assert server.bucket.get(server.folder(miner) + "large.bin") == path.read_bytes()


def part_of(request: Passed) -> Optional[str]:
    return request.target.split("partNumber=")[1].split("&")[0] if "partNumber=" in request.target else None


def older(server: Server, **members: Any) -> Callable[[Passed], Optional[Fault]]:
    """Returns a plan with which a server looks like one without batches and multipart uploads."""
    structure = server.get("/structure-info")
    for name in [name for name in structure if name.startswith("supports_")]:
        del structure[name]
    structure.update(members)

    def plan(request: Passed) -> Optional[Fault]:
        if request.path == "/structure-info":
            return answer(200, json.dumps(structure).encode(), content_type="application/json")
        is_missing = request.path in ("/get-file-upload-urls", "/create-multipart-upload", "/list-my-files")
        return answer(404, b"{}", content_type="application/json") if is_missing else None

    return plan


@pytest.mark.stores("ceph", "swift")
def test_older_server(
    open_client: OpenClient, start_server: Callable[..., Server], failing_proxy: Callable[..., FailingProxy], tmp_path: Path
) -> None:
    proxy = failing_proxy()
    server = start_server(AUDIENCES=proxy.netloc)
    proxy.target, proxy.plan = server.url, older(server)
    miner = server.next_miner()
    client = open_client(proxy.url, miner.hotkey, options=ClientOptions(attempts=2, first_wait=0.02, multipart_above=MIB))
    path = make(tmp_path, a=2 * MIB) / "a.bin"
    if server.upload_method == "POST":
        assert paths(client.upload_folder(tmp_path, "sub").stored) == ["sub/a.bin"]
        assert paths(client.upload_folder(tmp_path, "sub").unchanged) == ["sub/a.bin"]
    assert client.upload(path).status == "stored"
    assert client.upload(path, overwrite=False).status == "exists"
    if server.upload_method == "PUT":
        # They refuse a file that exists, and paths.
        with pytest.raises(RefusedError) as refused:
            client.upload(path)
        assert refused.value.code == "file_exists"
        with pytest.raises(UnacceptableFileError):
            client.upload(path, "sub/a.bin")
    assert server.bucket.get(server.folder(miner) + "a.bin") == path.read_bytes()


@pytest.mark.stores("ceph")
def test_server_that_changed_to_puts(
    open_client: OpenClient, start_server: Callable[..., Server], failing_proxy: Callable[..., FailingProxy]
) -> None:
    proxy = failing_proxy()
    server = start_server(AUDIENCES=proxy.netloc)
    proxy.target = server.url
    problem = json.dumps({"code": "folder_upload_unsupported", "detail": "Use another one.", "status": 409}).encode()
    proxy.plan = always(answer(409, problem, content_type="application/problem+json"), only=lambda one: one.path == "/get-folder-access")
    client = open_client(proxy.url, server.next_miner().hotkey, options=FAST)
    assert client.upload_bytes(b"0" * 2000, "a.bin").status == "stored"


@pytest.mark.stores("ceph")
def test_listing_by_the_server_is_followed(open_client: OpenClient, start_server: Callable[..., Server], tmp_path: Path) -> None:
    server = start_server(LISTING_REDIRECT="true")
    client = open_client(server.url, server.next_miner().hotkey, options=FAST)
    folder = make(tmp_path, a=2000)
    client.upload_folder(folder)
    assert spent(client, lambda: client.upload_folder(folder)) == 0


def test_grants_of_many_runs(open_client: OpenClient, server: Server, tmp_path: Path) -> None:
    """What docs/python.md says about the costs."""
    client = open_client(server.url, server.next_miner().hotkey, options=FAST)
    has_forms = server.upload_method == "POST"
    folder = make(tmp_path, a=2000, b=2000)
    # The folder grant or the listing, and a batch.
    assert spent(client, lambda: client.upload_folder(folder)) == 2
    assert spent(client, lambda: [client.upload_folder(folder) for _ in range(288)]) == 0
    make(folder, c=2000)
    assert spent(client, lambda: client.upload_folder(folder)) == 1
    assert spent(client, lambda: client.upload(folder / "a.bin")) == (0 if has_forms else 1)
