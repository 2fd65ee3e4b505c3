"""The asynchronous client."""

from __future__ import annotations

from typing import Any, AsyncIterator, Callable, List, NoReturn, Optional

from ._core.connection import Connection
from ._core.downloads import Downloads
from ._core.httpx_transport import HttpxTransport
from ._core.listings import Listings
from ._core.quota import QuotaStatus
from ._core.signing import Keypair
from ._core.uploads import Uploads, bytes_of
from .client import AnyMiner, AnyPath, request_credentials
from .files import DownloadedFile, DownloadSummary, Miner, RemoteFile, UploadedFile, UploadSummary
from .options import ClientOptions
from .sessions import SessionCredentials


class AsyncS3Auth:
    """A client of one S3Auth server for asyncio. Needs ``httpx``.

    It has the methods of :class:`S3Auth` except ``boto3_session``, with ``await``; :meth:`list_files` is an asynchronous iterator. Use a
    client in one event loop only, and close it: ``async with AsyncS3Auth(url, hotkey) as client``. File reads, hashes and signatures run in
    threads.

    The parameters are those of :class:`S3Auth`.
    """

    def __init__(
        self, url: str, hotkey: Keypair, coldkey: Any = None, *, options: Optional[ClientOptions] = None
    ) -> None:
        options = ClientOptions.of(options)
        transport = HttpxTransport(connect_timeout=options.connect_timeout, connections=4 * options.parallel)
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
        """See :attr:`S3Auth.quota`."""
        return self._connection.server.quota

    async def request(self, endpoint: str, /, **members: Any) -> Any:
        """See :meth:`S3Auth.request`."""
        return await self._connection.server.post(endpoint, members)

    async def upload(
        self,
        path: AnyPath,
        to: Optional[str] = None,
        *,
        source: Optional[str] = None,
        job_id: Optional[str] = None,
        overwrite: bool = True,
    ) -> UploadedFile:
        """See :meth:`S3Auth.upload`."""
        return await self._uploads.upload(path, to, source, job_id, overwrite)

    async def upload_bytes(
        self,
        data: bytes,
        to: str,
        *,
        source: Optional[str] = None,
        job_id: Optional[str] = None,
        overwrite: bool = True,
    ) -> UploadedFile:
        """See :meth:`S3Auth.upload_bytes`."""
        return await self._uploads.upload(bytes_of(data), to, source, job_id, overwrite)

    async def upload_folder(
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
        """See :meth:`S3Auth.upload_folder`."""
        return await self._uploads.upload_folder(folder, to, source, job_id, overwrite, select, on_file)

    async def miners(self) -> List[Miner]:
        """See :meth:`S3Auth.miners`."""
        return await self._listings.miners()

    def list_files(
        self, miner: Optional[AnyMiner] = None, *, source: Optional[str] = None, prefix: str = ""
    ) -> AsyncIterator[RemoteFile]:
        """See :meth:`S3Auth.list_files`."""
        return self._listings.list_files(miner, source, prefix)

    async def download(
        self,
        miner: Optional[AnyMiner] = None,
        to: AnyPath = ".",
        *,
        source: Optional[str] = None,
        prefix: str = "",
        select: Optional[Callable[[RemoteFile], bool]] = None,
        on_file: Optional[Callable[[DownloadedFile], None]] = None,
    ) -> DownloadSummary:
        """See :meth:`S3Auth.download`."""
        return await self._downloads.download(miner, to, source, prefix, select, on_file)

    async def download_file(self, file: RemoteFile, path: AnyPath) -> DownloadedFile:
        """See :meth:`S3Auth.download_file`."""
        return await self._downloads.download_file(file, path)

    async def read(self, file: RemoteFile, start: int = 0, end: Optional[int] = None) -> bytes:
        """See :meth:`S3Auth.read`."""
        return await self._downloads.read(file, start, end)

    async def session_credentials(
        self, *, role: Optional[str] = None, source: Optional[str] = None, duration_seconds: Optional[int] = None
    ) -> SessionCredentials:
        """See :meth:`S3Auth.session_credentials`."""
        return await request_credentials(self._connection, role, source, duration_seconds)

    async def close(self) -> None:
        """Closes the connections."""
        await self._connection.transport.close()

    async def __aenter__(self) -> "AsyncS3Auth":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("A client cannot be pickled, because it has a hotkey. Open one in each process.")

    def __repr__(self) -> str:
        return f"AsyncS3Auth({self.url!r}, {self.hotkey!r})"
