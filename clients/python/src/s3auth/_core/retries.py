"""Decides which failures are retried, and when. Nothing else in the package does."""

from __future__ import annotations

import logging
import random
from typing import Awaitable, Callable, Optional, TypeVar

from ..errors import InvalidAnswerError, RefusedError, S3AuthError, StoreError, UnreachableError, UnreachableStoreError
from ..options import ClientOptions
from .transport import StoreTransportError, Transport, TransportError

T = TypeVar("T")

logger = logging.getLogger("s3auth")

TRANSIENT_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
"""The same request can succeed later."""

# S3 answers 409 to uploads of one key at the same time, and 400 to a body that stalls.
TRANSIENT_STORE_CODES = frozenset({"RequestTimeout", "ConditionalRequestConflict"})

# Credentials that signed a grant can expire before the grant.
EXPIRED_CREDENTIAL_CODES = frozenset({"ExpiredToken", "InvalidToken", "TokenRefreshRequired", "InvalidAccessKeyId"})

# Many operations of one address share a burst limit, so one of them may get 429 many times.
RATE_LIMIT_FACTOR = 10


class Retries:
    """Repeats an attempt after transient failures, with exponential back-off and jitter, or after ``Retry-After``."""

    def __init__(self, transport: Transport, options: ClientOptions) -> None:
        self._transport = transport
        self._options = options

    async def run(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Runs an attempt until it succeeds, fails permanently, or has failed ``options.attempts`` times.

        Raises :class:`UnreachableError` in place of a :class:`TransportError`.
        """
        failures = 0
        while True:
            try:
                return await attempt()
            except (RefusedError, StoreError, TransportError) as failure:
                failures += 1
                wait = self._wait_after(failure, failures)
                if wait is None:
                    if isinstance(failure, TransportError):
                        kind = UnreachableStoreError if isinstance(failure, StoreTransportError) else UnreachableError
                        raise kind(str(failure)) from None
                    raise
                logger.info("%s Retry %d in %.1f s.", failure, failures, wait)
            await self._transport.sleep(wait)

    def _wait_after(self, failure: Exception, failures: int) -> Optional[float]:
        if not is_transient(failure):
            return None
        is_rate_limited = isinstance(failure, RefusedError) and failure.status == 429
        if failures > (self._options.attempts - 1) * (RATE_LIMIT_FACTOR if is_rate_limited else 1):
            return None
        named = failure.retry_after if isinstance(failure, RefusedError) else None
        if named is not None:
            # Without jitter, all clients with the same Retry-After would come back at the same moment.
            return None if named > self._options.longest_wait else named * (1 + random.random() * min(failures, 8) / 4)
        return min(self._options.first_wait * 2.0 ** min(failures - 1, 16), self._options.longest_wait) * (0.5 + random.random())


def is_transient(failure: Exception) -> bool:
    """Whether the same request or transfer can succeed later."""
    if isinstance(failure, TransportError):
        return failure.is_transient
    if isinstance(failure, StoreError):
        return failure.status in TRANSIENT_STATUSES or failure.code in TRANSIENT_STORE_CODES
    return isinstance(failure, RefusedError) and failure.status in TRANSIENT_STATUSES


def is_refused_grant(failure: StoreError) -> bool:
    """Whether the store refused the grant itself, so that a new grant may help."""
    return failure.code in EXPIRED_CREDENTIAL_CODES or (failure.status in (401, 403) and not is_transient(failure))


def is_replaced_file(failure: StoreError) -> bool:
    """Whether the store has another version of the file than the listed one."""
    return failure.status in (412, 416)


def ends_run(failure: S3AuthError) -> bool:
    """Whether all other files would fail in the same way: the server refuses the caller, or cannot be reached."""
    if isinstance(failure, (UnreachableError, InvalidAnswerError)):
        return True
    return isinstance(failure, RefusedError) and failure.status in {401, 403, 429, 502, 503, 504}


class RunFailures:
    """Decides which failures of single files end a run of many files.

    A store can fail for one file and serve the others, for example behind a proxy that breaks each large answer. But if as many transfers
    in a row fail as run at once, the run ends: the store serves nothing, and each further file would wait for all its attempts.
    """

    def __init__(self, options: ClientOptions) -> None:
        self._limit = max(options.parallel, 3)
        self._in_a_row = 0

    def succeeded(self) -> None:
        """Records a transfer that succeeded."""
        self._in_a_row = 0

    def ends_run(self, failure: S3AuthError) -> bool:
        """Records a file that failed, in all its attempts. Returns whether the failure ends the run."""
        if isinstance(failure, UnreachableStoreError) or (isinstance(failure, StoreError) and is_transient(failure)):
            self._in_a_row += 1
            return self._in_a_row >= self._limit
        return ends_run(failure)
