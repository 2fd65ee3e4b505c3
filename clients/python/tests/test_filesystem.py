"""The file system for fsspec, on real servers and stores."""

from __future__ import annotations

import datetime
import io
import threading
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fsspec", reason="There is no fsspec here; install python3-fsspec.")

from s3auth import ChangedFileError
from support.filesystems import ROWS, fill, grants, of_validator
from support.servers import Server

pytestmark = pytest.mark.stores("ceph")


# -- Names ------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.stores("ceph", "swift")
def test_lists_folders_and_files(server: Server) -> None:
    folder = fill(server, "a.csv", "2026/11/b.csv", "2026/12/c.csv", "2026-11/d.csv")
    fs = of_validator(server)

    assert [(entry["name"], entry["type"], entry["size"]) for entry in fs.ls(folder)] == [
        (f"{folder}/2026-11", "directory", 0),
        (f"{folder}/2026", "directory", 0),
        (f"{folder}/a.csv", "file", len(ROWS)),
    ]
    assert fs.ls(f"s3auth://{folder}/2026/", detail=False) == [f"{folder}/2026/11", f"{folder}/2026/12"]
    assert fs.ls(f"{folder}/a.csv", detail=False) == [f"{folder}/a.csv"]
    info = fs.info(f"{folder}/2026/11/b.csv")
    assert info["etag"] and info["size"] == len(ROWS)
    assert abs(info["last_modified"] - datetime.datetime.now(datetime.timezone.utc)) < datetime.timedelta(minutes=10)
    assert fs.modified(f"{folder}/a.csv").tzinfo is not None
    assert fs.find(folder) == sorted(f"{folder}/{path}" for path in ("a.csv", "2026/11/b.csv", "2026/12/c.csv", "2026-11/d.csv"))
    assert fs.find(folder, maxdepth=2, withdirs=True) == sorted(
        f"{folder}/{path}" for path in ("a.csv", "2026", "2026/11", "2026/12", "2026-11", "2026-11/d.csv")
    )
    assert list(fs.walk(f"{folder}/2026")) == [
        (f"{folder}/2026", ["11", "12"], []), (f"{folder}/2026/11", [], ["b.csv"]), (f"{folder}/2026/12", [], ["c.csv"])
    ]
    assert [name for name, _, _ in fs.walk(f"{folder}/2026", topdown=False)][-1] == f"{folder}/2026"
    assert fs.du(folder) == 4 * len(ROWS)
    assert fs.exists(folder) and fs.isdir(f"{folder}/2026") and fs.isfile(f"{folder}/a.csv")
    assert not fs.exists(f"{folder}/202") and not fs.isdir(f"{folder}/a.csv") and not fs.isfile(f"{folder}/2026")
    for missing in (f"{folder}/b.csv", f"{folder}/a.csv/b", "5C", f"{folder[:48]}/nosource/a.csv"):
        with pytest.raises(FileNotFoundError):
            fs.info(missing)


def test_root_lists_miners_and_a_miner_its_sources(server: Server) -> None:
    folder = fill(server, "a.csv")
    miner = folder.partition("/")[0]
    fs = of_validator(server)

    entry = next(entry for entry in fs.ls("") if entry["name"] == miner)
    assert entry["type"] == "directory" and entry["uid"] >= 100
    with grants(fs, 0):
        assert fs.ls(miner, detail=False) == [f"{miner}/x", f"{miner}/reddit"]
    # By the uid, and by the hotkey.
    assert fs.ls(f"{entry['uid']}/x", detail=False) == [f"{entry['uid']}/x/a.csv"]
    hotkey = next(one.hotkey for one in server.subnet.miners if one.coldkey.ss58_address == miner)
    assert fs.cat_file(f"{hotkey.ss58_address}/x/a.csv") == ROWS
    with pytest.raises(FileNotFoundError):
        fs.ls("65000/x")
    assert fs.find("", maxdepth=1, withdirs=True, prefix=miner) == [miner]
    assert f"{folder}/a.csv" in fs.glob("*/x/a.csv")
    assert fs.glob(f"{miner[:20]}*/[xy]/*.csv") == [f"{folder}/a.csv"]


