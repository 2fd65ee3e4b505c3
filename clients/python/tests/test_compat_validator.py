"""The drop-ins for validators, used as subnets' code uses them."""

from __future__ import annotations

import asyncio
import datetime
import json
import logging
import socket
import threading
import time
import urllib.request
import xml.etree.ElementTree as ElementTree
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import pytest

from s3auth import ClientOptions
from s3auth.compat import validator, validator_blocking, validator_sources
from support.accounts import Account, Signer
from support.servers import Server
from support.wallets import Wallet

NO_WAITS = ClientOptions(attempts=2, first_wait=0.01, longest_wait=0.1)
HOSTILE = [
    "a b.parquet", "a+b.parquet", "100%25.parquet", "a&lt;<b>.parquet", "tab\tand\x01.parquet", "日本.parquet", "'quoted\".parquet",
]


@pytest.fixture(params=["coldkey", "hotkey"])
def deployment(request: pytest.FixtureRequest, server: Server, hotkey_server: Server) -> Server:
    """A server in each layout."""
    return server if request.param == "coldkey" else hotkey_server


def put_jobs(server: Server, miner: Account) -> str:
    """Stores files of two jobs, and two files that do not count as data. Returns the folder."""
    folder = server.folder(miner)
    job_files = ("job_id=news-1/a.parquet", "job_id=news-1/b.parquet", "job_id=news_2/c.parquet", "job_id=news_2/notes.txt")
    for name in (*job_files, "loose.parquet"):
        server.bucket.put(folder + name, name.encode() * 100)
    return folder


def test_validator_lists_groups_and_samples_the_files_of_a_miner(deployment: Server) -> None:
    miner = deployment.next_miner()
    folder = put_jobs(deployment, miner)

    class Validation:
        """A validation that is given the class as `s3_reader`, as validators do."""

        def __init__(self, wallet: Any, s3_auth_url: str) -> None:
            self.reader = validator.ValidatorS3Access(wallet=wallet, s3_auth_url=s3_auth_url)

        async def validate(self, miner_hotkey: str) -> Dict[str, Any]:
            """Returns the total size of each job, and the content of one file of each."""
            files = await self.reader.list_all_files_with_metadata(miner_hotkey)
            if not files:
                return {}
            jobs: Dict[str, List[Dict[str, Any]]] = {}
            for one in files:
                key = one.get("key", "")
                if "/job_id=" in key:
                    jobs.setdefault(key.split("/job_id=")[1].split("/")[0], []).append(one)
            return {job: sum(one.get("size", 0) for one in some) for job, some in jobs.items()}

    wallet = Wallet(deployment.validator)
    found = asyncio.run(Validation(wallet, deployment.url).validate(miner.hotkey.ss58_address))
    assert found == {"news-1": 2 * 100 * len("job_id=news-1/a.parquet"), "news_2": 100 * len("job_id=news_2/c.parquet")}

    reader = validator.ValidatorS3Access(wallet, deployment.url)
    files = asyncio.run(reader.list_all_files_with_metadata(miner.hotkey.ss58_address))
    assert files is not None
    assert [one["key"] for one in files] == [
        folder + name for name in ("job_id=news-1/a.parquet", "job_id=news-1/b.parquet", "job_id=news_2/c.parquet", "loose.parquet")
    ]
    for one in files:
        assert set(one) == {"key", "size", "last_modified"}
        assert_recent(one["last_modified"])


def assert_recent(text: str) -> None:
    """Parses a time in the two ways in which subnets' code does."""
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    assert moment == datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc)
    assert abs((datetime.datetime.now(datetime.timezone.utc) - moment).total_seconds()) < 600


def test_jobs_and_their_files(deployment: Server) -> None:
    miner = deployment.next_miner()
    folder = put_jobs(deployment, miner)
    wallet, hotkey = Wallet(deployment.validator), miner.hotkey.ss58_address

    async def awaiting() -> List[Any]:
        reader = validator.ValidatorS3Access(wallet, deployment.url, debug=False)
        return [await reader.list_jobs(hotkey), await reader.list_jobs_direct(hotkey), await reader.list_files(hotkey, "news_2")]

    blocking = validator_blocking.ValidatorS3Access(wallet, deployment.url)
    jobs, direct, files = asyncio.run(awaiting())
    assert sorted(jobs) == sorted(direct) == sorted(blocking.list_jobs(hotkey)) == ["news-1", "news_2"]
    assert files == blocking.list_files(hotkey, "news_2")
    assert [(one["Key"], one["Size"]) for one in files] == [
        (folder + "job_id=news_2/c.parquet", 100 * len("job_id=news_2/c.parquet")),
        (folder + "job_id=news_2/notes.txt", 100 * len("job_id=news_2/notes.txt")),
    ]
    assert_recent(files[0]["LastModified"])
    assert blocking.list_files(hotkey, "news") == []
    assert [one["key"] for one in blocking.list_all_files_with_metadata(hotkey) or []][-1] == folder + "loose.parquet"


