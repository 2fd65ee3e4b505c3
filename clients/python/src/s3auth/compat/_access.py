"""The methods that all classes for validators have."""

from __future__ import annotations

import threading
import time
from typing import Any, Dict, Optional

from .._core.store import lifetime
from ..options import ClientOptions
from ._attempts import attempt, show_steps
from ._reader import Reader

# Access is requested again this long before its URLs expire.
_MARGIN_SECONDS = 600
_REFRESH_SECONDS = 3600


class BlockingAccess:
    """Read access of a validator. Thread-safe.

    :param wallet: Anything with ``hotkey`` (``ss58_address`` and ``sign(bytes)``).
    :param s3_auth_url: The server's address.
    :param debug: Whether to log every step, to stderr unless the program has configured logging.
    :param options: Timeouts and retries. Existing code does not pass it.
    """

    def __init__(self, wallet: Any, s3_auth_url: str, debug: bool = False, *, options: Optional[ClientOptions] = None) -> None:
        self.wallet = wallet
        self.s3_auth_url = s3_auth_url
        self.debug = debug
        self.access_data: Optional[Dict[str, Any]] = None
        """The answer to the last successful :meth:`ensure_access`. Set it to ``None`` to request access anew."""
        self.expiry_time = 0.0
        """The Unix time ten minutes before the URLs in ``access_data`` expire."""
        self._refresh_time = 0.0
        self._reader = Reader(wallet, s3_auth_url, options)
        self._lock = threading.Lock()
        if debug:
            show_steps()

    def ensure_access(self) -> bool:
        """Requests access, unless ``access_data`` is valid for another hour or half of its life. Returns whether there is access."""
        with self._lock:
            now = time.time()
            if self.access_data is not None and now < self._refresh_time:
                return True
            access = self.get_validator_access()
            if access is None:
                return False
            seconds = lifetime(access["expiry_seconds"])
            self.access_data = access
            self.expiry_time = now + seconds - _MARGIN_SECONDS
            # Without max, URLs that live for less than an hour would be requested again at each call.
            self._refresh_time = now + max(seconds - _MARGIN_SECONDS - _REFRESH_SECONDS, seconds / 2)
            return True

    def get_validator_access(self) -> Optional[Dict[str, Any]]:
        """Requests access. Returns the server's answer; ``None`` after a failure."""
        return attempt("The request for access", self._reader.request_access, None)

    def get_miner_specific_access(self, miner_hotkey: str) -> str:
        """Returns the presigned URL of the first page of a miner's files; ``""`` after a failure."""
        return attempt(f"The request for the files of {miner_hotkey}", lambda: self._reader.request_miner_url(miner_hotkey), "")
