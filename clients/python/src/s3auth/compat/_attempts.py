"""Turns failures into the results that callers expect, and logs the reason."""

from __future__ import annotations

import logging
from typing import Callable, TypeVar, Union

from ..errors import RefusedError, S3AuthError

T = TypeVar("T")
R = TypeVar("R")

logger = logging.getLogger("s3auth.compat")


def attempt(action: str, function: Callable[[], T], otherwise: R) -> Union[T, R]:
    """Returns the function's result. If it fails, logs the reason and returns ``otherwise``.

    :param action: What is attempted, for the log: "The listing of the files of 5F…".
    """
    try:
        return function()
    # Callers rely on the result: an exception would end their loop over all miners or all files. A wallet raises exceptions of any type.
    except Exception as failure:
        log_failure(action, failure)
        return otherwise


def log_failure(action: str, failure: Exception) -> None:
    """Logs that an action failed, and why."""
    logger.error("%s failed. %s", action, _reason(failure))


def show_steps() -> None:
    """Sets the logger to DEBUG. It writes to stderr unless the program has configured logging."""
    logger.setLevel(logging.DEBUG)
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        logger.addHandler(handler)


def _reason(failure: Exception) -> str:
    if isinstance(failure, RefusedError):
        return f"{failure} Request id: {failure.request_id or 'none'}."
    if isinstance(failure, (S3AuthError, OSError)):
        return str(failure)
    return f"{type(failure).__name__}: {failure}"
