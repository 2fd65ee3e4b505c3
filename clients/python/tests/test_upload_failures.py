"""Uploads to stores and servers that fail, and of files that change. Each test runs with both clients.

Tests whose outcome does not depend on the store run on one store, because each starts a server of its own.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import textwrap
import time
import traceback
from pathlib import Path
from typing import Any, Callable, Optional

import pytest
from support.accounts import Account
from support.clients import OpenClient
from support.proxies import FailingProxy, Fault, Passed, always, answer, cut_request, drop, first, lose_answer, one_in, slow_down
from support.servers import Server
from support.uploads import BehindProxy, make, paths, spent

from s3auth import (
    AsyncS3Auth,
    ChangedFileError,
    ClientOptions,
    RefusedError,
    S3Auth,
    S3AuthError,
    StoreError,
    UnreachableStoreError,
    UnreadableFileError,
    UploadSummary,
)

MIB = 1024 * 1024
def quick(**others: Any) -> ClientOptions:
    values: dict[str, Any] = {"attempts": 4, "first_wait": 0.02, "longest_wait": 0.5, **others}
    return ClientOptions(**values)


def is_upload(request: Passed) -> bool:
    return request.method in ("PUT", "POST")


def error(status: int, code: str) -> Fault:
    return answer(status, f"<Error><Code>{code}</Code><Message>Reason.</Message></Error>".encode())


def test_transient_failures_are_retried(open_client: OpenClient, behind_proxy: BehindProxy, tmp_path: Path) -> None:
    server, proxy = behind_proxy()
    miner = server.next_miner()
    folder = make(tmp_path, **{f"f{number}": 200_000 for number in range(60)})
    proxy.plan = one_in(4, slow_down(), cut_request(), lose_answer(), only=is_upload)

    summary = open_client(server.url, miner.hotkey, options=quick(attempts=12)).upload_folder(folder)

    assert len(summary.stored) == 60 and not summary.failed
    assert len(proxy.failed) > 5
    for path in paths(summary.stored):
        assert server.bucket.get(server.folder(miner) + path) == (folder / path).read_bytes()


def test_second_run_sends_only_what_is_missing(open_client: OpenClient, behind_proxy: BehindProxy, tmp_path: Path) -> None:
    server, proxy = behind_proxy()
    miner = server.next_miner()
    folder = make(tmp_path, **{f"f{number:04}": 1500 for number in range(1000)})
    uploads = 0

    def plan(request: Passed) -> Optional[Fault]:
        nonlocal uploads
        uploads += is_upload(request)
        return slow_down() if is_upload(request) and uploads > 400 else None

    proxy.plan = plan
    client = open_client(server.url, miner.hotkey, options=quick())
    started = time.monotonic()
    with pytest.raises(StoreError) as failure:
        client.upload_folder(folder)
    # The attempts of all 1,000 files would take 20 times as long as those of the first ones.
    assert time.monotonic() - started < 300
    assert len(proxy.failed) <= 4 * (2 * 8 + 8)
    assert (failure.value.status, failure.value.code) == (503, "SlowDown")
    summary = failure.value.summary
    assert isinstance(summary, UploadSummary) and len(summary.stored) >= 380 and len(summary.failed) >= 8
    assert len(server.bucket.keys(server.folder(miner))) == len(summary.stored)

    proxy.plan = None
    proxy.forget()
    again = client.upload_folder(folder)
    assert len(again.stored) == 1000 - len(summary.stored) and len(again.unchanged) == len(summary.stored)
    assert sum(is_upload(request) for request in proxy.requests) == len(again.stored)


def test_store_that_cannot_be_reached_ends_the_run(open_client: OpenClient, behind_proxy: BehindProxy, tmp_path: Path) -> None:
    server, proxy = behind_proxy()
    folder = make(tmp_path, **{f"f{number:03}": 1500 for number in range(300)})
    client = open_client(server.url, server.next_miner().hotkey, options=quick())
    assert len(client.upload_folder(make(tmp_path / "first", a=2000)).stored) == 1
    # It closes connections that are kept open too.
    proxy.plan = always(drop())
    started = time.monotonic()
    with pytest.raises(UnreachableStoreError):
        client.upload_folder(folder)
    assert time.monotonic() - started < 120


@pytest.mark.stores("ceph")
def test_refused_files_do_not_end_the_run(open_client: OpenClient, behind_proxy: BehindProxy, tmp_path: Path) -> None:
    server, proxy = behind_proxy()
    folder = make(tmp_path, **{f"f{number:02}": 1500 for number in range(40)})
    uploads = 0

    def plan(request: Passed) -> Optional[Fault]:
        nonlocal uploads
        uploads += is_upload(request)
        return error(403, "AccessDenied") if is_upload(request) and uploads <= 20 else None

    proxy.plan = plan
    summary = open_client(server.url, server.next_miner().hotkey, options=quick()).upload_folder(folder)
    assert len(summary.failed) == 20 and len(summary.stored) == 20
    assert {str(file.error) for file in summary.failed} == {"The store answered 403 AccessDenied: Reason."}


@pytest.mark.stores("ceph")
def test_used_up_quota_ends_the_run_after_the_granted_files(
    open_client: OpenClient, start_server: Callable[..., Server], tmp_path: Path
) -> None:
    server = start_server(DAILY_FILES_PER_MINER="5")
    client = open_client(server.url, server.next_miner().hotkey, options=quick())
    first_files = make(tmp_path / "a", a=2000, b=2000, c=2000)
    assert len(client.upload_folder(first_files).stored) == 3
    folder = make(tmp_path / "b", **{f"f{number}": 1500 for number in range(3)}, small=1)
    with pytest.raises(RefusedError) as refused:
        client.upload_folder(folder)
    assert refused.value.code == "quota_exceeded"
    assert isinstance(refused.value.summary, UploadSummary) and paths(refused.value.summary.failed) == ["small.bin"]


@pytest.mark.stores("ceph")
def test_few_grants_left_are_saved(open_client: OpenClient, start_server: Callable[..., Server], tmp_path: Path) -> None:
    server = start_server(DAILY_LIMIT_PER_MINER="10")
    miner = server.next_miner()
    client = open_client(server.url, miner.hotkey, options=quick())
    folder = tmp_path
    # Twelve runs with a new file each. The batches of the first ones leave less than half of the grants.
    for number in range(12):
        make(folder, **{f"f{number}": 2000})
        assert paths(client.upload_folder(folder).stored) == [f"f{number}.bin"]
    assert client.quota is not None and client.quota.grants_left == 4


@pytest.mark.stores("ceph")
def test_lost_answer_of_a_new_file(open_client: OpenClient, behind_proxy: BehindProxy) -> None:
    server, proxy = behind_proxy()
    miner = server.next_miner()
    client = open_client(server.url, miner.hotkey, options=quick())
    proxy.plan = first(lose_answer(), only=is_upload)
    assert client.upload_bytes(b"1" * 2000, "a.bin", overwrite=False).status == "stored"
    assert client.upload_bytes(b"2" * 2000, "a.bin", overwrite=False).status == "exists"
    # The second attempt finds another file of the same size.
    server.bucket.put(server.folder(miner) + "b.bin", b"3" * 2000)


@pytest.mark.stores("ceph")
def test_grant_that_the_store_refuses_is_replaced_once(open_client: OpenClient, behind_proxy: BehindProxy) -> None:
    server, proxy = behind_proxy()
    if server.upload_method != "POST":
        pytest.skip("Only folder grants are kept.")
    client = open_client(server.url, server.next_miner().hotkey, options=quick())
    client.upload_bytes(b"0" * 2000, "a.bin")
    proxy.plan = first(error(400, "ExpiredToken"), only=is_upload)
    assert spent(client, lambda: client.upload_bytes(b"0" * 2000, "a.bin")) == 1
    # The second refusal shows that the grant is not the cause.
    proxy.plan = always(error(403, "AccessDenied"), only=is_upload)

    def fail() -> None:
        for _ in range(3):
            with pytest.raises(StoreError):
                client.upload_bytes(b"0" * 2000, "a.bin")

    assert spent(client, fail) == 0


class TestChangedFiles:
    SIZE = 24 * MIB

    # The proxy has got the head of the request, and the client still reads the file.
    def change(self, path: Path, proxy: FailingProxy, how: Callable[[Path], None]) -> None:
        def plan(request: Passed) -> Optional[Fault]:
            if is_upload(request):
                how(path)
            return None

        proxy.plan = plan

    @pytest.mark.stores("ceph")
    @pytest.mark.parametrize("how", ["bytes", "shorter", "longer", "gone"])
    @pytest.mark.parametrize("call", ["upload", "upload_folder"])
    def test_nothing_is_stored(
        self, open_client: OpenClient, behind_proxy: BehindProxy, tmp_path: Path, how: str, call: str
    ) -> None:
        server, proxy = behind_proxy()
        miner = server.next_miner()
        path = make(tmp_path, a=self.SIZE) / "a.bin"
        done: list[int] = []

        def change(file: Path) -> None:
            if done:
                return
            done.append(1)
            if how == "gone":
                file.unlink()
            elif how == "shorter":
                os.truncate(file, self.SIZE - 1000)
            else:
                with open(file, "r+b") as content:
                    content.seek(0 if how == "bytes" else 0, os.SEEK_SET if how == "bytes" else os.SEEK_END)
                    content.write(b"changed")

        self.change(path, proxy, change)
        client = open_client(server.url, miner.hotkey, options=quick())
        # It may be gone before it is opened.
        expected = (ChangedFileError, UnreadableFileError) if how == "gone" else (ChangedFileError,)
        if call == "upload":
            with pytest.raises(expected):
                client.upload(path)
        else:
            summary = client.upload_folder(tmp_path)
            assert len(summary.failed) == 1 and isinstance(summary.failed[0].error, expected)
        assert done and server.bucket.keys(server.folder(miner)) == []

    @pytest.mark.stores("ceph")
    def test_large_file_is_not_completed(self, open_client: OpenClient, behind_proxy: BehindProxy, tmp_path: Path) -> None:
        server, proxy = behind_proxy()
        miner = server.next_miner()
        path = make(tmp_path, a=40 * MIB) / "a.bin"

        def change(file: Path) -> None:
            with open(file, "r+b") as content:
                content.write(b"changed")

        self.change(path, proxy, change)
        client = open_client(server.url, miner.hotkey, options=quick(multipart_above=10 * MIB))
        with pytest.raises(ChangedFileError):
            client.upload(path)
        assert server.bucket.keys(server.folder(miner)) == []
        proxy.plan = None
        assert client.upload(path).status == "stored"
        assert server.bucket.get(server.folder(miner) + "a.bin") == path.read_bytes()


@pytest.mark.stores("ceph")
def test_multipart_upload_is_resumed(open_client: OpenClient, behind_proxy: BehindProxy, tmp_path: Path) -> None:
    server, proxy = behind_proxy()
    miner = server.next_miner()
    path = make(tmp_path, a=60 * MIB) / "a.bin"
    options = quick(multipart_above=10 * MIB)
    proxy.plan = always(cut_request(0.7), only=lambda request: "partNumber=2&" in request.target + "&")
    with pytest.raises(UnreachableStoreError):
        open_client(server.url, miner.hotkey, options=options).upload(path)

    # One of the parts that are stored is of another version of the file.
    with open(path, "r+b") as content:
        content.write(b"changed")
    proxy.plan = None
    proxy.forget()
    stored = open_client(server.url, miner.hotkey, options=options).upload(path)

    assert stored.status == "stored" and server.bucket.get(server.folder(miner) + "a.bin") == path.read_bytes()
    sent = sorted(request.target.split("partNumber=")[1].split("&")[0] for request in proxy.requests if request.method == "PUT")
    assert "1" in sent and "2" in sent and len(sent) < 4


@pytest.mark.stores("ceph")
def test_errors_and_logs_have_no_secrets(
    open_client: OpenClient, behind_proxy: BehindProxy, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server, proxy = behind_proxy()
    folder = make(tmp_path, a=2000, large=12 * MIB)
    texts: list[str] = []
    with caplog.at_level(logging.DEBUG, logger="s3auth"):
        for fault in (slow_down(), error(403, "AccessDenied"), cut_request(), answer(200, b"<html>"), answer(307, b"")):
            proxy.plan = always(fault)
            client = open_client(server.url, server.next_miner().hotkey, options=quick(multipart_above=10 * MIB))
            for is_folder in (False, True):
                try:
                    texts.append(repr(client.upload_folder(folder) if is_folder else client.upload(folder / "a.bin")))
                except S3AuthError as failure:
                    texts += [repr(failure), str(failure), "".join(traceback.format_exception(type(failure), failure, None))]
                    texts += ["".join(traceback.format_exception(type(failure), failure, failure.__traceback__)), repr(failure.summary)]
    texts.append(caplog.text)
    assert any("SlowDown" in text for text in texts)
    secrets = ("X-Amz-", "x-amz-security-token", "policy", "Signature", "partNumber", "uploadId", proxy.netloc + "/")
    for text in texts:
        for secret in secrets:
            # Tracebacks show lines of this package.
            assert secret not in "\n".join(line for line in text.splitlines() if not line.startswith("    ")), text


@pytest.mark.stores("ceph")
def test_ctrl_c_ends_an_upload(behind_proxy: BehindProxy, failing_proxy: Callable[..., FailingProxy], tmp_path: Path) -> None:
    server, proxy = behind_proxy()
    folder = make(tmp_path / "files", **{f"f{number}": 100_000 for number in range(20)}, large=12 * MIB)
    # The store takes the files and does not answer.
    proxy.plan = always(Fault("delay", seconds=60), only=is_upload)
    miner = server.next_miner()
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent(
            """
            import signal, sys
            from support.accounts import Signer
            from support.processes import Guard
            from s3auth import ClientOptions, S3Auth

            class Keypair:
                def __init__(self, seed):
                    self.signer, self.seed = Signer(Guard()), seed
                    self.ss58_address = self.signer.ask({"seed": seed})["address"]

                def sign(self, data):
                    return bytes.fromhex(self.signer.ask({"seed": self.seed, "data": data.hex()})["signature"])

            # A program that is started in the background ignores SIGINT.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            url, seed, path, is_folder = sys.argv[1:]
            client = S3Auth(url, Keypair(seed), options=ClientOptions(multipart_above=10 * 1024 * 1024))
            print("begun", flush=True)
            try:
                client.upload_folder(path) if is_folder == "1" else client.upload(path)
            except KeyboardInterrupt:
                print("ended", flush=True)
            """
        )
    )
    for path, is_folder in ((folder, "1"), (folder / "f0.bin", "0"), (folder / "large.bin", "0")):
        proxy.forget()
        process = subprocess.Popen(
            [sys.executable, str(program), server.url, miner.hotkey.seed, str(path), is_folder],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        try:
            deadline = time.monotonic() + 60
            while not any(is_upload(request) for request in proxy.requests):
                assert time.monotonic() < deadline and process.poll() is None
                time.sleep(0.05)
            time.sleep(0.5)
            interrupted = time.monotonic()
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=55)
            # Usually 0.3 s, and much less than the store's delay.
            assert time.monotonic() - interrupted < 50
            assert output == "begun\nended\n" and process.returncode == 0
        finally:
            process.kill()
            process.wait()


@pytest.mark.stores("ceph")
@pytest.mark.parametrize("call", ["upload", "upload_folder"])
def test_cancelled_task_ends_an_upload(behind_proxy: BehindProxy, tmp_path: Path, call: str) -> None:
    server, proxy = behind_proxy()
    folder = make(tmp_path, **{f"f{number}": 100_000 for number in range(20)})
    proxy.plan = always(Fault("delay", seconds=60), only=is_upload)
    miner = server.next_miner()

    async def run() -> float:
        async with AsyncS3Auth(server.url, miner.hotkey) as client:
            upload = client.upload_folder(folder) if call == "upload_folder" else client.upload(folder / "f0.bin")
            task = asyncio.ensure_future(upload)
            while not any(is_upload(request) for request in proxy.requests):
                await asyncio.sleep(0.05)
            cancelled = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert len(asyncio.all_tasks()) == 1
            return time.monotonic() - cancelled

    # It usually takes 0.1 s. The store delays its answer by 60 s.
    assert asyncio.run(run()) < 50
