"""The file system for fsspec, as tests open it."""

from __future__ import annotations

import concurrent.futures
import contextlib
from typing import Any, Iterator

import fsspec

from s3auth.filesystem import S3AuthFileSystem

from .accounts import Account
from .servers import Server

ROWS = b"x,y\n1,2\n3,4\n"

# The entry point exists only if the package is installed.
fsspec.register_implementation("s3auth", S3AuthFileSystem, clobber=True)


def of_validator(server: Server, **options: Any) -> Any:
    """Opens the file system as a validator."""
    return fsspec.filesystem("s3auth", url=server.url, hotkey=server.validator.hotkey, skip_instance_cache=True, **options)


def of_miner(server: Server, miner: Account, **options: Any) -> Any:
    """Opens the file system as a miner."""
    return fsspec.filesystem("s3auth", url=server.url, hotkey=miner.hotkey, skip_instance_cache=True, **options)


def fill(server: Server, *paths: str, content: bytes = ROWS) -> str:
    """Stores files of a new miner. Returns the name of the miner's folder in the file system."""
    miner = server.next_miner()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda path: server.bucket.put(server.folder(miner) + path, content), paths))
    return folder_of(server, miner)


def folder_of(server: Server, miner: Account) -> str:
    """Returns the name of a miner's folder in the file system."""
    return f"{server.owner(miner)}/x" if "{source}" in server.folder_structure else server.owner(miner)


@contextlib.contextmanager
def grants(fs: Any, count: int) -> Iterator[None]:
    """Fails if the block does not cost exactly so many grants, as the server counts them."""
    # The client knows what is left from the last answer. Other clients may have spent grants since then.
    fs.client.miners()
    before = _grants_left(fs)
    yield
    spent = before - _grants_left(fs)
    assert spent == count


def _grants_left(fs: Any) -> int:
    left: int = fs.client.quota.grants_left
    return left