@pytest.mark.stores("swift")
def test_layout_without_sources(hotkey_server: Server) -> None:
    folder = fill(hotkey_server, "job_id=1/a.csv", "job_id=2/b.csv")
    fs = of_validator(hotkey_server)
    assert fs.ls(folder, detail=False) == [f"{folder}/job_id=1", f"{folder}/job_id=2"]
    assert fs.glob(f"{folder}/*/*.csv") == [f"{folder}/job_id=1/a.csv", f"{folder}/job_id=2/b.csv"]
    assert fs.cat_file(f"{folder}/job_id=1/a.csv") == ROWS


def test_globs(server: Server) -> None:
    paths = ["2026-11-29/a.csv", "2026-11-29/a.parquet", "2026-11-30/deep/b.csv", "2025/c.csv", "d[1].csv", "d1.csv", "e?.csv", "f*g.csv"]
    folder = fill(server, *paths)
    fs = of_validator(server)

    def glob(pattern: str) -> list[str]:
        return [name[len(folder) + 1:] for name in fs.glob(f"s3auth://{folder}/{pattern}")]

    assert glob("2026-11-*/*.csv") == ["2026-11-29/a.csv"]
    assert glob("**/*.csv") == sorted(path for path in paths if path.endswith(".csv"))
    assert glob("2026*/**") == ["2026-11-29/a.csv", "2026-11-29/a.parquet", "2026-11-30/deep", "2026-11-30/deep/b.csv"]
    assert glob("202?") == ["2025"]
    assert glob("d[0-9].csv") == ["d1.csv"]
    assert glob("d[!0-9].csv") == []
    # The name itself matches, though it is a pattern.
    assert glob("d[1].csv") == ["d1.csv", "d[1].csv"]
    assert glob("e?.csv") == ["e?.csv"]
    assert glob("f*g.csv") == ["f*g.csv"]
    assert glob("2025/") == ["2025/c.csv"]
    assert glob("d1.csv") == ["d1.csv"] and glob("nothing") == [] and glob("[z-a]") == [] and glob("no[") == []
    assert fs.glob(f"{folder}/2025/*", detail=True)[f"{folder}/2025/c.csv"]["type"] == "file"
    assert fs.expand_path([f"{folder}/2025/*", f"{folder}/e?.csv"]) == [f"{folder}/2025/c.csv", f"{folder}/e?.csv"]


# -- Grants -----------------------------------------------------------------------------------------------------------------------------


def test_cached_listings_cost_no_grants(server: Server) -> None:
    folder = fill(server, "a.csv", "2026/b.csv", "2026/c.csv")
    fs = of_validator(server)
    with grants(fs, 1):
        fs.ls(folder)
    with grants(fs, 0):
        fs.ls(f"{folder}/2026")
        assert len(fs.find(folder)) == len(fs.glob(f"{folder}/**/*.csv")) == 3
        assert len(list(fs.walk(folder))) == 2
        assert fs.info(f"{folder}/2026/b.csv")["size"] == fs.size(f"{folder}/2026/b.csv") == len(ROWS)
        assert fs.du(folder) == 3 * len(ROWS)
        with fs.open(f"{folder}/2026/b.csv") as file:
            assert file.read() == ROWS
        assert len(fs.cat([f"{folder}/a.csv", f"{folder}/2026/b.csv"])) == 2
        assert not fs.exists(f"{folder}/d.csv")
    with grants(fs, 1):
        fs.ls(folder, refresh=True)
    fs.invalidate_cache(f"{folder}/2026/b.csv")
    with grants(fs, 1):
        fs.ls(folder)
    fs.invalidate_cache()
    with grants(fs, 1):
        fs.ls(folder)


def test_opening_a_file_by_name_costs_one_grant(server: Server) -> None:
    folder = fill(server, "2026/a.csv", "2026/b.csv")
    fs = of_validator(server)
    with grants(fs, 1):
        with fs.open(f"{folder}/2026/a.csv") as file:
            assert file.read() == ROWS
        assert fs.info(f"{folder}/2026/a.csv")["size"] == len(ROWS)
        assert fs.cat_file(f"{folder}/2026/a.csv", 4, 8) == ROWS[4:8]
    with grants(fs, 1):
        for _ in range(3):
            assert not fs.exists(f"{folder}/2026/c.csv")
    with grants(fs, 1):
        assert fs.isdir(f"{folder}/2026") and fs.ls(f"{folder}/2026")


