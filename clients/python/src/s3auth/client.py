"""The synchronous client."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Awaitable, Callable, Iterator, List, NoReturn, Optional, TypeVar, Union

from ._core.connection import Connection
from ._core.downloads import Downloads
from ._core.listings import Listings
from ._core.quota import QuotaStatus
from ._core.requests_transport import RequestsTransport, iterate_sync, run_sync
from ._core.signing import Keypair
from ._core.uploads import Uploads, bytes_of
from .files import DownloadedFile, DownloadSummary, Miner, RemoteFile, UploadedFile, UploadSummary
from .options import ClientOptions
from .sessions import SessionCredentials, open_boto3_session

if TYPE_CHECKING:
    import boto3

T = TypeVar("T")

AnyPath = Union[str, "os.PathLike[str]"]
AnyMiner = Union[Miner, str, int]


class S3Auth:
    """A client of one S3Auth server, for a miner or a validator. Thread-safe. A forked process opens its own connections.

    Every method may raise :class:`RefusedError`, :class:`UnreachableError`, :class:`InvalidAnswerError` and, if it transfers files,
    :class:`StoreError`. All derive from :class:`S3AuthError`. Failed connections and the statuses 408, 429, 500, 502, 503 and 504 are
    retried, as :class:`ClientOptions` says.

    :param url: The server's address, such as ``https://s3-auth.example.com``.
    :param hotkey: The key pair that signs: anything with ``ss58_address`` and ``sign(bytes)``, such as ``wallet.hotkey`` of Bittensor.
    :param coldkey: The coldkey that owns the hotkey: its address, or anything with ``ss58_address``, such as ``wallet.coldkeypub``. By
        default, the server looks it up on the chain. The server refuses a wrong one.
    :param options: Timeouts, retries and concurrency.
    """

    def __init__(
        self, url: str, hotkey: Keypair, coldkey: Any = None, *, options: Optional[ClientOptions] = None
    ) -> None:
        options = ClientOptions.of(options)
        transport = RequestsTransport(4 * options.parallel, options.connect_timeout, options.stall_timeout)
        self._connection = Connection.open(url, hotkey, coldkey, transport, options)
        self._listings = Listings(self._connection)
        self._uploads = Uploads(self._connection, self._listings)
        self._downloads = Downloads(self._connection, self._listings)

    @property
    def url(self) -> str:
        """The server's address, without a slash at the end."""
        return self._connection.server.url

    @property
    def hotkey(self) -> str:
        """The address of the hotkey."""
        return self._connection.hotkey

    @property
    def quota(self) -> Optional[QuotaStatus]:
        """The remaining daily quota of the hotkey, from the last answer that had it; ``None`` before the first one."""
        return self._connection.server.quota

    def request(self, endpoint: str, /, **members: Any) -> Any:
        """Sends a signed request to an endpoint, such as ``get-validator-access``, and returns the JSON of its answer.

        For endpoints that no other method covers. ``/docs`` of the server describes all of them.

        :param endpoint: The path of the endpoint.
        :param members: The members of the JSON request. Those that are ``None`` are not sent.
        """
        return run_sync(self._connection.server.post(endpoint, members))

    def upload(
        self,
        path: AnyPath,
        to: Optional[str] = None,
        *,
        source: Optional[str] = None,
        job_id: Optional[str] = None,
        overwrite: bool = True,
    ) -> UploadedFile:
        """Uploads one file into your own folder, even if it is stored already with the same content: a comparison could cost a grant.

        Raises :class:`ChangedFileError` if the file changes meanwhile. The store then keeps nothing of it.

        :param path: The local file.
        :param to: The path below your folder, with ``/`` between its segments; by default the name of the local file. If it ends with
            ``/``, the file keeps its name.
        :param source: The source, if the deployment has sources; by default its first one.
        :param job_id: The job into whose folder the file goes. By default, the job in the example paths of the deployment, if there is
            one. ``""`` means no job.
        :param overwrite: Whether to replace a stored file of this path. If false, the stored file stays, and the result has the status
            ``exists``.
        """
        return run_sync(self._uploads.upload(path, to, source, job_id, overwrite))

    def upload_bytes(
        self,
        data: bytes,
        to: str,
        *,
        source: Optional[str] = None,
        job_id: Optional[str] = None,
        overwrite: bool = True,
    ) -> UploadedFile:
        """Uploads bytes as one file into your own folder. The parameters are those of :meth:`upload`."""
        return run_sync(self._uploads.upload(bytes_of(data), to, source, job_id, overwrite))

    def upload_folder(
        self,
        folder: AnyPath,
        to: str = "",
        *,
        source: Optional[str] = None,
        job_id: Optional[str] = None,
        overwrite: bool = True,
        select: Optional[Callable[[str], bool]] = None,
        on_file: Optional[Callable[[UploadedFile], None]] = None,
    ) -> UploadSummary:
        """Uploads the files of a local folder and of its subfolders, under their relative paths.

        Skips hidden files, links to folders, and files that are stored already with the same content. If a file fails, the upload
        continues, and the file is in ``failed`` of the result. Call it again to upload the files that are missing.

        Raises a failure that all further files would have too, such as a used-up quota, when the transfers under way have ended. Its
        ``summary`` has the files that were finished before.

        :param to: A subfolder of your folder.
        :param select: Called with each relative path (``/`` between its segments). Files for which it returns false are skipped.
        :param on_file: Called with the result of each file, in the order in which they complete. Other parameters: see :meth:`upload`.
        """
        return run_sync(self._uploads.upload_folder(folder, to, source, job_id, overwrite, select, on_file))

    def miners(self) -> List[Miner]:
        """Returns all miners that have files. For validators. Costs one grant."""
        return run_sync(self._listings.miners())

    def list_files(
        self, miner: Optional[AnyMiner] = None, *, source: Optional[str] = None, prefix: str = ""
    ) -> Iterator[RemoteFile]:
        """Yields the files of a miner, page by page, in the order of their keys. Each page of up to 1,000 files costs one grant.

        :param miner: A :class:`Miner`, an address, or a uid; ``None`` for your own files.
        :param source: Only the files of this source.
        :param prefix: Only the files whose path below the folder begins with this text.
        """
        return iterate_sync(self._listings.list_files(miner, source, prefix))

    def download(
        self,
        miner: Optional[AnyMiner] = None,
        to: AnyPath = ".",
        *,
        source: Optional[str] = None,
        prefix: str = "",
        select: Optional[Callable[[RemoteFile], bool]] = None,
        on_file: Optional[Callable[[DownloadedFile], None]] = None,
    ) -> DownloadSummary:
        """Downloads the files of a miner into a local folder, as ``s3auth download`` does.

        A file appears under its name only when it is complete. Skips files that exist locally with the same content, and resumes
        interrupted downloads. Escapes names that are unsafe on this machine, because miners choose them. If a file fails, the download
        continues, and the file is in ``failed`` of the result.

        :param to: The local folder.
        :param select: Called with each file. Files for which it returns false are skipped.
        :param on_file: Called with the result of each file, in the order in which they complete. Other parameters: see :meth:`list_files`.
        """
        return run_sync(self._downloads.download(miner, to, source, prefix, select, on_file))

    def download_file(self, file: RemoteFile, path: AnyPath) -> DownloadedFile:
        """Downloads one listed file to a path. Replaces a file that is there. Resumes an interrupted download."""
        return run_sync(self._downloads.download_file(file, path))

    def read(self, file: RemoteFile, start: int = 0, end: Optional[int] = None) -> bytes:
        """Returns the bytes of a listed file from ``start`` up to, but not including, ``end``; by default all.

        Raises :class:`ChangedFileError` if the miner replaced the file after it was listed.
        """
        return run_sync(self._downloads.read(file, start, end))

    def session_credentials(
        self, *, role: Optional[str] = None, source: Optional[str] = None, duration_seconds: Optional[int] = None
    ) -> SessionCredentials:
        """Requests temporary credentials for the store, for other S3 tools.

        Raises :class:`RefusedError` with the code ``session_credentials_unsupported`` if the operator has not turned them on.

        :param role: ``miner`` or ``validator``; by default the role of the hotkey.
        :param source: Only the folder of this source.
        :param duration_seconds: 900 to 43,200 seconds.
        """
        return run_sync(request_credentials(self._connection, role, source, duration_seconds))

    def boto3_session(
        self, *, role: Optional[str] = None, source: Optional[str] = None, duration_seconds: Optional[int] = None
    ) -> "boto3.Session":
        """Returns a boto3 session with temporary credentials, which are renewed before they expire.

        ``client.boto3_session().client("s3")`` knows the store's endpoint. The parameters are those of :meth:`session_credentials`. Needs
        boto3.
        """
        return open_boto3_session(lambda: self.session_credentials(role=role, source=source, duration_seconds=duration_seconds))

    def close(self) -> None:
        """Closes the connections. A later request opens new ones."""
        run_sync(self._connection.transport.close())

    def __enter__(self) -> "S3Auth":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("A client cannot be pickled, because it has a hotkey. Open one in each process.")

    def __repr__(self) -> str:
        return f"S3Auth({self.url!r}, {self.hotkey!r})"


async def request_credentials(
    connection: Connection, role: Optional[str], source: Optional[str], duration_seconds: Optional[int]
) -> SessionCredentials:
    """Requests temporary credentials."""
    return SessionCredentials.read(
        await connection.endpoints.get_session_credentials(
            {"role": role, "source": source, "duration_seconds": duration_seconds, "coldkey": connection.coldkey}
        )
    )
