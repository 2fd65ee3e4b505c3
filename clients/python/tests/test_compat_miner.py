"""The drop-in for miners, used as subnets' code uses it."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable, Dict

import pytest

from s3auth import ClientOptions
from s3auth import S3Auth as Client
from s3auth.compat import _form
from s3auth.compat.miner import S3Auth
from support.accounts import Account
from support.servers import Server
from support.wallets import HotkeyOnly, LostWallet, Subtensor, Wallet

NO_WAITS = ClientOptions(attempts=2, first_wait=0.01, longest_wait=0.1)
CONTENT = b"PAR1" + b"\0" * 2000 + b"PAR1"


@pytest.fixture(params=["coldkey", "hotkey"])
def deployment(request: pytest.FixtureRequest, server: Server, hotkey_server: Server) -> Server:
    """A server in each layout."""
    return server if request.param == "coldkey" else hotkey_server


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A local file."""
    path = tmp_path / "data_1.parquet"
    path.write_bytes(CONTENT)
    return str(path)


def credentials(s3: S3Auth, account: Account) -> Dict[str, Any]:
    """Returns the credentials of a miner."""
    creds = s3.get_credentials(subtensor=Subtensor(), wallet=Wallet(account))
    assert creds is not None
    return creds


def test_miner_gets_credentials_once_and_uploads_the_files_of_all_jobs(deployment: Server, tmp_path: Path) -> None:
    account = deployment.next_miner()

    class Uploader:
        """A miner's uploader. It knows nothing of this package but the class S3Auth."""

        def __init__(self, subtensor: Any, wallet: Any, s3_auth_url: str) -> None:
            self.subtensor = subtensor
            self.wallet = wallet
            self.s3_auth = S3Auth(s3_auth_url)

        def run(self, jobs: Dict[str, int]) -> bool:
            """Uploads the files of each job."""
            creds = self.s3_auth.get_credentials(subtensor=self.subtensor, wallet=self.wallet)
            if not creds:
                return False
            results = []
            for job, count in jobs.items():
                for number in range(count):
                    name = f"data_{number}_{job}.parquet"
                    (tmp_path / name).write_bytes(CONTENT + f"{job}/{number}".encode())
                    results.append(self.s3_auth.upload_file_with_path(str(tmp_path / name), f"job_id={job}/{name}", creds))
            return all(results)

    assert Uploader(Subtensor(), Wallet(account), deployment.url).run({"crawler-0": 3, "multi_2": 2}) is True

    folder = deployment.folder(account)
    assert sorted(deployment.bucket.keys(folder)) == sorted(
        [f"{folder}job_id=crawler-0/data_{number}_crawler-0.parquet" for number in range(3)]
        + [f"{folder}job_id=multi_2/data_{number}_multi_2.parquet" for number in range(2)]
    )
    assert deployment.bucket.get(f"{folder}job_id=multi_2/data_1_multi_2.parquet") == CONTENT + b"multi_2/1"


def test_credentials_have_the_members_that_callers_read(deployment: Server) -> None:
    account = deployment.next_miner()
    creds = credentials(S3Auth(deployment.url), account)
    assert creds["folder"] == deployment.folder(account)
    assert creds["structure_info"]["folder_structure"] == deployment.folder_structure
    assert creds["method"] == deployment.upload_method
    if deployment.upload_method == "POST":
        assert isinstance(creds["url"], str) and creds["fields"]["key"].startswith(creds["folder"])
        assert creds["list_url"] and creds["expiry"] and creds["expiry_seconds"] > 0
    else:
        assert "url" not in creds and "fields" not in creds
    if deployment.has_sources:
        assert {name: one["folder"] for name, one in creds["folders"].items()} == {
            source: deployment.folder(account, source) for source in ("x", "reddit")
        }
    json.dumps(creds)