def test_glob_lists_only_what_begins_like_the_pattern(server: Server) -> None:
    folder = fill(server, "2026-11/a.csv", "2025-11/b.csv")
    fs = of_validator(server)
    with grants(fs, 1):
        assert fs.glob(f"{folder}/2026-*/*.csv") == [f"{folder}/2026-11/a.csv"]
        assert fs.cat_file(f"{folder}/2026-11/a.csv") == ROWS
    with grants(fs, 1):
        assert fs.exists(f"{folder}/2025-11/b.csv")


def test_all_sources_of_a_miner_cost_one_listing(server: Server) -> None:
    miner = fill(server, "a.csv").partition("/")[0]
    fs = of_validator(server)
    with grants(fs, 1):
        assert fs.find(miner) == [f"{miner}/x/a.csv"]
        assert fs.ls(f"{miner}/reddit") == [] and len(fs.ls(f"{miner}/x")) == 1


def test_listings_expire(server: Server) -> None:
    folder = fill(server, "a.csv")
    cases: list[tuple[dict[str, Any], int]] = [
        ({"listings_expiry_time": 0.0}, 2), ({"use_listings_cache": False}, 2), ({"listings_expiry_time": None}, 1)
    ]
    for options, count in cases:
        fs = of_validator(server, **options)
        with grants(fs, count):
            fs.ls(folder)
            fs.ls(folder)


def test_threads_share_one_listing(server: Server) -> None:
    folder = fill(server, *(f"{number}.csv" for number in range(8)))
    fs = of_validator(server)
    contents: list[bytes] = []

    def read(number: int) -> None:
        for name in fs.find(folder):
            with fs.open(name) as file:
                contents.append(file.read())

    with grants(fs, 1):
        threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert contents == [ROWS] * 64


# -- Hostile keys -----------------------------------------------------------------------------------------------------------------------

HOSTILE = [
    "a//b.csv", "//c.csv", "a/../d.csv", "./e.csv", "f/.", "g\n\r\x01\x7f.csv", "100%.csv", "%2e%2e/h.csv", "i#j?k.csv", "l*[m].csv", "[",
    "n\\..\\o.csv", "C:\\p.csv", " q .csv", "é\u202er.csv", "s::t.csv", "s3auth://u.csv", "v+w&x=y.csv", "..", "z/", "z//",
]


@pytest.mark.stores("ceph")
def test_hostile_keys(server: Server, tmp_path: Path) -> None:
    folder = fill(server, *HOSTILE, "plain.csv", "both", "both/below.csv")
    fs = of_validator(server)

    listed = {entry["name"]: entry for entry in fs.ls(folder)}
    found = fs.find(folder)
    assert f"{folder}/plain.csv" in listed
    # Everything but the keys that end in a slash is found once.
    expected = [path for path in HOSTILE if not path.endswith("/")] + ["plain.csv", "both", "both/below.csv"]
    assert sorted(found) == sorted(f"{folder}/{path}" for path in expected)
    walked = [f"{name}/{file}" for name, _, files in fs.walk(folder) for file in files]
    assert sorted(walked) == sorted(found)
    assert fs.isdir(f"{folder}/z") and fs.ls(f"{folder}/z") == []
    with grants(fs, 0):
        for name in found:
            path = name[len(folder) + 1:]
            if {".", ".."} & set(path.split("/")):
                # No URL can express it.
                assert fs.info(name)["size"] == len(ROWS)
                with pytest.raises(OSError):
                    fs.cat_file(name)
            else:
                assert fs.cat_file(name) == ROWS, name
                assert fs.cat(name) == ROWS if "*" not in path and "[" not in path and "?" not in path else True
    # By name, without a listing.
    for name in found:
        fs.invalidate_cache()
        assert fs.info(name)["name"] == name
    # A file and a folder of the same name.
    assert fs.isfile(f"{folder}/both") and fs.ls(f"{folder}/both", detail=False) == [f"{folder}/both/below.csv"]
    assert fs.cat_file(f"{folder}/both") == ROWS

    target = tmp_path / "out"
    readable = [name for name in found if not {".", ".."} & set(name.split("/"))]
    fs.get(readable, str(target))
    inside = [path for path in target.rglob("*") if path.is_file()]
    assert len(inside) == len(readable) and list(tmp_path.iterdir()) == [target]