def test_miner_without_files_is_an_empty_list(deployment: Server) -> None:
    hotkey = deployment.next_miner().hotkey.ss58_address
    reader = validator.ValidatorS3Access(Wallet(deployment.validator), deployment.url)
    assert asyncio.run(reader.list_all_files_with_metadata(hotkey)) == []
    assert asyncio.run(reader.list_jobs(hotkey)) == []
    assert asyncio.run(reader.list_files(hotkey, "news")) == []


@pytest.mark.stores("ceph")
def test_hostile_keys_are_listed(deployment: Server) -> None:
    miner = deployment.next_miner()
    expected = {deployment.folder(miner) + "job_id=1/" + name for name in HOSTILE}
    for key in expected:
        deployment.bucket.put(key, b"content")
    reader = validator.ValidatorS3Access(Wallet(deployment.validator), deployment.url)
    files = asyncio.run(reader.list_all_files_with_metadata(miner.hotkey.ss58_address))
    assert files is not None and {one["key"] for one in files} == expected
    assert {one["Key"] for one in asyncio.run(reader.list_files(miner.hotkey.ss58_address, "1"))} == expected
    assert asyncio.run(reader.list_jobs(miner.hotkey.ss58_address)) == ["1"]


def test_access_and_listing_urls(deployment: Server) -> None:
    miner = deployment.next_miner()
    folder = put_jobs(deployment, miner)
    reader = validator.ValidatorS3Access(wallet=Wallet(deployment.validator), s3_auth_url=deployment.url)
    assert reader.access_data is None
    assert asyncio.run(reader.ensure_access()) is True
    access = reader.access_data
    assert access is not None and access["bucket"] == deployment.bucket.name and access["region"] and access["expiry"]
    assert access["urls"]["global"]["list_all_data"]
    assert reader.expiry_time > time.time()
    assert asyncio.run(reader.ensure_access()) is True
    assert reader.access_data is access
    reader.access_data = None
    assert asyncio.run(reader.ensure_access()) is True
    assert reader.access_data is not access

    # Callers that do not await make a new event loop for each call.
    for _ in range(2):
        url = asyncio.run(reader.get_miner_specific_access(miner.hotkey.ss58_address))
        with urllib.request.urlopen(url, timeout=60) as answer:
            listing = ElementTree.fromstring(answer.read())
        keys = [key.text for key in listing.iter("{http://s3.amazonaws.com/doc/2006-03-01/}Key")]
        assert len(keys) == 5 and folder.split("/")[0] in str(keys[0])


def test_miners_are_listed(deployment: Server) -> None:
    miner = deployment.next_miner()
    put_jobs(deployment, miner)
    wallet = Wallet(deployment.validator)
    ids = asyncio.run(validator.ValidatorS3Access(wallet, deployment.url).list_miners_new_format())
    blocking = validator_blocking.ValidatorS3Access(wallet, deployment.url)
    assert deployment.owner(miner) in ids
    assert set(ids) <= set(blocking.list_miners_new_format())
    # What it returns can be passed to the other methods.
    assert sorted(blocking.list_jobs(deployment.owner(miner))) == ["news-1", "news_2"]


def test_many_miners_at_once(server: Server) -> None:
    miners = [server.next_miner() for _ in range(12)]
    for number, miner in enumerate(miners):
        server.bucket.put(server.folder(miner) + f"job_id={number}/a.parquet", b"content")
    reader = validator.ValidatorS3Access(Wallet(server.validator), server.url)

    async def list_all() -> List[Any]:
        return list(await asyncio.gather(*(reader.list_all_files_with_metadata(one.hotkey.ss58_address) for one in miners)))

    found = asyncio.run(list_all())
    assert [[one["key"] for one in files] for files in found] == [
        [server.folder(miner) + f"job_id={number}/a.parquet"] for number, miner in enumerate(miners)
    ]


