"""Downloads and reads: checks, resumption, renewed URLs and costs, with servers and stores that fail or send wrong answers."""

from __future__ import annotations

import asyncio
import dataclasses
import errno
import fcntl
import hashlib
import os
import threading
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

import pytest
from s3auth import (
    AsyncS3Auth, ChangedFileError, ClientOptions, DownloadedFile, ListingError, RefusedError, RemoteFile, S3Auth, S3AuthError, StoreError,
    UnreachableStoreError, UnwritableFileError,
)
from s3auth._core import part_files
from s3auth._core.local_name import local_name
from support.clients import OpenClient
from support.scripted import Received, Scripted
from support.service import OTHER_OWNER, OWNER, NullKeypair, Service, Stored, refusal, store_error

FOLDER = f"data/x/{OWNER}/"
FAST = ClientOptions(attempts=3, first_wait=0.01, longest_wait=0.05, stall_timeout=30.0)
CONTENT = bytes(number * 11 % 256 for number in range(300_000))
KEY = FOLDER + "file.bin"


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as service:
        service.files[KEY] = Stored(CONTENT)
        yield service


@pytest.fixture
def client(open_client: OpenClient, service: Service) -> S3Auth:
    return open_client(service.url, NullKeypair(), options=FAST)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "down"
    folder.mkdir()
    return folder / "file.bin"


def listed(client: S3Auth, path: str = "file.bin") -> RemoteFile:
    return next(file for file in client.list_files(OWNER) if file.path == path)