def test_paths_that_no_key_can_have(server: Server) -> None:
    folder = fill(server, "a.csv")
    fs = of_validator(server)
    for path in ("x" * 2000, "\ud800", "a.csv/../../..", "\0"):
        assert not fs.exists(f"{folder}/{path}")
        assert fs.glob(f"{folder}/{path}*") == []


def test_names_of_only_slashes(server: Server) -> None:
    folder = fill(server, "/", "//", "a/", "a.csv")
    fs = of_validator(server)
    assert fs.ls(folder, detail=False) == [f"{folder}/a.csv", f"{folder}/a"]
    assert f"{folder}/a.csv" in fs.find("")


# -- Reads ------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.stores("ceph", "swift")
def test_random_reads(server: Server) -> None:
    content = bytes(range(256)) * 4096 * 3
    folder = fill(server, "a.bin", content=content)
    fs = of_validator(server)
    with fs.open(f"{folder}/a.bin", block_size=512 * 1024) as file:
        assert file.size == len(content) and file.seekable() and file.readable()
        for start, size in ((0, 10), (700_000, 100), (len(content) - 8, 8), (5, 0), (1_000_000, 900_000), (12, 300_000), (0, -1)):
            file.seek(start)
            assert file.read(size) == (content[start:] if size < 0 else content[start:start + size])
            assert file.tell() == (len(content) if size < 0 else start + size)
        assert file.read(10) == b"" and file.seek(-3, io.SEEK_END) == len(content) - 3
        assert file.readinto(bytearray(10)) == 3
    with pytest.raises(ValueError):
        file.read(1)
    for cache_type in ("none", "readahead", "bytes", "all"):
        with fs.open(f"{folder}/a.bin", cache_type=cache_type) as file:
            file.seek(100)
            assert file.read(1000) == content[100:1100]


def test_lines_and_text(server: Server) -> None:
    folder = fill(server, "a.csv", content="é,1\nü,2\n".encode())
    fs = of_validator(server)
    with fs.open(f"{folder}/a.csv", "r", encoding="utf-8") as file:
        assert file.readlines() == ["é,1\n", "ü,2\n"]
    with fs.open(f"{folder}/a.csv") as file:
        assert [line for line in file] == ["é,1\n".encode(), "ü,2\n".encode()]
    assert fs.read_text(f"{folder}/a.csv", encoding="utf-8") == "é,1\nü,2\n"
    assert fs.head(f"{folder}/a.csv", 2) == "é".encode() and fs.tail(f"{folder}/a.csv", 3) == b",2\n"
    assert fs.read_block(f"{folder}/a.csv", 0, 3, b"\n") == "é,1\n".encode()


def test_ranges(server: Server) -> None:
    content = bytes(range(256)) * 1000
    folder = fill(server, "a.bin", "b.bin", content=content)
    a, b = f"{folder}/a.bin", f"{folder}/b.bin"
    fs = of_validator(server)
    assert fs.cat_file(a, 10, 20) == content[10:20] and fs.cat_file(a, -5) == content[-5:] and fs.cat_file(a, 10, 5) == b""
    starts, ends = [0, 100, 200_000, None, 5], [10, 300, 200_100, -255_990, 5]
    assert fs.cat_ranges([a, a, b, b, a], starts, ends) == [content[0:10], content[100:300], content[200_000:200_100], content[:10], b""]
    results = fs.cat_ranges([a, f"{folder}/c.bin"], 0, 5)
    assert results[0] == content[:5] and isinstance(results[1], FileNotFoundError)
    with pytest.raises(FileNotFoundError):
        fs.cat_ranges([f"{folder}/c.bin"], 0, 5, on_error="raise")
    assert fs.cat([a, f"{folder}/c.bin"], on_error="omit") == {a: content}
    assert fs.cat(f"{folder}/*.bin") == {a: content, b: content} == fs.cat(folder, recursive=True)