@pytest.mark.stores("ceph")
def test_credentials_take_their_parameters_in_every_order(server: Server) -> None:
    account = server.next_miner()
    wallet, s3 = Wallet(account), S3Auth(server.url)
    own = server.folder(account)

    def folder(creds: Any) -> Any:
        return creds and creds["folder"]

    assert folder(s3.get_credentials(wallet)) == own
    assert folder(s3.get_credentials(Subtensor(), wallet)) == own
    assert folder(s3.get_credentials(wallet=wallet, subtensor=Subtensor())) == own
    assert folder(s3.get_credentials(wallet, "reddit", Subtensor())) == server.folder(account, "reddit")
    assert folder(s3.get_credentials(wallet=wallet, source_name="reddit", subtensor=None)) == server.folder(account, "reddit")
    hotkey, coldkey = account.hotkey.ss58_address, account.coldkey.ss58_address
    assert folder(s3.get_credentials(coldkey, hotkey, "x", Subtensor(), wallet, 13)) == own
    assert folder(s3.get_credentials(coldkey=coldkey, hotkey=hotkey, source_name="x", subtensor=None, wallet=wallet, netuid=13)) == own
    assert folder(s3.get_credentials(HotkeyOnly(account))) == own


def test_upload_without_a_coldkey_in_the_wallet(server: Server, file: str) -> None:
    account = server.next_miner()
    s3 = S3Auth(server.url)
    creds = s3.get_credentials(HotkeyOnly(account))
    assert creds is not None
    assert s3.upload_file(file, creds)
    assert server.bucket.keys(server.folder(account)) == [server.folder(account) + "data_1.parquet"]


def test_upload_into_the_folder_of_a_source(server: Server, file: str) -> None:
    account = server.next_miner()
    s3 = S3Auth(server.url)
    creds = s3.get_credentials(source_name="reddit", subtensor=Subtensor(), wallet=Wallet(account))
    assert creds is not None
    assert s3.upload_file_with_path(file, "label/2026-11-29/a.parquet", creds)
    assert s3.upload_file(file, credentials(s3, account)["folders"]["x"])
    assert server.bucket.keys(server.folder(account, "reddit")) == [server.folder(account, "reddit") + "label/2026-11-29/a.parquet"]
    assert server.bucket.keys(server.folder(account, "x")) == [server.folder(account, "x") + "data_1.parquet"]


def test_upload_by_key(server: Server, file: str, caplog: pytest.LogCaptureFixture) -> None:
    account = server.next_miner()
    s3 = S3Auth(server.url)
    creds = s3.get_credentials(Wallet(account), "x", Subtensor())
    assert creds is not None
    coldkey = account.coldkey.ss58_address
    assert s3.upload_file_with_key(file, f"data/x/{coldkey}/a.parquet", creds)
    assert s3.upload_file_with_key(file, f"x/{coldkey}/label/b.parquet", creds)
    assert not s3.upload_file_with_key(file, f"x/{server.next_miner().coldkey.ss58_address}/b.parquet", creds)
    assert "not below the folder" in caplog.text
    folder = server.folder(account)
    assert sorted(server.bucket.keys(folder)) == [folder + "a.parquet", folder + "label/b.parquet"]


def test_upload_replaces_the_file(deployment: Server, file: str) -> None:
    account = deployment.next_miner()
    s3 = S3Auth(deployment.url)
    creds = credentials(s3, account)
    assert s3.upload_file_with_path(file, "job_id=1/a.parquet", creds)
    Path(file).write_bytes(CONTENT + b"new")
    assert s3.upload_file_with_path(file, "job_id=1/a.parquet", creds)
    assert deployment.bucket.get(deployment.folder(account) + "job_id=1/a.parquet") == CONTENT + b"new"


@pytest.mark.stores("ceph")
@pytest.mark.parametrize(
    "path",
    ["job_id=1/a b+c.parquet", 'job_id=1/"quoted".parquet', "job_id=1/100%.parquet", "job_id=1/naïve-日本.parquet", "a//b.parquet"],
)
def test_upload_keeps_unusual_names(server: Server, file: str, path: str) -> None:
    account = server.next_miner()
    s3 = S3Auth(server.url)
    creds = credentials(s3, account)
    assert s3.upload_file_with_path(file, path, creds)
    assert server.bucket.keys(server.folder(account)) == [server.folder(account) + path]


