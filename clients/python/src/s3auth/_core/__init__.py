"""The logic of both clients, written once.

The code here is ``async def``. It does I/O only through the port :class:`~s3auth._core.transport.Transport`, which has two adapters:
``requests_transport`` blocks, so its coroutines never suspend; ``httpx_transport`` runs on asyncio. No other module here uses an HTTP
library, threads or asyncio.
"""
