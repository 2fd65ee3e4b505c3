"""The errors that the package raises. No message contains a URL, a signature or a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Mapping, Optional, Sequence, Union

if TYPE_CHECKING:
    from .files import DownloadSummary, UploadSummary


class S3AuthError(Exception):
    """The base of all errors of this package."""

    summary: "Union[UploadSummary, DownloadSummary, None]" = None
    """The results of the files that were finished before this error ended ``upload_folder`` or ``download``; ``None`` elsewhere."""


class RefusedError(S3AuthError):
    """The server refused a request.

    ``str(error)`` is ``detail``, followed by the code.
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
        # It is shown in terminals, and whoever answers in place of the server chose it.
        code, detail = _printable(code), _printable(detail)
        super().__init__(f"{detail} ({code})")
        self.code = code
        """The reason, for programs, such as ``hotkey_not_registered``; ``unknown`` if the answer has none."""
        self.detail = detail
        """The server's explanation for people: what happened and what to do."""
        self.status = status
        """The HTTP status."""
        self.request_id = None if request_id is None else _printable(request_id)
        """The id of the request, with which the operator finds it in the server's log."""
        self.errors: Mapping[str, Sequence[str]] = errors or {}
        """The problems of the request, by the name of its member."""
        self.retry_after = retry_after
        """The seconds to wait before the next attempt; ``None`` if the server did not say."""

    def __reduce__(self) -> "tuple[type[RefusedError], tuple[object, ...]]":
        # Exceptions with several arguments cannot be pickled otherwise, and Dask and multiprocessing send exceptions between processes.
        return type(self), (self.code, self.detail, self.status, self.request_id, dict(self.errors), self.retry_after)


class UnreachableError(S3AuthError):
    """The server or the store could not be reached, did not answer in time, or broke the connection, in every attempt."""


class UnreachableStoreError(UnreachableError):
    """The store could not be reached, did not answer in time, or broke the connection, in every attempt."""


class InvalidAnswerError(S3AuthError):
    """The server's answer does not follow the API. The URL may belong to another service."""


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
    """A file changed during its transfer: a local file during its upload, or a stored file during its download."""


class UnreadableFileError(S3AuthError):
    """A local file cannot be opened or read."""


class UnwritableFileError(S3AuthError):
    """A local file cannot be written."""


class UnacceptableFileError(S3AuthError):
    """The server does not accept the name, the size, the source or the job of a file."""


class UnknownMinerError(S3AuthError):
    """No miner with files has this uid."""


class ListingError(S3AuthError):
    """One miner's listing is invalid. Other miners' listings may be valid."""


# Control characters and line breaks would change what a terminal or a log shows.
def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
