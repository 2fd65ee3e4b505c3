"""The file system for fsspec on a scripted server: large folders, hostile listings, refusals and expired URLs."""

from __future__ import annotations

import logging
import os
from typing import Any, Iterator

import pytest

pytest.importorskip("fsspec", reason="There is no fsspec here; install python3-fsspec.")

import fsspec

from s3auth import ClientOptions, ListingError, RefusedError, StoreError
from support.filesystems import ROWS
from support.service import OTHER_OWNER, OWNER, NullKeypair, Service, Stored, refusal, store_error

FOLDER = f"{OWNER}/x"


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as service:
        yield service


def open_at(service: Service, **options: Any) -> Any:
    once = ClientOptions(attempts=1)
    return fsspec.filesystem("s3auth", url=service.url, hotkey=NullKeypair(), client_options=once, skip_instance_cache=True, **options)


def fill(service: Service, *paths: str, owner: str = OWNER) -> None:
    for path in paths:
        service.files[f"data/x/{owner}/{path}"] = Stored(ROWS)


def test_large_folder(service: Service) -> None:
    # "-" is before "/".
    fill(service, *(f"0-{number:04}.csv" for number in range(5000)), "0/in-folder.csv")
    fs = open_at(service)
    assert len(fs.ls(FOLDER)) == len(fs.find(FOLDER)) == 5001
    assert fs.cat_file(f"{FOLDER}/0-1234.csv") == ROWS
    assert service.grants == ["/list-files"] * 6
    # By name, one page, and a second one if a thousand other names that begin like the folder's come first.
    fs.invalidate_cache()
    assert fs.isfile(f"{FOLDER}/0-4321.csv")
    assert len(service.grants) == 7
    for _ in range(2):
        assert fs.isdir(f"{FOLDER}/0") and not fs.isfile(f"{FOLDER}/0")
    assert len(service.grants) == 9
    # A folder that is known to exist is not known as a whole.
    assert fs.ls(f"{FOLDER}/0", detail=False) == [f"{FOLDER}/0/in-folder.csv"]
    assert len(service.grants) == 10


def test_a_refused_page_is_not_the_end_of_a_folder(service: Service) -> None:
    fill(service, *(f"{number:04}.csv" for number in range(2500)))
    fs = open_at(service)
    service.answer_server = lambda path, body: refusal(429, "quota_exceeded", Retry_After="9999") if body.get("cursor") == "2000" else None
    for _ in range(2):
        with pytest.raises(OSError) as raised:
            fs.ls(FOLDER)
        assert isinstance(raised.value, RefusedError) and raised.value.code == "quota_exceeded"
    service.answer_server = lambda path, body: None
    assert len(fs.ls(FOLDER)) == 2500


def test_a_refused_lookup_is_not_a_missing_file(service: Service) -> None:
    fill(service, "a.csv")
    fs = open_at(service)
    assert fs.exists(f"{FOLDER}/a.csv")
    service.answer_server = lambda path, body: refusal(429, "quota_exceeded", Retry_After="9999") if path == "/list-files" else None
    for call in (fs.exists, fs.isfile, fs.isdir, fs.ls, fs.find, lambda path: list(fs.walk(path)), fs.glob):
        with pytest.raises(OSError, match="quota_exceeded"):
            call(f"{FOLDER}/b.csv")
    # What is known still works.
    assert fs.cat_file(f"{FOLDER}/a.csv") == ROWS


def test_an_invalid_listing_of_one_miner_does_not_hide_the_others(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    service.uids = {OTHER_OWNER: 3, OWNER: 7}
    fill(service, "a.csv")
    fill(service, "hostile.csv", owner=OTHER_OWNER)
    # The listing never ends.
    service.change_list = lambda answer, number: (
        {**answer, "next_cursor": "0"} if any(OTHER_OWNER in file["key"] for file in answer["files"]) else answer
    )
    fs = open_at(service)
    walked = [f"{name}/{file}" for name, _, files in fs.walk("") for file in files]
    for names in (fs.find(""), fs.glob("*/x/*.csv"), fs.glob("**/*.csv"), walked):
        assert list(names) == [f"{FOLDER}/a.csv"]
    assert any(OTHER_OWNER in record.message and record.levelno == logging.WARNING for record in caplog.records)
    with pytest.raises(ListingError):
        fs.ls(f"{OTHER_OWNER}/x")


def test_expired_urls_are_renewed(service: Service) -> None:
    fill(service, *(f"{number}.csv" for number in range(50)))
    fs = open_at(service)
    names = fs.find(FOLDER)
    with fs.open(names[0]) as file:
        assert file.read(5) == ROWS[:5]
        # The store refuses the URLs of the listing from now on.
        service.accepted, service.version = {"new"}, "new"
        for name in names:
            assert fs.cat_file(name) == ROWS
        file.seek(0)
        assert file.read() == ROWS
    assert service.grants == ["/list-files", "/get-file-presigned-urls"]


def test_errors_of_the_store(service: Service) -> None:
    fill(service, "a.csv", "b.csv")
    fs = open_at(service)
    names = fs.find(FOLDER)
    for status, code, kind in ((403, "AccessDenied", PermissionError), (404, "NoSuchKey", FileNotFoundError), (400, "Strange", OSError)):
        service.answer_store = lambda key, request, status=status, code=code: store_error(status, code)  # type: ignore[misc]
        with pytest.raises(kind) as raised:
            fs.cat_file(names[0])
        assert isinstance(raised.value, StoreError) and "signature" not in f"{raised.value!r} {raised.value}"
    service.answer_store = lambda key, request: store_error(404, "NoSuchKey") if key.endswith("b.csv") else None
    results = fs.cat(names, on_error="return")
    assert results[names[0]] == ROWS and isinstance(results[names[1]], FileNotFoundError)


def test_hostile_addresses_are_no_paths(service: Service) -> None:
    fs = open_at(service)
    for name in ("..", "x" * 61, f"{OWNER}/nosource", f"{OWNER}\n/x/a", "99999999999999999999/x", "/", f"{OWNER}/../x", f"{OWNER}//x"):
        assert not fs.exists(f"{name}/a") and fs.glob(f"{name}/a") == []
    assert service.grants == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="This system has no fork.")
def test_a_forked_process_opens_its_own_connections(service: Service) -> None:
    service.files[f"data/x/{OWNER}/a.bin"] = Stored(bytes(20 * 1024 * 1024))
    fs = open_at(service)
    with fs.open(f"{FOLDER}/a.bin") as file:
        assert len(file.read()) == 20 * 1024 * 1024
    client = fs.client
    child = os.fork()
    if child == 0:
        # pytest must not continue in the child.
        is_right = False
        try:
            is_right = len(fs.cat_file(f"{FOLDER}/a.bin")) == 20 * 1024 * 1024 and fs.client is not client
        finally:
            os._exit(0 if is_right else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert fs.client is client