def test_program_that_lists_by_source(server: Server, tmp_path: Path) -> None:
    miner = server.next_miner()
    server.bucket.put(server.folder(miner, "x") + "a b.parquet", b"content")
    server.bucket.put(server.folder(miner, "reddit") + "other.parquet", b"other")
    coldkey = miner.coldkey.ss58_address

    access = validator_sources.ValidatorS3Access(wallet=Wallet(server.validator), s3_auth_url=server.url)
    if not access.ensure_access():
        pytest.fail("no access")
    data = access.access_data
    assert data is not None and data.get("bucket") == server.bucket.name and list(data.get("urls", {}).get("sources", {}))
    assert access.list_sources() == ["x", "reddit"]
    assert coldkey in access.list_miners("x")
    assert access.list_miners("weather") == []
    files = access.list_files("x", coldkey)
    assert [(one["key"], one["filename"], one["size"]) for one in files] == [(server.folder(miner, "x") + "a b.parquet", "a b.parquet", 7)]
    assert_recent(files[0]["last_modified"])

    path = tmp_path / "downloaded.parquet"
    assert access.download_file(files[0]["key"], str(path)) is True
    assert path.read_bytes() == b"content"
    assert access.download_file(server.folder(miner, "x") + "missing.parquet", str(tmp_path / "missing")) is False
    assert access.download_file("elsewhere/a.parquet", str(tmp_path / "missing")) is False
    assert not (tmp_path / "missing").exists()


@pytest.mark.stores("ceph")
def test_url_is_tested(server: Server) -> None:
    access = validator_blocking.ValidatorS3Access(Wallet(server.validator), server.url)
    result = access.test_direct_url(server.url + "/structure-info")
    assert result["success"] is True and result["status_code"] == 200 and "folder_structure" in result["content_preview"]
    assert result["headers"]
    assert access.test_direct_url(server.url + "/missing")["success"] is False
    assert access.test_direct_url("http://127.0.0.1:9/")["success"] is False


