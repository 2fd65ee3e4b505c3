"""Listings: pages, ways to name a miner, invalid entries, and costs."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any, Callable, Dict, Iterator, List, Optional

import pytest
from s3auth import ClientOptions, InvalidAnswerError, ListingError, Miner, RefusedError, RemoteFile, UnknownMinerError
from support.clients import OpenClient, open_any
from support.servers import Server
from support.service import HOTKEY, MINER_HOTKEY, OTHER_OWNER, OWNER, NullKeypair, Service, Stored, refusal

FOLDER = f"data/x/{OWNER}/"
FAST = ClientOptions(attempts=2, first_wait=0.01, longest_wait=0.1)


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as service:
        yield service


@pytest.fixture
def open_validator(open_client: OpenClient, service: Service) -> Callable[[], Any]:
    return lambda: open_client(service.url, NullKeypair(), options=FAST)


def add(service: Service, *paths: str, folder: str = FOLDER) -> None:
    for path in paths:
        service.files[folder + path] = Stored(path.encode())


def paths_of(files: Any) -> List[str]:
    return [file.path for file in files]


def test_listing_has_all_pages(open_validator: Callable[[], Any], service: Service) -> None:
    paths = [f"{number:03}.bin" for number in range(25)]
    add(service, *paths)
    service.page_size = 10
    client = open_validator()

    files = list(client.list_files(OWNER))

    assert paths_of(files) == paths
    assert service.grants == ["/list-files"] * 3
    first = files[0]
    assert (first.key, first.size, first.miner, first.source) == (FOLDER + "000.bin", 7, OWNER, "x")
    assert first.last_modified.timestamp() == service.files[first.key].stored_at
    assert "signature" not in repr(first)


def test_pages_are_requested_as_they_are_needed(open_validator: Callable[[], Any], service: Service) -> None:
    add(service, *(f"{number:03}.bin" for number in range(25)))
    service.page_size = 10
    files = iter(open_validator().list_files(OWNER))
    assert [next(files).path for _ in range(10)][-1] == "009.bin"
    assert service.grants == ["/list-files"]


@pytest.mark.parametrize("circle", [1, 3])
def test_repeated_cursor_is_an_error(open_validator: Callable[[], Any], service: Service, circle: int) -> None:
    add(service, *(f"{number:03}" for number in range(300)))
    service.page_size = 1
    service.change_list = lambda answer, number: {
        **answer, "files": [service.entry(f"{FOLDER}{number:03}")], "next_cursor": str(number % circle),
    }
    with pytest.raises(ListingError, match="same cursor"):
        list(open_validator().list_files(OWNER))
    assert len(service.grants) == circle + 1


def test_repeated_page_with_another_cursor_is_an_error(open_validator: Callable[[], Any], service: Service) -> None:
    add(service, "a", "b")
    service.change_list = lambda answer, number: {**answer, "files": service_entries(service), "next_cursor": f"c{number}"}
    seen: List[str] = []
    with pytest.raises(ListingError, match="same page"):
        for file in open_validator().list_files(OWNER):
            seen.append(file.path)
    assert seen == ["a", "b"]


def service_entries(service: Service) -> List[Dict[str, Any]]:
    return [service.entry(key) for key in sorted(service.files)]


def test_many_empty_pages_are_an_error(open_validator: Callable[[], Any], service: Service) -> None:
    service.change_list = lambda answer, number: {**answer, "files": [], "next_cursor": f"c{number}"}
    with pytest.raises(ListingError, match="does not end"):
        list(open_validator().list_files(OWNER))
    assert len(service.grants) < 20


def test_listing_of_short_pages_is_read_to_its_end(open_validator: Callable[[], Any], service: Service) -> None:
    add(service, *(f"{number:03}" for number in range(40)))
    service.change_list = lambda answer, number: {
        **answer, "files": [service.entry(f"{FOLDER}{number // 2:03}")] if number % 2 else [],
        "next_cursor": f"c{number}" if number < 39 else None,
    }
    assert len(list(open_validator().list_files(OWNER))) == 20


@pytest.mark.parametrize(
    "change",
    [
        {"key": ""},
        {"key": FOLDER + "\ud800"},
        {"size": -1},
        {"size": 2**63},
        {"etag": 'e"\r\nX-Other: 1'},
        {"etag": "e\u00e9"},
        {"last_modified": "yesterday"},
        {"last_modified": "2026-11-24T06:21:01"},
        {"last_modified": "0001-01-01T00:00:00+14:00"},
        {"key": f"data/x/{OTHER_OWNER}/a"},
        {"key": f"data/reddits/{OWNER}/a"},
        {"key": f"data/x/{OWNER}"},
        {"key": "../a"},
        {"key": f"x/data/x/{OWNER}/a"},
    ],
    ids=repr,
)
def test_invalid_entry_is_an_error(open_validator: Callable[[], Any], service: Service, change: Dict[str, Any]) -> None:
    add(service, "a")
    service.change_list = lambda answer, _: {**answer, "files": [{**answer["files"][0], **change}]}
    with pytest.raises(ListingError):
        list(open_validator().list_files(OWNER))


@pytest.mark.parametrize(
    "change", [{"size": "1"}, {"size": 1.5}, {"size": True}, {"etag": None}, {"key": None}, {"last_modified": 5}], ids=repr
)
def test_entry_of_another_type_is_an_invalid_answer(open_validator: Callable[[], Any], service: Service, change: Dict[str, Any]) -> None:
    add(service, "a")
    service.change_list = lambda answer, _: {**answer, "files": [{**answer["files"][0], **change}]}
    with pytest.raises(InvalidAnswerError):
        list(open_validator().list_files(OWNER))


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://store/a", "a", "", None, "http://", "http://user:secret@store/a", "http://store/a\r\nX: y",
     "http://s/\u00e9", "http://[::1/a", "http://store:99999/a"],
)
def test_url_that_is_not_http_is_left_out(open_validator: Callable[[], Any], service: Service, url: Optional[str]) -> None:
    add(service, "a")
    service.change_list = lambda answer, _: {**answer, "files": [{**answer["files"][0], "download_url": url}]}
    (file,) = open_validator().list_files(OWNER)
    assert file.url is None


@pytest.mark.parametrize(
    "text, hour",
    [("2026-11-24T06:21:01+00:00", 6), ("2026-11-24T06:21:01Z", 6), ("2026-11-24T06:21:01+02:00", 4), ("2026-11-24T06:21:01.250Z", 6)],
)
def test_times_are_utc(open_validator: Callable[[], Any], service: Service, text: str, hour: int) -> None:
    add(service, "a")
    service.change_list = lambda answer, _: {**answer, "files": [{**answer["files"][0], "last_modified": text}]}
    (file,) = open_validator().list_files(OWNER)
    assert (file.last_modified.hour, file.last_modified.utcoffset().total_seconds()) == (hour, 0)


@pytest.mark.parametrize("lifetime", [-5, 60, 10**15])
def test_urls_expire_within_seven_days(
    open_validator: Callable[[], Any], service: Service, lifetime: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(service, "a")
    service.lifetime = lifetime
    monkeypatch.setattr("time.time", lambda: 1_000_000.0)
    (file,) = open_validator().list_files(OWNER)
    assert file.url_expires_at == 1_000_000 + max(0, min(lifetime, 7 * 24 * 3600))


# The keys have the same text in JSON. Only the URLs have their bytes.
def test_keys_that_are_not_utf8_are_distinct(open_validator: Callable[[], Any], service: Service) -> None:
    key = FOLDER + "k\ufffd"
    service.files[key] = Stored(b"")
    urls = [f"http://store/b/{FOLDER}k%FF?s=1", f"http://store/b/{FOLDER}k%FE?s=1", f"http://store/b/{FOLDER}k%EF%BF%BD"]
    service.change_list = lambda answer, _: {**answer, "files": [{**answer["files"][0], "download_url": url} for url in urls]}
    files = list(open_validator().list_files(OWNER))
    assert [file.raw_key for file in files] == [FOLDER.encode() + b"k\xff", FOLDER.encode() + b"k\xfe", None]
    assert len(set(files)) == 3 and {file.key for file in files} == {key}


# An operator adds a source while a client runs.
def test_new_source_is_learned(open_validator: Callable[[], Any], service: Service) -> None:
    add(service, "a")
    client = open_validator()
    assert len(list(client.list_files(OWNER))) == 1
    service.sources = ("x", "reddit", "news")
    add(service, "b", folder=f"data/news/{OWNER}/")
    assert [(file.source, file.path) for file in client.list_files(OWNER)] == [("x", "a"), ("news", "b")]
    assert service.lookups.count("/structure-info") == 2


@pytest.mark.parametrize(
    "miner, body",
    [
        (OWNER, {"miner_coldkey": OWNER}),
        (Miner(OWNER, 7), {"miner_coldkey": OWNER}),
        (MINER_HOTKEY, {"miner_coldkey": OWNER}),
        (7, {"miner_coldkey": OWNER}),
        ("7", {"miner_coldkey": OWNER}),
    ],
)
def test_miner_is_named_in_many_ways(open_validator: Callable[[], Any], service: Service, miner: Any, body: Dict[str, str]) -> None:
    add(service, "a")
    client = open_validator()
    for _ in range(2):
        (file,) = client.list_files(miner)
        assert (file.path, file.miner) == ("a", OWNER)
    lists = [sent for path, sent in zip(service.grants, service.bodies) if path == "/list-files"]
    assert [{name: sent[name] for name in sent if name.startswith("miner_")} for sent in lists] == [body] * 2
    # The answers about uids and hotkeys are kept.
    assert service.grants.count("/get-validator-access") == (1 if miner in (7, "7") else 0)
    assert service.lookups.count(f"/hotkeys/{MINER_HOTKEY}") == (1 if miner == MINER_HOTKEY else 0)


def test_hotkeys_name_folders_in_another_layout(open_validator: Callable[[], Any], service: Service) -> None:
    service.template, service.sources = "data/hotkey={hotkey}/", ()
    add(service, "job_id=1/a", folder=f"data/hotkey={MINER_HOTKEY}/")
    add(service, "b", folder=f"data/hotkey={HOTKEY}/")
    client = open_validator()
    (file,) = client.list_files(MINER_HOTKEY, prefix="job_id=1/")
    assert (file.path, file.miner, file.source) == ("job_id=1/a", MINER_HOTKEY, None)
    assert service.bodies[-1]["miner_hotkey"] == MINER_HOTKEY and "miner_coldkey" not in service.bodies[-1]
    assert paths_of(client.list_files()) == paths_of(client.list_files(HOTKEY)) == ["b"]
    assert service.grants == ["/list-files", "/list-my-files", "/list-my-files"]
    assert not [path for path in service.lookups if path.startswith("/hotkeys")]


@pytest.mark.parametrize("miner", [None, HOTKEY, OTHER_OWNER, Miner(OTHER_OWNER, 1)])
def test_own_files_are_listed_as_own(open_validator: Callable[[], Any], service: Service, miner: Any) -> None:
    add(service, "a", folder=f"data/x/{OTHER_OWNER}/")
    (file,) = open_validator().list_files(miner)
    assert (file.path, file.miner) == ("a", None)
    assert service.grants == ["/list-my-files"]


def test_own_listing_with_files_of_another_miner_is_invalid(open_validator: Callable[[], Any], service: Service) -> None:
    add(service, "a")
    service.change_list = lambda answer, _: {**answer, "files": service_entries(service)}
    with pytest.raises(ListingError, match="not in the miner's folder"):
        list(open_validator().list_files())


def test_unknown_uid_is_an_error(open_validator: Callable[[], Any], service: Service) -> None:
    with pytest.raises(UnknownMinerError, match="uid 99"):
        list(open_validator().list_files(99))
    assert service.grants == ["/get-validator-access"]


@pytest.mark.parametrize("miner", ["", "5F", "../" + OWNER, OWNER + "/", True])
def test_value_that_names_no_miner_is_an_error(open_validator: Callable[[], Any], service: Service, miner: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="SS58 address"):
        list(open_validator().list_files(miner))
    assert not service.grants


def test_prefix_is_the_beginning_of_a_path(open_validator: Callable[[], Any], service: Service) -> None:
    # A path in a folder can begin like a key.
    add(service, "2026/a", "2026b", "data/x/5F/c", "data/d")
    add(service, "2026/r", "data/e", folder=f"data/reddit/{OWNER}/")
    client = open_validator()

    def listed(**options: Any) -> List[str]:
        return paths_of(client.list_files(OWNER, **options))

    assert listed(prefix="2026/") == ["2026/a", "2026/r"]
    assert listed(prefix="2026", source="x") == ["2026/a", "2026b"]
    assert listed(prefix="data/") == ["data/d", "data/x/5F/c", "data/e"]
    assert listed(prefix=FOLDER + "2026/") == ["2026/a"]
    assert listed(prefix=f"data/reddit/{OWNER}/2") == ["2026/r"]
    assert listed(prefix=f"data/x/{OTHER_OWNER}/") == []


@pytest.mark.parametrize("options", [{"prefix": "2026/"}, {"source": "reddit"}, {"prefix": FOLDER + "2026/"}], ids=repr)
def test_files_that_do_not_match_the_request_are_invalid(
    open_validator: Callable[[], Any], service: Service, options: Dict[str, str]
) -> None:
    add(service, "a")
    service.change_list = lambda answer, _: {**answer, "files": service_entries(service)}
    with pytest.raises(ListingError, match="does not match the request"):
        list(open_validator().list_files(OWNER, **options))


def test_miners_have_uids_and_folders(open_validator: Callable[[], Any], service: Service) -> None:
    service.uids = {OWNER: 7, "../etc": 8}
    (miner,) = open_validator().miners()
    assert (miner.id, miner.uid, miner.folders[0].prefix, miner.folders[0].source) == (OWNER, 7, FOLDER, "x")


def test_refusal_is_raised(open_validator: Callable[[], Any], service: Service) -> None:
    service.answer_server = lambda path, body: refusal(403, "not_a_validator") if path == "/list-files" else None
    with pytest.raises(RefusedError) as raised:
        list(open_validator().list_files(OWNER))
    assert raised.value.code == "not_a_validator"


# Dask and multiprocessing send files to other processes.
def test_files_can_be_copied_and_pickled(open_validator: Callable[[], Any], service: Service) -> None:
    add(service, "a")
    client = open_validator()
    (file,) = client.list_files(OWNER)
    for other in (pickle.loads(pickle.dumps(file)), copy.deepcopy(file), dataclasses.replace(file)):
        assert isinstance(other, RemoteFile) and other == file and other.url == file.url
        assert client.read(other) == b"a"


@pytest.mark.stores("embedded")
def test_layouts_of_shared_servers(open_client: OpenClient, server: Server, hotkey_server: Server) -> None:
    for one in (server, hotkey_server):
        check_layout(open_client, one)


@pytest.mark.parametrize("layout", ["s-{source}/{netuid}/{hotkey}/", "{coldkey}/"])
@pytest.mark.stores("embedded")
def test_layouts_of_templates(start_server: Callable[..., Server], layout: str) -> None:
    server = start_server(FOLDER_LAYOUT=layout)
    for kind in ("sync", "async"):
        opened: List[Any] = []

        def open_one(*args: Any, **options: Any) -> Any:
            opened.append(open_any(kind, *args, **options))
            return opened[-1]

        check_layout(open_one, server)
        for client in opened:
            client.close()


def check_layout(open_client: OpenClient, server: Server) -> None:
    miner = server.next_miner()
    sources: List[Optional[str]] = ["x", "reddit"] if server.has_sources else [None]
    for source in sources:
        for path in ("a.bin", "job_id=1/b.bin", "data/c.bin"):
            server.bucket.put(server.folder(miner, source or "x") + path, b"1234")
    validator, own = open_client(server.url, server.validator.hotkey), open_client(server.url, miner.hotkey)

    listed = [(file.source, file.path, file.miner) for file in validator.list_files(miner.hotkey.ss58_address)]

    owner = server.owner(miner)
    assert listed == [(source, path, owner) for source in sources for path in ("a.bin", "data/c.bin", "job_id=1/b.bin")]
    assert [(file.source, file.path, file.miner) for file in own.list_files()] == [(source, path, None) for source, path, _ in listed]
    assert paths_of(validator.list_files(owner, prefix="data/")) == ["data/c.bin"] * len(sources)
    assert paths_of(own.list_files(prefix="job_id=1/", source=sources[-1])) == ["job_id=1/b.bin"]
    (found,) = [one for one in validator.miners() if one.id == owner]
    assert found.uid == 100 + server.subnet.miners.index(miner)
    assert {folder.prefix for folder in found.folders} == {server.folder(miner, source or "x") for source in sources}
    assert validator.read(next(iter(validator.list_files(found.uid)))) == b"1234"
