"""The client and the threads of a file system, which are opened at their first use in each process."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Iterator, List, Optional, Sequence, Tuple

from .._core.requests_transport import iterate_sync, run_sync
from ..client import S3Auth
from ..files import RemoteFile
from ..options import ClientOptions
from .identity import Held, read_hotkey
from .os_errors import os_errors

THREADS = 8
"""The number of ranges that are read at once, over all open files."""


class LazyClient:
    """Opens the client from the options of a file system. Thread-safe."""

    def __init__(
        self,
        url: str,
        hotkey: Optional[Held],
        coldkey: Optional[str],
        given: Optional[Held],
        wallet: Tuple[Optional[str], Optional[str], Optional[str]],
        options: Optional[ClientOptions],
    ) -> None:
        self._url = url
        self._hotkey = hotkey.value if hotkey is not None else None
        self._coldkey = coldkey
        self._given: Optional[S3Auth] = given.value if given is not None else None
        self._wallet = wallet
        self._options = options
        self._lock = threading.RLock()
        self._process = os.getpid()
        self._client: Optional[S3Auth] = None
        self._pool: Optional[ThreadPoolExecutor] = None
        if hotkey is not None:
            # A wrong key pair or URL fails here. The key of a wallet is read at the first request, because a scheduler may have no wallet.
            self._client = self._open()

    @property
    def client(self) -> S3Auth:
        """The client of this process."""
        if self._given is not None:
            return self._given
        with self._lock:
            self._forget_after_fork()
            if self._client is None:
                self._client = self._open()
            return self._client

    @property
    def pool(self) -> ThreadPoolExecutor:
        """Threads that read ranges. None of them waits for another."""
        with self._lock:
            self._forget_after_fork()
            if self._pool is None:
                self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="s3auth")
            return self._pool

    def sources(self) -> Sequence[str]:
        """Returns the sources of the deployment; empty if it has none."""
        with os_errors():
            return run_sync(self.client._connection.template()).sources

    def owns(self, miner: str) -> bool:
        """Whether the folder of a miner is the caller's own."""
        with os_errors():
            return run_sync(self.client._listings.owner_of(miner)).is_own

    def pages(self, miner: str, source: Optional[str], prefix: str) -> Iterator[Tuple[List[RemoteFile], bool]]:
        """Yields the pages of a listing, and whether each is the last."""
        with os_errors():
            yield from iterate_sync(self.client._listings.pages(miner, source, prefix))

    def __repr__(self) -> str:
        return str(self._given or self._url)

    def _open(self) -> S3Auth:
        hotkey: Any = self._hotkey if self._hotkey is not None else read_hotkey(*self._wallet)
        return S3Auth(self._url, hotkey, self._coldkey, options=self._options)

    # Connections and threads do not survive a fork.
    def _forget_after_fork(self) -> None:
        if self._process != os.getpid():
            self._client = None
            self._pool = None
            self._process = os.getpid()
