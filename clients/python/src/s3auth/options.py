"""How a client waits and retries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class ClientOptions:
    """Timeouts, retries and concurrency of a client. Times are in seconds."""

    attempts: int = 6
    """The number of attempts of a request or transfer, the first included; 1 means no retries. For 429, the number of retries is ten times
    as high, because all requests from one address share a limit."""

    first_wait: float = 0.5
    """The wait before the second attempt. It doubles with every attempt, with jitter."""

    longest_wait: float = 60.0
    """The longest wait between two attempts. A refusal with a longer ``Retry-After`` is raised at once."""

    answer_timeout: float = 30.0
    """How long an answer of the server may make no progress."""

    connect_timeout: float = 15.0
    """The timeout of opening a connection."""

    stall_timeout: float = 60.0
    """The timeout of a transfer to or from the store that makes no progress."""

    parallel: int = 8
    """The number of files, or parts of large files, that are transferred at once."""

    multipart_above: int = 64 * 1024 * 1024
    """Files of more bytes are uploaded in parts, where the server supports it."""

    @staticmethod
    def of(options: "Optional[ClientOptions]") -> "ClientOptions":
        """Returns the options, or the defaults for ``None``. Raises :class:`TypeError` for anything else."""
        if options is not None and not isinstance(options, ClientOptions):
            raise TypeError(f"options must be ClientOptions(...), not {type(options).__name__}.")
        return options or ClientOptions()

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.parallel < 1:
            raise ValueError("attempts and parallel must be at least 1.")
        if min(self.first_wait, self.longest_wait, self.answer_timeout, self.connect_timeout, self.stall_timeout) <= 0:
            raise ValueError("Times must be greater than 0 seconds.")
