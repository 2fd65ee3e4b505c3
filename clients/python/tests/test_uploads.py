"""Uploads to real stores. Each test runs with both clients."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, Callable

import pytest
from support.accounts import Account
from support.clients import OpenClient
from support.servers import Server
from support.uploads import make, md5, paths, spent, takes_parts

from s3auth import (
    ClientOptions,
    RefusedError,
    S3Auth,
    S3AuthError,
    UnacceptableFileError,
    UnreadableFileError,
    UploadedFile,
    UploadSummary,
)

FAST = ClientOptions(attempts=3, first_wait=0.01, longest_wait=0.5)
MIB = 1024 * 1024
IN_PARTS = ClientOptions(attempts=3, first_wait=0.01, longest_wait=0.5, multipart_above=5 * MIB)
LARGE = 40 * MIB
"""Three parts, as the server chooses their size."""


@pytest.fixture
def miner(server: Server) -> Account:
    return server.next_miner()


@pytest.fixture
def client(open_client: OpenClient, server: Server, miner: Account) -> S3Auth:
    return open_client(server.url, miner.hotkey, options=FAST)


class TestOneFile:
    def test_bytes_and_files_are_stored(self, client: S3Auth, server: Server, miner: Account, tmp_path: Path) -> None:
        folder = server.folder(miner)
        file = make(tmp_path, part=5000) / "part.bin"
        content = file.read_bytes()

        stored = client.upload(file)
        # Ceph's answer to a form has no ETag.
        assert stored.etag == (None if server.store == "ceph" else md5(content))
        assert stored == UploadedFile("part.bin", "stored", 5000, folder + "part.bin", stored.etag, str(file))
        assert client.upload(str(file), "sub/").key == folder + "sub/part.bin"
        assert client.upload(file, "sub/other name+%.bin").key == folder + "sub/other name+%.bin"
        assert client.upload_bytes(b"0" * 2000, "ä/b.bin").local_path is None

        assert {key: server.bucket.get(key) for key in server.bucket.keys(folder)} == {
            folder + "part.bin": content,
            folder + "sub/part.bin": content,
            folder + "sub/other name+%.bin": content,
            folder + "ä/b.bin": b"0" * 2000,
        }

    def test_overwrite_decides_whether_a_stored_file_is_replaced(self, client: S3Auth, server: Server, miner: Account) -> None:
        key = server.folder(miner) + "a.bin"
        assert client.upload_bytes(b"1" * 2000, "a.bin", overwrite=False).status == "stored"
        assert client.upload_bytes(b"2" * 2000, "a.bin", overwrite=False).status == "exists"
        assert server.bucket.get(key) == b"1" * 2000
        assert client.upload_bytes(b"3" * 2000, "a.bin").status == "stored"
        assert server.bucket.get(key) == b"3" * 2000

    def test_large_file_is_not_replaced_either(
        self, open_client: OpenClient, server: Server, miner: Account, tmp_path: Path
    ) -> None:
        server.bucket.put(server.folder(miner) + "a.bin", b"0" * 2000)
        client = open_client(takes_parts(server).url, miner.hotkey, options=IN_PARTS)
        file = make(tmp_path, a=6 * MIB) / "a.bin"
        assert client.upload(file, overwrite=False).status == "exists"
        assert client.upload(file).status == "stored"
        assert server.bucket.get(server.folder(miner) + "a.bin") == file.read_bytes()

    def test_source_and_job_choose_the_folder(self, client: S3Auth, server: Server, miner: Account) -> None:
        stored = client.upload_bytes(b"0" * 2000, "a.bin", source="reddit", job_id="j-1")
        assert stored.key == server.folder(miner, "reddit") + "job_id=j-1/a.bin"
        assert stored.path == "job_id=j-1/a.bin"
        assert server.bucket.get(stored.key) == b"0" * 2000

    def test_layout_without_sources(self, open_client: OpenClient, hotkey_server: Server) -> None:
        miner = hotkey_server.next_miner()
        client = open_client(hotkey_server.url, miner.hotkey, options=FAST)
        stored = client.upload_bytes(b"0" * 2000, "a.bin", job_id="7")
        assert stored.key == hotkey_server.folder(miner) + "job_id=7/a.bin"
        with pytest.raises(UnacceptableFileError, match="no sources"):
            client.upload_bytes(b"0" * 2000, "a.bin", source="x")

    @pytest.mark.parametrize(
        ("to", "size"),
        [
            ("a.bin", 0),
            ("a.bin", 1023),
            ("../a.bin", 2000),
            ("/a.bin", 2000),
            ("a//b.bin", 2000),
            ("a/./b.bin", 2000),
            ("folder/", 2000),
            ("", 2000),
            ("a\\b.bin", 2000),
            ("a\nb.bin", 2000),
            ("a${filename}.bin", 2000),
            ("a\udcff.bin", 2000),
            ("a\uffff.bin", 2000),
            ("a" * 256, 2000),
            ("/".join(["a" * 250] * 5), 2000),
        ],
    )
    def test_unacceptable_file_costs_no_grant(self, client: S3Auth, to: str, size: int) -> None:
        with pytest.raises(UnacceptableFileError) as refused:
            client.upload_bytes(b"0" * size, to)
        str(refused.value).encode("utf-8")
        assert client.quota is None

    def test_unknown_source_and_invalid_job_are_refused(self, client: S3Auth) -> None:
        with pytest.raises(UnacceptableFileError, match="x, reddit"):
            client.upload_bytes(b"0" * 2000, "a.bin", source="y")
        with pytest.raises(UnacceptableFileError, match="job"):
            client.upload_bytes(b"0" * 2000, "a.bin", job_id="a/b")
        assert client.quota is None

    def test_file_that_cannot_be_read(self, client: S3Auth, tmp_path: Path) -> None:
        for path in (tmp_path / "missing", tmp_path):
            with pytest.raises(UnreadableFileError):
                client.upload(path)

    def test_refusal_of_the_server(self, open_client: OpenClient, server: Server) -> None:
        with pytest.raises(RefusedError) as refused:
            open_client(server.url, server.subnet.stranger.hotkey).upload_bytes(b"0" * 2000, "a.bin")
        assert refused.value.code == "hotkey_not_registered"
        assert refused.value.summary is None

    def test_many_single_uploads_cost_few_grants(self, client: S3Auth, server: Server) -> None:
        def upload() -> None:
            for number in range(3):
                client.upload_bytes(b"0" * 2000, f"{number}.bin")

        # A form of the whole folder serves any number of files.
        assert spent(client, upload) == (1 if server.upload_method == "POST" else 3)


class TestFolder:
    def test_selects_files(self, client: S3Auth, server: Server, miner: Account, tmp_path: Path) -> None:
        folder = make(tmp_path / "in", a=2000, sub__b=3000, sub__c=2000)
        make(folder, **{".hidden": 2000, ".cache__d": 2000})
        outside = make(tmp_path / "outside", e=2000, f=2000)
        (folder / "link").symlink_to(outside)
        (folder / "f.bin").symlink_to(outside / "f.bin")
        seen: list[UploadedFile] = []
        asked: list[str] = []

        def select(path: str) -> bool:
            asked.append(path)
            return path != "sub/c.bin"

        summary = client.upload_folder(folder, "to", select=select, on_file=seen.append)

        assert sorted(asked) == ["a.bin", "f.bin", "sub/b.bin", "sub/c.bin"]
        assert paths(summary.stored) == ["to/a.bin", "to/f.bin", "to/sub/b.bin"]
        assert not summary.failed and not summary.unchanged and not summary.existing
        assert sorted(seen, key=lambda file: file.path) == sorted(summary.stored, key=lambda file: file.path)
        prefix = server.folder(miner)
        assert sorted(server.bucket.keys(prefix)) == [prefix + path for path in paths(summary.stored)]
        assert server.bucket.get(prefix + "to/sub/b.bin") == (folder / "sub" / "b.bin").read_bytes()

    def test_unacceptable_and_unreadable_files_are_reported(self, client: S3Auth, tmp_path: Path) -> None:
        folder = make(tmp_path, a=2000, small=10)
        (folder / "broken").symlink_to(tmp_path / "missing")
        os.mkfifo(folder / "pipe")
        with open(os.fsencode(folder) + b"/bad\xff.bin", "wb") as file:
            file.write(b"0" * 2000)

        summary = client.upload_folder(folder)

        assert paths(summary.stored) == ["a.bin"]
        errors = {file.path: type(file.error) for file in summary.failed}
        assert errors == {
            "small.bin": UnacceptableFileError,
            "broken": UnreadableFileError,
            "pipe": UnreadableFileError,
            "bad\\udcff.bin": UnacceptableFileError,
        }
        for failed in summary.failed:
            str(failed.error).encode("utf-8")
            assert failed.status == "failed"
        with pytest.raises(S3AuthError):
            summary.raise_for_failures()

    def test_folder_that_does_not_exist(self, client: S3Auth, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFileError, match="missing"):
            client.upload_folder(tmp_path / "missing")

    def test_empty_folder_costs_nothing(self, client: S3Auth, tmp_path: Path) -> None:
        assert client.upload_folder(tmp_path) == UploadSummary()
        assert client.quota is None

    def test_second_run_sends_what_changed(self, open_client: OpenClient, server: Server, miner: Account, tmp_path: Path) -> None:
        client = open_client(takes_parts(server).url, miner.hotkey, options=IN_PARTS)
        folder = make(tmp_path, a=2000, b=2000, sub__large=6 * MIB, sub__larger=LARGE)
        assert len(client.upload_folder(folder, job_id="j").stored) == 4

        again = client.upload_folder(folder, job_id="j")
        assert not again.stored and len(again.unchanged) == 4

        # The same sizes and times, so only the content tells.
        for name in ("b", "sub/larger"):
            path = folder / f"{name}.bin"
            times = path.stat()
            content = bytearray(path.read_bytes())
            content[-1] ^= 1
            path.write_bytes(content)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        third = client.upload_folder(folder, job_id="j")
        assert paths(third.stored) == ["job_id=j/b.bin", "job_id=j/sub/larger.bin"]
        assert paths(third.unchanged) == ["job_id=j/a.bin", "job_id=j/sub/large.bin"]
        prefix = server.folder(miner) + "job_id=j/"
        for changed in ("b.bin", "sub/larger.bin"):
            assert server.bucket.get(prefix + changed) == (folder / changed).read_bytes()

    def test_existing_files_are_kept_without_overwrite(self, client: S3Auth, server: Server, miner: Account, tmp_path: Path) -> None:
        folder = make(tmp_path, a=2000, b=2000, c=2000)
        server.bucket.put(server.folder(miner) + "a.bin", b"other")
        server.bucket.put(server.folder(miner) + "b.bin", (folder / "b.bin").read_bytes())

        summary = client.upload_folder(folder, overwrite=False)

        assert [paths(files) for files in (summary.stored, summary.unchanged, summary.existing)] == [["c.bin"], ["b.bin"], ["a.bin"]]
        assert server.bucket.get(server.folder(miner) + "a.bin") == b"other"

    def test_only_the_folder_of_the_source_counts(self, client: S3Auth, tmp_path: Path) -> None:
        folder = make(tmp_path, a=2000)
        assert len(client.upload_folder(folder, source="reddit").stored) == 1
        assert len(client.upload_folder(folder).stored) == 1
        assert len(client.upload_folder(folder, source="reddit").unchanged) == 1