def names_in(folder: Path) -> List[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def breaking(service: Service, *sizes: Optional[int]) -> None:
    """The first answers of the store break after these bytes; None lets one be whole."""
    breaks = list(sizes)

    def answer(key: str, request: Received) -> Optional[Scripted]:
        size = breaks.pop(0) if breaks else None
        return None if size is None else dataclasses.replace(service._read(key, request), breaks_after=size)

    service.answer_store = answer


def ranges(service: Service) -> List[Optional[str]]:
    return [read.headers.get("range") for read in service.reads]


# Folders


def test_folder_has_the_paths_of_the_files(client: S3Auth, service: Service, tmp_path: Path) -> None:
    service.files[FOLDER + "sub/a.bin"] = Stored(b"a")
    service.files[f"data/reddit/{OWNER}/b.bin"] = Stored(b"")
    results: List[DownloadedFile] = []

    summary = client.download(OWNER, tmp_path / "all", on_file=results.append)

    assert names_in(tmp_path / "all") == ["reddit/b.bin", "x/file.bin", "x/sub/a.bin"]
    assert sorted(results, key=id) == sorted(summary.downloaded, key=id)
    assert {Path(one.local_path or "").relative_to(tmp_path / "all").as_posix(): one.file.path for one in results} == {
        "reddit/b.bin": "b.bin", "x/file.bin": "file.bin", "x/sub/a.bin": "sub/a.bin",
    }
    summary.raise_for_failures()
    assert not client.download(OWNER, tmp_path / "one", source="x").failed
    assert names_in(tmp_path / "one") == ["file.bin", "sub/a.bin"]
    client.download(OWNER, tmp_path / "some", source="x", prefix="sub/", select=lambda file: file.size < 5)
    assert names_in(tmp_path / "some") == ["sub/a.bin"]
    assert service.grants == ["/list-files"] * 3


def test_second_run_reads_nothing(client: S3Auth, service: Service, tmp_path: Path) -> None:
    service.files[FOLDER + "parts.bin"] = Stored(b"parts", etag="0" * 32 + "-2")
    service.files[FOLDER + "young.bin"] = Stored(b"young", age=0)
    client.download(OWNER, tmp_path)
    reads = len(service.reads)

    summary = client.download(OWNER, tmp_path)

    assert [len(summary.downloaded), len(summary.unchanged), len(service.reads) - reads] == [0, 3, 0]


@pytest.mark.parametrize("change", ["content", "size", "time of parts"])
def test_other_local_file_is_replaced(client: S3Auth, service: Service, target: Path, change: str) -> None:
    if change == "time of parts":
        service.files[KEY] = Stored(CONTENT, etag="0" * 32 + "-2")
    target.write_bytes(CONTENT[:-1] + (b"" if change == "size" else b"x"))
    assert client.download_file(listed(client), target).status == "downloaded"
    assert target.read_bytes() == CONTENT


def test_one_failed_file_does_not_end_the_run(client: S3Auth, service: Service, tmp_path: Path) -> None:
    for number in range(30):
        service.files[f"{FOLDER}{number:02}.bin"] = Stored(b"%d" % number)
    service.answer_store = lambda key, request: Scripted(503, b"") if key == KEY else None

    summary = client.download(OWNER, tmp_path, source="x")

    assert len(summary.downloaded) == 30
    (failed,) = summary.failed
    assert (failed.file.path, failed.status, failed.local_path) == ("file.bin", "failed", None)
    assert isinstance(failed.error, StoreError) and failed.error.status == 503
    with pytest.raises(StoreError):
        summary.raise_for_failures()


@pytest.mark.parametrize("fault", ["broken", "busy"])
def test_store_that_serves_nothing_ends_the_run(open_client: OpenClient, service: Service, tmp_path: Path, fault: str) -> None:
    for number in range(1000):
        service.files[f"{FOLDER}{number:04}.bin"] = Stored(b"x")
    good = FOLDER + "0000.bin"
    results: List[DownloadedFile] = []

    def answer(key: str, request: Received) -> Optional[Scripted]:
        if key == good:
            return None
        failure = store_error(503, "SlowDown") if fault == "busy" else Scripted(200, b"xx", breaks_after=0)
        # The other files fail only after the good one has been downloaded.
        return dataclasses.replace(failure, delay=0.0 if results else 10.0)

    service.answer_store = answer
    client = open_client(service.url, NullKeypair(), options=dataclasses.replace(FAST, parallel=4))

    with pytest.raises((UnreachableStoreError, StoreError)) as raised:
        client.download(OWNER, tmp_path, source="x", on_file=results.append)

    # Each attempt of the files that were under way; not 3,000.
    assert len(service.reads) <= 1 + 2 * 4 * FAST.attempts
    assert raised.value.summary is not None
    assert [one.file.key for one in raised.value.summary.downloaded] == [good]  # type: ignore[union-attr]
    assert 4 <= len(raised.value.summary.failed) <= 8
    assert names_in(tmp_path) == ["0000.bin"]


def test_failures_between_successes_do_not_end_the_run(open_client: OpenClient, service: Service, tmp_path: Path) -> None:
    for number in range(12):
        service.files[f"{FOLDER}{number:02}.bin"] = Stored(b"x")
    service.answer_store = lambda key, request: None if int(key[-6:-4]) % 3 == 2 else Scripted(503, b"")
    del service.files[KEY]
    client = open_client(service.url, NullKeypair(), options=dataclasses.replace(FAST, attempts=1, parallel=1))
    summary = client.download(OWNER, tmp_path, source="x")
    assert (len(summary.downloaded), len(summary.failed)) == (4, 8)


# The URLs of the listed files are still valid.
def test_failed_listing_ends_the_run_after_the_listed_files(client: S3Auth, service: Service, tmp_path: Path) -> None:
    for number in range(4):
        service.files[f"{FOLDER}{number:02}.bin"] = Stored(b"x")
    service.page_size = 2
    service.answer_server = lambda path, body: refusal(429, "quota_exceeded", Retry_After="40000") if body.get("cursor") == "4" else None
    with pytest.raises(RefusedError) as raised:
        client.download(OWNER, tmp_path, source="x")
    assert names_in(tmp_path) == ["00.bin", "01.bin", "02.bin", "03.bin"]
    assert raised.value.summary is not None and len(raised.value.summary.downloaded) == 4  # type: ignore[union-attr]


def test_full_disk_ends_the_run(client: S3Auth, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(100):
        service.files[f"{FOLDER}{number:02}.bin"] = Stored(b"x")

    def fail(path: str, flags: int) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(part_files, "_open_own", fail)
    with pytest.raises(UnwritableFileError, match="No space left"):
        client.download(OWNER, tmp_path, source="x")
    assert len(service.reads) == 0


def test_folder_that_cannot_be_written_is_an_error(client: S3Auth, service: Service, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UnwritableFileError):
        client.download(OWNER, tmp_path / "file")
    assert not service.reads


def test_thousand_files_of_a_failing_store(open_client: OpenClient, service: Service, tmp_path: Path) -> None:
    del service.files[KEY]
    for number in range(1000):
        service.files[f"{FOLDER}{number:04}.bin"] = Stored(b"%04d" % number * 500)
    count = [0]

    def answer(key: str, request: Received) -> Optional[Scripted]:
        count[0] += 1
        faults = [dataclasses.replace(service._read(key, request), breaks_after=700), Scripted(500, b""), store_error(503, "SlowDown")]
        return faults[count[0] // 10 % 3] if count[0] % 10 == 0 else None

    service.answer_store = answer
    client = open_client(service.url, NullKeypair(), options=dataclasses.replace(FAST, attempts=6))

    summary = client.download(OWNER, tmp_path, source="x")

    assert (len(summary.downloaded), len(summary.failed), len(service.grants)) == (1000, 0, 1)
    assert all((tmp_path / f"{number:04}.bin").read_bytes() == b"%04d" % number * 500 for number in range(1000))
    assert len(names_in(tmp_path)) == 1000


# Hostile keys and folders


def test_hostile_keys_stay_in_the_folder(client: S3Auth, service: Service, tmp_path: Path) -> None:
    del service.files[KEY]
    paths = ["a//b", "a", "a/b", "nul", "C:\\x", "x\n\x1b[0m", "-rf", "a/", "%2E%2E/x", "\u202etxt.exe", "." * 3, "y" * 300, ".s3auth-part"]
    for path in paths:
        service.files[FOLDER + path] = Stored(path.encode())

    summary = client.download(OWNER, tmp_path / "down", source="x")

    assert len(summary.downloaded) == len(paths)
    assert [path.name for path in tmp_path.iterdir()] == ["down"]
    found = {path: (tmp_path / "down" / path).read_text() for path in names_in(tmp_path / "down")}
    assert sorted(found.values()) == sorted(paths)
    # Of "a", "a/", "a/b" and "a//b", the first to be written is "a" or has a folder "a"; the order is not known.
    others = {name: path for name, path in found.items() if not path.startswith("a")}
    assert others == {local_name(path.encode()): path for path in paths if not path.startswith("a")}


def test_links_in_the_folder_are_not_followed(client: S3Auth, service: Service, tmp_path: Path) -> None:
    service.files[FOLDER + "out/a.bin"] = Stored(b"a")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file.bin").write_bytes(b"keep")
    folder = tmp_path / "down"
    folder.mkdir()
    (folder / "out").symlink_to(outside)
    (folder / "file.bin").symlink_to(outside / "file.bin")

    summary = client.download(OWNER, folder, source="x")

    assert [one.file.path for one in summary.failed] == ["out/a.bin"]
    assert isinstance(summary.failed[0].error, UnwritableFileError)
    assert names_in(outside) == ["file.bin"] and (outside / "file.bin").read_bytes() == b"keep"
    assert (folder / "file.bin").read_bytes() == CONTENT and not (folder / "file.bin").is_symlink()


def test_link_in_place_of_a_part_file_is_not_followed(client: S3Auth, target: Path, tmp_path: Path) -> None:
    file = listed(client)
    victim = tmp_path / "victim"
    victim.write_bytes(b"keep")
    Path(part_of(file, target)).symlink_to(victim)
    with pytest.raises(UnwritableFileError):
        client.download_file(file, target)
    assert victim.read_bytes() == b"keep"


def part_of(file: RemoteFile, path: Path) -> str:
    """The name that the command line tool gives a part."""
    key, version = (hashlib.sha256(data).hexdigest()[:24] for data in (file.key.encode(), f"{file.etag}\n{file.size}".encode()))
    return str(path.parent / f".{key}-{version}.s3auth-part")


def test_file_without_a_url_costs_no_request(client: S3Auth, service: Service, tmp_path: Path) -> None:
    service.change_list = lambda answer, _: {
        **answer, "files": [{name: value for name, value in file.items() if name != "download_url"} for file in answer["files"]],
    }
    summary = client.download(OWNER, tmp_path)
    (failed,) = summary.failed
    assert "cannot be part of a URL" in str(failed.error)
    assert (len(service.grants), len(service.reads)) == (1, 0)
    with pytest.raises(StoreError, match="cannot be part of a URL"):
        client.read(failed.file)


def test_path_of_a_folder_is_refused(client: S3Auth, target: Path) -> None:
    with pytest.raises(UnwritableFileError, match="is a folder"):
        client.download_file(listed(client), target.parent)


def test_folders_of_a_path_are_made(client: S3Auth, tmp_path: Path) -> None:
    client.download_file(listed(client), tmp_path / "a" / "b" / "c")
    assert names_in(tmp_path) == ["a/b/c"]


# Resuming


def test_interrupted_download_is_resumed(client: S3Auth, service: Service, target: Path) -> None:
    breaking(service, 200_000)
    result = client.download_file(listed(client), target)
    assert (result.status, result.local_path) == ("downloaded", str(target))
    assert target.read_bytes() == CONTENT and names_in(target.parent) == ["file.bin"]
    assert ranges(service) == [None, "bytes=200000-"]
    assert [read.headers["if-match"] for read in service.reads] == [f'"{service.files[KEY].etag}"'] * 2


def test_later_run_resumes(client: S3Auth, service: Service, target: Path) -> None:
    breaking(service, 100_000, 10, 0)
    file = listed(client)
    with pytest.raises(UnreachableStoreError):
        client.download_file(file, target)
    assert [str(target.parent / name) for name in names_in(target.parent)] == [part_of(file, target)]
    client.download_file(file, target)
    assert target.read_bytes() == CONTENT
    assert ranges(service) == [None, "bytes=100000-", "bytes=100010-", "bytes=100010-"]


def test_complete_part_needs_no_request(client: S3Auth, service: Service, target: Path) -> None:
    file = listed(client)
    Path(part_of(file, target)).write_bytes(CONTENT)
    client.download_file(file, target)
    assert target.read_bytes() == CONTENT and not service.reads


def test_part_that_is_too_long_is_discarded(client: S3Auth, service: Service, target: Path) -> None:
    file = listed(client)
    Path(part_of(file, target)).write_bytes(CONTENT + b"x")
    client.download_file(file, target)
    assert target.read_bytes() == CONTENT and ranges(service) == [None]


def test_part_of_a_version_that_is_read_anew_is_empty(tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(b"old")
    writer = part_files.PartWriter(str(tmp_path / "part"), 10, is_new=True)
    writer.close()
    assert (writer.size, (tmp_path / "part").read_bytes()) == (0, b"")


def test_part_with_other_bytes_is_discarded(client: S3Auth, service: Service, target: Path) -> None:
    file = listed(client)
    Path(part_of(file, target)).write_bytes(b"x" * 1000)
    client.download_file(file, target)
    assert target.read_bytes() == CONTENT and ranges(service) == ["bytes=1000-", None]
    assert names_in(target.parent) == ["file.bin"]


def test_parts_of_other_versions_are_deleted(client: S3Auth, service: Service, target: Path) -> None:
    file = listed(client)
    Path(part_of(dataclasses.replace(file, etag="0" * 32), target)).write_bytes(b"old")
    client.download_file(file, target)
    assert names_in(target.parent) == ["file.bin"]


def test_part_that_another_program_writes_is_left_alone(client: S3Auth, target: Path) -> None:
    file = listed(client)
    part = Path(part_of(file, target))
    with open(part, "wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        other.write(b"other")
        other.flush()
        with pytest.raises(UnwritableFileError, match="another download"):
            client.download_file(file, target)
        assert part.read_bytes() == b"other"


def test_failed_download_leaves_no_empty_part(client: S3Auth, service: Service, target: Path) -> None:
    service.answer_store = lambda key, request: store_error(403, "AccessDenied")
    with pytest.raises(StoreError):
        client.download_file(listed(client), target)
    assert names_in(target.parent) == []


@pytest.mark.parametrize(
    "change", [{"Content-Range": "bytes 0-99999/300000"}, {"Content-Range": "bytes 200000-299999/400000"}, {"Content-Range": ""},
               {"Content-Range": "bytes 200000-200009/300000"}, {"ETag": '"other"'}, "whole"], ids=repr,
)
def test_other_range_than_requested_is_not_appended(client: S3Auth, service: Service, target: Path, change: Any) -> None:
    # No hash could detect wrongly joined parts of this file.
    service.files[KEY] = Stored(CONTENT, etag="0123-2")
    count = [0]

    def answer(key: str, request: Received) -> Optional[Scripted]:
        count[0] += 1
        usual = service._read(key, request)
        if count[0] == 1:
            return dataclasses.replace(usual, breaks_after=200_000)
        if count[0] > 2:
            return None
        if change == "whole":
            return dataclasses.replace(usual, status=200, body=CONTENT)
        return dataclasses.replace(usual, headers={**usual.headers, **change})

    service.answer_store = answer
    client.download_file(listed(client), target)
    assert target.read_bytes() == CONTENT
    assert ranges(service) == [None, "bytes=200000-", None]


# Other bytes than the listed ones


@pytest.mark.parametrize("size, error", [(len(CONTENT) - 1, ChangedFileError), (len(CONTENT) + 1, UnreachableStoreError)])
def test_other_size_is_refused(client: S3Auth, service: Service, target: Path, size: int, error: "type[S3AuthError]") -> None:
    service.files[KEY] = Stored(CONTENT, etag="0-2")
    service.change_list = lambda answer, _: {**answer, "files": [{**answer["files"][0], "size": size}]}
    # An answer without a version, so that the listed one is expected.
    service.answer_store = lambda key, request: Scripted(
        206 if "range" in request.headers else 200, CONTENT if "range" not in request.headers else b"",
        {"Content-Range": f"bytes {len(CONTENT)}-{len(CONTENT)}/{size}"},
    )
    with pytest.raises(error):
        client.download_file(listed(client), target)
    assert not target.exists()


def test_other_bytes_are_refused(client: S3Auth, service: Service, target: Path) -> None:
    service.files[KEY].content = CONTENT[:-1] + b"x"
    with pytest.raises(ChangedFileError, match="MD5"):
        client.download_file(listed(client), target)
    assert names_in(target.parent) == [] and len(service.reads) == 3


@pytest.mark.parametrize(
    "headers", [{"x-amz-server-side-encryption": "aws:kms"}, {"x-amz-server-side-encryption-customer-algorithm": "AES256"}], ids=repr
)
def test_etag_of_an_encrypted_file_is_not_compared(client: S3Auth, service: Service, target: Path, headers: Dict[str, str]) -> None:
    service.files[KEY] = Stored(CONTENT, etag="0" * 32, headers=headers)
    client.download_file(listed(client), target)
    assert target.read_bytes() == CONTENT == client.read(listed(client))


def test_replaced_file_is_downloaded_anew(client: S3Auth, service: Service, target: Path) -> None:
    file = listed(client)
    service.files[KEY] = Stored(b"newer", age=60)
    result = client.download_file(file, target)
    assert target.read_bytes() == b"newer"
    assert (result.file.etag, result.file.size) == (service.files[KEY].etag, 5)
    assert result.file.last_modified.timestamp() == service.files[KEY].stored_at == target.stat().st_mtime
    assert len(service.grants) == 1 and names_in(target.parent) == ["file.bin"]


def test_replaced_file_is_not_joined_with_its_old_part(client: S3Auth, service: Service, target: Path) -> None:
    service.files[KEY] = Stored(CONTENT, etag="1-2")
    breaking(service, 100_000)
    file = listed(client)
    original = service.answer_store

    def answer(key: str, request: Received) -> Optional[Scripted]:
        answered = original(key, request)
        service.files[KEY] = Stored(CONTENT[::-1], etag="2-2")
        return answered

    service.answer_store = answer
    client.download_file(file, target)
    assert target.read_bytes() == CONTENT[::-1] and names_in(target.parent) == ["file.bin"]
    assert ranges(service) == [None, "bytes=100000-", None]


# A miner could replace its file forever.
def test_file_that_is_replaced_repeatedly_fails_soon(open_client: OpenClient, service: Service, target: Path) -> None:
    client = open_client(service.url, NullKeypair(), options=dataclasses.replace(FAST, attempts=10))
    service.answer_store = lambda key, request: store_error(412, "PreconditionFailed")
    with pytest.raises(ChangedFileError):
        client.download_file(listed(client), target)
    assert (len(service.reads), len(service.grants)) == (3, 1)


@pytest.mark.parametrize("age, has_time", [(60, True), (-60, False), (0, False)])
def test_local_file_gets_the_stored_time_only_if_no_other_version_can_have_it(
    client: S3Auth, service: Service, target: Path, age: float, has_time: bool
) -> None:
    stored_at = service.files[KEY].stored_at
    date = formatdate(stored_at + age, usegmt=True)

    def answer(key: str, request: Received) -> Optional[Scripted]:
        answered = service._read(key, request)
        return dataclasses.replace(answered, headers={**answered.headers, "Date": date})

    service.answer_store = answer
    client.download_file(listed(client), target)
    assert (target.stat().st_mtime_ns == stored_at * 10**9) == has_time


def test_redirects_of_the_store_are_not_followed(client: S3Auth, service: Service, target: Path) -> None:
    with Service() as elsewhere:
        service.answer_store = lambda key, request: Scripted(307, b"", {"Location": elsewhere.url_of(key)})
        with pytest.raises(StoreError) as raised:
            client.download_file(listed(client), target)
        assert raised.value.status == 307 and not elsewhere.reads


def test_error_of_the_store_becomes_one_short_line(client: S3Auth, service: Service, target: Path) -> None:
    service.answer_store = lambda key, request: store_error(400, "Bad", "a&#133;\n\u202e" + "b" * 1000)
    with pytest.raises(StoreError) as raised:
        client.download_file(listed(client), target)
    text = str(raised.value)
    assert raised.value.code == "Bad" and text.isprintable() and len(text) < 400 and "signature" not in text


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><Error><Code>&b;</Code></Error>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]><Error><Code>&b;</Code></Error>'.encode("utf-16"),
        b"<a>" * 20_000,
        b"<Error><Code>" + b"x" * 100_000,
        b"no XML",
    ],
    ids=["doctype", "utf-16", "deep", "large", "text"],
)
def test_hostile_error_of_the_store_is_ignored(client: S3Auth, service: Service, target: Path, body: bytes) -> None:
    service.answer_store = lambda key, request: Scripted(400, body, content_type="application/xml")
    with pytest.raises(StoreError) as raised:
        client.download_file(listed(client), target)
    assert (raised.value.code, str(raised.value)) == ("", "The store answered 400.")


# Renewed URLs


def add_many(service: Service, count: int = 30) -> None:
    service.files = {f"{FOLDER}{number:02}.bin": Stored(b"%d" % number) for number in range(count)}


def test_expiring_urls_are_renewed_with_one_grant_before_use(client: S3Auth, service: Service, tmp_path: Path) -> None:
    add_many(service)
    service.lifetime = 30

    def spend(answer: Dict[str, Any], _: int) -> Dict[str, Any]:
        service.version, service.accepted = "new", {"new"}
        return answer

    service.change_list = spend
    assert len(client.download(OWNER, tmp_path).downloaded) == 30
    assert service.grants == ["/list-files", "/get-file-presigned-urls"] and len(service.reads) == 30
    assert service.bodies[1]["miner_coldkey"] == OWNER and len(service.bodies[1]["file_keys"]) == 30


def test_refused_urls_are_renewed_with_one_grant(client: S3Auth, service: Service, tmp_path: Path) -> None:
    add_many(service)
    files = list(client.list_files(OWNER))
    service.version, service.accepted = "new", {"new"}
    assert client.read(files[3]) == b"3"
    assert [client.read(file) for file in files] == [b"%d" % number for number in range(30)]
    assert service.grants == ["/list-files", "/get-file-presigned-urls"]


# A bucket policy can cause it.
def test_store_that_refuses_every_url_costs_one_more_grant(client: S3Auth, service: Service, tmp_path: Path) -> None:
    add_many(service)
    service.accepted = set()
    summary = client.download(OWNER, tmp_path)
    assert len(summary.failed) == 30 and len(service.grants) == 2 and names_in(tmp_path) == []


def test_refused_renewal_is_not_repeated(client: S3Auth, service: Service) -> None:
    add_many(service)
    service.accepted = set()
    service.answer_server = lambda path, body: refusal(409, "no") if path == "/get-file-presigned-urls" else None
    for file in list(client.list_files(OWNER)):
        with pytest.raises(RefusedError):
            client.read(file)
    assert len(service.grants) == 2


def test_broken_connection_costs_no_grant(client: S3Auth, service: Service) -> None:
    breaking(service, 0, 5)
    assert client.read(listed(client)) == CONTENT
    assert service.grants == ["/list-files"]


def test_long_keys_are_renewed_in_batches_below_the_body_limit_of_the_server(client: S3Auth, service: Service) -> None:
    service.files = {f"{FOLDER}{'数' * 300}{number:04}": Stored(b"x") for number in range(1000)}
    files = list(client.list_files(OWNER))
    service.version, service.accepted = "new", {"new"}

    read, batches = 0, []
    while read < len(files):
        client.read(files[read])
        batches.append(service.bodies[-1]["file_keys"])
        # The files of a batch follow the one that was read, then come those before it.
        read += len([key for key in batches[-1] if key >= files[read].key])

    assert [read, len(service.grants)] == [1000, 1 + len(batches)] and 2 <= len(batches) <= 4
    assert max(len(one.body) for one in service._server.received) < 450 * 1024


def test_renewed_urls_of_other_keys_are_ignored(client: S3Auth, service: Service) -> None:
    service.files[FOLDER + "other.bin"] = Stored(b"other")
    files = list(client.list_files(OWNER))
    service.accepted = {"new"}

    def swap(path: str, body: Dict[str, Any]) -> Optional[Scripted]:
        if path != "/get-file-presigned-urls":
            return None
        service.version = "new"
        answer = service._serve(path, body)
        answer.body["file_urls"][KEY]["presigned_url"] = "file:///etc/passwd"  # type: ignore[index]
        return answer

    service.answer_server = swap
    with pytest.raises(StoreError) as raised:
        client.read(files[0])
    assert raised.value.status == 403 and client.read(files[1]) == b"other"


def own_files(service: Service, client: S3Auth, count: int) -> List[RemoteFile]:
    service.files = {f"data/x/{OTHER_OWNER}/{number:02}.bin": Stored(b"%d" % number) for number in range(count)}
    return list(client.list_files())


def test_own_urls_are_renewed_by_listing_again(client: S3Auth, service: Service) -> None:
    files = own_files(service, client, 20)
    service.version, service.accepted = "new", {"new"}
    assert [client.read(file) for file in files] == [b"%d" % number for number in range(20)]
    assert service.grants == ["/list-my-files"] * 2


def test_own_files_that_left_their_page_are_looked_up_a_few_times(client: S3Auth, service: Service) -> None:
    files = own_files(service, client, 20)
    service.version, service.accepted = "new", {"new"}
    service.change_list = lambda answer, _: answer if len(answer["files"]) == 1 else {**answer, "files": []}
    read = failed = 0
    for file in files:
        try:
            client.read(file)
            read += 1
        except StoreError:
            failed += 1
    assert (read, failed) == (10, 10)


def test_file_without_a_page_is_looked_up(client: S3Auth, service: Service, target: Path) -> None:
    file = dataclasses.replace(listed(client), _page=None, url=None, url_expires_at=0.0)
    assert client.download_file(file, target).status == "downloaded" and target.read_bytes() == CONTENT
    assert service.grants == ["/list-files"] * 2 and service.bodies[1]["limit"] == 1
    service.files.clear()
    with pytest.raises(StoreError, match="no longer exists"):
        client.read(file)


# Reads


@pytest.mark.parametrize(
    "start, end, header",
    [
        (0, None, None), (0, 300_000, None), (0, 400_000, None), (0, 10, "bytes=0-9"), (5, 6, "bytes=5-5"),
        (299_990, None, "bytes=299990-299999"), (299_990, 400_000, "bytes=299990-299999"),
        (10, 10, ""), (11, 10, ""), (300_000, None, ""), (400_000, 500_000, ""),
    ],
)
def test_read_requests_the_bytes(client: S3Auth, service: Service, start: int, end: Optional[int], header: Optional[str]) -> None:
    assert client.read(listed(client), start, end) == CONTENT[start:end]
    assert ranges(service) == ([] if header == "" else [header])


def test_read_refuses_negative_positions(client: S3Auth) -> None:
    for start, end in ((-1, None), (0, -1)):
        with pytest.raises(ValueError):
            client.read(listed(client), start, end)


def test_read_continues_after_a_broken_connection(client: S3Auth, service: Service) -> None:
    breaking(service, 1000, 50)
    assert client.read(listed(client), 100, 200_000) == CONTENT[100:200_000]
    assert ranges(service) == ["bytes=100-199999", "bytes=1100-199999", "bytes=1150-199999"]


def test_read_of_a_replaced_file_fails(client: S3Auth, service: Service) -> None:
    file = listed(client)
    service.files[KEY] = Stored(CONTENT[::-1])
    for start in (0, 100):
        with pytest.raises(ChangedFileError):
            client.read(file, start)
    assert len(service.reads) == 2


# The store ignores If-Match.
def test_read_compares_the_etag(client: S3Auth, service: Service) -> None:
    service.files[KEY] = Stored(CONTENT, etag="1-2")
    file = listed(client)
    service.files[KEY] = Stored(CONTENT[::-1], etag="2-2")
    service.answer_store = lambda key, request: service._read(
        key, dataclasses.replace(request, headers={name: text for name, text in request.headers.items() if name != "if-match"})
    )
    for start in (0, 100):
        with pytest.raises(ChangedFileError):
            client.read(file, start)


def test_whole_read_compares_the_md5(client: S3Auth, service: Service) -> None:
    file = listed(client)
    service.files[KEY].content = CONTENT[:-1] + b"x"
    with pytest.raises(ChangedFileError, match="MD5"):
        client.read(file)


class Endless:
    """A store that ignores the range, and sends zeros until the client closes the connection."""

    def __init__(self, head: bytes) -> None:
        import socket

        self.head = head
        self.sent = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/file"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(65536)
                    connection.sendall(self.head)
                    while self.sent < 1 << 30:
                        self.sent += connection.send(bytes(65536))
                except OSError:
                    pass

    def close(self) -> None:
        self._socket.close()


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 10-19/300000\r\n\r\n"],
    ids=["whole", "long range"],
)
def test_read_is_bounded(client: S3Auth, service: Service, head: bytes) -> None:
    store = Endless(head)
    try:
        with pytest.raises(ChangedFileError):
            client.read(dataclasses.replace(listed(client), url=store.url), 10, 20)
        assert store.sent < 32 << 20
    finally:
        store.close()


def test_download_is_bounded(client: S3Auth, service: Service, target: Path) -> None:
    store = Endless(b"HTTP/1.1 200 OK\r\n\r\n")
    try:
        with pytest.raises(ChangedFileError):
            client.download_file(dataclasses.replace(listed(client), url=store.url), target)
        assert store.sent < 64 << 20 and names_in(target.parent) == []
    finally:
        store.close()


# Interruptions


def test_cancelled_download_keeps_its_part(service: Service, target: Path) -> None:
    service.answer_store = lambda key, request: dataclasses.replace(service._read(key, request), breaks_after=None)
    store = Endless(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")

    async def run() -> RemoteFile:
        async with AsyncS3Auth(service.url, NullKeypair(), options=FAST) as client:
            file = dataclasses.replace([one async for one in client.list_files(OWNER)][0], url=store.url, size=10**9, etag="0-2")
            task = asyncio.ensure_future(client.download_file(file, target))
            while not (os.path.exists(part_of(file, target)) and os.path.getsize(part_of(file, target))):
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return file

    try:
        file = asyncio.run(run())
    finally:
        store.close()
    size = os.path.getsize(part_of(file, target))
    time.sleep(0.1)
    assert names_in(target.parent) == [os.path.basename(part_of(file, target))]
    assert os.path.getsize(part_of(file, target)) == size
    with open(part_of(file, target), "rb") as part:
        fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_exception_of_a_callback_ends_the_download(client: S3Auth, service: Service, tmp_path: Path) -> None:
    add_many(service)

    def fail(result: DownloadedFile) -> None:
        raise KeyError("callback")

    with pytest.raises(KeyError, match="callback"):
        client.download(OWNER, tmp_path, on_file=fail)
    # The last requests that were sent may arrive late.
    reads = -1
    while reads != len(service.reads):
        reads = len(service.reads)
        time.sleep(0.5)
    assert reads <= 2 * FAST.parallel