@pytest.mark.stores("ceph")
def test_form_serves_more_files_than_there_are_grants(
    start_server: Callable[..., Server], file: str, caplog: pytest.LogCaptureFixture
) -> None:
    server = start_server(DAILY_LIMIT_PER_MINER="1")
    account = server.next_miner()
    s3 = S3Auth(server.url)
    creds = credentials(s3, account)
    assert all(s3.upload_file_with_path(file, f"job_id={number}/a.parquet", creds) for number in range(10))

    # The quota is used up until tomorrow, so it does not wait.
    started = time.monotonic()
    assert s3.get_credentials(Subtensor(), Wallet(account)) is None
    assert time.monotonic() - started < 30
    assert "quota_exceeded" in caplog.text


@pytest.mark.stores("ceph")
def test_credentials_of_another_object_upload_with_their_form(server: Server, file: str) -> None:
    account = server.next_miner()
    copied = json.loads(json.dumps(credentials(S3Auth(server.url), account)))
    assert S3Auth(server.url).upload_file_with_path(file, "job_id=1/a.parquet", copied)
    assert server.bucket.keys(server.folder(account)) == [server.folder(account) + "job_id=1/a.parquet"]


@pytest.mark.stores("swift")
def test_credentials_without_a_form_upload_with_the_object_that_requested_them(
    server: Server, file: str, caplog: pytest.LogCaptureFixture
) -> None:
    account = server.next_miner()
    s3 = S3Auth(server.url)
    copied = json.loads(json.dumps(credentials(s3, account)))
    assert s3.upload_file_with_path(file, "job_id=1/a.parquet", copied)
    assert not S3Auth(server.url).upload_file_with_path(file, "job_id=1/b.parquet", copied)
    assert "get_credentials" in caplog.text
    assert server.bucket.keys(server.folder(account)) == [server.folder(account) + "job_id=1/a.parquet"]


