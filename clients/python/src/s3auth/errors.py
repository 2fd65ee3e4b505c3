"""The errors that the package raises. No message contains a URL, a signature or a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Mapping, Optional, Sequence, Union

if TYPE_CHECKING:
    from .files import DownloadSummary, UploadSummary


class S3AuthError(Exception):
    """The base of all errors of this package."""

    summary: "Union[UploadSummary, DownloadSummary, None]" = None
    """The files that were finished before this error ended the transfer of many files; ``None`` for an error of one file or request."""


class RefusedError(S3AuthError):
    """The server refused a request.

    ``str(error)`` is the server's sentence, which says what to do, with the code.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        status: int,
        request_id: Optional[str] = None,
        errors: Optional[Mapping[str, Sequence[str]]] = None,
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(f"{detail} ({code})")
        self.code = code
        """The reason, for programs, such as ``hotkey_not_registered``. ``unknown`` if the answer gave none."""
        self.detail = detail
        """What happened and what to do, in one sentence."""
        self.status = status
        """The HTTP status."""
        self.request_id = request_id
        """The id of the request. Give it to the operator of the server."""
        self.errors: Mapping[str, Sequence[str]] = errors or {}
        """The problems of single members of the request, by member."""
        self.retry_after = retry_after
        """The seconds to wait before the next attempt; ``None`` if the server named none."""

    def __reduce__(self) -> "tuple[type[RefusedError], tuple[object, ...]]":
        # Exceptions with several arguments cannot be pickled otherwise, and Dask and multiprocessing send exceptions between processes.
        return type(self), (self.code, self.detail, self.status, self.request_id, dict(self.errors), self.retry_after)


class UnreachableError(S3AuthError):
    """The server or the store could not be reached, did not answer in time, or broke the connection, in every attempt."""


class UnreachableStoreError(UnreachableError):
    """The store could not be reached, did not answer in time, or broke the connection, in every attempt."""


class InvalidAnswerError(S3AuthError):
    """The server's answer is not what its interface promises. The URL may belong to another service."""


class StoreError(S3AuthError):
    """The object store refused a request."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        """The HTTP status."""
        self.code = code
        """The store's error code, such as ``AccessDenied``. Empty if the answer had none."""

    def __reduce__(self) -> "tuple[type[StoreError], tuple[object, ...]]":
        return type(self), (self.status, self.code, str(self))


class ChangedFileError(S3AuthError):
    """A file changed while it was read: a local file during its upload, or a stored file during its download."""


class UnreadableFileError(S3AuthError):
    """A local file cannot be opened or read."""


class UnwritableFileError(S3AuthError):
    """A local file cannot be written."""


class UnacceptableFileError(S3AuthError):
    """The server does not accept this file: its name or its size."""


class UnknownMinerError(S3AuthError):
    """No miner with files has this uid."""


class ListingError(S3AuthError):
    """One miner's listing is invalid. Other miners' listings may be valid."""
