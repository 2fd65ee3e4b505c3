"""Errors of the package as errors of the operating system, which is what users of fsspec expect."""

from __future__ import annotations

import contextlib
import errno
import os
from typing import Any, Dict, Iterator, Tuple, Type

from ..errors import RefusedError, S3AuthError, StoreError, UnreachableError

_COMBINED: Dict[Tuple[Type[S3AuthError], Type[OSError]], Type[S3AuthError]] = {}


def os_error(number: int, path: str, reason: str = "") -> OSError:
    """Returns the error of a path. Its number decides its class: ``errno.EISDIR`` is an :class:`IsADirectoryError`.

    :param reason: What happened; by default the text of the operating system.
    """
    return OSError(number, reason or os.strerror(number), f"s3auth://{path}")


def missing(path: str, reason: str = "") -> OSError:
    """Returns the :class:`FileNotFoundError` of a path at which there is neither a file nor a folder."""
    return os_error(errno.ENOENT, path, reason)


@contextlib.contextmanager
def os_errors() -> Iterator[None]:
    """Raises each error of the package as one that is also an :class:`OSError`."""
    try:
        yield
    except S3AuthError as error:
        if isinstance(error, OSError):
            raise
        raise to_os_error(error) from None


def to_os_error(error: S3AuthError) -> S3AuthError:
    """Returns the error as one that is also an :class:`OSError`.

    It has the same class name, text and attributes, so both ``except RefusedError`` and ``except PermissionError`` work. A refusal with
    401 or 403 is a :class:`PermissionError`, 404 a :class:`FileNotFoundError`, and an unreachable server a :class:`ConnectionError`.
    """
    return _restore(type(error), _kind(error), error.args, vars(error))


def _kind(error: S3AuthError) -> Type[OSError]:
    if isinstance(error, UnreachableError):
        return ConnectionError
    if isinstance(error, (RefusedError, StoreError)):
        return {401: PermissionError, 403: PermissionError, 404: FileNotFoundError}.get(error.status, OSError)
    return OSError


def _restore(error: Type[S3AuthError], kind: Type[OSError], arguments: Tuple[Any, ...], attributes: Dict[str, Any]) -> S3AuthError:
    combined = _combine(error, kind)
    restored = combined.__new__(combined)
    restored.args = arguments
    vars(restored).update(attributes)
    return restored


def _combine(error: Type[S3AuthError], kind: Type[OSError]) -> Type[S3AuthError]:
    combined = _COMBINED.get((error, kind))
    if combined is None:
        combined = _COMBINED.setdefault((error, kind), _define(error, kind))
    return combined


def _define(error: Type[S3AuthError], kind: Type[OSError]) -> Type[S3AuthError]:
    # Dask sends exceptions between processes.
    def reduce(self: S3AuthError) -> Tuple[Any, ...]:
        return _restore, (error, kind, self.args, vars(self))

    return type(error.__name__, (error, kind), {"__module__": error.__module__, "__doc__": error.__doc__, "__reduce__": reduce})