@pytest.mark.stores("ceph")
def test_ended_form_is_renewed(
    server: Server, file: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    account = server.next_miner()
    s3 = S3Auth(server.url)
    creds = credentials(s3, account)
    short = Client(server.url, account.hotkey).request("get-folder-access", expiry=int(time.time()) + 20)
    time.sleep(21)

    # Another object has no wallet to renew it.
    assert not S3Auth(server.url, options=NO_WAITS).upload_file_with_path(file, "a.parquet", short)
    assert "expired" in caplog.text.lower()
    assert s3.upload_file_with_path(file, "a.parquet", short)

    # A machine whose clock is behind learns it from the store.
    monkeypatch.setattr(_form, "time", SimpleNamespace(time=lambda: time.time() - 600))
    assert s3.upload_file_with_path(file, "b.parquet", short)

    # A day later, the form of this object has ended, too.
    monkeypatch.setattr(_form, "time", SimpleNamespace(time=lambda: time.time() + 25 * 3600))
    assert s3.upload_file_with_path(file, "c.parquet", creds)
    folder = server.folder(account)
    assert server.bucket.keys(folder) == [folder + name for name in ("a.parquet", "b.parquet", "c.parquet")]


@pytest.mark.stores("ceph")
def test_threads_share_one_object(server: Server, tmp_path: Path) -> None:
    account = server.next_miner()
    s3 = S3Auth(server.url)
    creds = credentials(s3, account)
    results = []

    def upload(number: int) -> None:
        path = tmp_path / f"{number}.parquet"
        path.write_bytes(CONTENT)
        results.append(s3.upload_file_with_path(str(path), f"job_id=1/{number}.parquet", creds))

    threads = [threading.Thread(target=upload, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 20
    assert len(server.bucket.keys(server.folder(account))) == 20


@pytest.mark.nightly
def test_large_file_is_not_loaded(server: Server, tmp_path: Path) -> None:
    account = server.next_miner()
    path = tmp_path / "large.parquet"
    with open(path, "wb") as large:
        large.truncate(96 * 1024 * 1024)
    s3 = S3Auth(server.url)
    creds = credentials(s3, account)
    tracemalloc.start()
    try:
        assert s3.upload_file_with_path(str(path), "job_id=1/large.parquet", creds)
        assert tracemalloc.get_traced_memory()[1] < 48 * 1024 * 1024
    finally:
        tracemalloc.stop()
    key = server.folder(account) + "job_id=1/large.parquet"
    assert server.bucket.client.head_object(Bucket=server.bucket.name, Key=key)["ContentLength"] == 96 * 1024 * 1024


def test_failed_uploads_return_false_and_log_the_reason(server: Server, file: str, caplog: pytest.LogCaptureFixture) -> None:
    s3 = S3Auth(server.url, options=NO_WAITS)
    creds = credentials(s3, server.next_miner())

    assert s3.upload_file_with_path(file + "-missing", "a.parquet", creds) is False
    assert "No such file" in caplog.text
    Path(file).write_bytes(b"small")
    assert s3.upload_file_with_path(file, "a.parquet", creds) is False
    assert "1024" in caplog.text
    assert s3.upload_file_with_path(file, "a.parquet", {}) is False
    assert s3.upload_file_with_path(file, "a.parquet", None) is False  # type: ignore[arg-type]
    assert all(record.name == "s3auth.compat" and record.levelno == logging.ERROR for record in caplog.records)


@pytest.mark.stores("ceph")
def test_refused_credentials_are_none_and_the_reason_is_logged(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    s3 = S3Auth(server.url, options=NO_WAITS)
    assert s3.get_credentials(Subtensor(), Wallet(server.subnet.stranger)) is None
    assert "hotkey_not_registered" in caplog.text
    caplog.clear()
    assert s3.get_credentials(Wallet(server.next_miner()), "weather", Subtensor()) is None
    assert "invalid_request" in caplog.text
    caplog.clear()
    assert s3.get_credentials(Subtensor(), None) is None
    assert "Pass a wallet" in caplog.text
    assert s3.get_credentials(Subtensor(), LostWallet()) is None
    assert "The file of the hotkey is missing" in caplog.text


def test_unreachable_server_gives_none_and_false(signer: Any, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    wallet = SimpleNamespace(hotkey=signer.new_keypair())
    s3 = S3Auth(url, options=NO_WAITS)
    assert s3.get_credentials(Subtensor(), wallet) is None
    assert s3.test_connection() is False
    assert s3.get_structure_info() is None
    assert caplog.text.count("refused the connection") == 3
    assert S3Auth("not a URL", options=NO_WAITS).get_credentials(Subtensor(), wallet) is None
    assert S3Auth("not a URL").test_connection() is False


@pytest.mark.stores("ceph")
def test_server_is_described(server: Server) -> None:
    s3 = S3Auth(server.url + "/")
    assert s3.test_connection() is True
    structure = s3.get_structure_info()
    assert structure is not None and structure["folder_structure"] == server.folder_structure
    s3.close()
    assert s3.test_connection() is True


@pytest.mark.stores("ceph")
def test_log_has_no_secrets(server: Server, file: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "s3auth")
    s3 = S3Auth(server.url, options=NO_WAITS)
    creds = credentials(s3, server.next_miner())
    assert s3.upload_file_with_path(file, "a.parquet", creds)
    wrong = {**creds, "fields": {**creds["fields"], "x-amz-signature": "0" * 64}}
    assert S3Auth(server.url, options=NO_WAITS).upload_file_with_path(file, "b.parquet", wrong) is False
    assert "The store answered 403" in caplog.text
    for secret in (creds["fields"]["policy"], creds["fields"]["x-amz-signature"], "X-Amz-Signature"):
        assert secret not in caplog.text
