"""The hotkey and the server of the file system for fsspec, and which options can be pickled."""

from __future__ import annotations

import copy
import json
import os
import pickle
import sys
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

pytest.importorskip("fsspec", reason="There is no fsspec here; install python3-fsspec.")

import fsspec

from s3auth import RefusedError, S3Auth, StoreError
from s3auth._filesystem.os_errors import to_os_error
from support.accounts import Keypair, Signer
from support.filesystems import ROWS, fill
from support.servers import Server

pytestmark = pytest.mark.stores("ceph")

URL = "https://s3-auth.example.com"

WALLET_MODULE = '''
import json, os
from support.accounts import Keypair

class Wallet:
    signer = None

    def __init__(self, name="default", hotkey="default", path="~/.bittensor/wallets"):
        self._file = os.path.join(path, name, "hotkeys", hotkey)

    @property
    def hotkey(self):
        with open(self._file) as file:
            return Keypair(Wallet.signer, json.load(file)["secretSeed"])
'''


class SameTextKeypair:
    """A keypair whose `repr` is the same for all hotkeys, and contains a secret."""

    def __init__(self, keypair: Keypair) -> None:
        self._keypair = keypair
        self.ss58_address = keypair.ss58_address

    def sign(self, data: bytes) -> bytes:
        return self._keypair.sign(data)

    def __repr__(self) -> str:
        return "Keypair(secret)"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("S3AUTH_", "BT_WALLET_")) and not name.startswith("S3AUTH_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture
def wallets(tmp_path: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of wallets, and a library that reads them."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "bittensor_wallet.py").write_text(WALLET_MODULE, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "lib"))
    monkeypatch.delitem(sys.modules, "bittensor_wallet", raising=False)
    import bittensor_wallet  # type: ignore[import]

    bittensor_wallet.Wallet.signer = signer
    yield tmp_path / "wallets"
    sys.modules.pop("bittensor_wallet", None)


def save(wallets: Path, name: str, keypair: Keypair, hotkey: str = "default") -> None:
    folder = wallets / name / "hotkeys"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hotkey).write_text(json.dumps({"secretSeed": keypair.seed}), "utf-8")


def test_each_hotkey_has_its_own_file_system(signer: Signer) -> None:
    first, second = SameTextKeypair(signer.new_keypair()), SameTextKeypair(signer.new_keypair())
    one = fsspec.filesystem("s3auth", url=URL, hotkey=first)
    assert fsspec.filesystem("s3auth", url=URL, hotkey=first) is one
    # Another object of the same account.
    assert fsspec.filesystem("s3auth", url=URL, hotkey=SameTextKeypair(first._keypair)) is one
    others = [
        fsspec.filesystem("s3auth", url=URL, hotkey=second), fsspec.filesystem("s3auth", url=URL + ":8443", hotkey=first),
        fsspec.filesystem("s3auth", url=URL, hotkey=first, coldkey=second.ss58_address),
        fsspec.filesystem("s3auth", client=S3Auth(URL, first)), fsspec.filesystem("s3auth", client=S3Auth(URL, first)),
    ]
    assert len({id(fs) for fs in [one, *others]}) == len({fs._fs_token for fs in [one, *others]}) == 6
    assert others[0].client.hotkey == second.ss58_address


def test_key_pairs_cannot_be_pickled(signer: Signer) -> None:
    keypair = SameTextKeypair(signer.new_keypair())
    client = S3Auth(URL, keypair)
    for fs, name in (
        (fsspec.filesystem("s3auth", url=URL, hotkey=keypair), "hotkey"), (fsspec.filesystem("s3auth", client=client), "client")
    ):
        assert "secret" not in f"{fs.storage_options} {fs!r} {fs._fs_token}"
        writers: list[Callable[[Any], object]] = [pickle.dumps, lambda one: one.to_json()]
        for write in writers:
            with pytest.raises(TypeError, match=f'with a {name} cannot be pickled.*wallet="NAME"'):
                write(fs)
        # In this process, copies are fine.
        assert copy.deepcopy(fs.storage_options) == fs.storage_options


def test_wallet_names(server: Server, wallets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fill(server, "a.csv")
    save(wallets, "validator", server.validator.hotkey)
    save(wallets, "other", server.subnet.other_validator.hotkey, "second")
    options = {"url": server.url, "wallet": "validator", "wallet_path": str(wallets)}
    fs = fsspec.filesystem("s3auth", **options)
    assert fs.cat_file(f"{folder}/a.csv") == ROWS and fs.client.hotkey == server.validator.hotkey.ss58_address
    assert fsspec.filesystem("s3auth", **options) is fs

    other = fsspec.filesystem("s3auth", **{**options, "wallet": "other", "wallet_hotkey": "second"})
    assert other.client.hotkey == server.subnet.other_validator.hotkey.ss58_address

    # Another process gets the names, and reads the key itself.
    sent = pickle.dumps(fs)
    assert server.validator.hotkey.seed.encode() not in sent
    type(fs).clear_instance_cache()
    for copied in (pickle.loads(sent), type(fs).from_json(fs.to_json())):
        assert copied is not fs and copied.cat_file(f"{folder}/a.csv") == ROWS
    with pickle.loads(pickle.dumps(fsspec.open(f"s3auth://{folder}/a.csv", **options))) as file:
        assert file.read() == ROWS

    with pytest.raises(FileNotFoundError):
        fsspec.filesystem("s3auth", **{**options, "wallet": "none"}).ls(folder)


def test_environment(server: Server, wallets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fill(server, "a.csv")
    save(wallets, "validator", server.validator.hotkey)
    save(wallets, "validator", server.subnet.other_validator.hotkey, "second")
    monkeypatch.setenv("S3AUTH_SERVER", server.url)
    monkeypatch.setenv("BT_WALLET_NAME", "validator")
    monkeypatch.setenv("BT_WALLET_PATH", str(wallets))
    with fsspec.open(f"s3auth://{folder}/a.csv") as file:
        assert file.read() == ROWS
    first = fsspec.filesystem("s3auth")
    monkeypatch.setenv("BT_WALLET_HOTKEY", "second")
    second = fsspec.filesystem("s3auth")
    assert (first.client.hotkey, second.client.hotkey) == (
        server.validator.hotkey.ss58_address, server.subnet.other_validator.hotkey.ss58_address
    )
    monkeypatch.setenv("S3AUTH_HOTKEY", "default")
    assert fsspec.filesystem("s3auth") is first


def test_wrong_options(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    keypair = signer.new_keypair()
    cases: list[tuple[dict[str, Any], type[Exception], str]] = [
        ({"hotkey": keypair}, ValueError, "S3AUTH_SERVER"),
        ({"url": URL}, ValueError, "BT_WALLET_NAME"),
        ({"url": URL, "hotkey": keypair, "wallet": "a"}, TypeError, "either hotkey"),
        ({"url": URL, "hotkey": keypair.ss58_address}, TypeError, "sign"),
        ({"url": "ftp://x", "hotkey": keypair}, ValueError, "https"),
        ({"url": URL, "client": S3Auth(URL, keypair)}, TypeError, "client without url"),
        ({"url": URL, "wallet": object()}, TypeError, "wallet.hotkey"),
        ({"url": URL, "hotkey": keypair, "wallet_name": "a"}, TypeError, "wallet_name"),
    ]
    for options, error, text in cases:
        with pytest.raises(error, match=text):
            fsspec.filesystem("s3auth", **options)


def test_missing_wallet_library(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("bittensor_wallet", "bittensor"):
        # Python then finds no module of this name.
        monkeypatch.setitem(sys.modules, name, None)  # type: ignore[misc]
    with pytest.raises(ModuleNotFoundError, match="pip install bittensor-wallet"):
        fsspec.filesystem("s3auth", url=URL, wallet="a").ls("5C")


def test_errors_can_be_sent_to_other_processes() -> None:
    refused = to_os_error(RefusedError("quota_exceeded", "Wait.", 429, "id", None, 5.0))
    copied = pickle.loads(pickle.dumps(refused))
    assert isinstance(copied, RefusedError) and isinstance(copied, OSError) and str(copied) == str(refused) == "Wait. (quota_exceeded)"
    assert (copied.code, copied.retry_after, type(copied).__name__) == ("quota_exceeded", 5.0, "RefusedError")
    denied = pickle.loads(pickle.dumps(to_os_error(StoreError(403, "AccessDenied", "The store answered 403."))))
    assert isinstance(denied, StoreError) and isinstance(denied, PermissionError) and denied.status == 403
