"""Files go from the command line tool to the package and back, and each of the two resumes the other's downloads."""

from __future__ import annotations

import os
import re
import urllib.request
from pathlib import Path
from typing import Callable, Dict

import pytest
from s3auth import ClientOptions, S3Auth, UnreachableStoreError
from support.accounts import Account
from support.clients import OpenClient, open_any
from support.proxies import FailingProxy, Passed, always, drop, one_in, slow_down, truncate
from support.servers import Harness, Server
from support.tool import Tool

NAMES = [
    "plain.bin", "sub/folder/a.bin", "größe 数据 🙂.bin", "100% [x] {y} #1 &=+;,!'()@$^`~.bin", "con.txt", "COM1", "x -",
    "é/e\u0301.bin", "\u202etxt.exe", "a%2Fb", "q?uery*<|>\":.bin", "y" * 200,
]


def write_tree(folder: Path) -> Dict[str, bytes]:
    contents = {name: (name.encode() * 2000)[: 1500 + number] for number, name in enumerate(NAMES)}
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return contents


def tree(folder: Path) -> Dict[str, bytes]:
    """The names and contents of all files."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_trees_of_both_downloads_are_identical(server: Server, tool: Tool, tmp_path: Path) -> None:
    miner = server.next_miner()
    owner = server.owner(miner)
    contents = write_tree(tmp_path / "up")
    tool.run("upload", str(tmp_path / "up"), "--source", "x", server=server.url, account=miner)
    # Keys that no local file can have, or that the tool does not upload.
    for path in ("a", "a/b", "tab\there", "line\nend", ".hidden", "trailing/ ", "double//slash", "back\\slash"):
        contents[path] = path.encode() * 300
        server.bucket.put(server.folder(miner) + path, contents[path])
    server.bucket.put(server.folder(miner, "reddit") + "other.bin", b"other")
    by_tool = tmp_path / "by-tool"
    # One at a time, because "a" and "a/b" cannot both have their names: the later one gets another.
    tool.run("download", "--miner", owner, "--to", str(by_tool), "--parallel", "1", server=server.url, account=server.validator)

    for kind in ("sync", "async"):
        by_package = tmp_path / kind
        client = open_any(kind, server.url, server.validator.hotkey, options=ClientOptions(parallel=1))
        summary = client.download(owner, by_package)

        assert not summary.failed and len(summary.downloaded) == len(contents) + 1
        assert tree(by_package) == tree(by_tool)
        assert sorted(tree(by_package / "x").values()) == sorted(contents.values())
        # Each program sees that the other's files are there.
        assert len(client.download(owner, by_tool).unchanged) == len(contents) + 1
        client.close()
    records = tool.run_json("download", "--miner", owner, "--to", str(tmp_path / "sync"), server=server.url, account=server.validator)
    assert {one["status"] for one in records if one["type"] == "file"} == {"already_there"}
    # A miner's own files, of one source.
    with S3Auth(server.url, miner.hotkey) as own:
        own.download(to=tmp_path / "own", source="x", select=lambda file: file.path in NAMES)
    assert sorted(tree(tmp_path / "own").values()) == sorted(contents[name] for name in NAMES)


@pytest.mark.stores("ceph")
def test_each_program_resumes_the_downloads_of_the_other(
    start_server: Callable[..., Server], harness: Harness, failing_proxy: Callable[..., FailingProxy], tool: Tool, store: str,
    tmp_path: Path,
) -> None:
    proxy = failing_proxy(harness.store(store).endpoint)
    server = start_server(S3_PUBLIC_ENDPOINT=proxy.url)
    content = os.urandom(3_000_000)
    for is_tool_first in (True, False):
        miner = server.next_miner()
        server.bucket.put(server.folder(miner) + "big.bin", content)
        target = tmp_path / str(is_tool_first)
        client = S3Auth(server.url, server.validator.hotkey, options=ClientOptions(attempts=1))

        # The server checks its store through the proxy too.
        def is_download(request: Passed) -> bool:
            return request.path.endswith("/big.bin")

        def run_tool(is_expected_to_fail: bool) -> None:
            tool.run("download", "--miner", server.owner(miner), "--to", str(target / "x"), "--source", "x",
                     server=server.url, account=server.validator, is_expected_to_fail=is_expected_to_fail)

        def run_package() -> None:
            client.download(server.owner(miner), target / "x", source="x").raise_for_failures()

        proxy.plan = always(truncate(0.4), only=is_download)
        if is_tool_first:
            run_tool(is_expected_to_fail=True)
        else:
            with pytest.raises(UnreachableStoreError):
                run_package()
        (part,) = (target / "x").iterdir()
        assert part.name.endswith(".s3auth-part") and part.stat().st_size >= 1_000_000
        have = part.stat().st_size
        proxy.plan = None
        proxy.forget()
        if is_tool_first:
            run_package()
        else:
            run_tool(is_expected_to_fail=False)

        assert [one.headers.get("range") for one in proxy.requests if is_download(one)] == [f"bytes={have}-"]
        assert (target / "x" / "big.bin").read_bytes() == content
        assert [path.name for path in (target / "x").iterdir()] == ["big.bin"]
        client.close()


def post_raw_key(server: Server, miner: Account, name: bytes, content: bytes) -> None:
    """Uploads a file by a form, whose key is bytes."""
    with S3Auth(server.url, miner.hotkey) as client:
        grant = client.request("get-folder-access", source="x")
    boundary = b"b0undary"
    fields = {field: str(value).encode() for field, value in grant["fields"].items()}
    fields["key"] = grant["folder"].encode() + name
    body = b"".join(
        b"--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n" % (boundary, field.encode(), value)
        for field, value in fields.items()
    )
    body += b"--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n%s\r\n--%s--\r\n" % (boundary, content, boundary)
    request = urllib.request.Request(grant["url"], body, {"Content-Type": f"multipart/form-data; boundary={boundary.decode()}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status in (200, 201, 204)


@pytest.mark.stores("ceph")
def test_keys_that_are_not_utf8_are_listed(open_client: OpenClient, server: Server, tool: Tool, tmp_path: Path) -> None:
    miner = server.next_miner()
    post_raw_key(server, miner, b"good.bin", b"x" * 2000)
    for name in (b"k\xff", b"k\xfe", b"dir\xc3/a"):
        post_raw_key(server, miner, name, name * 1000)
    client = open_client(server.url, server.validator.hotkey)

    files = list(client.list_files(server.owner(miner), source="x"))
    summary = client.download(server.owner(miner), tmp_path / "down", source="x")

    assert sorted(file.path for file in files) == ["dir\ufffd/a", "good.bin", "k\ufffd", "k\ufffd"]
    assert [one.file.path for one in summary.downloaded] == ["good.bin"]
    assert {re.sub(r"\(.*", "", str(one.error)) for one in summary.failed} == {
        "The file's key cannot be part of a URL. Its owner must store it under another key."
    }
    assert [path.name for path in (tmp_path / "down").iterdir()] == ["good.bin"]
    tool.run("download", "--miner", server.owner(miner), "--to", str(tmp_path / "tool-down"), "--source", "x",
             server=server.url, account=server.validator, is_expected_to_fail=True)
    assert tree(tmp_path / "tool-down") == tree(tmp_path / "down")


@pytest.mark.nightly
def test_thousand_files_through_a_failing_proxy(
    open_client: OpenClient, start_server: Callable[..., Server], harness: Harness, failing_proxy: Callable[..., FailingProxy], store: str,
    tmp_path: Path,
) -> None:
    proxy = failing_proxy(harness.store(store).endpoint)
    server = start_server(S3_PUBLIC_ENDPOINT=proxy.url)
    miner = server.next_miner()
    for number in range(1000):
        server.bucket.put(f"{server.folder(miner)}{number % 10}/{number:04}.bin", b"%04d" % number * 500)
    proxy.plan = one_in(10, drop(), slow_down(), truncate(), slow_down(500))

    summary = open_client(server.url, server.validator.hotkey, options=ClientOptions(first_wait=0.05)).download(
        server.owner(miner), tmp_path / "down", source="x"
    )

    assert (len(summary.downloaded), len(summary.failed)) == (1000, 0) and len(proxy.failed) > 50
    assert tree(tmp_path / "down") == {
        f"{number % 10}/{number:04}.bin": b"%04d" % number * 500 for number in range(1000)
    }
