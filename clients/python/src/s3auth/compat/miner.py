"""``S3Auth`` for miners: gets the credentials of a folder once, then uploads any number of files."""

from __future__ import annotations

import os
import threading
from typing import Any, Callable, Dict, Mapping, Optional, Sequence

from .._core.requests_transport import run_sync
from ..client import S3Auth as Client
from ..errors import InvalidAnswerError, UnacceptableFileError
from ..options import ClientOptions
from ._attempts import attempt, logger
from ._folders import Folders
from ._wallets import AnonymousWallet, is_wallet, open_client

_MAX_SOURCE_LENGTH = 32


class S3Auth:
    """Uploads of a miner. Thread-safe.

    :param s3_auth_url: The server's address.
    :param options: Timeouts and retries. Existing code does not pass it.
    """

    def __init__(self, s3_auth_url: str, *, options: Optional[ClientOptions] = None) -> None:
        self.s3_auth_url = s3_auth_url
        self._options = options
        self._folders = Folders()
        self._clients: Dict[str, Client] = {}
        self._lock = threading.Lock()

    def get_credentials(
        self, *arguments: Any, wallet: Any = None, source_name: Optional[str] = None, subtensor: Any = None, **ignored: Any
    ) -> Optional[Dict[str, Any]]:
        """Requests the credentials for uploads into the wallet's folder. Returns the server's answer; ``None`` after a failure.

        Existing code passes the parameters in different orders, so their types tell them apart. The result serves any number of uploads. If
        the store has no upload forms, the result has no ``url`` and ``fields``, and its ``method`` is ``PUT``: the upload methods of this
        object then request a URL for each file.

        :param wallet: Anything with ``hotkey``, and ``get_coldkeypub()`` or ``coldkeypub`` if it has a coldkey.
        :param source_name: The source, if the deployment has sources; by default its first one.
        :param subtensor: Ignored, as are ``coldkey``, ``hotkey``, ``netuid`` and other parameters of older versions.
        """
        return attempt("The request for credentials", lambda: self._request(arguments, wallet, source_name), None)

    def upload_file(self, file_path: str, creds: Mapping[str, Any]) -> bool:
        """Uploads a file under its own name. Returns whether it was stored. Replaces a stored file of this name."""
        name = os.path.basename(file_path) if isinstance(file_path, (str, os.PathLike)) else ""
        return self.upload_file_with_path(file_path, name, creds)

    def upload_file_with_path(self, file_path: str, s3_path: str, creds: Mapping[str, Any]) -> bool:
        """Uploads a file. Returns whether it was stored. Replaces a stored file of this path.

        :param file_path: The local file.
        :param s3_path: The path below the folder, such as ``job_id=7/data.parquet``.
        :param creds: The result of :meth:`get_credentials`, or one of its ``folders``.
        """
        return self._upload(file_path, s3_path, lambda _: s3_path, creds)

    def upload_file_with_key(self, file_path: str, s3_key: str, creds: Mapping[str, Any]) -> bool:
        """Uploads a file. Returns whether it was stored. Replaces a stored file of this key.

        :param s3_key: The key. It begins with the folder; leading segments of the folder such as ``data/`` can be left out.
        """
        return self._upload(file_path, s3_key, lambda folder: _path_below(folder, s3_key), creds)

    def get_structure_info(self) -> Optional[Dict[str, Any]]:
        """Returns the layout and the abilities of the deployment; ``None`` after a failure."""
        return attempt("The request for the structure", lambda: self._get("structure-info"), None)

    def test_connection(self) -> bool:
        """Returns whether the server answers."""
        health = attempt("The test of the connection", lambda: self._get("healthcheck"), None)
        if health is None:
            return False
        logger.info("The server answers. Its folders: %r.", health.get("folder_structure"))
        return True

    def close(self) -> None:
        """Closes the connections. They open again when they are needed."""
        with self._lock:
            clients, self._clients = self._clients, {}
        for client in clients.values():
            client.close()

    def _request(self, arguments: Sequence[Any], wallet: Any, source: Optional[str]) -> Dict[str, Any]:
        for argument in arguments:
            if wallet is None and is_wallet(argument):
                wallet = argument
            # Older versions also took addresses, which are longer than any source.
            elif source is None and isinstance(argument, str) and len(argument) <= _MAX_SOURCE_LENGTH:
                source = argument
        if not is_wallet(wallet):
            raise TypeError("Pass a wallet: an object with a hotkey. A hotkey is not a wallet.")
        answer = self._folders.request(self._client_of(wallet), source)
        logger.info("Got credentials for folder %r.", answer["folder"])
        return answer

    def _upload(self, file_path: str, name: str, path_in: Callable[[str], str], creds: Mapping[str, Any]) -> bool:
        key = attempt(
            f"The upload of {str(file_path)!r} to {name!r}",
            lambda: self._folders.upload(file_path, path_in, creds, self._client_of(AnonymousWallet())),
            None,
        )
        if key is None:
            return False
        logger.info("%r is stored.", key)
        return True

    def _get(self, path: str) -> Dict[str, Any]:
        answer = run_sync(self._client_of(AnonymousWallet())._connection.server.get(path))
        if not isinstance(answer, dict):
            raise InvalidAnswerError("The answer is not a JSON object. Check that the URL is that of an S3Auth server.")
        return answer

    def _client_of(self, wallet: Any) -> Client:
        with self._lock:
            address = wallet.hotkey.ss58_address
            client = self._clients.get(address)
            if client is None:
                client = self._clients[address] = open_client(wallet, self.s3_auth_url, self._options)
            return client


# The oldest code makes keys such as x/5C…/a.parquet for the folder data/x/5C…/.
def _path_below(folder: str, key: str) -> str:
    segments = folder.split("/")
    for start in range(len(segments) - 1):
        beginning = "/".join(segments[start:])
        if key.startswith(beginning):
            return key[len(beginning):]
    raise UnacceptableFileError(f"The key is not below the folder {folder}.")
