"""Uploads through the file system for fsspec, and what it refuses."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Callable

import pytest

pytest.importorskip("fsspec", reason="There is no fsspec here; install python3-fsspec.")

import fsspec

from s3auth import ClientOptions, RefusedError, UnreachableError
from support.filesystems import fill, folder_of, of_miner
from support.servers import Server

pytestmark = pytest.mark.stores("ceph")

CONTENT = bytes(range(256)) * 1000


@pytest.mark.stores("ceph", "swift")
def test_writes_into_own_folder(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    miner = server.next_miner()
    fs, folder = of_miner(server, miner), folder_of(server, miner)
    assert fs.ls(folder) == []
    with fs.open(f"{folder}/out/a.bin", "wb", block_size=100_000) as file:
        for start in range(0, len(CONTENT), 1000):
            file.write(CONTENT[start:start + 1000])
        # Until the end nothing is stored, and nobody else can read the temporary file.
        assert server.bucket.keys(server.folder(miner)) == []
        assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]
    assert list(tmp_path.iterdir()) == []
    assert server.bucket.get(server.folder(miner) + "out/a.bin") == CONTENT
    # The listing from before the upload is not used any more.
    assert fs.cat_file(f"{folder}/out/a.bin") == CONTENT

    fs.pipe(f"s3auth://{folder}/b.bin", CONTENT[:5000])
    # By the hotkey too.
    fs.pipe_file(f"{miner.hotkey.ss58_address}/reddit/c.bin", CONTENT)
    (tmp_path / "d.bin").write_bytes(CONTENT)
    fs.put(str(tmp_path / "d.bin"), f"{folder}/d.bin")
    with fs.open(f"{folder}/e.csv", "w", encoding="utf-8") as file:
        file.write("é,1\n" * 1000)
    assert fs.find(folder) == [f"{folder}/{path}" for path in ("b.bin", "d.bin", "e.csv", "out/a.bin")]
    assert fs.read_text(f"{folder}/e.csv", encoding="utf-8") == "é,1\n" * 1000
    assert server.bucket.get(server.folder(miner, "reddit") + "c.bin") == CONTENT


def test_a_folder_costs_one_grant(server: Server, tmp_path: Path) -> None:
    miner = server.next_miner()
    fs, folder = of_miner(server, miner), folder_of(server, miner)
    for number in range(20):
        path = tmp_path / "data" / f"{number % 3}" / f"{number}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(CONTENT[:2000])
    assert fs.ls(folder) == []
    before = fs.client.quota.grants_left
    fs.put(str(tmp_path / "data"), f"{folder}/in", recursive=True)
    # It also lists what is there.
    assert before - fs.client.quota.grants_left <= 2
    assert len(fs.find(f"{folder}/in")) == 20


def test_an_exception_ends_the_file_without_an_upload(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    miner = server.next_miner()
    fs, folder = of_miner(server, miner), folder_of(server, miner)
    with pytest.raises(ZeroDivisionError):
        with fs.open(f"{folder}/a.bin", "wb", block_size=1000) as file:
            file.write(CONTENT)
            1 / 0
    file = fs.open(f"{folder}/b.bin", "wb", block_size=1000)
    file.write(CONTENT)
    del file
    with pytest.raises(ZeroDivisionError), fs.transaction:
        with fs.open(f"{folder}/c.bin", "wb") as file:
            file.write(CONTENT)
        1 / 0
    assert server.bucket.keys(server.folder(miner)) == [] and list(tmp_path.iterdir()) == []
    with fs.transaction:
        with fs.open(f"{folder}/d.bin", "wb") as file:
            file.write(CONTENT)
        assert server.bucket.keys(server.folder(miner)) == []
    assert fs.cat_file(f"{folder}/d.bin") == CONTENT and list(tmp_path.iterdir()) == []


def test_exclusive_writes(server: Server) -> None:
    miner = server.next_miner()
    fs, folder = of_miner(server, miner), folder_of(server, miner)
    with fs.open(f"{folder}/a.bin", "xb") as file:
        file.write(CONTENT)
    with pytest.raises(FileExistsError):
        with fs.open(f"{folder}/a.bin", "xb") as file:
            file.write(CONTENT[:2000])
    with pytest.raises(FileExistsError):
        fs.pipe_file(f"{folder}/a.bin", CONTENT[:2000], mode="create")
    assert fs.cat_file(f"{folder}/a.bin") == CONTENT
    fs.pipe_file(f"{folder}/a.bin", CONTENT[:2000])
    assert fs.cat_file(f"{folder}/a.bin") == CONTENT[:2000]


def test_refuses_what_is_not_possible(server: Server, tmp_path: Path) -> None:
    other = fill(server, "a.csv")
    miner = server.next_miner()
    fs, folder = of_miner(server, miner), folder_of(server, miner)
    writes: list[Callable[[str], object]] = [
        lambda path: fs.open(path, "wb"), lambda path: fs.pipe(path, CONTENT), lambda path: fs.put(__file__, path)
    ]
    for write in writes:
        with pytest.raises(PermissionError, match="own folder|not_a_validator"):
            write(f"{other}/a.csv")
    fs.pipe(f"{folder}/a.bin", CONTENT)
    calls: list[Callable[[], object]] = [
        lambda: fs.rm(f"{folder}/a.bin"), lambda: fs.rm_file(f"{folder}/a.bin"), lambda: fs.rm(folder, recursive=True),
        lambda: fs.delete(f"{folder}/a.bin"), lambda: fs.rmdir(f"{folder}/a"), lambda: fs.mv(f"{folder}/a.bin", f"{folder}/b.bin"),
        lambda: fs.rename(f"{folder}/a.bin", f"{folder}/b.bin"), lambda: fs.copy(f"{folder}/a.bin", f"{folder}/b.bin"),
    ]
    for refused in calls:
        with pytest.raises(PermissionError, match="reads and uploads only"):
            refused()
    for mode in ("ab", "r+b"):
        with pytest.raises(ValueError):
            fs.open(f"{folder}/a.bin", mode)
    with pytest.raises(ValueError, match="sources are x, reddit"):
        fs.pipe(f"{server.owner(miner)}/a.bin", CONTENT)
    with pytest.raises(IsADirectoryError):
        fs.pipe(folder, CONTENT)
    # Smaller than the server accepts.
    with pytest.raises(OSError):
        fs.pipe(f"{folder}/small.bin", b"x")
    fs.mkdir(f"{folder}/new")
    fs.makedirs(f"{folder}/new/deep", exist_ok=True)


def test_errors_are_os_errors(server: Server) -> None:
    folder = fill(server, "a.csv")
    miner = server.next_miner()
    fs = of_miner(server, miner)
    # A miner may not read the files of others, and this is not the same as a missing file.
    calls: list[Callable[[], object]] = [
        lambda: fs.ls(folder), lambda: fs.exists(f"{folder}/a.csv"), lambda: fs.isdir(folder + "/a"), lambda: list(fs.walk(folder)),
        lambda: fs.find(folder), lambda: fs.open(f"{folder}/a.csv"), lambda: fs.ls(""), lambda: fs.glob(f"{folder}/*"),
    ]
    for call in calls:
        with pytest.raises(PermissionError) as raised:
            call()
        assert isinstance(raised.value, RefusedError) and raised.value.code == "not_a_validator" and raised.value.detail


def test_unreachable_server(server: Server) -> None:
    once = ClientOptions(attempts=1)
    fs = fsspec.filesystem("s3auth", url="http://127.0.0.1:1", hotkey=server.validator.hotkey, client_options=once)
    with pytest.raises(ConnectionError) as raised:
        fs.ls(server.validator.hotkey.ss58_address)
    assert isinstance(raised.value, UnreachableError)