@pytest.mark.stores("ceph")
def test_refusals_give_the_results_that_callers_expect(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    miner = server.next_miner()
    # A miner may not read.
    assert_fails(Wallet(miner), server.url, server.next_miner().hotkey.ss58_address)
    assert caplog.text.count("not_a_validator") == 16
    assert all(record.name == "s3auth.compat" for record in caplog.records)
    caplog.clear()
    reader = validator.ValidatorS3Access(Wallet(server.validator), server.url, options=NO_WAITS)
    assert asyncio.run(reader.list_all_files_with_metadata("no address")) is None
    assert asyncio.run(reader.list_all_files_with_metadata(server.subnet.stranger.hotkey.ss58_address)) is None
    assert "is not registered" in caplog.text


def test_unreachable_server_gives_the_results_that_callers_expect(signer: Signer, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    assert_fails(Wallet(Account(signer.new_keypair(), signer.new_keypair())), url, signer.new_keypair().ss58_address)
    assert caplog.text.count("refused the connection") == 16


def assert_fails(wallet: Any, url: str, miner: str) -> None:
    """Calls everything that requests something of the server."""

    async def awaiting() -> List[Any]:
        reader = validator.ValidatorS3Access(wallet, url, options=NO_WAITS)
        return [
            await reader.ensure_access(),
            await reader.get_validator_access(),
            await reader.get_miner_specific_access(miner),
            await reader.list_all_files_with_metadata(miner),
            await reader.list_jobs(miner),
            await reader.list_files(miner, "1"),
            await reader.list_miners_new_format(),
        ]

    assert asyncio.run(awaiting()) == [False, None, "", None, [], [], []]
    blocking = validator_blocking.ValidatorS3Access(wallet, url, options=NO_WAITS)
    assert [blocking.ensure_access(), blocking.list_jobs(miner), blocking.list_files(miner, "1")] == [False, [], []]
    assert [blocking.list_all_files_with_metadata(miner), blocking.list_miners_new_format()] == [None, []]
    sources = validator_sources.ValidatorS3Access(wallet, url, options=NO_WAITS)
    assert [sources.list_sources(), sources.list_miners("x"), sources.list_files("x", miner)] == [[], [], []]
    assert sources.download_file(f"data/x/{miner}/a.parquet", "/nowhere/a.parquet") is False


@pytest.mark.stores("ceph")
def test_wrong_module_is_named(server: Server) -> None:
    reader: Any = validator.ValidatorS3Access(Wallet(server.validator), server.url)
    with pytest.raises(AttributeError, match="s3auth.compat.validator_sources"):
        reader.list_sources()
    with pytest.raises(AttributeError, match="'ValidatorS3Access' object has no attribute 'list_everything'"):
        reader.list_everything()


class Pages:
    """A server whose listings have one file on each page."""

    def __init__(self, count: int, fails_at: int = -1) -> None:
        self.count = count
        self.fails_at = fails_at
        self.requests = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            """Answers /structure-info and /list-files."""

            def do_GET(self) -> None:
                self.answer(200, {
                    "folder_layout": "hotkey", "folder_structure": "data/hotkey={hotkey}/", "description": "", "sources": [],
                    "example_paths": [], "upload_flow": [], "min_bytes": 1024, "max_bytes": 1, "upload_method": "POST",
                    "supports_batch_uploads": True, "supports_multipart_uploads": True, "supports_session_credentials": False,
                })

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests += 1
                page = int(request.get("cursor", "0"))
                if page == outer.fails_at:
                    self.answer(503, {"code": "storage_unavailable", "detail": "The store does not answer."})
                    return
                key = f"data/hotkey={request['miner_hotkey']}/job_id=1/{page:06d}.parquet"
                one = {"key": key, "size": 1, "last_modified": "2026-11-29T00:00:00+00:00", "etag": ""}
                content: Dict[str, Any] = {"files": [one], "expires_in_seconds": 3600}
                if page + 1 < outer.count:
                    content["next_cursor"] = str(page + 1)
                self.answer(200, content)

            def answer(self, status: int, content: Dict[str, Any]) -> None:
                """Sends JSON."""
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json" if status == 200 else "application/problem+json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Keeps the output clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def pages() -> Iterator[Callable[..., Pages]]:
    """Starts a server with pages of one file."""
    started: List[Pages] = []

    def start(*arguments: Any, **options: Any) -> Pages:
        one = Pages(*arguments, **options)
        started.append(one)
        threading.Thread(target=one.server.serve_forever, daemon=True).start()
        return one

    yield start
    for one in started:
        one.server.shutdown()
        one.server.server_close()


def test_listing_has_no_maximum_of_pages(pages: Callable[..., Pages], signer: Signer) -> None:
    served = pages(260)
    wallet = Wallet(Account(signer.new_keypair(), signer.new_keypair()))
    reader = validator.ValidatorS3Access(wallet, served.url)
    files = asyncio.run(reader.list_all_files_with_metadata(signer.new_keypair().ss58_address))
    assert files is not None and len(files) == 260 and served.requests == 260


def test_failure_on_a_later_page_is_not_a_shorter_list(
    pages: Callable[..., Pages], signer: Signer, caplog: pytest.LogCaptureFixture
) -> None:
    served = pages(5, fails_at=3)
    wallet = Wallet(Account(signer.new_keypair(), signer.new_keypair()))
    hotkey = signer.new_keypair().ss58_address
    reader = validator.ValidatorS3Access(wallet, served.url, options=NO_WAITS)
    assert asyncio.run(reader.list_all_files_with_metadata(hotkey)) is None
    assert asyncio.run(reader.list_jobs(hotkey)) == []
    assert asyncio.run(reader.list_files(hotkey, "1")) == []
    assert "The store does not answer. (storage_unavailable)" in caplog.text

    class SkipMiner(Exception):
        """What the validator of a fork expects."""

    class Reader(validator.ValidatorS3Access):
        """A reader whose listings raise."""

        def incomplete_listing(self, miner_hotkey: str, failure: Exception) -> Any:
            raise SkipMiner(miner_hotkey)

    with pytest.raises(SkipMiner):
        asyncio.run(Reader(wallet, served.url, options=NO_WAITS).list_all_files_with_metadata(hotkey))


@pytest.mark.stores("ceph")
def test_debug_shows_the_steps_and_no_secrets(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("s3auth.compat")
    level = logger.level
    try:
        miner = server.next_miner()
        put_jobs(server, miner)
        reader = validator.ValidatorS3Access(Wallet(server.validator), server.url, debug=True)
        assert asyncio.run(reader.ensure_access()) is True
        asyncio.run(reader.get_miner_specific_access(miner.hotkey.ss58_address))
        asyncio.run(reader.list_all_files_with_metadata(miner.hotkey.ss58_address))
        asyncio.run(reader.list_jobs(miner.hotkey.ss58_address))
    finally:
        logger.setLevel(level)
    assert "4 .parquet files" in caplog.text and "2 jobs" in caplog.text
    assert "X-Amz-Signature" not in caplog.text and "Signature=" not in caplog.text