def test_empty_file(server: Server) -> None:
    folder = fill(server, "empty", content=b"")
    fs = of_validator(server)
    with fs.open(f"{folder}/empty") as file:
        assert file.read() == b""
    assert fs.cat_file(f"{folder}/empty") == b""


def test_a_file_that_is_replaced_between_two_reads(server: Server) -> None:
    miner = server.next_miner()
    name, key = f"{server.owner(miner)}/x/a.bin", server.folder(miner) + "a.bin"
    server.bucket.put(key, b"a" * 2_000_000)
    fs = of_validator(server)
    with fs.open(name) as file:
        assert file.read(10) == b"a" * 10
        server.bucket.put(key, b"b" * 2_000_000)
        file.seek(1_500_000)
        with pytest.raises(ChangedFileError) as raised:
            file.read(10)
        assert isinstance(raised.value, OSError)
    # Also without a new listing, the old version is not mixed with the new one.
    with pytest.raises(OSError):
        fs.cat_file(name, 0, 10)
    fs.invalidate_cache(name)
    assert fs.cat_file(name, 0, 10) == b"b" * 10


def test_a_file_that_is_deleted_after_it_was_listed(server: Server) -> None:
    miner = server.next_miner()
    name, key = f"{server.owner(miner)}/x/a.bin", server.folder(miner) + "a.bin"
    server.bucket.put(key, ROWS)
    fs = of_validator(server)
    assert fs.exists(name)
    server.bucket.delete([key])
    with pytest.raises(FileNotFoundError):
        fs.cat_file(name)


def test_get(server: Server, tmp_path: Path) -> None:
    folder = fill(server, "2026/a.csv", "2026/deep/b.csv", "2026/deep/er/a.csv")
    fs = of_validator(server)

    def get(source: Any, target: str, **options: Any) -> set[str]:
        fs.get(source, f"{tmp_path}/{target}", **options)
        return {path.relative_to(tmp_path).as_posix() for path in (tmp_path / target.split("/")[0]).rglob("*") if path.is_file()}

    assert get(f"{folder}/2026", "new", recursive=True) == {"new/a.csv", "new/deep/b.csv", "new/deep/er/a.csv"}
    (tmp_path / "old").mkdir()
    assert get(f"{folder}/2026/deep", "old", recursive=True) == {"old/deep/b.csv", "old/deep/er/a.csv"}
    (tmp_path / "inside").mkdir()
    assert get(f"s3auth://{folder}/2026/deep/", "inside", recursive=True) == {"inside/b.csv", "inside/er/a.csv"}
    assert get(f"{folder}/2026/*.csv", "pattern") == {"pattern/a.csv"}
    # Files of the same name.
    assert get([f"{folder}/2026/a.csv", f"{folder}/2026/deep/er/a.csv"], "list") == {"list/a.csv", "list/deep/er/a.csv"}
    assert get(f"{folder}/2026/a.csv", "into/") == {"into/a.csv"}
    assert get(f"{folder}/2026/a.csv", "old") == {"old/deep/b.csv", "old/deep/er/a.csv", "old/a.csv"}
    fs.get(f"{folder}/2026/a.csv", str(tmp_path / "one.csv"))
    fs.get([f"{folder}/2026/a.csv"], [str(tmp_path / "named.csv")])
    fs.get_file(f"{folder}/2026/a.csv", str(tmp_path / "two.csv"))
    assert all((tmp_path / f"{name}.csv").read_bytes() == ROWS for name in ("one", "named", "two"))
    stream = io.BytesIO()
    fs.get_file(f"{folder}/2026/a.csv", stream)
    assert stream.getvalue() == ROWS
    with pytest.raises(FileNotFoundError):
        fs.get(f"{folder}/none.csv", str(tmp_path / "none.csv"))
    assert not (tmp_path / "none.csv").exists()
