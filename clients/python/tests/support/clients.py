"""Opens either client of the package. Both have synchronous methods, so that one test serves both."""

from __future__ import annotations

import asyncio
from typing import Any, Callable, Iterator, cast

from s3auth import AsyncS3Auth, S3Auth

OpenClient = Callable[..., S3Auth]


class BlockingAsyncClient:
    """Gives the asynchronous client synchronous methods. It runs in an event loop of its own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._client = self._run(self._open(*args, **options))

    async def _open(self, *args: Any, **options: Any) -> AsyncS3Auth:
        return AsyncS3Auth(*args, **options)

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._client, name)
        if not callable(member):
            return member

        def call(*args: Any, **options: Any) -> Any:
            result = member(*args, **options)
            return self._iterate(result) if hasattr(result, "__anext__") else self._run(result)

        return call

    def close(self) -> None:
        """Closes the client and its event loop."""
        self._run(self._client.close())
        self._run(self._loop.shutdown_asyncgens())
        self._run(self._loop.shutdown_default_executor())
        self._loop.close()

    def _iterate(self, items: Any) -> Iterator[Any]:
        try:
            while True:
                try:
                    yield self._run(items.__anext__())
                except StopAsyncIteration:
                    return
        finally:
            if not self._loop.is_closed():
                self._run(items.aclose())

    def _run(self, awaitable: Any) -> Any:
        return self._loop.run_until_complete(awaitable)


def open_any(kind: str, *args: Any, **options: Any) -> S3Auth:
    """Opens a client of the kind ``sync`` or ``async``."""
    return S3Auth(*args, **options) if kind == "sync" else cast(S3Auth, BlockingAsyncClient(*args, **options))
